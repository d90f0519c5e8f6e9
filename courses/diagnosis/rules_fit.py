"""Rules for runs that learned something: how well it fits, when it was done, whether it can be believed."""

from __future__ import annotations

from courses.diagnosis import remedies
from courses.diagnosis.evidence import Evidence
from courses.diagnosis.rules_broken import held_back
from courses.diagnosis.signs import Found, Rival, Sign, figure, share
from courses.diagnosis.trends import Trend, trend

LEAST_POINTS = 6  # of a curve whose shape means anything
RISE, LEAST_RISE = 0.10, 0.03  # of the validation loss: relative to its best, and of the way to a guess
BY_HEART, SMALL_RISE = 0.3, 0.04  # a training loss this far below the validation loss needs less of a rise
GAP, WIDE_GAP = 0.12, 0.25  # between training and validation score: without a curve, and with a flat one
FALLING = 0.02  # of the way to a guess, in the last quarter: more was to be learned
SETTLED, EARLY = 0.015, 0.4  # of the way to a guess; share of the run
SHAKE = 0.05  # of the way to a guess, around the curve's own line
LOW = {"classification": 0.5, "regression": 0.3}
COLLAPSED, UNSEEN = 0.95, 0.1
NEAR_PRIOR = 1.15  # a loss below this many guesses: the shares of the classes were learned, if nothing else
BIASED = 0.12  # calibration error that no chance explains


def class_collapse(seen: Evidence) -> Found | None:
    """Nearly every row gets the same class, and the others are hardly ever found."""
    total = sum(int(count) for row in seen.confusion for count in row)
    if not total or len(seen.confusion) < 2:
        return None
    said = [sum(row[column] for row in seen.confusion) for column in range(len(seen.confusion))]
    top = max(range(len(said)), key=said.__getitem__)
    others = [place for place in range(len(said)) if place != top]
    rest = sum(sum(seen.confusion[place]) for place in others)
    found = sum(seen.confusion[place][place] for place in others) / max(rest, 1)
    is_rare = sum(seen.confusion[top]) / total > 0.7
    if said[top] / total < COLLAPSED or found > UNSEEN or not rest:
        return None
    if not is_rare and held_back(seen):
        return None  # it has learned nothing at all: `underfitting` says why
    name = seen.classes[top] if top < len(seen.classes) else str(top)
    return Found(
        "class_collapse",
        f"{share(said[top] / total)} of held-out rows get {name}; it finds {share(found)} of the rest.",
        (
            Sign(f"Rows called {name}", share(said[top] / total)),
            Sign(f"Rows that are {name}", share(sum(seen.confusion[top]) / total)),
            Sign("Rows of other classes that were found", share(found)),
        ),
        (
            "the classes are of very different size"
            if is_rare
            else "the model has learned no more than a guess",
            "a metric (accuracy) that a constant answer satisfies",
            "too much regularization",
        ),
        (*remedies.BALANCED, *remedies.BIGGER),
    )


def rare_collapse(seen: Evidence) -> Found | None:
    """The same where one class is so common that always naming it is nearly right: the loss is low, too."""
    train = trend(seen.train)
    if train and train.end > NEAR_PRIOR * (seen.chance or 0.0):
        return None
    common = max((sum(row) for row in seen.confusion), default=0)
    is_rare = common > 0.7 * sum(sum(row) for row in seen.confusion)
    return class_collapse(seen) if is_rare else None


def too_good(seen: Evidence) -> Found | None:
    """Validation that the held-out rows do not confirm, or that is perfect where nobody else is."""
    validation, held_out = seen.metric("validation"), seen.metric("held_out")
    interval = seen.intervals.get(seen.score)
    if validation is None or held_out is None or interval is None:
        return None
    half = (interval["high"] - interval["low"]) / 2
    gap = validation - held_out
    if gap <= max(0.05, 3 * half):
        return None
    return Found(
        "too_good",
        f"On validation rows it scores {figure(validation)}, on held-out rows {figure(held_out)}: a gap of "
        f"{figure(gap)}, {gap / max(half, 1e-9):.0f} times what chance explains.",
        (
            Sign("Validation", figure(validation)),
            Sign("Held-out", figure(held_out)),
            Sign("Half the 95 % interval", figure(half)),
        ),
        (
            "validation rows that are related to training rows: same person, machine or day",
            "a feature that gives the answer away and will not be there later",
            "many configurations chosen on the same validation rows",
        ),
        remedies.HONEST,
    )


