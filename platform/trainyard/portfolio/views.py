"""The pages of a portfolio: choosing, preview, and what everyone sees."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.certificates import badges
from courses.certificates.views import as_file
from courses.refusals import Refusal
from trainyard.accounts.models import User
from trainyard.privacy import consents

from . import documents, services
from .forms import PortfolioForm
from .models import Portfolio


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Choose what to show; saving leads to the preview and publishes nothing."""
    user = cast(User, request.user)
    kept = services.of(user)
    if request.method != "POST":
        return _edit_page(request, kept, PortfolioForm(user=user, portfolio=kept))
    form = PortfolioForm(request.POST, user=user, portfolio=kept)
    if not form.is_valid():
        return _edit_page(request, kept, form, status=422)
    try:
        services.save(user, form.draft)
    except ValidationError as error:
        form.add_error(None, error)
        return _edit_page(request, kept, form, status=422)
    return redirect("portfolio:preview")


def _edit_page(request: HttpRequest, kept: Portfolio, form: PortfolioForm, status: int = 200) -> HttpResponse:
    context = {"portfolio": kept, "form": form, "section": "profile", "address": _address(kept)}
    return render(request, "portfolio/edit.html", context, status=status)


def _address(kept: Portfolio) -> str:
    return badges.absolute(kept.get_absolute_url()) if kept.address else ""


@never_cache
@login_required
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The page as it would be public, to its owner only, with the words one agrees to by publishing."""
    kept = services.of(cast(User, request.user))
    context = {
        "portfolio": kept,
        "said": documents.content(kept),
        "terms": consents.PORTFOLIO,
        "section": "profile",
        "address": _address(kept),
    }
    return render(request, "portfolio/preview.html", context)


@login_required
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Make the page public as the preview shows it."""
    if request.POST.get("agreed") != "on":
        messages.error(request, "Tick that you agree: without that nothing is made public.")
        return redirect("portfolio:preview")
    try:
        made = services.publish(cast(User, request.user))
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return redirect("portfolio:edit")
    messages.success(request, "Your portfolio is public.")
    return redirect(made)


@login_required
@require_POST
def unpublish(request: HttpRequest) -> HttpResponse:
    """Take the page back at once."""
    services.unpublish(cast(User, request.user))
    messages.success(request, "Your portfolio is no longer public.")
    return redirect("portfolio:edit")


def public_or_404(address: str) -> Portfolio:
    """The public portfolio of this address."""
    found: Portfolio = get_object_or_404(Portfolio.objects.public(), address=address)
    return found


@never_cache
@require_safe
def public(request: HttpRequest, address: str) -> HttpResponse:
    """A published portfolio, word for word as it was signed."""
    found = public_or_404(address)
    context: dict[str, Any] = {
        "portfolio": found,
        "said": (found.document or {})["credentialSubject"]["portfolio"],
        "is_own": found.owner_id == request.user.pk,
        "address": _address(found),
    }
    return render(request, "portfolio/public.html", context)


@never_cache
@require_safe
def proof(request: HttpRequest, address: str) -> HttpResponse:
    """The signed document to download."""
    found = public_or_404(address)
    return as_file(found.document or {}, f"portfolio-{address}.json")
