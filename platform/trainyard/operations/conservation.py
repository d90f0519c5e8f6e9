"""Nothing accepted is lost: accepted = succeeded + failed + cancelled + queued + running."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Count, Q
from django.db.models.functions import Now

from trainer_service.models import Run, RunState
from trainyard.operations.models import ConservationCheck

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)


def check() -> ConservationCheck:
    """Count, compare with the check before, keep the outcome; what is missing is an error in the log."""
    before = ConservationCheck.objects.order_by("-pk").first()
    now = count()
    now.problems = find_problems(now, before)
    now.save()
    for problem in now.problems:
        logger.error("conservation of runs: %s", problem)
    ConservationCheck.objects.filter(checked_at__lt=Now() - KEPT_FOR, problems=[]).delete()
    return now


def count() -> ConservationCheck:
    """All counts in one statement, hence of one moment."""
    states = {state.value: Count("pk", filter=Q(state=state)) for state in RunState}
    return ConservationCheck(**Run.objects.aggregate(accepted=Count("pk"), results=Count("result"), **states))


def find_problems(now: ConservationCheck, before: ConservationCheck | None) -> list[str]:
    """Say what does not add up in `now`, alone and after `before`; empty where everything does."""
    problems = []
    if unknown := now.accepted - (now.ended + now.queued + now.running):
        problems.append(f"runs in no known state: {unknown}")
    if now.results != now.succeeded:
        problems.append(f"runs that succeeded: {now.succeeded}, but results: {now.results}")
    if before and now.accepted < before.accepted:
        problems.append(f"accepted runs that vanished since the last check: {before.accepted - now.accepted}")
    if before and now.ended < before.ended:
        problems.append(
            f"runs that had ended at the last check and no longer have: {before.ended - now.ended}"
        )
    return problems
