"""`courses check --train`: train the reference configurations and see whether they earn what they promise.

The only module of this room that trains; it is loaded by the command alone, never by the web.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

from courses import grading
from courses.checking import check_loaded
from courses.content import Calibration, ExerciseDefinition, Finding, LoadedCourse, Reference, load_course
from courses.knobs import effective
from trainer_service.engine import spec as engine_spec
from trainer_service.engine.estimate import estimate
from trainer_service.engine.results import RunResult
from trainer_service.engine.spec import RunSpec, SpecError
from trainer_service.engine.train import train

SEEDS = 5  # that the good reference is trained on, its own among them
LONGEST = 8.0  # reference seconds of one run: what takes longer is not trained again for its noise alone


def prove_course(path: Path) -> list[Finding]:
    """Everything that checking finds, and each reference that does not earn what it promises.

    Beside each exercise whose good reference trains in a few seconds it leaves `calibration.json`.
    """
    loaded = check_loaded(load_course(path))
    for exercise in loaded.exercises:
        for reference in exercise.references:
            _prove(loaded, exercise, reference)
        _calibrate(loaded, exercise)
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


def _calibrate(loaded: LoadedCourse, exercise: ExerciseDefinition) -> None:
    """Write what chance does to the good reference, unless it is known for this very configuration."""
    good = next((reference for reference in exercise.references if reference.name == "good"), None)
    try:
        spec = engine_spec.parse(effective(exercise, good.config)) if good else None
    except SpecError:
        return
    known = exercise.calibration
    if good is None or spec is None or (known and known.spec_digest == engine_spec.digest(spec)):
        return
    if estimate(spec).seconds > LONGEST:
        return
    results = [_trained(_with_seed(spec, spec.training.seed + step)) for step in range(SEEDS)]
    measured = _calibration(good.name, spec, results)
    if measured is not None:
        file = loaded.path / "exercises" / exercise.slug / "calibration.json"
        file.write_text(json.dumps(measured.model_dump(mode="json"), indent=2, sort_keys=True) + "\n")


def _trained(spec: RunSpec) -> RunResult:
    with tempfile.TemporaryDirectory() as folder:
        (result,) = train([spec], out_dirs=[Path(folder)])
    return result


def _with_seed(spec: RunSpec, seed: int) -> RunSpec:
    return spec.model_copy(update={"training": spec.training.model_copy(update={"seed": seed})})


def _calibration(name: str, spec: RunSpec, results: Sequence[RunResult]) -> Calibration | None:
    if any(result.failure for result in results):
        return None
    first, *others = [result.metrics["held_out"] for result in results]
    values = {metric: [value, *(other.get(metric) for other in others)] for metric, value in first.items()}
    return Calibration(
        reference=name,
        seeds=len(results),
        noise={
            metric: round(stdev(known), 6)
            for metric, found in values.items()
            if len(known := [value for value in found if value is not None]) == len(results)
        },
        seconds=round(fmean(result.telemetry["seconds"]["total"] for result in results), 3),
        memory_bytes=max(int(result.telemetry["peak_memory_bytes"]) for result in results),
        spec_digest=engine_spec.digest(spec),
    )
