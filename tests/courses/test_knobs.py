"""Knobs: a learner's partial configuration over the exercise's default."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.content import load_course
from courses.knobs import changes, config_schema, effective
from courses.sync import SHIPPED
from tests.courses.samples import definition
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.spec import SpecError

DIGITS, TUMOURS = definition("digits"), definition("tumours")


def problems(config, exercise=DIGITS) -> dict[str, str]:
    with pytest.raises(SpecError) as refused:
        effective(exercise, config)
    return {problem.path: problem.message for problem in refused.value.problems}


@pytest.mark.parametrize("exercise", [DIGITS, TUMOURS])
def test_nothing_asked_is_the_default(exercise) -> None:
    assert effective(exercise, {}) == exercise.default_spec


def test_what_is_given_goes_over_the_default_and_the_rest_stays() -> None:
    spec = effective(DIGITS, {"model": {"hidden": [32, 16]}, "training": {"epochs": 3}})
    assert spec["model"] == {**DIGITS.default_spec["model"], "hidden": [32, 16]}
    assert spec["training"] == {"epochs": 3, "batch_size": 64, "seed": 0}
    assert spec["optimizer"] == DIGITS.default_spec["optimizer"]


def test_the_complete_default_may_be_sent_back() -> None:
    assert effective(TUMOURS, TUMOURS.default_spec) == TUMOURS.default_spec


def test_a_fixed_field_accepts_its_own_value_and_no_other() -> None:
    assert effective(DIGITS, {"optimizer": {"momentum": 0.9}}) == DIGITS.default_spec
    assert problems({"optimizer": {"momentum": 0.5}}) == {
        "optimizer.momentum": "momentum is fixed by this exercise to 0.9; leave it out"
    }


def test_true_is_not_one() -> None:
    assert "training.seed" in problems({"training": {"seed": False}})


def test_another_family_replaces_the_model_and_takes_the_knobs_defaults() -> None:
    spec = effective(TUMOURS, {"model": {"family": "mlp"}})
    assert spec["model"]["hidden"] == [16] and spec["model"]["activation"] == "relu"
    spec = effective(TUMOURS, {"model": {"family": "svm", "C": 2.5, "gamma": "scale"}})
    assert spec["model"] == {"family": "svm", "kernel": "rbf", "C": 2.5, "gamma": "scale", "degree": 3}


def test_another_optimizer_takes_its_own_defaults() -> None:
    spec = effective(TUMOURS, {"model": {"family": "mlp"}, "optimizer": {"kind": "sgd"}})
    assert spec["optimizer"] == {
        "kind": "sgd",
        "learning_rate": 0.1,
        "momentum": 0.9,
        "nesterov": False,
    }


def test_a_key_of_another_family_is_refused_with_words() -> None:
    found = problems({"model": {"family": "svm", "hidden": [8]}}, TUMOURS)
    assert found == {
        "model.hidden": (
            "hidden belongs to gru and lstm and mlp and rnn, and model.family is svm here; "
            "leave it out or choose another model.family"
        )
    }


def test_a_knob_that_another_choice_switches_off_says_when_it_works() -> None:
    found = problems({"optimizer": {"learning_rate": 0.5}}, TUMOURS)
    assert found == {
        "optimizer.learning_rate": "Learning rate has an effect only where model.family is mlp; leave it out"
    }


def test_a_field_may_stand_before_the_choice_that_gives_it_a_meaning() -> None:
    bandit = load_course(SHIPPED / "agents").exercises[0]
    spec = effective(bandit, {"model": {"confidence": 0.7, "strategy": "ucb"}})
    assert (spec["model"]["strategy"], spec["model"]["confidence"]) == ("ucb", 0.7)


def test_a_family_that_is_not_offered_hides_the_mistakes_inside_it() -> None:
    found = problems({"model": {"family": "random_forest", "n_estimators": 5}}, TUMOURS)
    assert found == {"model.family": "Model must be one of decision_tree, logistic_regression, svm, mlp"}


@pytest.mark.parametrize(
    ("value", "steps"),
    [("none", []), ("minmax", [{"step": "minmax"}]), ([{"step": "minmax"}], [{"step": "minmax"}]), ([], [])],
)
def test_preprocessing_has_short_names(value, steps) -> None:
    assert effective(DIGITS, {"preprocessing": value})["preprocessing"] == steps


@pytest.mark.parametrize(
    "value", ["whiten", "minmax+standardize", [{"step": "minmax", "by": 2}], 3, None, [[]]]
)
def test_other_preprocessing_is_refused(value) -> None:
    assert "preprocessing" in next(iter(problems({"preprocessing": value})))


def test_bounds_of_a_knob_are_narrower_than_the_engines() -> None:
    assert problems({"training": {"epochs": 101}}) == {"training.epochs": "Epochs must be at most 100"}
    assert problems({"model": {"hidden": [8, 257]}}) == {
        "model.hidden.1": "Hidden layers must be at most 256"
    }


def test_every_problem_comes_at_once() -> None:
    found = problems({"model": {"hidden": [0], "hiden": 1}, "training": {"epochs": 1.5}, "x": 1})
    assert set(found) == {"model.hidden.0", "model.hiden", "training.epochs", "x"}
    assert "did you mean model.hidden?" in found["model.hiden"]


def test_the_two_faces_of_gamma_make_one_problem() -> None:
    assert problems({"model": {"family": "svm", "gamma": "large"}}, TUMOURS) == {
        "model.gamma": "must be a number or must be 'scale'"
    }


def test_the_schema_closes_every_object_and_carries_the_knobs_bounds() -> None:
    schema = config_schema(DIGITS)
    model = schema["properties"]["model"]
    assert schema["additionalProperties"] is model["additionalProperties"] is False
    assert model["properties"]["hidden"]["items"] == {"type": "integer", "minimum": 1, "maximum": 256}
    assert model["properties"]["activation"]["enum"] == ["relu", "tanh"]
    assert schema["properties"]["optimizer"]["properties"]["learning_rate"]["default"] == 0.001
    assert schema["properties"]["preprocessing"]["default"] == "standardize"


def test_the_schema_rules_out_keys_of_other_families() -> None:
    rules = {
        rule["if"]["properties"]["family"]["const"]: rule["then"]["properties"]
        for rule in config_schema(TUMOURS)["properties"]["model"]["allOf"]
    }
    assert rules["svm"]["hidden"] is False
    assert "gamma" not in rules["svm"]
    assert rules["decision_tree"]["C"] is False


def test_changes_tell_what_was_changed_added_and_removed() -> None:
    before, after = effective(TUMOURS, {}), effective(TUMOURS, {"model": {"family": "mlp"}})
    found = {
        change.path: (change.kind, change.before, change.after) for change in changes(before, after, TUMOURS)
    }
    assert found["model.family"] == ("changed", "decision_tree", "mlp")
    assert found["model.hidden"] == ("added", None, [16])
    assert found["model.max_depth"] == ("removed", 1, None)
    assert changes(before, before) == []


def test_the_fields_of_another_family_follow_its_choice() -> None:
    before, after = effective(TUMOURS, {}), effective(TUMOURS, {"model": {"family": "mlp"}})
    found = changes(before, after, TUMOURS)
    assert len(found) > 1
    assert [change.path for change in found if not change.follows] == ["model.family"]
    also = effective(TUMOURS, {"model": {"family": "mlp"}, "preprocessing": "minmax"})
    apart = [change.path for change in changes(before, also, TUMOURS) if not change.follows]
    assert set(apart) == {"model.family", "preprocessing"}


def test_changes_of_preprocessing_are_told_by_name() -> None:
    (change,) = changes(effective(DIGITS, {}), effective(DIGITS, {"preprocessing": "minmax"}), DIGITS)
    assert (change.label, change.before, change.after) == ("Preprocessing", "standardize", "minmax")


def test_thousands_of_wrong_keys_in_one_part_are_told_briefly() -> None:
    assert len(problems({"training": {f"k{number}": 1 for number in range(5000)}})) == 50


# Properties

inner_keys = ["family", "hidden", "C", "gamma", "max_depth", "kind", "learning_rate", "epochs", "step", "x"]
keys = st.sampled_from([*DIGITS.default_spec, *inner_keys])
words = st.sampled_from(["mlp", "svm", "sgd", "adamw", "minmax", "none", "scale", "relu", "gini"])
numbers = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | numbers | words | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)
configs = st.dictionaries(keys, values, max_size=5) | values


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([DIGITS, TUMOURS]), configs)
def test_any_configuration_is_valid_or_refused_with_problems(exercise, config) -> None:
    try:
        spec = effective(exercise, config)
    except SpecError as error:
        assert error.problems
        assert all(problem.message for problem in error.problems)
    else:
        assert engine_spec.parse(spec).model_dump(mode="json") == spec


@settings(max_examples=100, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 256), min_size=1, max_size=3),
    rate=st.floats(1e-5, 1.0),
    epochs=st.integers(1, 100),
)
def test_every_value_within_the_bounds_is_taken_over_as_it_is(hidden, rate, epochs) -> None:
    config = {
        "model": {"hidden": hidden},
        "optimizer": {"learning_rate": rate},
        "training": {"epochs": epochs},
    }
    spec = effective(DIGITS, config)
    assert (spec["model"]["hidden"], spec["optimizer"]["learning_rate"]) == (hidden, rate)
    assert effective(DIGITS, spec) == spec
