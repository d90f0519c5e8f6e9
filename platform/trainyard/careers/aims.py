"""The target that a learner keeps: asked for once, then where every page of theirs begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .models import Aim
from .targets import Target, read

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def keep(learner: User, target: Target) -> None:
    """Make this the learner's target, in place of any earlier one."""
    Aim.objects.update_or_create(learner=learner, defaults={"params": target.chosen})


def forget(learner: User) -> bool:
    """Let the target go; False where there was none."""
    return Aim.objects.filter(learner=learner).delete()[0] > 0


def kept(learner: User) -> Target | None:
    """The learner's target as the market stands now; None where none is kept, or its source is gone."""
    aim = Aim.objects.filter(learner=learner).first()
    target = read(aim.params) if aim else None
    return target if target and not target.problems else None
