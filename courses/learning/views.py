"""Answers to the quiz of a lesson: checked for everyone, kept for those who are signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from courses.learning import services
from courses.learning.models import Quiz
from courses.learning.sheet import sheet_sent
from courses.views import lesson_page, visitor


@require_POST
def quiz(request: HttpRequest, course: str, module: str) -> HttpResponse:
    """Check what was sent. A visitor's answers are shown at once and kept nowhere."""
    found = get_object_or_404(
        Quiz.objects.select_related("module__course"),
        module__course__slug=course,
        module__slug=module,
        module__is_active=True,
    )
    sheet, user = sheet_sent(found, request.POST), visitor(request)
    if user is None or sheet.has_errors:
        return lesson_page(request, found.module, sheet, status=422 if sheet.has_errors else 200)
    given = {line.question.id: line.given for line in sheet.lines if line.given is not None}
    services.answer(learner=user, quiz=found, given=given)
    return redirect(f"{reverse('courses:module', args=[course, module])}#quiz")
