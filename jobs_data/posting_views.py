"""The job list and the page of one posting. Both may be read without signing in."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import answers, provenance, statistics
from .cleaning.redaction import taken_out
from .models import Origin
from .postings import finding, looking_up, searches
from .postings.posting import pieces
from .postings.searches import Search
from .selection import BadSelection

PAGE_SIZE = 20


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The job list: words, filters with counts, and the postings found. htmx gets all below the heading."""
    try:
        search = searches.parse(request.GET.dict())
    except BadSelection as wrong:
        context = {"section": "jobs", "search": Search(), "problems": wrong.problems}
        return answers.page_or_part(request, "postings", "_postings", context, status=400)
    found = finding.find(search)
    page = Paginator(found.results, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "section": "jobs",
        "search": search,
        "found": found,
        "page": page,
        "origins": _origins(search),
        "listings": statistics.STATISTICS["listings"],
        "download": f"?{search.query}&" if search.query else "?",
    }
    response = answers.page_or_part(request, "postings", "_postings", context)
    # The form sends every control; the address names only what is chosen.
    number = {"page": str(page.number)} if page.number > 1 else {}
    query = urlencode(search.chosen | number)
    response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    return response


@require_safe
def posting(request: HttpRequest, short_hash: str, row_no: str) -> HttpResponse:
    """One posting; 404 where there is none, 410 where its snapshot was withdrawn, each with the reason."""
    try:
        held, text = looking_up.look_up(short_hash, int(row_no))
    except looking_up.NoSuchPosting as missing:
        return _missing(request, str(missing), status=404)
    except looking_up.PostingGone as gone:
        return _missing(request, str(gone), status=410)
    context = {
        "section": "jobs",
        "posting": held,
        "source": provenance.Provenance(held.snapshot),
        "pieces": pieces(text),
        "taken_out": taken_out(text),
    }
    return render(request, "jobs_data/posting.html", context)


def _origins(search: Search) -> list[tuple[str, int, Search]]:
    """Imported and generated postings, where there are both: label, how many there are, and the search."""
    held = [(origin, finding.snapshots(origin)) for origin in (Origin.IMPORTED, Origin.GENERATED)]
    if not all(snapshots for _, snapshots in held):
        return []
    return [
        (
            origin.label,
            sum(one.rows for one in snapshots),
            search.having("source", "").having("origin", origin),
        )
        for origin, snapshots in held
    ]


def _missing(request: HttpRequest, message: str, status: int) -> HttpResponse:
    context = {"section": "jobs", "message": message, "status": status}
    return render(request, "jobs_data/posting_missing.html", context, status=status)