def unstable(seen: Evidence) -> Found | None:
    """A curve that jumps up and down instead of settling."""
    curve = trend(seen.train) if seen.is_neural else None
    watched = trend(seen.validation) if seen.is_neural else None
    if curve is None or watched is None or len(curve.values) < LEAST_POINTS or not seen.chance:
        return None
    shake = max(curve.shake, 0.5 * watched.shake) / seen.chance
    if shake < SHAKE or min(curve.upward, watched.upward) < 0.2:
        return None
    return Found(
        "unstable",
        f"The loss jumps instead of settling: around its line it shakes by {share(shake)} of a guess's loss, "
        f"and {share(curve.upward)} of the late epochs went up.",
        (
            Sign("Shaking of the loss", share(shake)),
            Sign("Late epochs that went up", share(curve.upward)),
            Sign("Largest loss of a batch", figure(seen.signal("largest_batch_loss"))),
        ),
        ("the learning rate is large for the late epochs", "small batches", "few validation rows"),
        remedies.CALMER,
    )


def overfitting(seen: Evidence) -> Found | None:
    """The training loss went on falling after the validation loss had turned."""
    train, validation = trend(seen.train), trend(seen.validation)
    if train is None or validation is None or len(validation.values) < LEAST_POINTS:
        return _gap(seen, GAP)
    if seen.signals.get("stopped_at_epoch") is not None:
        return None  # its best weights were kept
    rise, best = validation.end - validation.best, validation.best_place
    is_late = best >= 0.8 * len(validation.values)
    needed = SMALL_RISE if train.end < BY_HEART * validation.end else RISE
    is_small = rise < needed * validation.best or rise < LEAST_RISE * (seen.chance or validation.best)
    if is_late or is_small or train.end >= train.values[best]:
        return _gap(seen, WIDE_GAP) if train.end < BY_HEART * validation.end else None
    step = seen.steps[best]
    return Found(
        "overfitting",
        f"The validation loss was lowest in {seen.unit} {step} ({figure(validation.best)}) and rose by "
        f"{share(rise / validation.best)} to the end, while the training loss fell from "
        f"{figure(train.values[best])} to {figure(train.end)}.",
        (
            Sign(f"Lowest validation loss, {seen.unit} {step}", figure(validation.best)),
            Sign("Validation loss at the end", figure(validation.end)),
            Sign("Training loss at the end", figure(train.end)),
            *_scores(seen),
        ),
        ("it trains longer than it should", "more weights than these rows can fill", "no regularization"),
        (*remedies.shorter(step, rounds=seen.unit == "round"), *remedies.TAMER),
    )


def still_improving(seen: Evidence) -> Found | None:
    """The validation loss was on its way down when training ended."""
    validation = trend(seen.validation)
    if validation is None or len(validation.values) < LEAST_POINTS or not seen.chance:
        return None
    fall, early = validation.fall / seen.chance, seen.learned(validation.end) or 0.0
    if held_back(seen) and early < 0.5:
        return None  # it would take for ever: `underfitting` says why
    if fall < FALLING or validation.fall < 2 * validation.shake / len(validation.values) ** 0.5:
        return None
    return Found(
        "still_improving",
        f"The validation loss still fell by {share(fall)} of a guess's loss in the last quarter, to "
        f"{figure(validation.end)}: it stopped before it was done.",
        (
            Sign("Fall in the last quarter", share(fall)),
            Sign("Of the way from a guess to no error", share(max(early, 0.0))),
            *_scores(seen),
        ),
        ("too few epochs or rounds", "the learning rate is small")
        if early >= 0.5
        else ("the learning rate is small", "too few epochs or rounds"),
        remedies.FASTER,
        Rival(
            "More time and larger steps both go further",
            "Take three times the rate and leave the rest: if it ends clearly lower, the rate was the cause; "
            "if it shakes or ends where it did, it needs more time.",
        ),
    )


