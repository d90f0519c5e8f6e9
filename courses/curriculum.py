"""The map of the curriculum: each concept, what it builds on, and where a learner does something with it.

`concepts.yaml` lies beside the courses. A concept is at home in the lessons whose front matter names it. By
hand, `home` adds exercises and lessons, `page` a page of the site, and `reading` says why there is nothing to
do. Pure: no database. `python -m courses.curriculum` prints the map.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from courses.content import CONCEPTS_FILE, LoadedCourse, load_course
from courses.parts import Part, Text
from courses.reading import Document, read_document

SHIPPED = Path(__file__).parent / "content"


class Concept(Part):
    """A subject of the curriculum. `covers` are the subjects of the sources, by name, that it stands for."""

    name: Text
    covers: list[Text] = []
    needs: list[Text] = []
    home: list[Text] = []
    page: str = ""
    reading: str = ""


class Group(Part):
    """Concepts under one heading of the map."""

    title: Text
    concepts: list[Concept] = Field(min_length=1)


class Vocabulary(Part):
    """All that lessons may name as a concept."""

    groups: list[Group] = Field(min_length=1)

    @property
    def concepts(self) -> dict[str, Concept]:
        """By name, in the order of the file."""
        return {concept.name: concept for group in self.groups for concept in group.concepts}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong in the vocabulary: where in the document, what, and what to do."""

    location: tuple[str | int, ...]
    rule: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson or an exercise of a course, with its file below the courses' folder."""

    kind: str
    title: str
    course: str
    file: str


def read_vocabulary(document: Document) -> tuple[Vocabulary | None, list[Flaw]]:
    """The vocabulary of a document, and everything wrong with it; None where it cannot be used at all."""
    try:
        vocabulary = Vocabulary.model_validate(document.data)
    except ValidationError as error:
        remedy = "docs/authoring.md shows a complete example."
        return None, [
            Flaw(problem["loc"], "structure", f"{problem['msg']}.", remedy)
            for problem in error.errors(include_url=False, include_input=False)
        ]
    return vocabulary, [*_repeated(vocabulary), *_unknown_needs(vocabulary), *_cycles(vocabulary)]


def places(courses: Iterable[LoadedCourse]) -> dict[str, Place]:
    """Every lesson and exercise as `course/slug`."""
    found = {}
    for loaded in courses:
        slug = loaded.path.name
        title = loaded.course.title if loaded.course else slug
        for module in loaded.modules:
            file = f"{slug}/modules/{module.slug}/index.md"
            found[f"{slug}/{module.slug}"] = Place("lesson", module.title, title, file)
        for exercise in loaded.exercises:
            file = f"{slug}/exercises/{exercise.slug}/task.md"
            found[f"{slug}/{exercise.slug}"] = Place("exercise", exercise.title, title, file)
    return found


def homes(vocabulary: Vocabulary, courses: Iterable[LoadedCourse]) -> dict[str, list[str]]:
    """By concept, where it is at home: what is given by hand, and the lessons that name it."""
    found = {name: list(concept.home) for name, concept in vocabulary.concepts.items()}
    for loaded in courses:
        for module in loaded.modules:
            place = f"{loaded.path.name}/{module.slug}"
            for name in module.concepts:
                if name in found and place not in found[name]:
                    found[name].append(place)
    return found


def homeless(vocabulary: Vocabulary, courses: list[LoadedCourse]) -> list[str]:
    """Sentences on concepts that have no home, or one that is not there."""
    known, said = places(courses), []
    for name, where in homes(vocabulary, courses).items():
        concept = vocabulary.concepts[name]
        said += [
            f"'{name}' is at home in {place}, which does not exist." for place in where if place not in known
        ]
        if not (where or concept.page or concept.reading):
            said.append(
                f"'{name}' has no home: no lesson names it, and no exercise, page or reason is given."
            )
    return said


def written(vocabulary: Vocabulary, courses: list[LoadedCourse]) -> str:
    """The map as Markdown."""
    known, found = places(courses), homes(vocabulary, courses)
    lines = [_HEAD]
    for group in vocabulary.groups:
        lines += ["", f"## {group.title}", "", "| subject | builds on | where |", "| --- | --- | --- |"]
        for concept in group.concepts:
            where = [_link(known[place]) for place in found[concept.name] if place in known]
            where += [f"[on the site](../README.md): `{concept.page}`"] if concept.page else []
            where += [f"reading: {concept.reading}"] if concept.reading else []
            lines.append(f"| {concept.name} | {', '.join(concept.needs)} | {'; '.join(where)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the map of the courses that ship."""
    courses = [load_course(path.parent) for path in sorted(SHIPPED.glob("*/course.yaml"))]
    text = (SHIPPED / CONCEPTS_FILE).read_text(encoding="utf-8")
    vocabulary, flaws = read_vocabulary(read_document(text))
    if vocabulary is None or flaws:
        sys.exit("\n".join(f"{flaw.message} {flaw.remedy}" for flaw in flaws))
    sys.stdout.write(written(vocabulary, courses))


_HEAD = """# The curriculum, subject by subject

<!-- Written by `python -m courses.curriculum > docs/curriculum.md`; do not edit. -->

Every subject has a home: a lesson or an exercise where one does something with it, a page of the site, or a
reason why it is only read about. Lessons name the subjects they teach; `courses/content/concepts.yaml` holds
the list."""


def _link(place: Place) -> str:
    return f"{place.kind} [{place.title}](../courses/content/{place.file}) ({place.course})"


def _where(vocabulary: Vocabulary) -> Iterator[tuple[tuple[str | int, ...], Concept]]:
    for number, group in enumerate(vocabulary.groups):
        for place, concept in enumerate(group.concepts):
            yield ("groups", number, "concepts", place), concept


def _repeated(vocabulary: Vocabulary) -> Iterator[Flaw]:
    seen: set[str] = set()
    for location, concept in _where(vocabulary):
        if concept.name in seen:
            yield Flaw(
                location, "repeated", f"'{concept.name}' stands here twice.", "Name each concept once."
            )
        seen.add(concept.name)


def _unknown_needs(vocabulary: Vocabulary) -> Iterator[Flaw]:
    for location, concept in _where(vocabulary):
        for number, name in enumerate(concept.needs):
            if name not in vocabulary.concepts:
                message = f"'{concept.name}' builds on '{name}', which is not in the list."
                yield Flaw(
                    (*location, "needs", number), "unknown-concept", message, "Add it, or correct the name."
                )


def _cycles(vocabulary: Vocabulary) -> Iterator[Flaw]:
    """One flaw for each concept that, by way of what it builds on, builds on itself."""
    concepts = vocabulary.concepts
    for location, concept in _where(vocabulary):
        waiting, seen = list(concept.needs), set()
        while waiting:
            name = waiting.pop()
            if name == concept.name:
                message = f"'{name}' builds on itself, by way of what it needs."
                yield Flaw((*location, "needs"), "concept-cycle", message, "Take one of the needs away.")
                break
            if name in concepts and name not in seen:
                seen.add(name)
                waiting += concepts[name].needs


if __name__ == "__main__":
    main()
