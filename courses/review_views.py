"""What instructors see and do: the list of their learners' runs, and decisions on grades."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import roles, services
from courses.forms import OverrideForm
from courses.models import Exercise, Offering, Submission
from courses.refusals import Refusal
from courses.regrade import rubrics
from courses.run_views import PAGE_SIZE, person, submission_or_404, submission_page
from trainer_service.models import RunState

# Trained is not yet passed: pages keep the two apart by words.
STATES = [(state.value, "trained" if state == RunState.SUCCEEDED else state.label) for state in RunState]


class ReviewFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows the review list; the choices are those of the offerings one teaches."""

    offering = django_filters.ModelChoiceFilter(queryset=Offering.objects.none(), empty_label="All offerings")
    exercise = django_filters.ModelChoiceFilter(queryset=Exercise.objects.none(), empty_label="All exercises")
    state = django_filters.ChoiceFilter(
        choices=STATES, method="filter_state", empty_label="Any state", label="State"
    )
    learner = django_filters.CharFilter(method="filter_learner", label="Learner")

    class Meta:
        model = Submission
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, taught: QuerySet[Offering], queryset: QuerySet[Submission]) -> None:
        super().__init__(data, queryset=queryset)
        self.filters["offering"].queryset = taught
        self.filters["exercise"].queryset = Exercise.objects.filter(course__offerings__in=taught).distinct()

    def filter_state(self, found: Any, name: str, value: str) -> Any:
        """The state of the submission, which is not always its run's."""
        return found.in_state(value)

    def filter_learner(self, found: Any, name: str, value: str) -> Any:
        """Part of a name or address."""
        return found.filter(Q(learner__name__icontains=value) | Q(learner__email__icontains=value))


@never_cache
@login_required
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """The runs of the offerings one teaches, newest first."""
    taught = Offering.objects.of_staff(person(request))
    if not taught.exists():
        raise PermissionDenied("Only instructors and graders of an offering review runs.")
    runs = Submission.objects.filter(offering__in=taught).exclude(learner=person(request)).for_listing()
    found = ReviewFilter(request.GET, taught=taught, queryset=runs)
    page = Paginator(found.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "courses/review.html", {"filter": found, "page": page})


@login_required
@require_POST
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """An instructor's own decision on a grade."""
    found = submission_or_404(request, pk)
    roles.ensure_may_review(person(request), found.offering)
    form = OverrideForm(rubrics.holding(found.offering_id, found.exercise).rubric, request.POST)
    try:
        if form.is_valid():
            services.override(submission=found, instructor=person(request), **form.cleaned_data)
            messages.success(request, "Your decision holds now; the learner sees it with your reason.")
            return redirect("courses:submission", pk)
    except ValidationError as error:
        form.add_error(None, error)
    except Refusal as refusal:
        form.add_error(None, refusal.detail)
    return submission_page(request, found, override_form=form, status=422)
