"""Course folders become typed definitions; what is broken is named and left out."""

from __future__ import annotations

import json
import shutil

import pytest

from courses.content import ExerciseDefinition, load_course
from tests.courses.samples import LITTLE, definition


@pytest.fixture
def folder(tmp_path):
    """A copy of the little course to break."""
    return shutil.copytree(LITTLE, tmp_path / "little")


def rewrite(file, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_course_loads_whole() -> None:
    loaded = load_course(LITTLE)
    assert loaded.findings == []
    assert loaded.course.slug == "little"
    assert [module.title for module in loaded.modules] == ["Lines"]
    digits = loaded.exercises[0]
    assert (digits.max_points, digits.budget.attempts, digits.task) == (80, 5, "Do it.\n")
    assert {reference.name: reference.expect.passed for reference in digits.references} == {
        "baseline": False,
        "good": True,
    }


def test_a_definition_survives_storage() -> None:
    exercise = definition()
    stored = json.loads(json.dumps(exercise.model_dump(mode="json")))
    assert ExerciseDefinition.model_validate(stored) == exercise


def test_a_mistake_has_file_line_and_column(folder) -> None:
    rewrite(folder / "exercises/digits/exercise.yaml", "attempts: 5", "atempts: 5")
    (finding,) = load_course(folder).findings
    assert (finding.file, finding.line, finding.rule) == ("exercises/digits/exercise.yaml", 18, "structure")
    assert "budget.atempts" in finding.message
    assert finding.remedy
    assert str(finding).startswith("exercises/digits/exercise.yaml:18:10: structure:")


def test_one_broken_exercise_leaves_the_rest(folder) -> None:
    (folder / "exercises/digits/exercise.yaml").write_text("title: [")
    loaded = load_course(folder)
    assert [exercise.slug for exercise in loaded.exercises] == ["tumours"]
    assert [finding.rule for finding in loaded.findings] == ["yaml"]


def test_missing_files_and_front_matter_are_named(folder) -> None:
    (folder / "exercises/digits/task.md").unlink()
    (folder / "modules/01-lines/index.md").write_text("# Lines\n")
    loaded = load_course(folder)
    assert {(finding.file, finding.rule) for finding in loaded.findings} == {
        ("exercises/digits/task.md", "missing-file"),
        ("modules/01-lines/index.md", "front-matter"),
    }


def test_front_matter_must_be_complete_and_its_lines_are_the_files(folder) -> None:
    rewrite(folder / "modules/01-lines/index.md", "minutes: 5", "minutes: soon")
    (finding,) = load_course(folder).findings
    assert (finding.line, finding.column) == (3, 1)


@pytest.mark.parametrize("text", ["&a {title: x}", "title: x\ntitle: y", "title: !!binary x", "title: .inf"])
def test_course_files_are_read_as_strictly_as_configurations(folder, text) -> None:
    (folder / "course.yaml").write_text(text)
    loaded = load_course(folder)
    assert loaded.course is None
    assert [finding.rule for finding in loaded.findings] == ["yaml"]


def test_a_slug_never_leaves_the_course_folder(folder) -> None:
    rewrite(folder / "course.yaml", "[digits, tumours]", '["../../etc"]')
    loaded = load_course(folder)
    assert loaded.course is None


def test_a_criterion_has_exactly_one_threshold(folder) -> None:
    rewrite(folder / "exercises/digits/exercise.yaml", "at_least: 0.96,", "at_least: 0.96, at_most: 1,")
    (finding,) = load_course(folder).findings
    assert "either at_least or at_most" in finding.message


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("at_least: 0.96", "at_least: 0.95", True),
        ("pass_points: 60", "pass_points: 50", True),
        ("maximum: 100}", "maximum: 90}", True),
        ("attempts: 5", "attempts: 6", True),
        ("momentum: 0.9", "momentum: 0.8", True),
        ("Reads at least 96", "Can read 96", False),
        ("help: Step size.", "help: How far each step goes.", False),
        ("Try more epochs.", "Think again.", False),
    ],
)
def test_the_digest_follows_what_matters_to_a_grade(folder, old, new, changes) -> None:
    before = load_course(folder)
    rewrite(folder / "exercises/digits/exercise.yaml", old, new)
    after = load_course(folder)
    assert (before.exercises[0].digest != after.exercises[0].digest) is changes
    assert before.digest != after.digest


def test_files_that_are_no_mapping_or_no_text_are_named(folder) -> None:
    (folder / "exercises/digits/exercise.yaml").write_text("- a list\n")
    (folder / "exercises/tumours/task.md").write_bytes(b"\xff\xfe")
    found = {(finding.file, finding.rule) for finding in load_course(folder).findings}
    assert found == {
        ("exercises/digits/exercise.yaml", "yaml"),
        ("exercises/tumours/task.md", "unreadable-file"),
    }


def test_broken_front_matter_is_named_in_its_line(folder) -> None:
    (folder / "modules/01-lines/index.md").write_text("---\ntitle: Lines\ntitle: Again\n---\nText\n")
    (finding,) = load_course(folder).findings
    assert (finding.rule, finding.line) == ("yaml", 3)
