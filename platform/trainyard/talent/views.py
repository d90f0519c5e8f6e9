"""Pages of talent search: for learners, for recruiters, and for the operators who approve them."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.refusals import Refusal
from trainyard.accounts.models import User
from trainyard.privacy import consents

from . import services
from .forms import ApplyForm, ListMeForm, MessageForm, SearchForm
from .models import Candidate, Message, Recruiter


def person(request: HttpRequest) -> User:
    """The one who is signed in."""
    return cast(User, request.user)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Whether one is found, by what, and who wrote."""
    user = person(request)
    kept = Candidate.objects.filter(user=user).first()
    form = ListMeForm(request.POST or None, initial=_initial(kept))
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("country", "city", "availability")}
        try:
            services.list_me(user, **wanted)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Recruiters find you from now on.")
            return redirect("talent:me")
    context = {
        "candidate": kept if kept and kept.listed_at else None,
        "form": form,
        "terms": consents.TALENT,
        "received": Message.objects.filter(candidate=user).select_related("recruiter__recruiter"),
        "section": "profile",
    }
    return render(request, "talent/me.html", context, status=422 if form.errors else 200)


def _initial(kept: Candidate | None) -> dict[str, str]:
    if kept is None:
        return {}
    return {"country": kept.country, "city": kept.city, "availability": kept.availability}


@login_required
@require_POST
def unlist(request: HttpRequest) -> HttpResponse:
    """Not be found any more, at once."""
    services.unlist_me(person(request))
    messages.success(request, "Recruiters do not find you any more.")
    return redirect("talent:me")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recruit(request: HttpRequest) -> HttpResponse:
    """Ask to be a recruiter; who is one finds the search here."""
    kept = Recruiter.objects.filter(user=person(request)).first()
    form = ApplyForm(request.POST or None)
    if request.method == "POST" and kept is None and form.is_valid():
        services.apply(person(request), **form.cleaned_data)
        messages.success(request, "The operators of this site will decide.")
        return redirect("talent:recruit")
    context = {"recruiter": kept, "form": form}
    return render(request, "talent/recruit.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find learners who want to be found, by what they have proven; every search is on record."""
    services.ensure_recruiter(person(request))
    form = SearchForm(request.GET if "skills" in request.GET else None)
    context: dict[str, object] = {"form": form}
    status = 200
    if form.is_bound and form.is_valid():
        try:
            context["found"] = services.search(person(request), form.criteria)
        except Refusal as refusal:
            context["refusal"], status = refusal.detail, 429
    elif form.is_bound:
        status = 422
    return render(request, "talent/search.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, candidate: int) -> HttpResponse:
    """Write to somebody who wants to be found."""
    services.ensure_recruiter(person(request))
    found = get_object_or_404(Candidate.objects.listed().select_related("user"), pk=candidate)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.write(person(request), found, form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error(None, refusal.detail)
        else:
            messages.success(request, f"Your message to {found.user.get_full_name()} is on its way.")
            return redirect("talent:search")
    return render(
        request, "talent/write.html", {"candidate": found, "form": form}, status=422 if form.errors else 200
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """For operators: who asked to be a recruiter, who is one, and what they did."""
    if not person(request).is_staff:
        raise PermissionDenied("Only operators decide who may search for learners.")
    if request.method == "POST":
        found = get_object_or_404(Recruiter, pk=request.POST.get("recruiter") or 0)
        services.decide(found, by=person(request), is_approved=request.POST.get("approve") == "yes")
        return redirect("operations-recruiters")
    everyone = list(Recruiter.objects.select_related("user", "decided_by"))
    context = {
        "waiting": [one for one in everyone if not one.approved_at and not one.revoked_at],
        "decided": [one for one in everyone if one.approved_at or one.revoked_at],
        "messages_sent": Message.objects.select_related("recruiter", "candidate")[:50],
        "section": "operations",
    }
    return render(request, "talent/decide.html", context)
