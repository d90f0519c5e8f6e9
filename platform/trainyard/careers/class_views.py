"""The page of a class beside the market, for its instructors."""

from __future__ import annotations

import csv

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.run_views import person
from courses.teaching import roster
from courses.teaching.views import taught_offering
from jobs_data import market
from jobs_data.measures import Unavailable

from . import aims, cohorts, targets
from .coverage import NothingToCover
from .targets import Target


@never_cache
@login_required
@require_safe
def cohort(request: HttpRequest, offering: str) -> HttpResponse:
    """What the class covers of a market, before the course and now, and where its syllabus drifts."""
    found = taught_offering(request, offering)
    target = _target(request)
    asked = market.read(target.chosen if not target.problems else request.GET.dict(), ignoring=targets.OWN)
    context = {
        "section": "teaching",
        "offering": found,
        "target": target,
        "asked": asked,
        "filters": [one for one in market.filters(asked) if one.name != "skill"],
    }
    if not target.problems:
        try:
            context["cohort"] = cohorts.cohort(found, target)
            context["drift"] = cohorts.drift(found, target)
        except (NothingToCover, Unavailable) as why:
            context["refusal"] = str(why)
    return render(request, "careers/cohort.html", context, status=400 if target.problems else 200)


@never_cache
@login_required
@require_safe
def cohort_csv(request: HttpRequest, offering: str) -> HttpResponse:
    """The class as a table, a row for each learner; percent of postings covered and of asked skills met."""
    found = taught_offering(request, offering)
    target = _target(request)
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.slug}-market.csv"'},
    )
    if target.problems:
        messages = "\n".join(problem.message for problem in target.problems)
        return HttpResponse(messages, content_type="text/plain; charset=utf-8", status=400)
    try:
        members = cohorts.cohort(found, target).members
    except (NothingToCover, Unavailable) as why:
        return HttpResponse(str(why), content_type="text/plain; charset=utf-8", status=404)
    writer = csv.writer(answer)
    writer.writerow(cohorts.COLUMNS)
    for member in members:
        writer.writerow([roster.guarded(one) if isinstance(one, str) else one for one in member.cells])
    return answer


def _target(request: HttpRequest) -> Target:
    """The target of the address, or else the one that the instructor keeps."""
    given = request.GET.dict()
    kept = aims.kept(person(request)) if not given else None
    # What one learner says they know is not the class's.
    return targets.read({**kept.selection.chosen, "source": kept.chosen["source"]} if kept else given)
