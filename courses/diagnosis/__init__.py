"""What a run's numbers say about it: a symptom, its evidence, likely causes and the next experiment. Pure.

    evidence = gather(result=body, spec=spec, definition=exercise.parsed)
    found = diagnose(evidence)     # None where the task has no rules
    found.code, found.title, found.sentence, found.evidence, found.causes, found.knobs, found.next_experiment

Rules only: the same numbers always get the same words. The benchmark `benchmarks.diagnosis` counts how often
they name the fault of runs that were spoiled on purpose.
"""

from courses.diagnosis.advice import Experiment
from courses.diagnosis.diagnosing import Diagnosis, diagnose
from courses.diagnosis.evidence import Evidence, gather
from courses.diagnosis.signs import Rival, Sign
from courses.symptoms import CODES, Code, Symptom

__all__ = [
    "CODES",
    "Code",
    "Diagnosis",
    "Evidence",
    "Experiment",
    "Rival",
    "Sign",
    "Symptom",
    "diagnose",
    "gather",
]
