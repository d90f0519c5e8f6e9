"""Pages of classes for those who teach or grade in them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses import roles
from courses.models import Offering
from courses.run_views import person
from courses.teaching import queries

PAGE_SIZE = 100


def reviewed_offering(request: HttpRequest, slug: str) -> Offering:
    """The offering where the visitor is instructor or grader; to all others there is no such page."""
    found = Offering.objects.select_related("course").filter(slug=slug).first()
    if found is None or not roles.may_review(person(request), found):
        raise Http404("There is no such class, or you do not teach it.")
    return found


def taught_offering(request: HttpRequest, slug: str) -> Offering:
    """The offering that the visitor teaches; graders are told that this is not for them."""
    found = reviewed_offering(request, slug)
    roles.ensure_teaches(person(request), found)
    return found


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The classes one teaches or grades in."""
    user = person(request)
    classes = list(queries.classes_of(user))
    offerable = list(queries.offerable(user))
    if not classes and not offerable:
        raise PermissionDenied("Only those who teach or grade in an offering have something here.")
    context = {
        "current": [one for one in classes if not one.archived_at],
        "archived": [one for one in classes if one.archived_at],
        "may_offer": bool(offerable),
    }
    return render(request, "courses/teaching/index.html", context)


@never_cache
@login_required
@require_safe
def people(request: HttpRequest, offering: str) -> HttpResponse:
    """Who takes part in the class, with sections and labels."""
    found = reviewed_offering(request, offering)
    search, section = request.GET.get("search", "").strip(), request.GET.get("section", "")
    page = Paginator(queries.people(found, search, section), PAGE_SIZE).get_page(request.GET.get("page"))
    sections = found.enrolments.exclude(section="").order_by("section").values_list("section", flat=True)
    context = {
        "offering": found,
        "page": page,
        "search": search,
        "section_shown": section,
        "sections": list(sections.distinct()),
        "teaches": roles.teaches(person(request), found),
    }
    return render(request, "courses/teaching/people.html", context)