def underfitting(seen: Evidence) -> Found | None:
    """Flat, and even the training rows are not fitted."""
    train, limit = seen.metric("train"), seen.asked
    fitted = best_fit(seen)
    too_low = train < limit if limit is not None and train is not None else _is_low(seen, fitted)
    held = held_back(seen)
    if not too_low:
        return None
    signs = _scores(seen)
    if fitted is not None:
        signs.insert(0, Sign("Of the way from a guess to no error, training rows", share(max(fitted, 0.0))))
    words = (
        f"Even on its training rows it scores only {figure(train)}" if train is not None else "It fits little"
    )
    words += f", where {figure(limit)} is asked" if limit is not None else ""
    rival = None
    if held:
        rival = Rival(
            "The model is too small for this task",
            "Take the regularization away: if the training score rises, that held it back; if not, the model "
            "is too small.",
        )
    strong = ["strong regularization holds it back"] if held else []
    return Found(
        "underfitting",
        f"{words}, and the curve is flat: more time will not help.",
        tuple(signs),
        (*strong, "the model is too small or too simple", "features that say too little"),
        (*remedies.freer(held), *remedies.BIGGER),
        rival,
    )


def miscalibrated(seen: Evidence) -> Found | None:
    """Probabilities that are not the shares with which it is right."""
    error = seen.metric("held_out", "calibration_error")
    if error is None or error < BIASED:
        return None
    return Found(
        "miscalibrated",
        f"What it is sure of is off by {share(error)} on average: its probabilities are not the shares with "
        "which it is right.",
        (Sign("Calibration error, held-out", share(error)), *_scores(seen)),
        (
            "it was trained past the point where its answers got better",
            "a family that is known for it (naive Bayes counts related features twice)",
            "smoothed labels or few rows in a leaf",
        ),
        remedies.CALIBRATED,
    )


def saturated_early(seen: Evidence) -> Found | None:
    """The best was there long before the end."""
    validation = trend(seen.validation)
    if validation is None or len(validation.values) < 10 or not seen.chance:
        return None
    place = validation.settled(SETTLED * seen.chance)
    if place + 1 > EARLY * len(validation.values):
        return None
    step, last = seen.steps[place], seen.steps[-1]
    return Found(
        "saturated_early",
        f"After {seen.unit} {step} of {last} the validation loss got no better than "
        f"{figure(validation.values[place])}: the rest was spent for nothing.",
        (
            Sign("Nearly at its best", f"{seen.unit} {step} of {last}"),
            Sign("Lowest validation loss", figure(validation.best)),
            *_scores(seen),
        ),
        ("more epochs or rounds than it needs",),
        remedies.shorter(round(1.25 * step), rounds=seen.unit == "round"),
    )


def healthy(seen: Evidence) -> Found:
    """None of the others."""
    signs = _scores(seen)
    words = ", ".join(f"{sign.title.lower()} {sign.value}" for sign in signs)
    told = f"Nothing stands out ({words})." if words else "Nothing stands out."
    return Found("healthy", f"{told} What would you try to break it?", tuple(signs), ())


def best_fit(seen: Evidence) -> float | None:
    """How far the training rows are fitted at the end (1: without error)."""
    train: Trend | None = trend(seen.train)
    return seen.learned(train.end) if train else None


# Private functions --------------------------------------------------------------------------------------


def _gap(seen: Evidence, least: float) -> Found | None:
    """Overfitting that no turn of the curve shows: what training rows say and validation rows do not."""
    train, validation = seen.metric("train"), seen.metric("validation")
    if train is None or validation is None or train - validation < least:
        return None
    return Found(
        "overfitting",
        f"On its training rows it scores {figure(train)}, on validation rows {figure(validation)}: it has "
        "learned rows by heart that do not come again.",
        tuple(_scores(seen)),
        ("the model is free enough to learn rows by heart", "few training rows", "no regularization"),
        remedies.TAMER,
    )


def _is_low(seen: Evidence, fitted: float | None) -> bool:
    low = LOW.get(seen.task)
    if low is None:
        return False
    if fitted is not None:
        return fitted < low
    train = seen.metric("train")
    if train is None:
        return False
    if seen.task == "regression":
        return train < low
    count = len(seen.confusion) or 2
    return (train - 1 / count) / (1 - 1 / count) < low


def _scores(seen: Evidence) -> list[Sign]:
    parts = (("Training", "train"), ("Validation", "validation"), ("Held-out", "held_out"))
    found = [(title, seen.metric(part)) for title, part in parts]
    return [Sign(f"{title} score", figure(value)) for title, value in found if value is not None]
