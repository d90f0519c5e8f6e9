"""Courses as files: a folder of YAML and Markdown read into typed, immutable definitions.

Pure: no database, no network. What cannot be read becomes a `Finding` with file, line and remedy, and a
broken exercise or module is left out without harm to the others. `courses.checking` looks deeper.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from courses.parts import Part, Slug, Text
from courses.quizzes import Quiz
from courses.reading import Document, Location, Unreadable, read_document
from courses.rubric import Criterion, Rubric
from courses.symptoms import Code
from trainer_service.engine import spec as engine_spec

CONCEPTS_FILE = "concepts.yaml"
"""What lessons may name as a concept; beside the courses, or in one."""

Scalar = bool | int | float | str | None


class Knob(Part):
    """A field of the configuration that learners may set; everything else is fixed.

    `when` limits it to some values of another field (`{model.family: [mlp]}`). `default` is its first value
    where choosing another family brings the field in. `max_length` is for lists (hidden layers).
    """

    path: str = Field(pattern=r"^[a-z_]+(\.[A-Za-z_0-9]+)?$")
    label: Text
    help: Text
    choices: list[Scalar] | None = Field(None, min_length=1)
    minimum: int | float | None = None
    maximum: int | float | None = None
    max_length: int | None = Field(None, ge=1)
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""
    when: dict[str, list[Scalar]] = {}
    default: Scalar | list[int] = None

    @property
    def location(self) -> tuple[str, ...]:
        """The path as a tuple of keys."""
        return tuple(self.path.split("."))


class Budget(Part):
    """What one learner may spend: attempts in all, reference seconds, memory and parameters for each run."""

    attempts: int = Field(20, ge=1, le=1000)
    seconds_per_run: float = Field(30.0, gt=0, le=3600)
    memory_mb: int = Field(512, ge=16, le=65536)
    parameters: int = Field(1_000_000, ge=1, le=1_000_000_000)


class Expectation(Part):
    """What a reference configuration must come to when it is trained."""

    passed: bool
    points: float | None = None


class Reference(Part):
    """A configuration that proves the exercise: `good` must pass, `baseline` must not."""

    name: str = ""
    config: dict[str, Any] = {}
    expect: Expectation


class DiagnosedHint(Part):
    """A hint that opens once `after` finished attempts had one of the diagnoses in `when`."""

    text: Text
    when: list[Code] = Field(min_length=1)
    after: int = Field(1, ge=1, le=20)


class Calibration(Part):
    """What chance does here: the good reference trained on several seeds, by `courses check --train`.

    `noise` is the standard deviation of each held-out metric over the seeds; `seconds` (of a run) and
    `memory_bytes` (peak growth of the process) are the machine's that measured.
    """

    reference: str
    seeds: int = Field(ge=2)
    noise: dict[str, float]
    seconds: float
    memory_bytes: int
    spec_digest: str


class ExerciseDefinition(Part):
    """A guided exercise: the complete default configuration, what may be changed, and how it is graded.

    Whoever passes has shown `skills`; like other wording they do not change what a grade rests on.
    """

    slug: Slug
    title: Text
    kind: Literal["tune", "debug", "budget"] = "tune"
    summary: Text
    module: Slug
    skills: list[Text] = []
    spec: dict[str, Any]
    knobs: list[Knob] = Field(min_length=1)
    budget: Budget = Budget()
    criteria: list[Criterion] = Field(min_length=1)
    pass_points: float = Field(gt=0)
    hints: list[Text | DiagnosedHint] = []
    calibration: Calibration | None = None
    task: str = ""
    debrief: str = ""
    instructor: str = ""
    references: list[Reference] = []

    @cached_property
    def default_spec(self) -> dict[str, Any]:
        """`spec` with every default of the engine filled in; raises `SpecError` if it is not valid."""
        return engine_spec.parse(self.spec).model_dump(mode="json")

    @property
    def max_points(self) -> float:
        """The sum over all criteria."""
        return self.rubric.max_points

    @property
    def rubric(self) -> Rubric:
        """The criteria and the pass mark: what a class may replace by its own."""
        return Rubric(criteria=self.criteria, pass_points=self.pass_points)

    @property
    def digest(self) -> str:
        """SHA-256 of what matters to a grade; wording may change without touching it."""
        knobs = [
            knob.model_dump(mode="json", exclude={"label", "help", "scale", "unit"}) for knob in self.knobs
        ]
        criteria = [criterion.what_matters() for criterion in self.criteria]
        budget = self.budget.model_dump(mode="json")
        return _sha256([self.spec, knobs, budget, criteria, self.pass_points])


class ModuleDefinition(Part):
    """A lesson: front matter, Markdown and the questions at its end. `requires` names earlier lessons."""

    slug: Slug
    title: Text
    minutes: int = Field(ge=1, le=600)
    concepts: list[str] = []
    skills: list[str] = []
    requires: list[Slug] = []
    facts: list[str] = []
    text: str = Field(min_length=1)
    quiz: Quiz | None = None


class CourseDefinition(Part):
    """The course itself: its title and the order of its parts, each named by its folder."""

    slug: Slug
    title: Text
    summary: Text
    position: int = Field(0, ge=0)
    modules: list[Slug] = Field(min_length=1)
    exercises: list[Slug] = []


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a course folder. `file` is relative to it; line and column count from 1."""

    file: str
    line: int
    column: int
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.rule}: {self.message} {self.remedy}"


