"""The pages that join both halves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs_data import market
from jobs_data.postings import looking_up
from jobs_data.postings.posting import Posting
from jobs_data.selection import said
from jobs_data.statistics import HASH

from . import aims, paths, plans, targets

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


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def posting(request: HttpRequest) -> HttpResponse:
    """From an advert to a plan: a text that is pasted (and not stored), or `?posting=hash/row`."""
    learner = request.user if request.user.is_authenticated else None
    kept = aims.kept(learner) if learner else None
    context: dict[str, object] = {"section": "path", "most": plans.MOST_TEXT, "text": ""}
    try:
        text, params, subject = _advert(request)
    except LookupError as missing:
        return render(request, "careers/posting.html", context | {"problem": str(missing)}, status=404)
    if not text.strip():
        problem = "Paste the text of an advert first." if request.method == "POST" else ""
        status = 400 if problem else 200
        return render(request, "careers/posting.html", context | {"problem": problem}, status=status)
    if len(text) > plans.MOST_TEXT:
        problem = f"The text has {len(text):,} characters; at most {plans.MOST_TEXT:,} are read. Shorten it."
        return render(request, "careers/posting.html", context | {"problem": problem}, status=400)
    target = targets.read(params) if params else kept or targets.read({})
    if params and kept:
        target = replace(target, known=kept.known)
    found = plans.plan(learner, text, target)
    return render(
        request, "careers/posting.html", context | {"plan": found, "posting": subject, "text": text}
    )


def _advert(request: HttpRequest) -> tuple[str, dict[str, str], Posting | None]:
    """The text, the market that its posting belongs to, and the posting; LookupError with the reason."""
    if request.method == "POST":
        return request.POST.get("text", ""), {}, None
    short_hash, _, row_no = request.GET.get("posting", "").partition("/")
    if not short_hash:
        return "", {}, None
    if not (HASH.fullmatch(short_hash) and row_no.isascii() and row_no.isdigit() and 0 < len(row_no) < 12):
        raise LookupError("posting is written hash/row, as on the posting's page: twelve digits of the hash.")
    try:
        held, text = looking_up.look_up(short_hash, int(row_no))
    except looking_up.PostingGone as gone:
        raise LookupError(str(gone)) from gone
    values = {name: held.values[name] for name in ("country", "position", "seniority")}
    params = {name: str(value) for name, value in values.items() if value}
    named = " ".join(said("skill", skill) for skill, _ in held.skills)
    return text or named, {"source": held.snapshot.source.slug, **params}, held


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
