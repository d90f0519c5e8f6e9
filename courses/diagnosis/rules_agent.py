"""Rules for agents, whose curve is the reward of validation episodes."""

from __future__ import annotations

from courses.diagnosis import remedies
from courses.diagnosis.evidence import Evidence
from courses.diagnosis.signs import Found, Sign, figure, share
from courses.diagnosis.trends import Trend, trend

LEAST_EPOCHS = 8


def forgetting(seen: Evidence) -> Found | None:
    """It had learned more than it can do at the end."""
    rewards = _rewards(seen)
    if rewards is None:
        return None
    spread = max(rewards.values) - min(rewards.values)
    best, end = max(rewards.values), rewards.end
    if not spread or (best - end) / spread < 0.35:
        return None
    return Found(
        "unstable",
        f"Its best epoch earned {figure(best)}, the last ones {figure(end)}: what it had learned was lost.",
        (Sign("Best reward of an epoch", figure(best)), Sign("Reward at the end", figure(end))),
        ("steps that are too large", "a target that moves with every step", "exploration that never fades"),
        (*remedies.CALMER, *remedies.AGENT),
    )


def still_learning(seen: Evidence) -> Found | None:
    """Rewards were on their way up when training ended."""
    rewards = _rewards(seen)
    if rewards is None:
        return None
    spread = max(rewards.values) - min(rewards.values)
    rise = -rewards.fall / spread if spread else 0.0
    if rise < 0.15:
        return None
    return Found(
        "still_improving",
        f"In the last quarter the reward still rose by {share(rise)} of its range, to {figure(rewards.end)}.",
        (Sign("Rise in the last quarter", share(rise)), Sign("Reward at the end", figure(rewards.end))),
        ("too few epochs", "steps that are too small", "too little exploration early on"),
        (*remedies.LONGER, *remedies.AGENT),
    )


def steady(seen: Evidence) -> Found:
    """Neither."""
    rewards = _rewards(seen)
    end = f" at {figure(rewards.end)}" if rewards else ""
    return Found("healthy", f"The reward has settled{end}. What would you try to break it?", (), ())


def _rewards(seen: Evidence) -> Trend | None:
    rewards = trend(seen.scores)
    return rewards if rewards and len(rewards.values) >= LEAST_EPOCHS else None
