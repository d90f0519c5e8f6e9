"""The budget: what does not fit, and which knob to turn."""

from __future__ import annotations

from courses.budget import over_budget
from courses.content import Budget
from courses.knobs import effective
from tests.courses.samples import definition
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.estimate import estimate


def problems(config, **limits):
    exercise = definition("digits").model_copy(update={"budget": Budget(**limits)})
    spec = effective(exercise, config)
    return over_budget(exercise, spec, estimate(engine_spec.parse(spec)))


def test_a_run_within_all_limits_has_no_problem() -> None:
    assert problems({}) == []


def test_too_many_parameters_name_the_hidden_layers() -> None:
    (problem,) = problems({"model": {"hidden": [200, 200]}}, parameters=1000)
    assert problem.path == "model.hidden"
    assert "1,000 parameters" in problem.message


def test_too_many_seconds_name_the_knob_that_saves_most() -> None:
    (problem,) = problems({"training": {"epochs": 100}}, seconds_per_run=0.001)
    assert problem.path == "training.epochs"
    assert problem.value == 100
    assert "lower Epochs (training.epochs, now 100)" in problem.message


def test_each_limit_has_its_own_problem() -> None:
    found = problems({"model": {"hidden": [256]}}, parameters=10, seconds_per_run=0.0001)
    assert len(found) == 2


def test_without_a_knob_that_could_save_the_budget_itself_is_named() -> None:
    (problem,) = problems({"model": {"hidden": [1]}}, parameters=1)
    assert (problem.path, "lower" in problem.message) == ("", False)
