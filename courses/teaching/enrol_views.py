"""How people come into a class and what they are in it; and the page where learners join by a code."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.models import Enrolment, Offering, Submission
from courses.refusals import Refusal
from courses.run_views import person as visitor
from courses.teaching import enrolling, queries, roster, viewing
from courses.teaching.deadline_views import zone_of
from courses.teaching.forms import CodeForm, JoinForm, ListForm, MemberForm
from courses.teaching.models import Invitation, JoinCode, Viewing
from courses.teaching.views import taught_offering

# The ways in --------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def enrol(request: HttpRequest, offering: str) -> HttpResponse:
    """The ways into the class: codes with their links, a list, and who is invited."""
    return _enrol_page(request, taught_offering(request, offering))


@login_required
@require_POST
def make_code(request: HttpRequest, offering: str) -> HttpResponse:
    """A new code."""
    found = taught_offering(request, offering)
    with zone_of(found):
        form = CodeForm(request.POST)
        try:
            if form.is_valid():
                enrolling.make_code(offering=found, by=visitor(request), **form.cleaned_data)
                messages.success(request, "The code works from now on.")
                return redirect("teaching:enrol", found.slug)
        except Refusal as refusal:
            form.add_error(None, refusal.detail)
        return _enrol_page(request, found, code_form=form, status=422)


@login_required
@require_POST
def revoke_code(request: HttpRequest, offering: str, code: int) -> HttpResponse:
    """End a code."""
    found = taught_offering(request, offering)
    row = get_object_or_404(JoinCode.objects.select_related("offering"), offering=found, pk=code)
    if enrolling.revoke_code(code=row, by=visitor(request)):
        messages.success(request, "The code is revoked. Who joined with it stays.")
    return redirect("teaching:enrol", found.slug)


@login_required
@require_POST
def uninvite(request: HttpRequest, offering: str, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    found = taught_offering(request, offering)
    row = get_object_or_404(Invitation.objects.select_related("offering"), offering=found, pk=invitation)
    enrolling.withdraw_invitation(invitation=row, by=visitor(request))
    messages.success(request, f"{row.email} is no longer invited.")
    return redirect("teaching:enrol", found.slug)


@login_required
@require_POST
def check_list(request: HttpRequest, offering: str) -> HttpResponse:
    """What a list would do; with the digest of what was shown, it is done."""
    found = taught_offering(request, offering)
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _enrol_page(request, found, list_form=form, status=422)
    read = roster.read(form.cleaned_data["text"])
    if request.POST.get("digest") and not read.mistakes:
        try:
            done = enrolling.apply(
                offering=found, entries=read.entries, by=visitor(request), digest=request.POST["digest"]
            )
        except Refusal as refusal:
            messages.warning(request, refusal.detail)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _said(done))
            return redirect("teaching:people", found.slug)
    planned = enrolling.plan(found, read.entries)
    context = {
        "offering": found,
        "plan": planned,
        "mistakes": [*read.mistakes, *planned.mistakes],
        "text": form.cleaned_data["text"],
        "counts": [(kind, len(planned.of_kind(kind))) for kind in ("added", "invited", "changed", "alone")],
    }
    return render(request, "courses/teaching/list.html", context, status=422 if context["mistakes"] else 200)


def _said(done: enrolling.Plan) -> str:
    words = (
        ("added", "enrolled"),
        ("invited", "invited"),
        ("changed", "changed"),
        ("alone", "left as they were"),
    )
    return ", ".join(f"{len(done.of_kind(kind))} {word}" for kind, word in words).capitalize() + "."


def _enrol_page(
    request: HttpRequest,
    offering: Offering,
    *,
    code_form: CodeForm | None = None,
    list_form: ListForm | None = None,
    status: int = 200,
) -> HttpResponse:
    codes = [
        {"row": row, "link": request.build_absolute_uri(f"{reverse('teaching:join')}?code={row.code}")}
        for row in offering.join_codes.filter(revoked_at=None)
    ]
    context = {
        "offering": offering,
        "codes": codes,
        "code_form": code_form or CodeForm(),
        "list_form": list_form or ListForm(),
        "invitations": offering.invitations.all(),
    }
    with zone_of(offering):
        return render(request, "courses/teaching/enrol.html", context, status=status)


# One person ---------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, offering: str, person: int) -> HttpResponse:
    """What a member is in the class; a POST changes it."""
    found = taught_offering(request, offering)
    row = _member(found, person)
    form = MemberForm(row, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            enrolling.change_member(member=row, by=visitor(request), fields=form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.detail)
        else:
            messages.success(request, f"{row.user.get_full_name()} is changed.")
            return redirect("teaching:people", found.slug)
    context = {
        "offering": found,
        "member": row,
        "form": form,
        "viewings": Viewing.objects.filter(offering=found, learner=row.user).select_related("viewer")[:10],
        "runs": Submission.objects.filter(offering=found, learner=row.user).count(),
    }
    return render(request, "courses/teaching/member.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove(request: HttpRequest, offering: str, person: int) -> HttpResponse:
    """End a membership; work and grades stay."""
    found = taught_offering(request, offering)
    row = _member(found, person)
    try:
        enrolling.remove_member(member=row, by=visitor(request))
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return redirect("teaching:member", found.slug, person)
    messages.success(
        request, f"{row.user.get_full_name()} is no longer in the class. Runs and grades are kept."
    )
    if row.user_id == visitor(request).pk:
        return redirect("teaching:index")
    return redirect("teaching:people", found.slug)


@login_required
@require_POST
def view_as(request: HttpRequest, offering: str, person: int) -> HttpResponse:
    """See the class as this learner does, until it is ended."""
    found = taught_offering(request, offering)
    row = _member(found, person)
    try:
        viewing.start(request=request, offering=found, learner=row.user, by=visitor(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("teaching:member", found.slug, person)
    return redirect("courses:course", found.course.slug)


@login_required
@require_POST
def view_end(request: HttpRequest) -> HttpResponse:
    """See everything as oneself again."""
    last = Viewing.objects.select_related("offering").filter(pk=request.session.get(viewing.KEY, 0)).first()
    viewing.end(request)
    if last is None:
        return redirect("home")
    return redirect("teaching:member", last.offering.slug, last.learner_id)


def _member(offering: Offering, pk: int) -> Enrolment:
    return get_object_or_404(offering.enrolments.select_related("user", "offering"), user=pk)


@never_cache
@login_required
@require_safe
def people_csv(request: HttpRequest, offering: str) -> HttpResponse:
    """Everyone in the class, in the form that a list is read in."""
    found = taught_offering(request, offering)
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.slug}-people.csv"'},
    )
    writer = csv.writer(answer)
    writer.writerow(roster.COLUMNS)
    for one in queries.people(found):
        cells = (one.user.email, one.user.get_full_name(), one.section, one.label, one.role)
        writer.writerow([roster.guarded(cell) for cell in cells])
    return answer


# Joining ------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Join a class by its code; a link brings the code along, and joining needs one press."""
    user, text = visitor(request), request.POST.get("code", request.GET.get("code", ""))
    form = JoinForm({"code": text} if text or request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "section": "courses"}
    try:
        if form.is_valid() and request.method == "POST":
            offering, is_new = enrolling.join(user=user, text=text)
            said = (
                f"You are in “{offering.title}” now." if is_new else f"You are in “{offering.title}” already."
            )
            messages.success(request, said)
            return redirect("courses:course", offering.course.slug)
        if form.is_valid():
            context["found"] = enrolling.find_code(user=user, text=text)
    except Refusal as refusal:
        form.add_error("code", refusal.detail)
    status = 422 if form.errors and request.method == "POST" else 200
    return render(request, "courses/teaching/join.html", context, status=status)
