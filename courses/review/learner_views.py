"""What reviews are to a learner: notices, and asking to look again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.refusals import Refusal
from courses.review import inquiries
from courses.review.models import Notice
from courses.run_views import person, submission_or_404

PAGE_SIZE = 50


@never_cache
@login_required
@require_safe
def notices_page(request: HttpRequest) -> HttpResponse:
    """What one was told about one's runs, newest first."""
    mine = Notice.objects.filter(person=person(request)).select_related("submission__exercise")
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "courses/review/notices.html", {"page": page})


@login_required
@require_POST
def inquiry(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the reviewers to look again."""
    found = submission_or_404(request, pk)
    if found.learner_id != person(request).pk:
        raise PermissionDenied("Only the learner who made a submission may ask about it.")
    try:
        inquiries.ask(submission=found, by=person(request), text=request.POST.get("text", ""))
        messages.success(request, "Your instructors see it in their queue; the answer comes here.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    return redirect(f"{reverse('courses:submission', args=[found.pk])}#comments")
