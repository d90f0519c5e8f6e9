"""Rules for runs that learned nothing: numbers that broke down, losses that rose, steps of the wrong size."""

from __future__ import annotations

from courses.diagnosis import remedies
from courses.diagnosis.evidence import Evidence
from courses.diagnosis.signs import Found, Rival, Sign, figure, share
from courses.diagnosis.trends import trend

NOTHING = 0.1  # learned less than this share of the way: nothing to speak of
LITTLE, MOSTLY_DEAD = 0.35, 0.5  # with most units dead, this little is all that is left to learn
STRONG_LEAVES = {"model.l2_regularization": 100.0, "model.min_samples_leaf": 100.0}
DEAD, SPIKE, SHAKY = 0.3, 2.0, 0.02
SLOW = 1.0  # rate x rounds: boosting that has taken less than one whole correction has hardly begun
STRONG = {"regularization.weight_decay": 0.05, "regularization.dropout": 0.7, "regularization.l1": 0.005}


def numeric_failure(seen: Evidence) -> Found | None:
    """A loss or weight that was no finite number any more."""
    epoch = seen.signals.get("diverged_at_epoch")
    if epoch is None and not seen.is_partly_numeric:
        return None
    signs = [Sign("Ended in epoch", str(epoch or "?")), *_spikes(seen), *_rate(seen)]
    rate = _said_rate(seen)
    unscaled = not seen.setting("preprocessing") and (seen.signal("first_loss") or 0) > SPIKE * (
        seen.chance or 1e9
    )
    rival = Rival(
        "The features are not scaled, so that the first products are large already",
        "Standardize them and leave the rest: if the numbers hold, scaling was the cause, else the rate.",
    )
    return Found(
        "numeric_failure",
        f"The loss stopped being a number in epoch {epoch or '?'}{rate}; the weights from before were kept.",
        tuple(signs),
        ("the learning rate is too large", "features that are not scaled", "no limit on the gradient"),
        remedies.SCALE_FIRST if unscaled else remedies.COOLER,
        rival if unscaled else None,
    )


def diverging(seen: Evidence) -> Found | None:
    """The training loss ended well above where it began."""
    train = trend(seen.train)
    first = seen.signal("first_loss") or (train.values[0] if train else None)
    if train is None or first is None or len(train.values) < 3:
        return None
    start = max(first, seen.chance or 0.0)
    if train.end <= 1.2 * start or held_back(seen):
        return None
    signs = (
        Sign("Training loss at the start", figure(first)),
        Sign("Training loss at the end", figure(train.end)),
    )
    return Found(
        "diverging",
        f"The training loss went up, from {figure(first)} to {figure(train.end)}{_said_rate(seen)}.",
        (*signs, *_spikes(seen), *_rate(seen)),
        ("the learning rate is too large", "too much momentum for this rate", "features that are not scaled"),
        remedies.COOLER,
    )


def not_learning(seen: Evidence) -> Found | None:
    """The loss stays where a constant answer would be: too hot and too cold look alike in the curve alone."""
    best = best_learned(seen)
    stuck = LITTLE if (seen.signal("dead_unit_share") or 0.0) > MOSTLY_DEAD else NOTHING
    if best is None or best > stuck:
        return None
    if held_back(seen):
        return None  # held back by its regularization: `underfitting` says so
    return _too_hot(seen, best) if _is_hot(seen) else _too_cold(seen, best)


def best_learned(seen: Evidence) -> float | None:
    """How far the run came at the end, on training or validation rows, whichever is further (0 to 1)."""
    ends = [seen.learned(part.end) for part in (trend(seen.train), trend(seen.validation)) if part]
    known = [end for end in ends if end is not None]
    return max(known) if known else None


def held_back(seen: Evidence) -> list[str]:
    """Paths of what may keep a model from learning at all: regularization so strong, leaves so large."""
    if not seen.is_neural:
        taken = (seen.setting("model.learning_rate") or 0) * (seen.setting("model.max_iter") or 0)
        strongest = STRONG_LEAVES if taken > SLOW else {}
    else:
        strongest = STRONG
    return [path for path, strong in strongest.items() if (seen.setting(path) or 0) >= strong]


# Private functions --------------------------------------------------------------------------------------


def _is_hot(seen: Evidence) -> bool:
    dead, largest = seen.signal("dead_unit_share") or 0.0, seen.signal("largest_batch_loss")
    first = seen.signal("first_loss")
    spiked = largest is not None and largest > SPIKE * max(first or 0.0, seen.chance or 0.0)
    train = trend(seen.train)
    rose = train is not None and train.values[0] > 1.1 * max(seen.chance or train.values[0], first or 0.0)
    shaking = train is not None and train.shake > SHAKY * train.end and train.upward > 0.25
    return dead > DEAD or spiked or rose or shaking


def _too_hot(seen: Evidence, best: float) -> Found:
    dead = seen.signal("dead_unit_share")
    why = f"; {share(dead)} of the hidden units never react" if dead and dead > DEAD else ""
    return Found(
        "not_learning_too_hot",
        f"The loss ends where a constant answer would be ({share(max(best, 0))} of the way), and a batch "
        f"reached a loss of {figure(seen.signal('largest_batch_loss'))}{why}: the first steps were too "
        f"large{_said_rate(seen)}.",
        (*_spikes(seen), *_dead(seen), *_ratio(seen), *_rate(seen)),
        (
            "the learning rate is too large",
            "units that died in the first steps",
            "features that are not scaled",
        ),
        remedies.COOLER,
    )


def _too_cold(seen: Evidence, best: float) -> Found:
    train = trend(seen.train)
    still = train is not None and train.fall > 0
    sentence = (
        f"The loss hardly moved: it has gone {share(max(best, 0))} of the way from a constant answer"
        f"{', and is still on its way down in steps that are too small' if still else ''}{_said_rate(seen)}."
    )
    rival = None
    if not still:
        rival = Rival(
            "The features say nothing about the answer, or the labels are wrong",
            "Take ten times larger steps: if the loss now falls, they were too small; if it stays or jumps, "
            "look at the data.",
        )
    return Found(
        "not_learning_too_cold",
        sentence,
        (*_ratio(seen), *_spikes(seen), *_dead(seen), *_rate(seen)),
        (
            "the learning rate is too small",
            "too few epochs or rounds for this rate",
            "features that say nothing",
        ),
        remedies.HOTTER,
        rival,
    )


def _rate_path(seen: Evidence) -> str:
    return "optimizer.learning_rate" if seen.is_neural else "model.learning_rate"


def _said_rate(seen: Evidence) -> str:
    rate = seen.setting(_rate_path(seen))
    return f", at a learning rate of {figure(rate)}" if isinstance(rate, int | float) else ""


def _rate(seen: Evidence) -> list[Sign]:
    rate = seen.setting(_rate_path(seen))
    return [Sign("Learning rate", figure(rate))] if isinstance(rate, int | float) else []


def _spikes(seen: Evidence) -> list[Sign]:
    first, largest = seen.signal("first_loss"), seen.signal("largest_batch_loss")
    signs = [Sign("Loss of the first batch", figure(first))] if first is not None else []
    return [*signs, Sign("Largest loss of a batch", figure(largest))] if largest is not None else signs


def _dead(seen: Evidence) -> list[Sign]:
    dead = seen.signal("dead_unit_share")
    return [Sign("Hidden units that never react", share(dead))] if dead is not None else []


def _ratio(seen: Evidence) -> list[Sign]:
    ratio = seen.signal("update_weight_ratio")
    return [Sign("Last step, as a share of the weights", figure(ratio))] if ratio is not None else []