@dataclass(slots=True)
class LoadedCourse:
    """What could be read of a course folder. `course` is None when course.yaml itself is broken.

    `documents` keeps the YAML of each file with its positions, for findings that come later.
    """

    path: Path
    course: CourseDefinition | None = None
    modules: list[ModuleDefinition] = field(default_factory=list)
    exercises: list[ExerciseDefinition] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 over every definition, prose included: equal when nothing at all changed."""
        parts: list[BaseModel] = [*self.modules, *self.exercises]
        course = self.course.model_dump(mode="json") if self.course else None
        return _sha256([course, [part.model_dump(mode="json") for part in parts]])

    def add(self, file: str, location: Location, rule: str, message: str, remedy: str) -> None:
        """Note a finding at the place of `location` in `file`."""
        document = self.documents.get(file)
        line, column = document.position(location) if document else (1, 1)
        self.findings.append(Finding(file, line, column, rule, message, remedy))


def load_course(path: Path) -> LoadedCourse:
    """Read the course in folder `path` (its name is the slug); everything that is wrong is in `findings`."""
    loaded = LoadedCourse(path)
    raw = _read_yaml(loaded, "course.yaml")
    if raw is None:
        return loaded
    loaded.course = _build(loaded, "course.yaml", CourseDefinition, {**raw, "slug": path.name})
    if loaded.course is None:
        return loaded
    modules = [_load_module(loaded, slug) for slug in loaded.course.modules]
    exercises = [_load_exercise(loaded, slug) for slug in loaded.course.exercises]
    loaded.modules = [module for module in modules if module]
    loaded.exercises = [exercise for exercise in exercises if exercise]
    return loaded


def _load_module(loaded: LoadedCourse, slug: str) -> ModuleDefinition | None:
    file = f"modules/{slug}/index.md"
    text = _read_text(loaded, file)
    if text is None:
        return None
    match = _FRONT_MATTER.match(text)
    if match is None:
        remedy = "Begin the file with '---', then title and minutes, then '---'."
        loaded.add(file, (), "front-matter", "The front matter is missing.", remedy)
        return None
    front = _parse(loaded, file, "\n" + match["yaml"])  # the line break keeps line numbers those of the file
    quiz, is_sound = _load_quiz(loaded, f"modules/{slug}/quiz.yaml")
    if front is None or not is_sound:
        return None
    text = text[match.end() :].strip()
    return _build(loaded, file, ModuleDefinition, {**front, "slug": slug, "text": text, "quiz": quiz})


def _load_quiz(loaded: LoadedCourse, file: str) -> tuple[Quiz | None, bool]:
    """The quiz of a lesson, if it has one; False where it has one that cannot be read."""
    if not (loaded.path / file).exists():
        return None, True
    raw = _read_yaml(loaded, file)
    quiz = None if raw is None else _build(loaded, file, Quiz, raw)
    return quiz, quiz is not None


def _load_exercise(loaded: LoadedCourse, slug: str) -> ExerciseDefinition | None:
    folder = f"exercises/{slug}"
    raw = _read_yaml(loaded, f"{folder}/exercise.yaml")
    texts = {name: _read_text(loaded, f"{folder}/{name}.md") for name in ("task", "debrief", "instructor")}
    if raw is None or None in texts.values():
        return None
    files = sorted((loaded.path / folder / "reference").glob("*.yaml"))
    references = [_load_reference(loaded, f"{folder}/reference/{file.name}") for file in files]
    known = [reference for reference in references if reference]
    value = {**raw, **texts, "slug": slug, "references": known}
    if (loaded.path / folder / "calibration.json").exists():
        value["calibration"] = _read_yaml(loaded, f"{folder}/calibration.json")  # JSON is YAML
    return _build(loaded, f"{folder}/exercise.yaml", ExerciseDefinition, value)


def _load_reference(loaded: LoadedCourse, file: str) -> Reference | None:
    raw = _read_yaml(loaded, file)
    return None if raw is None else _build(loaded, file, Reference, {**raw, "name": Path(file).stem})


_FRONT_MATTER = re.compile(r"---\n(?P<yaml>.*?\n)---\n", re.DOTALL)
_Definition = TypeVar("_Definition", bound=Part)


def _build(
    loaded: LoadedCourse, file: str, kind: type[_Definition], raw: dict[str, Any]
) -> _Definition | None:
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            where = ".".join(str(key) for key in problem["loc"]) or "the file"
            message = problem["msg"].removeprefix("Value error, ")
            loaded.add(
                file, problem["loc"], "structure", f"{where}: {message}.", _REMEDIES.get(problem["type"], "")
            )
        return None


_REMEDIES = {
    "extra_forbidden": "Remove the key, or look for a typing mistake in it.",
    "missing": "Add the key; docs/authoring.md shows a complete example.",
    "string_pattern_mismatch": "Use small letters, digits and the separators that docs/authoring.md shows.",
    "value_error": "docs/authoring.md shows a complete example.",
}


def _read_yaml(loaded: LoadedCourse, file: str) -> dict[str, Any] | None:
    text = _read_text(loaded, file)
    return None if text is None else _parse(loaded, file, text)


def _parse(loaded: LoadedCourse, file: str, text: str) -> dict[str, Any] | None:
    try:
        document = read_document(text)
    except Unreadable as error:
        finding = Finding(file, max(error.line, 1), max(error.column, 1), "yaml", f"{error.reason}.", "")
        loaded.findings.append(finding)
        return None
    loaded.documents[file] = document
    if isinstance(document.data, dict):
        return document.data
    loaded.add(file, (), "yaml", "The file holds no mapping.", "Write 'key: value' lines.")
    return None


def _read_text(loaded: LoadedCourse, file: str) -> str | None:
    try:
        return (loaded.path / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        loaded.add(
            file,
            (),
            "missing-file",
            "The file does not exist.",
            "Create it, or remove its name from the course.",
        )
    except (OSError, UnicodeDecodeError) as error:
        loaded.add(
            file, (), "unreadable-file", f"The file cannot be read: {error}.", "Save it as UTF-8 text."
        )
    return None


def _sha256(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
