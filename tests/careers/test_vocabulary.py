"""Both halves name skills alike, and a course that does not is told so."""

from __future__ import annotations

import shutil
from typing import Any

from courses.checking import check_course
from courses.content import load_course
from courses.sync import course_folders
from tests.courses.samples import LITTLE
from trainyard.careers import vocabulary


def test_an_id_a_name_and_another_spelling_mean_one_skill() -> None:
    assert {vocabulary.code_of(name) for name in ("nlp", "Natural Language Processing", " NLP ")} == {"nlp"}
    assert vocabulary.codes_of(["PyTorch", "no such thing", "pytorch"]) == ["pytorch"]


def test_a_name_that_is_no_skill_gets_the_nearest_ones() -> None:
    assert vocabulary.remedy("scikit-learn") == ""
    assert "scikit-learn" in vocabulary.remedy("scikit-lern")
    assert "left out" in vocabulary.remedy("underwater basket weaving")


def test_the_check_names_the_line_of_an_unknown_skill(tmp_path: Any) -> None:
    folder = shutil.copytree(LITTLE, tmp_path / "little")
    file = folder / "exercises" / "digits" / "exercise.yaml"
    file.write_text(file.read_text().replace("module: 01-lines\n", "module: 01-lines\nskills: [pytorhc]\n"))
    (finding,) = check_course(folder)
    assert (finding.rule, finding.file) == ("unknown-skill", "exercises/digits/exercise.yaml")
    assert "pytorch" in finding.remedy and finding.line == 5


def test_every_exercise_that_ships_says_which_skills_it_proves() -> None:
    exercises = [one for folder in course_folders() for one in load_course(folder).exercises]
    assert [one.slug for one in exercises if not vocabulary.codes_of(one.skills)] == []
