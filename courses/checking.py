"""`courses check`: what is wrong in a course folder, with file, line and remedy, before learners see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from courses import fields, grading, vocabulary
from courses.budget import over_budget
from courses.content import (
    CONCEPTS_FILE,
    CourseDefinition,
    ExerciseDefinition,
    Finding,
    Knob,
    LoadedCourse,
    ModuleDefinition,
    load_course,
)
from courses.curriculum import read_vocabulary
from courses.knob_schema import reachable_schemas
from courses.knobs import effective, value_at
from courses.reading import Unreadable, read_document
from trainer_service.engine import catalogue
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.estimate import estimate
from trainer_service.engine.spec import SpecError

FACTS_FILE = "training_facts.yaml"

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]*)")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]*)")
_LIST_ITEM = re.compile(r" {0,3}(?:[-+*]|1[.)])[ \t]+\S")
_BLOCK = re.compile(r" {0,3}(?:#{1,6}\s|>|\||[-+*]\s|\d+[.)]\s|(?:[-=*_]\s*){3,}$)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def check_course(path: Path) -> list[Finding]:
    """Everything wrong in the course at `path`, sorted by file and line; empty: the course may be synced."""
    loaded = check_loaded(load_course(path))
    return sorted(set(loaded.findings), key=lambda finding: (finding.file, finding.line, finding.column))


def check_loaded(loaded: LoadedCourse) -> LoadedCourse:
    """Add what looking deeper finds, and leave out the exercises that must not be synced."""
    if loaded.course is None:
        return loaded
    _check_course_file(loaded, loaded.course)
    known_facts = _known_facts(loaded)
    concepts = _known_concepts(loaded)
    for module in loaded.modules:
        _check_module(loaded, module, known_facts)
        if concepts is not None:
            _check_concepts(loaded, module, concepts)
    loaded.exercises = [exercise for exercise in loaded.exercises if _check_exercise(loaded, exercise)]
    return loaded


def _check_course_file(loaded: LoadedCourse, course: CourseDefinition) -> None:
    for kind, slugs in (("modules", course.modules), ("exercises", course.exercises)):
        for index, slug in enumerate(slugs):
            if slug in slugs[:index]:
                remedy = "Name each part once."
                loaded.add("course.yaml", (kind, index), "repeated", f"'{slug}' is listed twice.", remedy)
        folder = loaded.path / kind
        present = sorted(item.name for item in folder.iterdir() if item.is_dir()) if folder.is_dir() else []
        for name in present:
            if name not in slugs:
                remedy = f"Add it to {kind} in course.yaml, or remove the folder."
                loaded.add("course.yaml", (kind,), "unlisted", f"{kind}/{name} is not listed.", remedy)


def _known_facts(loaded: LoadedCourse) -> set[str]:
    """Names of the training facts that lie beside the course, or in it."""
    for folder in (loaded.path, loaded.path.parent):
        file = folder / FACTS_FILE
        if file.is_file():
            try:
                data = read_document(file.read_text(encoding="utf-8")).data
            except (Unreadable, UnicodeDecodeError):
                return set()
            facts = data.get("facts", data) if isinstance(data, dict) else {}
            return {str(fact.get("name")) for fact in facts} if isinstance(facts, list) else set(facts)
    return set()


def _known_concepts(loaded: LoadedCourse) -> set[str] | None:
    """Names of the concepts that lie beside the course, or in it; None where no list can be read."""
    for folder, file in ((loaded.path, CONCEPTS_FILE), (loaded.path.parent, f"../{CONCEPTS_FILE}")):
        if (folder / CONCEPTS_FILE).is_file():
            try:
                document = read_document((folder / CONCEPTS_FILE).read_text(encoding="utf-8"))
            except (Unreadable, UnicodeDecodeError) as error:
                loaded.add(
                    file, (), "yaml", f"The list of concepts cannot be read: {error}.", "Mend the file."
                )
                return None
            loaded.documents[file] = document
            vocabulary, flaws = read_vocabulary(document)
            for flaw in flaws:
                loaded.add(file, flaw.location, flaw.rule, flaw.message, flaw.remedy)
            return set(vocabulary.concepts) if vocabulary else None
    return None


def _check_concepts(loaded: LoadedCourse, module: ModuleDefinition, known: set[str]) -> None:
    """A lesson names concepts of the list, and its questions concepts of the lesson."""
    file = f"modules/{module.slug}/index.md"
    for index, name in enumerate(module.concepts):
        if name not in known:
            remedy = f"Add it to {CONCEPTS_FILE}, or use a name from there."
            loaded.add(file, ("concepts", index), "unknown-concept", f"There is no concept '{name}'.", remedy)
    for index, question in enumerate(module.quiz.questions if module.quiz else ()):
        if question.concept and question.concept not in module.concepts:
            message = f"The lesson has no concept '{question.concept}'."
            where = ("questions", index, "concept")
            remedy = "Use one from the front matter of its lesson."
            loaded.add(f"modules/{module.slug}/quiz.yaml", where, "unknown-concept", message, remedy)


def _check_module(loaded: LoadedCourse, module: ModuleDefinition, known_facts: set[str]) -> None:
    file = f"modules/{module.slug}/index.md"
    for index, fact in enumerate(module.facts):
        if fact not in known_facts:
            remedy = f"Use a name from {FACTS_FILE}."
            loaded.add(file, ("facts", index), "unknown-fact", f"There is no training fact '{fact}'.", remedy)
    for location, rule, message, remedy in [*_check_skills(module.skills), *_check_requires(loaded, module)]:
        loaded.add(file, location, rule, message, remedy)
    _check_markdown(loaded, file)


def _check_exercise(loaded: LoadedCourse, exercise: ExerciseDefinition) -> bool:
    """Note everything wrong with one exercise; False where it cannot be offered."""
    folder = f"exercises/{exercise.slug}"
    for name in ("task", "debrief", "instructor"):
        _check_markdown(loaded, f"{folder}/{name}.md")
    before = len(loaded.findings)
    for check in _EXERCISE_CHECKS:
        for location, rule, message, remedy in check(loaded, exercise):
            loaded.add(f"{folder}/exercise.yaml", location, rule, message, remedy)
    is_sound = len(loaded.findings) == before
    if is_sound:
        _check_references(loaded, exercise)
    return is_sound


Remark = tuple[tuple[str | int, ...], str, str, str]


def _check_skills(names: Sequence[str]) -> Iterator[Remark]:
    for index, name in enumerate(names):
        if remedy := vocabulary.remedy(name):
            yield ("skills", index), "unknown-skill", f"There is no skill '{name}'.", remedy


def _check_requires(loaded: LoadedCourse, module: ModuleDefinition) -> Iterator[Remark]:
    order = loaded.course.modules if loaded.course else []
    earlier = order[: order.index(module.slug)] if module.slug in order else []
    for index, slug in enumerate(module.requires):
        if slug not in earlier:
            remedy = f"Name lessons that come before it: {', '.join(earlier) or 'there are none'}."
            yield ("requires", index), "requires", f"'{slug}' is no earlier lesson of this course.", remedy


def _check_skills_of(_: LoadedCourse, exercise: ExerciseDefinition) -> Iterator[Remark]:
    return _check_skills(exercise.skills)


def _check_spec(_: LoadedCourse, exercise: ExerciseDefinition) -> Iterator[Remark]:
    try:
        default = exercise.default_spec
    except SpecError as error:
        for problem in error.problems:
            where = ("spec", *problem.path.split("."))
            yield (
                where,
                "spec",
                f"spec.{problem.path}: {problem.message}.",
                "Correct the default configuration.",
            )
        return
    problems = over_budget(exercise, default, estimate(engine_spec.parse(default)))
    for problem in problems:
        remedy = "Make the default cheaper, or the budget larger."
        yield ("budget",), "budget", f"The default configuration does not fit: {problem.message}.", remedy


def _check_module_of(loaded: LoadedCourse, exercise: ExerciseDefinition) -> Iterator[Remark]:
    modules = loaded.course.modules if loaded.course else []
    if exercise.module not in modules:
        message = f"There is no module '{exercise.module}'."
        yield ("module",), "unknown-module", message, f"Choose one of {', '.join(modules)}."


def _check_knobs(_: LoadedCourse, exercise: ExerciseDefinition) -> Iterator[Remark]:
    try:
        default = exercise.default_spec
    except SpecError:
        return
    for index, knob in enumerate(exercise.knobs):
        for rule, message, remedy in _check_knob(knob, exercise, default):
            yield ("knobs", index), rule, f"{knob.path}: {message}", remedy


def _check_knob(
    knob: Knob, exercise: ExerciseDefinition, default: dict[str, Any]
) -> Iterator[tuple[str, str, str]]:
    schemas = reachable_schemas(exercise, knob)
    if not schemas:
        yield "unknown-knob", "the engine has no such field.", "Look for a typing mistake in the path."
        return
    wanted = {"number", "integer", "array"}
    types = {
        option.get("type") for schema in schemas.values() for option in [schema, *schema.get("anyOf", [])]
    }
    has_own_choices = any("enum" in schema for schema in schemas.values()) or knob.path == "preprocessing"
    if types & wanted and not has_own_choices and knob.choices is None:
        if knob.minimum is None or knob.maximum is None:
            yield "unbounded-knob", "a number needs a bound.", "Give minimum and maximum, or choices."
        elif knob.minimum > knob.maximum:
            yield "empty-knob", "minimum is above maximum.", "Exchange the two."
        yield from _check_bounds(knob, [*schemas.values()])
    for path in knob.when:
        if not fields.field_schemas(tuple(path.split("."))):
            yield "unknown-knob", f"when names '{path}', which the engine does not have.", "Correct the path."
    value = value_at(default, knob.location)
    if knob.choices is not None and value is not None and value not in knob.choices:
        yield (
            "default-not-offered",
            f"the default {value} is not among the choices.",
            "Add it to the choices.",
        )


def _check_bounds(knob: Knob, schemas: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """A knob may be narrower than the engine, never wider."""
    for schema in schemas:
        for option in [schema, *schema.get("anyOf", []), schema.get("items", {})]:
            lowest, highest = option.get("minimum"), option.get("maximum")
            if lowest is not None and knob.minimum is not None and knob.minimum < lowest:
                yield "wide-knob", f"the engine's minimum is {lowest}.", f"Raise minimum to {lowest} or more."
            if highest is not None and knob.maximum is not None and knob.maximum > highest:
                yield (
                    "wide-knob",
                    f"the engine's maximum is {highest}.",
                    f"Lower maximum to {highest} or less.",
                )


def _check_defaults(_: LoadedCourse, exercise: ExerciseDefinition) -> Iterator[Remark]:
    try:
        chosen = {knob.path: value_at(exercise.default_spec, knob.location) for knob in exercise.knobs}
    except SpecError:
        return
    for index, knob in enumerate(exercise.knobs):
        if (value := chosen[knob.path]) is None:
            continue
        part, *rest = knob.location
        try:
            effective(exercise, {part: {rest[0]: value} if rest else value})
        except SpecError as error:
            message = f"The default {value} of {knob.path} is refused: {error.problems[0].message}."
            yield ("knobs", index), "default-out-of-bounds", message, "Widen the knob or change the default."


def _check_variants(_: LoadedCourse, exercise: ExerciseDefinition) -> Iterator[Remark]:
    """Each family that a learner may choose must be valid as it comes."""
    for index, knob in enumerate(exercise.knobs):
        part, *rest = knob.location
        if rest != [fields.VARIANT_KEYS.get(part)] or knob.when:
            continue
        for choice in knob.choices or fields.variants(part):
            try:
                effective(exercise, {part: {rest[0]: choice}})
            except SpecError as error:
                problem = error.problems[0]
                message = f"{choice} is refused as it comes: {problem.path}: {problem.message}."
                yield ("knobs", index), "variant", message, "Remove the choice, or give its knobs a default."


def _check_criteria(_: LoadedCourse, exercise: ExerciseDefinition) -> Iterator[Remark]:
    dataset = catalogue.DATASETS.get(str(exercise.spec.get("data", {}).get("dataset")))
    known = grading.metrics_of(dataset, str(exercise.spec.get("task"))) if dataset else list(grading.METRICS)
    for index, criterion in enumerate(exercise.criteria):
        if not criterion.is_human and criterion.metric not in known:
            message = f"'{criterion.metric}' cannot be graded here."
            yield (
                ("criteria", index, "metric"),
                "unknown-metric",
                message,
                f"Choose one of {', '.join(known)}.",
            )
        if criterion.id in [other.id for other in exercise.criteria[:index]]:
            message = f"The id '{criterion.id}' is used twice."
            yield ("criteria", index, "id"), "repeated", message, "Give each criterion its own id."
    if exercise.pass_points > exercise.max_points:
        message = (
            f"{exercise.pass_points:g} points to pass, but the criteria give only {exercise.max_points:g}."
        )
        yield ("pass_points",), "unreachable-pass", message, "Lower pass_points or raise the points."


_EXERCISE_CHECKS: list[Callable[[LoadedCourse, ExerciseDefinition], Iterator[Remark]]] = [
    _check_spec,
    _check_module_of,
    _check_skills_of,
    _check_knobs,
    _check_defaults,
    _check_variants,
    _check_criteria,
]


def _check_references(loaded: LoadedCourse, exercise: ExerciseDefinition) -> None:
    for reference in exercise.references:
        file = f"exercises/{exercise.slug}/reference/{reference.name}.yaml"
        try:
            spec = effective(exercise, reference.config)
            problems = over_budget(exercise, spec, estimate(engine_spec.parse(spec)))
        except SpecError as error:
            problems = error.problems
        for problem in problems:
            where = ("config", *problem.path.split("."))
            remedy = "A reference is a configuration that a learner could send."
            loaded.add(file, where, "reference", f"{problem.path}: {problem.message}.", remedy)


def _check_markdown(loaded: LoadedCourse, file: str) -> None:
    path = loaded.path / file
    prose = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), path.read_text(encoding="utf-8"))
    _check_stray_lists(loaded, file, prose)
    for image in _IMAGE.finditer(prose):
        if not image["alt"].strip():
            line, column = _line_and_column(prose, image.start())
            message = "The image has no text for those who cannot see it."
            remedy = "Describe it: ![what it shows](file)."
            loaded.findings.append(Finding(file, line, column, "image-alt", message, remedy))
    for link in [*_IMAGE.finditer(prose), *_LINK.finditer(prose)]:
        target = link["target"].split("#")[0]
        if target and not _resolves(loaded.path, path.parent, target):
            line, column = _line_and_column(prose, link.start())
            message, remedy = f"'{target}' leads nowhere.", "Correct the path; it is relative to this file."
            loaded.findings.append(Finding(file, line, column, "broken-link", message, remedy))


def _check_stray_lists(loaded: LoadedCourse, file: str, prose: str) -> None:
    """A line of a paragraph that begins with `+ `, `- ` or `1. ` turns into a list, often by a line break."""
    is_paragraph = False
    for number, line in enumerate(prose.splitlines(), 1):
        if is_paragraph and _LIST_ITEM.match(line):
            message = "A list begins in the middle of a paragraph."
            remedy = "Put an empty line before a list; move a sign at the start of a line to the line before."
            loaded.findings.append(Finding(file, number, 1, "stray-list", message, remedy))
        is_text = bool(line.strip()) and not _BLOCK.match(line)
        is_paragraph = is_text and (is_paragraph or not line.startswith((" ", "\t")))


def _resolves(root: Path, folder: Path, target: str) -> bool:
    if re.match(r"https?://|mailto:|/", target):
        return True
    found = (folder / target).resolve()
    return found.is_relative_to(root.resolve()) and found.exists()


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
