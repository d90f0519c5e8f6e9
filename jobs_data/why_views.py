"""Why a number is what it is: the postings behind one group of a figure, from raw cell to value."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import answers, explaining, figures, statistics, whys
from .measured_table import one_row
from .measures import Unavailable
from .models import Origin, Snapshot
from .selection import BadSelection, parse


@require_safe
def why(request: HttpRequest, short_hash: str, name: str) -> HttpResponse:
    """A sample of the postings behind a group; 404 where nothing is, 410 where it was withdrawn."""
    params, cell = whys.parse(request.GET.dict())
    try:
        snapshot = _standing(short_hash)
        found = explaining.why(snapshot, name, cell, parse(params))
    except figures.FigureGone as gone:
        return answers.missing(request, str(gone), status=410)
    except (figures.NoSuchFigure, statistics.UnknownStatistic, Unavailable) as missing:
        return answers.missing(request, str(missing), status=404)
    except BadSelection as bad:
        return answers.missing(request, str(bad), status=400)
    context = {
        "section": "jobs",
        "found": found,
        "figure": found.figure,
        "row": one_row(found.figure, found.row),
    }
    return render(request, "jobs_data/why.html", context)


def _standing(short_hash: str) -> Snapshot:
    """The snapshot of counted figures, or NoSuchFigure or FigureGone."""
    try:
        snapshot = statistics.find_snapshot(short_hash)
    except Snapshot.DoesNotExist:
        raise figures.NoSuchFigure(f"No snapshot's hash starts with {short_hash}.") from None
    if snapshot.withdrawn_at:
        raise figures.FigureGone(f"Snapshot {short_hash} was withdrawn: {snapshot.withdrawal_reason}")
    if snapshot.source.origin == Origin.PUBLISHED:
        raise figures.NoSuchFigure(
            "Published figures are as printed; there are no postings behind them here."
        )
    return snapshot
