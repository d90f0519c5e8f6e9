"""The pages that join both halves."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jobs_data import market

from . import aims, paths, targets

if TYPE_CHECKING:
    from trainyard.accounts.models import User


@never_cache
@require_safe
def path(request: HttpRequest) -> HttpResponse:
    """What the market of a target asks and pays, what of it is proven, and the lesson that brings the most.

    Without parameters a learner sees the target they keep. A stranger sees the path of someone who begins.
    """
    learner = request.user if request.user.is_authenticated else None
    kept = aims.kept(learner) if learner else None
    asked_for = {name: value for name, value in request.GET.dict().items() if name not in ("page",)}
    target = targets.read(asked_for) if asked_for or kept is None else kept
    asked = market.read(target.chosen if not target.problems else asked_for, ignoring=targets.OWN)
    context = {
        "section": "path",
        "target": target,
        "is_kept": kept is not None and kept.chosen == target.chosen,
        "has_kept": kept is not None,
        "asked": asked,
        "filters": [one for one in market.filters(asked) if one.name != "skill"],
        "known": asked_for.get("known", "") if target.problems else ", ".join(target.known_names),
        "path": None if target.problems else paths.path(learner, target),
        "here": f"{request.path}?{target.query}",
    }
    return render(request, "careers/path.html", context, status=400 if target.problems else 200)


@require_POST
@login_required
def aim(request: HttpRequest) -> HttpResponse:
    """Keep the target of the form as one's own, or let it go."""
    learner = cast("User", request.user)
    if "forget" in request.POST:
        aims.forget(learner)
        messages.success(request, "Your target is let go.")
        return redirect("careers:path")
    given = {name: value for name, value in request.POST.dict().items() if name != "csrfmiddlewaretoken"}
    target = targets.read(given)
    if target.problems:
        return redirect(f"{reverse('careers:path')}?{request.POST.urlencode()}")
    aims.keep(learner, target)
    messages.success(request, f"Your target is {target.words}.")
    return redirect("careers:path")
