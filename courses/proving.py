"""`courses check --train`: train the reference configurations and see whether they earn what they promise.

The only module of this room that trains; it is loaded by the command alone, never by the web.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from courses import grading
from courses.checking import check_loaded
from courses.content import ExerciseDefinition, Finding, LoadedCourse, Reference, load_course
from courses.knobs import effective
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.spec import SpecError
from trainer_service.engine.train import train


def prove_course(path: Path) -> list[Finding]:
    """Everything that checking finds, and each reference that does not earn what it promises."""
    loaded = check_loaded(load_course(path))
    for exercise in loaded.exercises:
        for reference in exercise.references:
            _prove(loaded, exercise, reference)
    return sorted(set(loaded.findings), key=lambda finding: (finding.file, finding.line, finding.column))


def _prove(loaded: LoadedCourse, exercise: ExerciseDefinition, reference: Reference) -> None:
    try:
        spec = engine_spec.parse(effective(exercise, reference.config))
    except SpecError:
        return  # found by the check already
    with tempfile.TemporaryDirectory() as folder:
        (result,) = train([spec], out_dirs=[Path(folder)])
    best = {criterion.id: criterion.points for criterion in exercise.rubric.human}  # as if a person gave all
    verdict = grading.grade(exercise.rubric, result.as_dict(), rows=grading.rows_by_part(spec), marks=best)
    expected = reference.expect
    if verdict.passed is expected.passed and expected.points in (None, verdict.points):
        return
    words = " ".join(criterion.explanation for criterion in verdict.criteria)
    promised = f"passed: {str(expected.passed).lower()}" + (
        f" with {expected.points:g} points" if expected.points is not None else ""
    )
    loaded.add(
        f"exercises/{exercise.slug}/reference/{reference.name}.yaml",
        ("expect",),
        "broken-promise",
        f"Promised {promised}; trained, it earned {verdict.points:g} of {verdict.max_points:g}. {words}",
        "Change the configuration, the promise or the thresholds.",
    )
