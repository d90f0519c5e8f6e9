"""The course that ships: nothing to mend, and each exercise is proved by training its references."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from courses import grading
from courses.budget import over_budget
from courses.checking import check_course
from courses.content import ExerciseDefinition, ModuleDefinition, Reference, load_course
from courses.facts import all_facts
from courses.forms import ConfigForm, field_name
from courses.knobs import effective
from courses.sync import course_folders
from trainer_service.engine.estimate import estimate
from trainer_service.engine.spec import parse

FOLDERS = course_folders()
LOADED = [load_course(folder) for folder in FOLDERS]
EXERCISES = [exercise for loaded in LOADED for exercise in loaded.exercises]
REFERENCES = [  # the others are trained by `make test-nightly`
    pytest.param(number, name, id=f"{exercise.slug}-{name}")
    for number, exercise in enumerate(EXERCISES)
    for name in ("good", "baseline")
]


def reference_of(exercise: ExerciseDefinition, name: str) -> Reference:
    (found,) = [reference for reference in exercise.references if reference.name == name]
    return found


@cache
def trained(number: int, name: str) -> grading.Verdict:
    """The verdict on a reference of `EXERCISES[number]`; each is trained once for all tests."""
    from trainer_service.engine.train import train

    exercise = EXERCISES[number]
    spec = parse(effective(exercise, reference_of(exercise, name).config))
    with TemporaryDirectory() as folder:
        (result,) = train([spec], out_dirs=[Path(folder)])
    rows = {"held_out": spec.dataset.held_out_rows}
    return grading.grade(exercise.rubric, result.as_dict(), rows=rows)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_there_is_nothing_to_mend(folder: Any) -> None:
    assert check_course(folder) == []


@pytest.mark.parametrize(("number", "name"), REFERENCES)
def test_a_reference_comes_to_what_it_promises(number: int, name: str) -> None:
    expected, verdict = reference_of(EXERCISES[number], name).expect, trained(number, name)
    assert verdict.passed is expected.passed
    assert verdict.points == expected.points


@pytest.mark.parametrize("number", range(len(EXERCISES)), ids=[exercise.slug for exercise in EXERCISES])
def test_the_good_reference_passes_by_two_tolerances(number: int) -> None:
    for criterion in trained(number, "good").criteria:
        assert criterion.value is not None
        sign = 1 if criterion.direction == "at_least" else -1
        assert sign * (criterion.value - criterion.threshold) >= 2 * criterion.tolerance, criterion.id


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_the_default_is_quick_and_within_the_budget(exercise: ExerciseDefinition) -> None:
    cost = estimate(parse(exercise.default_spec))
    assert over_budget(exercise, exercise.default_spec, cost) == []
    assert cost.seconds < 3


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_the_untouched_form_is_the_default_and_every_variant_can_be_chosen_in_it(
    exercise: ExerciseDefinition,
) -> None:
    untouched = {name: field.initial or "" for name, field in ConfigForm(exercise).fields.items()}
    sent_back = effective(exercise, ConfigForm(exercise, untouched).config())
    assert parse(sent_back) == parse(exercise.default_spec)
    for knob in exercise.knobs:
        part, *key = knob.location
        for choice in knob.choices or () if key in (["family"], ["kind"]) else ():
            form = ConfigForm(exercise, untouched | {field_name(knob.path): str(choice)})
            assert effective(exercise, form.config())[part][key[0]] == choice


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_an_exercise_gives_three_hints_and_speaks_to_both_sides(exercise: ExerciseDefinition) -> None:
    assert len(exercise.hints) == 3
    assert all(len(text) > 300 for text in (exercise.task, exercise.debrief, exercise.instructor))


def test_every_published_fact_stands_in_a_lesson() -> None:
    shown = {name for loaded in LOADED for module in loaded.modules for name in module.facts}
    assert shown == set(all_facts())


def test_the_published_figures_are_those_of_the_sources() -> None:
    facts = all_facts()
    assert len(facts) == 21
    assert facts["dataset_size_vs_time"].rows[-1] == ["Model C", 1_000_000, 100]
    assert facts["hardware_utilization"].rows[1] == ["Recurrent Neural Network", 93]
    assert facts["training_hours_b"].rows == [["LSTM", 36], ["CNN", 24], ["Random Forests", 16]]
    assert facts["parameters"].unit == "tens of millions as published (likely meant millions)"
    assert facts["training_cost_usd"].rows[2] == ["Question Answering", 12500]
    assert facts["models_per_year"].rows == [["2015", 100000], ["2016", 500000], ["2017", 1200000]]


def test_every_fact_names_its_source_and_what_that_leaves_out() -> None:
    for fact in all_facts().values():
        assert fact.attribution.startswith(("Source: AI Model Training", "Source: What Is AI Model Training"))
        assert fact.attribution.endswith("year not stated, sample not stated.")


def test_lessons_are_lessons_and_not_notes() -> None:
    for loaded in LOADED:
        for module in loaded.modules:
            assert 500 <= len(module.text.split()) <= 1000, module.slug
            for heading in ("## Goals", "## Pitfalls", "## Hints", "## Recap"):
                assert heading in module.text, module.slug


MODULES = [module for loaded in LOADED for module in loaded.modules]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.slug)
def test_a_lesson_ends_in_three_to_five_questions_on_its_own_concepts(module: ModuleDefinition) -> None:
    assert module.quiz
    assert 3 <= len(module.quiz.questions) <= 5
    assert {question.concept for question in module.quiz.questions} <= set(module.concepts)


def test_the_right_choice_stands_at_no_place_of_its_own() -> None:
    places = [
        [choice.right for choice in question.choices].index(True)
        for module in MODULES
        if module.quiz
        for question in module.quiz.questions
        if question.kind == "single"
    ]
    assert max(places.count(place) for place in range(4)) < len(places) / 2
