"""Pages on which staff import files: send one, read what a worker found, decide. 404 for everyone else."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import uploads
from .access import staff_only
from .forms import ReadAsForm, UploadForm
from .models import Upload
from .report_pages import ReportView

MOST_SHOWN = 50
MIB = 1024 * 1024
TOO_LATE = "The file was not in a state for that: see below where it stands now."


# Exempt only until size and person are known: checking the token reads the whole body to disk.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_only
def index(request: HttpRequest) -> HttpResponse:
    """The form to send a file, and what was sent; a file that is too large is refused before it is read."""
    sent = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.method == "POST" and sent > settings.UPLOAD_MIB * MIB:
        form = UploadForm()
        error = (
            f"The file has {sent / MIB:,.0f} MiB; at most {settings.UPLOAD_MIB:,} MiB are taken here "
            "(TRAINYARD_UPLOAD_MIB). Pack it with gzip, or import it on the machine: "
            "trainyard jobs import FILE."
        )
        return _index(request, form, too_large=error, status=413)
    return _received(request)


@csrf_protect
def _received(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _index(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _index(request, form, status=422)
    assert request.user.is_authenticated, "staff is signed in"
    upload = uploads.receive(by=request.user, **form.cleaned_data)
    return redirect("jobs:upload", upload.pk)


def _index(request: HttpRequest, form: UploadForm, too_large: str = "", status: int = 200) -> HttpResponse:
    context = {
        "section": "jobs",
        "form": form,
        "too_large": too_large,
        "most_mib": settings.UPLOAD_MIB,
        "uploads": Upload.objects.select_related("sent_by", "snapshot")[:MOST_SHOWN],
    }
    return render(request, "jobs_data/uploads.html", context, status=status)


@require_safe
@never_cache
@staff_only
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one upload stands, with its report; htmx asks for the part that moves."""
    held = get_object_or_404(Upload.objects.select_related("snapshot__source", "sent_by"), pk=pk)
    return _show(request, held, ReadAsForm(initial={"source": held.source, "collected": held.collected}))


@require_POST
@staff_only
def check_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the file read again, as another source or year."""
    held = get_object_or_404(Upload, pk=pk)
    form = ReadAsForm(request.POST)
    if not form.is_valid():
        return _show(request, held, form, status=422)
    return _back(request, held, uploads.check_again(held, **form.cleaned_data))


@require_POST
@staff_only
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a checked file imported."""
    held = get_object_or_404(Upload, pk=pk)
    return _back(request, held, uploads.confirm(held))


@require_POST
@staff_only
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete the file, import nothing."""
    held = get_object_or_404(Upload, pk=pk)
    return _back(request, held, uploads.discard(held))


def _back(request: HttpRequest, held: Upload, is_done: bool) -> HttpResponse:
    if not is_done:
        messages.warning(request, TOO_LATE)
    return redirect("jobs:upload", held.pk)


def _show(request: HttpRequest, held: Upload, form: ReadAsForm, status: int = 200) -> HttpResponse:
    context = {
        "section": "jobs",
        "upload": held,
        "form": form,
        "view": ReportView(held.report) if held.report else None,
    }
    part = "_upload" if request.headers.get("HX-Request") == "true" else "upload"
    return render(request, f"jobs_data/{part}.html", context, status=status)
