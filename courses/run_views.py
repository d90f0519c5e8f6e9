"""Pages of runs: a learner's list, and the page of one attempt while it trains and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import (
    agents,
    bill,
    charts,
    curves,
    grading,
    insights,
    presentation,
    progress,
    queries,
    roles,
    services,
    trials,
)
from courses.experiments import page as experiments
from courses.forms import CommentForm, OverrideForm
from courses.models import GradeKind, Submission
from courses.refusals import NotCancellable
from courses.regrade import rubrics
from courses.review import notices
from trainer_service.engine import catalogue
from trainer_service.models import RunState

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User

PAGE_SIZE = 20


def person(request: HttpRequest) -> User:
    """The one who is signed in; `login_required` has turned away everyone else."""
    return cast("User", request.user)


def submission_or_404(request: HttpRequest, pk: int) -> Submission:
    """The submission, where the one who asks may see it: others learn not even that it exists."""
    return get_object_or_404(Submission.objects.visible_to(person(request)).for_page(), pk=pk)


@never_cache
@login_required
@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """One's own runs, newest first."""
    mine = Submission.objects.filter(learner=person(request)).for_listing()
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "unseen": notices.unseen(person(request).pk)}
    return render(request, "courses/submissions.html", context)


@never_cache
@login_required
@require_safe
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """The run page; opening it, its learner has seen what they were told about it."""
    found = submission_or_404(request, pk)
    if found.learner_id == person(request).pk:
        notices.seen(found.learner_id, found.pk)
    return submission_page(request, found)


@never_cache
@login_required
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """What the open run page asks again and again: state, place in the queue, new points, when to ask."""
    after = request.GET.get("after", "")
    last = int(after) if after.isdecimal() and len(after) < 10 else -1
    curve = queries.curve_of_submission(user=person(request), pk=pk, after=last)
    if curve is None:
        raise Http404
    return JsonResponse(
        {
            "state": curve.state,
            "is_over": curve.is_over,
            "position": curve.position,
            "points": curve.points,
            "rows": charts.curve_rows(curve.points, curve.kind),
            "ask_again_seconds": curve.ask_again_seconds,
        }
    )


