"""Attempts side by side, and runs to take away."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses import curves
from courses.experiments import capsule as capsules
from courses.experiments import charts, comparing
from courses.models import Submission

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


@never_cache
@login_required
@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Attempt `pk` beside others of the same learner at the same exercise: `?with=12&with=15`."""
    user = cast("User", request.user)
    base = (
        Submission.objects.visible_to(user)
        .select_related("exercise__course", "offering")
        .filter(pk=pk)
        .first()
    )
    if base is None:
        raise Http404
    every = list(_siblings(user, base))
    compared = comparing.compare(_chosen(request, base, every))
    if request.GET.get("format") == "csv":
        return _csv(compared, base)
    if request.GET.get("format") == "json":
        return JsonResponse(compared.as_dict())
    kind = curves.kind_of(base.exercise.parsed.default_spec["task"])
    context = {
        "base": base,
        "exercise": base.exercise,
        "course": base.exercise.course,
        "every": every,
        "compared": compared,
        "chosen": {one.pk for one in compared.attempts},
        "most": comparing.MOST,
        "query": "&".join(f"with={one.pk}" for one in compared.attempts),
        "overlaid": charts.overlaid(compared.curves, kind.measure) if compared.curves else None,
        "parallel": charts.parallel(compared.axes) if compared.axes and len(compared.attempts) > 1 else None,
    }
    return render(request, "courses/experiments/compare.html", context)


@never_cache
@login_required
@require_safe
def capsule(request: HttpRequest, pk: int) -> HttpResponse:
    """A run as a zip that repeats it elsewhere."""
    found = Submission.objects.visible_to(cast("User", request.user)).for_page().filter(pk=pk).first()
    if found is None:
        raise Http404
    name = f"{capsules.name_of(found)}.zip"
    return HttpResponse(
        capsules.archive(found),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# Private functions --------------------------------------------------------------------------------------


def _siblings(user: User, base: Submission) -> list[Submission]:
    """All attempts of the same learner at the same exercise that the reader may see, oldest first."""
    found = Submission.objects.visible_to(user).filter(learner=base.learner_id, exercise=base.exercise_id)
    return list(found.select_related("exercise", "run__result").order_by("created_at", "pk"))


def _chosen(request: HttpRequest, base: Submission, every: list[Submission]) -> list[Submission]:
    """Those that the address names, else the latest with a result; never more than a chart can hold."""
    wanted = {int(value) for value in request.GET.getlist("with") if value.isdecimal() and len(value) < 18}
    named = [one for one in every if one.pk in wanted]
    if named:
        return named[: comparing.MOST]
    others = [one for one in every if one.run.has_result and one.pk != base.pk][-(comparing.MOST - 1) :]
    return sorted([*others, *(one for one in every if one.pk == base.pk)], key=lambda one: one.number)


def _csv(compared: comparing.Compared, base: Submission) -> HttpResponse:
    name = f"{base.exercise.slug}-attempts.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    csv.writer(response).writerows(compared.as_rows())
    return response
