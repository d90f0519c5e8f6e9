"""From evidence to a diagnosis: rules in order, the first that fits speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from courses.diagnosis import rules_agent, rules_broken, rules_fit
from courses.diagnosis.advice import Experiment, choose
from courses.diagnosis.evidence import Evidence
from courses.diagnosis.signs import Found, Rival, Sign
from courses.symptoms import SYMPTOMS, Code, Tone

Rule = Callable[[Evidence], Found | None]

_BROKEN: tuple[Rule, ...] = (rules_broken.numeric_failure, rules_broken.diverging)
_FITTED: tuple[Rule, ...] = (
    *_BROKEN,
    rules_fit.rare_collapse,
    rules_broken.not_learning,
    rules_fit.class_collapse,
    rules_fit.too_good,
    rules_fit.unstable,
    rules_fit.overfitting,
    rules_fit.still_improving,
    rules_fit.underfitting,
    rules_fit.miscalibrated,
    rules_fit.saturated_early,
    rules_fit.healthy,
)
RULES: dict[str, tuple[Rule, ...]] = {
    "classification": _FITTED,
    "regression": _FITTED,
    "multilabel": (
        rules_broken.numeric_failure,
        rules_fit.too_good,
        rules_fit.overfitting,
        rules_fit.healthy,
    ),
    "control": (
        rules_broken.numeric_failure,
        rules_agent.forgetting,
        rules_agent.still_learning,
        rules_agent.steady,
    ),
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a run shows, in words and numbers.

    code, title, tone   the symptom
    sentence            what happened, with figures: also what a chart of the curve says aloud
    evidence            the numbers behind it
    causes              likely causes, likeliest first
    knobs               paths of the knobs to look at, most promising first; only those of the exercise
    next_experiment     one change that would show whether the first cause is the right one; None: none fits
    rival               another cause that fits as well, and how that experiment tells them apart
    """

    code: Code
    title: str
    tone: Tone
    sentence: str
    evidence: tuple[Sign, ...]
    causes: tuple[str, ...]
    knobs: tuple[str, ...]
    next_experiment: Experiment | None
    rival: Rival | None

    @property
    def spoken(self) -> str:
        """The diagnosis in a breath, for those who do not see the chart."""
        causes = f" Likely causes: {'; '.join(self.causes)}." if self.causes else ""
        return f"{self.title}. {self.sentence}{causes}"


def diagnose(evidence: Evidence) -> Diagnosis | None:
    """The diagnosis of a run; None where its task has no rules (clustering, generation and the like)."""
    for rule in RULES.get(evidence.task, ()):
        if found := rule(evidence):
            return _told(found, evidence)
    return None


# Private functions --------------------------------------------------------------------------------------


def _told(found: Found, evidence: Evidence) -> Diagnosis:
    symptom = SYMPTOMS[found.code]
    turned = {knob.path for knob in evidence.definition.knobs} if evidence.definition else None
    paths = dict.fromkeys(move.path for move in found.moves)
    experiment = choose(found.moves, evidence.definition, evidence.spec)
    return Diagnosis(
        code=found.code,
        title=symptom.title,
        tone=symptom.tone,
        sentence=found.sentence,
        evidence=found.signs,
        causes=found.causes,
        knobs=tuple(path for path in paths if turned is None or path in turned),
        next_experiment=experiment,
        rival=found.rival,
    )