@never_cache
@login_required
@require_safe
def config(request: HttpRequest, pk: int) -> HttpResponse:
    """The exact configuration as a file, with seed, digests and versions."""
    found = submission_or_404(request, pk)
    name = f"{found.exercise.slug}-attempt-{found.number}.yaml"
    return HttpResponse(
        presentation.capsule(found),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Let go of one's own submission."""
    found = submission_or_404(request, pk)
    if found.learner_id != person(request).pk:
        raise PermissionDenied("Only the learner who made a submission may cancel it.")
    try:
        found = services.cancel(submission=found, by=person(request))
    except NotCancellable as refusal:
        messages.info(request, refusal.detail)
    else:
        spent = (
            "no attempt was spent" if found.is_refunded else "the attempt is spent, since training had begun"
        )
        messages.success(request, f"Cancelled; {spent}.")
    return redirect("courses:submission", pk)


@login_required
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """A remark beside the run."""
    found = submission_or_404(request, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return submission_page(request, found, comment_form=form, status=422)
    services.comment(submission=found, author=person(request), text=form.cleaned_data["text"])
    messages.success(request, "Your comment is there.")
    return redirect(f"{reverse('courses:submission', args=[pk])}#comments")


# The page -----------------------------------------------------------------------------------------------


def submission_page(
    request: HttpRequest,
    found: Submission,
    *,
    comment_form: CommentForm | None = None,
    override_form: OverrideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The run page for its learner or an instructor, with forms that may carry mistakes."""
    user, definition = person(request), found.exercise.parsed
    teaches, is_own = roles.may_review(user, found.offering), found.learner_id == user.pk
    grade, rubric = found.grade, rubrics.holding(found.offering_id, found.exercise).rubric
    context = {
        "submission": found,
        "exercise": found.exercise,
        "course": found.exercise.course,
        "definition": definition,
        "rubric": rubric,
        "run": found.run,
        "grade": grade,
        "computed": grading.computed(found.grade_events.all()),
        "overrides": [event for event in found.grade_events.all() if event.kind == GradeKind.OVERRIDE],
        "extended": [event for event in found.grade_events.all() if event.kind == GradeKind.EXTENSION],
        "rescued": getattr(found, "extension", None) if found.state == RunState.FAILED else None,
        "is_own": is_own,
        "inquiry": found.inquiries.filter(closed_at=None).first(),
        "teaches": teaches,
        "sees_debrief": teaches or bool(grade and grade.passed),
        "passed_by_itself": bool(grade and grade.passed and grade.kind != GradeKind.OVERRIDE),
        "was_trained_before": _was_trained_before(found),
        "config_yaml": presentation.as_yaml(found.run.spec),
        "comment_form": comment_form or CommentForm(),
        "override_form": (override_form or OverrideForm(rubric)) if teaches and not is_own else None,
        **(result_context(found) if found.run.has_result else _progress(found)),
    }
    if teaches and not is_own:
        context["section"] = "teaching"  # where an instructor came from
    return render(request, "courses/submission.html", context, status=status)


def _was_trained_before(found: Submission) -> bool:
    """Whether an equal configuration had its result already when this one was sent."""
    ended = found.run.finished_at
    return found.run.has_result and ended is not None and ended < found.created_at


def _progress(found: Submission) -> dict[str, Any]:
    run = found.run
    kind, epochs = curves.live(run.spec)
    waiting = found.state == RunState.QUEUED
    return {
        "has_curve": bool(epochs),
        "curve": charts.curve(run.progress, epochs=epochs, kind=kind),
        "curve_kind": kind,
        "curve_table": curves.table(run.progress, kind),
        "points": run.progress,
        "epochs": epochs,
        "position": progress.queue_position(run) if waiting else None,
        "usual_wait": progress.usual_wait(run.queue) if waiting else None,
    }


def result_context(found: Submission) -> dict[str, Any]:
    """All that the templates of a result show."""
    body = found.run.result.body
    dataset = catalogue.DATASETS[found.run.spec["data"]["dataset"]]
    previous = queries.previous_attempt(found)
    changes = queries.changes_since(previous, found)
    matrix = presentation.confusion(body, dataset.classes)
    points = body.get("curve") or []
    pictures = body.get("pictures") or {}
    last, best = (points[-1]["epoch"] if points else None), body.get("signals", {}).get("best_epoch")
    kind, bins = curves.kind_of(found.run.spec["task"]), agents.bins(pictures.get("rewards", []))
    if kind is curves.FORGING:  # a lower loss of one network is the other's loss: no epoch is the best
        best = None
    return {
        "result": body,
        "dataset": dataset,
        "metrics": presentation.metric_rows(body, dataset),
        "previous": previous,
        "changes": changes,
        "comparison": presentation.compare(previous, found, changes),
        "has_curve": bool(points),
        "points": points,
        "curve": charts.curve(points, epochs=last, best_epoch=best, kind=kind),
        "curve_kind": kind,
        "curve_table": curves.table(points, kind),
        "matrix": matrix,
        "largest_confusion": presentation.largest_confusion(matrix),
        "residuals": charts.residuals(body["residuals"]) if body.get("residuals") else None,
        "pairs": body.get("residuals") or [],
        "trials": (tried := trials.trial_rows(body, found.run.spec)),
        "search_metric": trials.search_title(found.run.spec) if tried else "",
        "clusters": charts.clusters(pictures["clusters"]) if "clusters" in pictures else None,
        "cluster_points": pictures.get("clusters", []),
        "generated": charts.generated(pictures["made"], pictures["real"]) if "made" in pictures else None,
        "generated_points": pictures.get("made", []),
        "folds": trials.fold_rows(body),
        "groups": trials.group_rows(body),
        "positive": dataset.classes[dataset.positive_class] if dataset.positive_class is not None else "",
        "labels": body.get("per_class") if not matrix else None,
        "rewards": charts.rewards(bins) if bins else None,
        "reward_bins": bins,
        "policy_map": agents.policy_map(body, dataset.name),
        "measured": bill.measured(body),
        **insights.context(body),
        **experiments.context(found),
    }
