"""From a course folder to rows: idempotent, and a broken part keeps its last good version."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from courses.checking import check_loaded
from courses.content import Finding, LoadedCourse, ModuleDefinition, load_course
from courses.learning.services import keep_quiz
from courses.models import Course, Exercise, Module, Offering
from courses.services import grade_left_behind

SHIPPED = Path(__file__).parent / "content"


@dataclass(slots=True)
class Synced:
    """What a sync did: the course (None: course.yaml is broken), slugs kept as they were, all findings."""

    slug: str
    course: Course | None = None
    kept: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def course_folders(root: Path = SHIPPED) -> list[Path]:
    """The folders below `root` that hold a course."""
    return sorted(path.parent for path in root.glob("*/course.yaml"))


def sync_course(path: Path, *, commit: str = "") -> Synced:
    """Make the rows of one course say what its folder says, in one transaction."""
    loaded = check_loaded(load_course(path))
    synced = Synced(slug=path.name, findings=loaded.findings)
    if loaded.course is None:
        return synced
    with transaction.atomic():
        synced.course = _sync_course_row(loaded, commit)
        modules = _sync_modules(loaded, synced.course)
        synced.kept = _sync_exercises(loaded, synced.course, modules)
        _ensure_open_offering(synced.course)
    return synced


def _sync_course_row(loaded: LoadedCourse, commit: str) -> Course:
    definition = loaded.course
    assert definition is not None  # the caller has looked
    course, _ = Course.objects.update_or_create(
        slug=definition.slug,
        defaults={
            "title": definition.title,
            "summary": definition.summary,
            "position": definition.position,
            "digest": loaded.digest,
            "commit": commit,
        },
    )
    return course


def _sync_modules(loaded: LoadedCourse, course: Course) -> dict[str, Module]:
    listed = loaded.course.modules if loaded.course else []
    for module in loaded.modules:
        row, _ = Module.objects.update_or_create(
            course=course, slug=module.slug, defaults=_module_fields(module, listed.index(module.slug))
        )
        keep_quiz(row, module.quiz)
    course.modules.exclude(slug__in=listed).update(is_active=False)
    return {module.slug: module for module in course.modules.filter(is_active=True)}


def _module_fields(module: ModuleDefinition, position: int) -> dict[str, object]:
    return {
        "title": module.title,
        "position": position,
        "minutes": module.minutes,
        "front_matter": module.model_dump(mode="json", include={"concepts", "skills", "requires", "facts"}),
        "text": module.text,
        "is_active": True,
    }


def _sync_exercises(loaded: LoadedCourse, course: Course, modules: dict[str, Module]) -> list[str]:
    """Write the sound exercises; return the slugs of those that keep their last good version."""
    listed = loaded.course.exercises if loaded.course else []
    for exercise in loaded.exercises:
        fields = {
            "title": exercise.title,
            "module": modules.get(exercise.module),
            "position": listed.index(exercise.slug),
            "definition": exercise.model_dump(mode="json"),
            "digest": exercise.digest,
            "is_active": True,
            "sync_problem": "",
        }
        row, _ = Exercise.objects.update_or_create(course=course, slug=exercise.slug, defaults=fields)
        grade_left_behind(row)
    sound = {exercise.slug for exercise in loaded.exercises}
    broken = [slug for slug in listed if slug not in sound]
    for slug in broken:
        mine = [str(finding) for finding in loaded.findings if f"exercises/{slug}/" in finding.file]
        course.exercises.filter(slug=slug).update(sync_problem="\n".join(mine))
    course.exercises.exclude(slug__in=listed).update(is_active=False)
    return broken


def _ensure_open_offering(course: Course) -> None:
    Offering.objects.get_or_create(
        course=course,
        is_open=True,
        defaults={"slug": f"{course.slug[:40]}-open", "title": f"{course.title}, self-paced"},
    )
