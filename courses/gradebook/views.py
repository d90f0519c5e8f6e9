"""The gradebook's pages: a window of it, all of it as a file, and grades that come back in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import roles
from courses.gradebook import importing, portable, sheet
from courses.gradebook.forms import GradesForm
from courses.gradebook.sheet import Asked
from courses.models import Exercise, Offering, Submission
from courses.refusals import Refusal
from courses.run_views import person
from courses.teaching.views import reviewed_offering, taught_offering

WINDOW = 50
AT_ONCE = 100  # rows of an export that are read together
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@login_required
@require_safe
def gradebook(request: HttpRequest, offering: str) -> HttpResponse:
    """A window of learners by all exercises, with what the class came to at each."""
    found = reviewed_offering(request, offering)
    asked = Asked.read(request.GET.dict())
    exercises = sheet.exercises_of(found)
    page = Paginator(sheet.members(found, asked), WINDOW).get_page(request.GET.get("page"))
    sections = found.enrolments.exclude(section="").order_by("section").values_list("section", flat=True)
    context = {
        "offering": found,
        "asked": asked,
        "exercises": list(zip(exercises, sheet.columns(found, exercises), strict=True)),
        "page": page,
        "rows": sheet.rows(found, exercises, page.object_list),
        "sections": list(sections.distinct()),
        "states": sheet.STATES.items(),
        "teaches": roles.teaches(person(request), found),
    }
    return render(request, "courses/gradebook/gradebook.html", context)


@never_cache
@login_required
@require_safe
def attempts(request: HttpRequest, offering: str, person: int, exercise: str) -> HttpResponse:
    """What is behind a cell: a learner's attempts at an exercise."""
    found = reviewed_offering(request, offering)
    member = get_object_or_404(sheet.members(found), user=person)
    wanted = get_object_or_404(Exercise, course=found.course_id, slug=exercise)
    sent = Submission.objects.for_listing().filter(offering=found, exercise=wanted, learner=person)
    context = {
        "offering": found,
        "member": member,
        "exercise": wanted,
        "attempts": list(sent.order_by("number")),
        "held": sheet.cells(found, learners=[person]).get((person, wanted.pk)),
    }
    return render(request, "courses/gradebook/attempts.html", context)


@never_cache
@login_required
@require_safe
def export(request: HttpRequest, offering: str, file_format: str) -> HttpResponse | StreamingHttpResponse:
    """Everybody's grades as CSV (streamed) or XLSX, which the import reads again."""
    found = reviewed_offering(request, offering)
    lines = _lines(found)
    named = {"Content-Disposition": f'attachment; filename="{found.slug}-grades.{file_format}"'}
    if file_format == "csv":
        return StreamingHttpResponse(portable.csv_lines(lines), "text/csv; charset=utf-8", headers=named)
    return HttpResponse(portable.xlsx(lines, _notes(found)), XLSX, headers=named)


@login_required
@require_POST
def check(request: HttpRequest, offering: str) -> HttpResponse:
    """What a file would change, cell by cell; changes nothing."""
    found = taught_offering(request, offering)
    form = GradesForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["file"])))
        return redirect("gradebook:gradebook", found.slug)
    read = portable.read(form.cleaned_data["file"], [one.slug for one in sheet.exercises_of(found)])
    planned = importing.plan(found, [] if read.mistakes else read.entries)
    return _shown(request, found, planned, [*read.mistakes, *planned.mistakes])


@login_required
@require_POST
def apply(request: HttpRequest, offering: str) -> HttpResponse:
    """Make the changes that were shown."""
    found = taught_offering(request, offering)
    try:
        done = importing.apply(
            offering=found,
            sealed=request.POST.get("sealed", ""),
            by=person(request),
            reason=request.POST.get("reason", ""),
        )
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{done} grade{'s' if done != 1 else ''} changed; each learner sees why.")
    return redirect("gradebook:gradebook", found.slug)


def _shown(
    request: HttpRequest,
    offering: Offering,
    planned: importing.Plan,
    mistakes: Sequence[portable.Mistake],
) -> HttpResponse:
    context = {
        "offering": offering,
        "plan": planned,
        "mistakes": mistakes,
        "sealed": "" if mistakes else importing.seal(offering, planned.changes),
    }
    return render(request, "courses/gradebook/import.html", context, status=422 if mistakes else 200)


def _lines(offering: Offering) -> Iterator[list[portable.Value]]:
    """The header, then a line for each learner, read a few at a time."""
    exercises = sheet.exercises_of(offering)
    yield list(portable.header(one.slug for one in exercises))
    people = list(sheet.members(offering))
    for start in range(0, len(people), AT_ONCE):
        for row in sheet.rows(offering, exercises, people[start : start + AT_ONCE]):
            yield _line(row, exercises)


def _line(row: sheet.Row, exercises: Sequence[Exercise]) -> list[portable.Value]:
    user = row.member.user
    points = [cell.points if cell else None for cell in row.cells]
    return [user.pk, user.email, user.get_full_name(), row.member.section, *points, row.passed, row.points]


def _notes(offering: Offering) -> list[str]:
    """What the second sheet of a workbook says."""
    demo = offering.enrolments.filter(user__is_demo=True).exists()
    return [
        f"Grades of {offering.title} ({offering.course.title})",
        f"As of {timezone.now():%Y-%m-%d %H:%M} UTC",
        "A cell holds the points of the attempt that counts: the best of the grades that hold.",
        *(["Some of these people and grades are generated demo data."] if demo else []),
    ]
