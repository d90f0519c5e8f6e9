"""Grading: points, reasons, the dead band, and whose decision holds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.grading import (
    COMPUTED_KINDS,
    METRICS,
    computed,
    current,
    grade,
    marks_of,
    metrics_of,
    tolerance,
    with_marks,
)
from courses.models import GradeKind
from courses.rubric import Criterion, Rubric
from trainer_service.engine.catalogue import DATASETS

ROWS = {"held_out": 360, "validation": 287, "train": 1150}


def criterion(metric: str = "held_out.accuracy", points: float = 60, **threshold: float) -> Criterion:
    return Criterion(
        id="c", title="A title", metric=metric, points=points, **(threshold or {"at_least": 0.96})
    )


def rubric(criteria: list[Criterion], pass_points: float = 60) -> Rubric:
    return Rubric.model_construct(criteria=criteria, pass_points=pass_points)  # any pass mark, for properties


def result(metric: str, value) -> dict:
    part, name = metric.split(".")
    return {"telemetry": {name: value}} if part == "telemetry" else {"metrics": {part: {name: value}}}


def judged(value, metric: str = "held_out.accuracy", rows=ROWS, **threshold):
    return grade(rubric([criterion(metric, **threshold)]), result(metric, value), rows=rows).criteria[0]


def test_reaching_the_threshold_earns_all_points() -> None:
    verdict = judged(0.97)
    assert (verdict.met, verdict.points, verdict.within_tolerance) == (True, 60, False)
    assert verdict.explanation == "Accuracy on held-out rows is 97.0 %; at least 96 % is asked: reached."


def test_half_a_percent_short_counts_and_says_so() -> None:
    verdict = judged(0.9556)
    assert (verdict.met, verdict.points, verdict.within_tolerance) == (True, 60, True)
    assert (
        "missed by 0.4 points, which is within what chance explains (tolerance 0.5), so it counts."
        in verdict.explanation
    )


def test_more_than_the_tolerance_short_earns_nothing() -> None:
    verdict = judged(0.9544)
    assert (verdict.met, verdict.points) == (False, 0)
    assert "missed by 0.6 points (tolerance 0.5)." in verdict.explanation


def test_reasons_use_the_form_of_the_value() -> None:
    assert judged(0.3955, "held_out.r2", at_least=0.4004).explanation == (
        "R² on held-out rows is 0.396; at least 0.4004 is asked: missed by 0.005 (tolerance 0.004)."
    )
    assert judged(5400.4, "held_out.mse", at_most=3000).explanation == (
        "Mean squared error on held-out rows is 5,400.4; at most 3,000 is asked: "
        "missed by 2,400.4 (tolerance 30)."
    )
    assert "missed by 1.7 (tolerance 0.46)." in judged(47.7, "held_out.mae", at_most=46).explanation
    assert "is −0.265;" in judged(-0.2654, "validation.r2", at_least=0.4).explanation


def test_a_near_miss_does_not_read_like_its_tolerance() -> None:
    assert "missed by 0.54 points (tolerance 0.5)." in judged(0.9546).explanation


def test_the_edge_of_the_dead_band_is_inside_despite_rounding() -> None:
    assert judged(0.955).met
    assert judged(0.96 - 0.005).met


def test_in_small_data_one_row_is_forgiven() -> None:
    assert judged(0.96 - 1 / 100, rows={"held_out": 100}).within_tolerance
    assert not judged(0.96 - 1.1 / 100, rows={"held_out": 100}).met


def test_errors_have_one_percent() -> None:
    assert judged(3029, "held_out.mse", at_most=3000).within_tolerance
    assert not judged(3031, "held_out.mse", at_most=3000).met
    assert judged(0.396, "held_out.r2", at_least=0.4).within_tolerance


def test_exact_counts_have_no_tolerance() -> None:
    assert judged(20_000, "telemetry.parameters", at_most=20_000).met
    verdict = judged(20_001, "telemetry.parameters", at_most=20_000)
    assert not verdict.met
    assert verdict.explanation == "Number of parameters is 20,001; at most 20,000 is asked: missed by 1."


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), "0.99", True])
def test_a_missing_or_impossible_metric_earns_nothing_and_says_why(value) -> None:
    verdict = judged(value)
    assert (verdict.value, verdict.points, verdict.met) == (None, 0, False)
    assert "Accuracy on held-out rows is not defined for this run" in verdict.explanation


@pytest.mark.parametrize("body", [{}, {"metrics": {}}, {"metrics": {"held_out": None}}, {"telemetry": None}])
def test_an_empty_result_is_graded_with_zero(body) -> None:
    verdict = grade(rubric([criterion()]), body, rows=ROWS)
    assert (verdict.points, verdict.max_points, verdict.passed) == (0, 60, False)


def test_points_add_up_and_decide_the_pass() -> None:
    criteria = [
        criterion(),
        Criterion(id="p", title="Small", metric="telemetry.parameters", at_most=10, points=20),
    ]
    body = {"metrics": {"held_out": {"accuracy": 0.97}}, "telemetry": {"parameters": 11}}
    verdict = grade(rubric(criteria), body, rows=ROWS)
    assert (verdict.points, verdict.max_points, verdict.passed) == (60, 80, True)
    assert not grade(rubric(criteria, 61), body, rows=ROWS).passed


def test_every_dataset_has_metrics_that_can_be_graded() -> None:
    for dataset in DATASETS.values():
        assert set(metrics_of(dataset, dataset.task)) <= set(METRICS)
    assert "held_out.recall" in metrics_of(DATASETS["breast_cancer@1"], "classification")
    assert "held_out.recall" not in metrics_of(DATASETS["digits@1"], "classification")
    assert "held_out.accuracy" not in metrics_of(DATASETS["diabetes@1"], "regression")


# Properties

finite = st.floats(-1e6, 1e6)


@given(st.sampled_from(sorted(METRICS)), finite, finite, finite, st.booleans())
def test_a_better_value_never_earns_less(metric, threshold, one, other, is_floor) -> None:
    low, high = sorted((one, other))
    bound = {"at_least": threshold} if is_floor else {"at_most": threshold}
    points = [judged(value, metric, **bound).points for value in (low, high)]
    assert points == sorted(points, reverse=not is_floor)


@given(st.lists(st.tuples(st.floats(0.5, 100), finite, st.none() | finite), min_size=1, max_size=6), finite)
def test_points_are_bounded_and_add_up(parts, pass_points) -> None:
    criteria = [criterion(points=points, at_least=threshold) for points, threshold, _ in parts]
    verdict = grade(rubric(criteria, pass_points), result("held_out.accuracy", parts[0][2]), rows=ROWS)
    assert 0 <= verdict.points <= verdict.max_points + 1e-9
    assert verdict.points == sum(each.points for each in verdict.criteria)
    assert verdict.passed == (verdict.points >= pass_points)


@given(st.sampled_from(sorted(METRICS)), finite, st.integers(0, 10_000))
def test_a_tolerance_is_never_negative(metric, threshold, rows) -> None:
    assert tolerance(criterion(metric, at_least=threshold), rows) >= 0


@dataclass
class Event:
    kind: str
    number: int


KINDS = ["automatic", "extension", "regrade", "review", "override"]


@given(st.lists(st.sampled_from(KINDS), max_size=12))
def test_the_latest_person_wins_over_any_machine_else_the_latest_holds(kinds) -> None:
    events = [Event(kind, number) for number, kind in enumerate(kinds)]
    holds = current(events)
    people = [event for event in events if event.kind == "override"]
    assert holds == (people[-1] if people else events[-1] if events else None)
    rest = [event for event in events if event.kind != "override"]
    assert computed(events) == (rest[-1] if rest else None)


def test_every_kind_of_event_is_known_to_the_one_place_that_decides() -> None:
    assert set(GradeKind.values) == COMPUTED_KINDS | {"override"}


JUDGED = Criterion(id="why", title="Says why", kind="human", points=20)


def test_what_a_person_judges_waits_and_counts_once_marked() -> None:
    asked, body = rubric([criterion(), JUDGED], 70), result("held_out.accuracy", 0.97)
    waiting = grade(asked, body, rows=ROWS)
    assert (waiting.points, waiting.max_points, waiting.passed) == (60, 80, False)
    assert waiting.criteria[1].waits and "Waits for review" in waiting.criteria[1].explanation
    marked = with_marks(asked, waiting.criteria_as_dicts(), {"why": 10})
    assert (marked.points, marked.passed) == (70, True)
    assert marked.criteria[1].explanation == "In part: given by a person."


@given(st.lists(st.floats(0, 20), min_size=1, max_size=5), st.floats(0, 1))
def test_marks_survive_whatever_is_computed_later(given_points, threshold) -> None:
    asked, body = rubric([criterion(), JUDGED]), result("held_out.accuracy", 0.9)
    kept = grade(asked, body, rows=ROWS).criteria_as_dicts()
    for points in given_points:
        kept = with_marks(asked, kept, {"why": points}).criteria_as_dicts()
    other = rubric([criterion(at_least=threshold), JUDGED])
    again = grade(other, body, rows=ROWS, marks=marks_of(kept))
    assert again.criteria[1].points == given_points[-1] and not again.criteria[1].waits


def test_a_measured_criterion_is_kept_as_it_always_was() -> None:
    kept = grade(rubric([criterion()]), {}, rows=ROWS).criteria_as_dicts()
    assert "kind" not in kept[0] and "waits" not in kept[0]
    assert set(criterion().what_matters()) == {"id", "metric", "at_least", "at_most", "points"}
