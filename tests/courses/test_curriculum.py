"""Every subject has a home, lessons speak the list's language, and the written map is the present one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from courses import curriculum
from courses.checking import check_course
from courses.content import load_course
from courses.curriculum import Vocabulary, read_vocabulary
from courses.reading import read_document
from courses.sync import SHIPPED, course_folders
from tests.courses.samples import LITTLE

ROOT = Path(__file__).parents[2]
SOURCES = ROOT.parent / "shared" / "reference" / "concepts.md"
COURSES = [load_course(folder) for folder in course_folders()]


def shipped() -> Vocabulary:
    text = (SHIPPED / "concepts.yaml").read_text(encoding="utf-8")
    vocabulary, flaws = read_vocabulary(read_document(text))
    assert vocabulary and flaws == []
    return vocabulary


def flaws_of(concepts: str) -> list[tuple[str, str]]:
    text = f"groups:\n  - title: All\n    concepts:\n{concepts}"
    return [(flaw.rule, flaw.message) for flaw in read_vocabulary(read_document(text))[1]]


def subjects(text: str) -> list[str]:
    """Names of the subjects: items of a numbered list, or what stands between dots, without remarks."""
    found = []
    for section in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]:
        joined = re.sub(r"\n(?!\d+\.)", " ", section)
        items = re.split(r"\n\d+\.|·", joined)
        found += [re.split(r":|\(", " ".join(item.split()))[0].strip().lower() for item in items]
    return [name for name in found if name]


def test_every_subject_has_a_home_that_exists() -> None:
    assert curriculum.homeless(shipped(), COURSES) == []


def test_a_subject_without_home_or_with_a_missing_one_is_named() -> None:
    text = "groups:\n  - title: All\n    concepts:\n      - {name: a}\n      - {name: b, home: [x/y]}\n"
    vocabulary, _ = read_vocabulary(read_document(text))
    assert vocabulary
    lone, missing = curriculum.homeless(vocabulary, [])
    assert "'a' has no home" in lone
    assert "'b' is at home in x/y, which does not exist." in missing


@pytest.mark.skipif(
    not SOURCES.exists(), reason="the list of the sources' subjects is not beside this checkout"
)
def test_every_subject_of_the_sources_is_covered() -> None:
    covered = {name for concept in shipped().concepts.values() for name in concept.covers}
    missing = [name for name in subjects(SOURCES.read_text(encoding="utf-8")) if name not in covered]
    assert missing == []


def test_no_subject_is_covered_twice() -> None:
    covered = [name for concept in shipped().concepts.values() for name in concept.covers]
    assert len(covered) == len(set(covered)) >= 80


def test_what_is_only_read_about_says_why() -> None:
    for concept in shipped().concepts.values():
        assert not concept.reading or len(concept.reading) > 40, concept.name


def test_pages_of_the_site_are_there() -> None:
    for concept in shipped().concepts.values():
        if concept.page:
            try:
                resolve(concept.page)
            except Resolver404:
                pytest.fail(f"{concept.name}: {concept.page} is no page")


def test_the_written_map_is_the_present_one() -> None:
    text = (ROOT / "docs" / "curriculum.md").read_text(encoding="utf-8")
    assert text == curriculum.written(shipped(), COURSES), "run `make docs`"


def test_a_circle_of_needs_is_refused_at_each_of_its_concepts() -> None:
    found = flaws_of(
        "      - {name: a, needs: [b]}\n      - {name: b, needs: [a]}\n      - {name: c, needs: [a]}\n"
    )
    assert [rule for rule, _ in found] == ["concept-cycle", "concept-cycle"]
    assert "'a' builds on itself" in found[0][1]


def test_an_unknown_need_and_a_repeated_name_are_refused() -> None:
    found = flaws_of("      - {name: a, needs: [z]}\n      - {name: a}\n")
    assert sorted(rule for rule, _ in found) == ["repeated", "unknown-concept"]


def test_a_lesson_may_only_name_concepts_of_the_list_beside_its_course(tmp_path: Path) -> None:
    folder = shutil.copytree(LITTLE, tmp_path / "little")
    assert check_course(folder) == []
    names = "groups:\n  - title: All\n    concepts:\n      - {name: lines}\n"
    (tmp_path / "concepts.yaml").write_text(names)
    (finding,) = check_course(folder)
    assert (finding.file, finding.line, finding.rule) == ("modules/01-lines/index.md", 4, "unknown-concept")
    assert "There is no concept 'regression'." in finding.message


def test_a_flaw_of_the_list_is_found_in_its_place(tmp_path: Path) -> None:
    folder = shutil.copytree(LITTLE, tmp_path / "little")
    names = "groups:\n  - title: All\n    concepts:\n      - {name: regression, needs: [regression]}\n"
    (tmp_path / "concepts.yaml").write_text(names)
    (finding,) = check_course(folder)
    assert (finding.file, finding.line, finding.rule) == ("../concepts.yaml", 4, "concept-cycle")


def test_a_question_names_a_concept_of_its_lesson(tmp_path: Path) -> None:
    folder = shutil.copytree(LITTLE, tmp_path / "little")
    quiz = folder / "modules/01-lines/quiz.yaml"
    quiz.write_text(quiz.read_text().replace("concept: regression", "concept: Regression"))
    (tmp_path / "concepts.yaml").write_text(
        "groups:\n  - title: All\n    concepts:\n      - {name: regression}\n"
    )
    (finding,) = check_course(folder)
    assert (finding.file, finding.line, finding.rule) == ("modules/01-lines/quiz.yaml", 15, "unknown-concept")
