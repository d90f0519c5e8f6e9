"""`courses check`: every rule finds its mistake at its place and says what to do."""

from __future__ import annotations

import shutil

import pytest

from courses.checking import check_course
from courses.sync import course_folders
from tests.courses.samples import LITTLE

DIGITS = "exercises/digits/exercise.yaml"


@pytest.fixture
def folder(tmp_path):
    """A copy of the little course to break."""
    return shutil.copytree(LITTLE, tmp_path / "little")


def test_the_little_course_has_nothing_to_mend() -> None:
    assert check_course(LITTLE) == []


@pytest.mark.parametrize("path", course_folders(), ids=lambda path: path.name)
def test_a_course_that_ships_has_nothing_to_mend(path) -> None:
    assert check_course(path) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("module: 01-lines", "module: 09-none", "unknown-module", 4),
        ("dataset: digits@1", "dataset: mnist@1", "spec", 7),
        ("hidden: [8]", "hidden: [8], depth: 3", "spec", 9),
        ("path: model.activation", "path: model.bend", "unknown-knob", 14),
        ("minimum: 1.0e-5, maximum: 1.0,", "minimum: 1.0e-5,", "unbounded-knob", 15),
        ("maximum: 1.0,", "maximum: 99,", "wide-knob", 15),
        ("minimum: 1.0e-5", "minimum: 2", "empty-knob", 15),
        ("minimum: 1.0e-5", "minimum: 0.5", "default-out-of-bounds", 15),
        ("choices: [relu, tanh]", "choices: [tanh]", "default-not-offered", 14),
        ("parameters: 20000", "parameters: 10", "budget", 18),
        ("metric: held_out.accuracy", "metric: held_out.mse", "unknown-metric", 20),
        ("metric: telemetry.parameters", "metric: telemetry.seconds", "unknown-metric", 21),
        ("id: small", "id: accuracy", "repeated", 21),
        ("pass_points: 60", "pass_points: 90", "unreachable-pass", 22),
    ],
)
def test_a_mistake_in_an_exercise_is_found_in_its_line(folder, old, new, rule, line) -> None:
    file = folder / DIGITS
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    found = [finding for finding in check_course(folder) if finding.rule == rule]
    assert found, check_course(folder)
    assert (found[0].file, found[0].line) == (DIGITS, line)
    assert found[0].remedy


def test_a_family_that_is_not_valid_as_it_comes_is_found(folder) -> None:
    file = folder / "exercises/tumours/exercise.yaml"
    file.write_text(file.read_text().replace("svm, mlp]}\n", "linear_regression]}\n", 1))
    assert "variant" in {finding.rule for finding in check_course(folder)}


def test_a_reference_must_be_what_a_learner_could_send(folder) -> None:
    (folder / "exercises/digits/reference/good.yaml").write_text(
        "config: {optimizer: {momentum: 0.1}}\nexpect: {passed: true}\n"
    )
    (finding,) = check_course(folder)
    assert (finding.rule, finding.line, finding.column) == ("reference", 1, 22)


def test_parts_that_are_not_listed_or_listed_twice_are_found(folder) -> None:
    (folder / "modules/02-forgotten").mkdir()
    text = (folder / "course.yaml").read_text()
    (folder / "course.yaml").write_text(text.replace("[digits, tumours]", "[digits, tumours, digits]"))
    assert {finding.rule for finding in check_course(folder)} == {"unlisted", "repeated"}


def test_facts_must_exist(folder) -> None:
    file = folder / "modules/01-lines/index.md"
    file.write_text(
        file.read_text().replace("minutes: 5\n", "minutes: 5\nfacts: [energy_kwh, no_such_fact]\n")
    )
    (folder / "training_facts.yaml").write_text("energy_kwh: {unit: kWh}\n")
    (finding,) = check_course(folder)
    assert (finding.rule, finding.line) == ("unknown-fact", 4)
    assert "no_such_fact" in finding.message


def test_images_need_words_and_links_an_end(folder) -> None:
    (folder / "exercises/digits/task.md").write_text(
        "See ![](../digits/task.md)\nand [this](nowhere.md), [that](https://example.org) and `[code](x)`.\n"
    )
    found = [(finding.rule, finding.line, finding.column) for finding in check_course(folder)]
    assert found == [("image-alt", 1, 5), ("broken-link", 2, 5)]


def test_a_list_that_begins_inside_a_paragraph_is_found(folder) -> None:
    (folder / "exercises/digits/task.md").write_text(
        "Count 65 × 8\n+ 9 × 10 = 74.\n\nThen:\n\n- one line\n  goes on\n- two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\na\n- b\n```\n"
    )
    (found,) = check_course(folder)
    assert (found.rule, found.line) == ("stray-list", 2)
    assert "empty line before a list" in found.remedy
