"""One's data: take it along, see what one agreed to, erase the account."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from courses.refusals import Refusal
from trainyard.accounts.models import User

from . import erasing, exporting
from .forms import EraseForm
from .models import Consent, Export, ExportState

SHOWN_EXPORTS = 5


@never_cache
@login_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Export, consents and erasure on one page."""
    if request.headers.get("HX-Request"):
        return render(request, "privacy/_exports.html", _exports(cast(User, request.user)))
    return _page(request, EraseForm(user=cast(User, request.user)))


def _page(request: HttpRequest, form: EraseForm, status: int = 200, refusal: str = "") -> HttpResponse:
    user = cast(User, request.user)
    context = {
        **_exports(user),
        "section": "profile",
        "consents": Consent.objects.filter(user=user),
        "form": form,
        "refusal": refusal,
        "removed": erasing.removed(),
        "kept": erasing.kept(),
    }
    return render(request, "privacy/privacy.html", context, status=status)


def _exports(user: User) -> dict[str, object]:
    found = list(Export.objects.filter(user=user)[:SHOWN_EXPORTS])
    return {
        "exports": found,
        "is_moving": any(export.is_moving for export in found),
        "kept_days": exporting.KEPT_DAYS,
    }


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Have a file made of all one's data."""
    exporting.ask(cast(User, request.user))
    return redirect("privacy")


@never_cache
@login_required
@require_safe
def download(request: HttpRequest, export: UUID) -> FileResponse:
    """The file, while it is kept; only for the person it is about."""
    user = cast(User, request.user)
    found = get_object_or_404(Export, pk=export, user=user, state=ExportState.READY)
    try:
        file = default_storage.open(found.file_name)
    except FileNotFoundError:
        raise Http404("This file is gone; ask for a new one.") from None
    return FileResponse(file, as_attachment=True, filename=f"trainyard-data-{found.asked_at:%Y-%m-%d}.zip")


@sensitive_post_parameters("password")
@login_required
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase one's account, confirmed with the password."""
    user = cast(User, request.user)
    form = EraseForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        erasing.erase(user)
    except Refusal as refusal:
        return _page(request, form, status=409, refusal=refusal.detail)
    logout(request)
    messages.success(request, "Your account is erased.")
    return redirect("home")
