"""Pages of courses for everyone, and of exercises for learners. Views read, call a service, and answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import charts, datasets, knobs, presentation, progress, queries, roles, services
from courses.diagnosis.advice import config_of
from courses.experiments import hints, prefill
from courses.facts import all_facts
from courses.forms import ConfigForm, YamlForm
from courses.learning import progress as learning
from courses.learning.sheet import Sheet, sheet_of
from courses.models import Course, Exercise, Module, Offering, Submission
from courses.reading import read_config
from courses.refusals import Refusal
from courses.regrade import rubrics
from courses.teaching import deadlines
from courses.teaching.viewing import within
from trainer_service.engine import catalogue
from trainer_service.engine.spec import SpecError
from trainer_service.models import TERMINAL_STATES

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


def visitor(request: HttpRequest) -> User | None:
    """The one who is signed in, or None."""
    return request.user if request.user.is_authenticated else None


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every course, with how far the visitor has come."""
    courses = list(Course.objects.prefetch_related("modules", "exercises"))
    exercises = [exercise for course in courses for exercise in course.exercises.all() if exercise.is_active]
    standings = progress.standings(exercises, visitor(request))
    cards = [
        {
            "course": course,
            "modules": [module for module in course.modules.all() if module.is_active],
            "standings": [one for one in standings if one.exercise.course_id == course.pk],
        }
        for course in courses
    ]
    return render(request, "courses/index.html", {"cards": cards})


@require_safe
def course(request: HttpRequest, course: str) -> HttpResponse:
    """One course: its lessons in order, and the exercises that belong to each."""
    found = get_object_or_404(Course, slug=course)
    user = visitor(request)
    standings = progress.standings(_exercises(found), user, within=within(request))
    route = learning.stops(list(found.modules.filter(is_active=True).defer("text")), standings, user)
    last = learning.latest_module(user, found) if user else None
    context = {
        "course": found,
        "route": route,
        "concepts": learning.by_concept(route),
        "way_on": learning.way_on(found, route, last) if last else None,
        "standings": standings,
        "passed": sum(one.state == "passed" for one in standings),
        "offerings": progress.offerings_of(user, found, within=within(request)),
    }
    return render(request, "courses/course.html", context)


@require_safe
def module(request: HttpRequest, course: str, module: str) -> HttpResponse:
    """A lesson with its published figures, its quiz and its exercises."""
    found = get_object_or_404(
        Module.objects.select_related("course"), course__slug=course, slug=module, is_active=True
    )
    return lesson_page(request, found, sheet_of(found, visitor(request)))


def lesson_page(
    request: HttpRequest, found: Module, sheet: Sheet | None, *, status: int = 200
) -> HttpResponse:
    """The page of a lesson, its quiz as `sheet` has it."""
    siblings = list(found.course.modules.filter(is_active=True).defer("text", "front_matter"))
    place = siblings.index(found)
    standings = progress.standings(_exercises(found.course), visitor(request), within=within(request))
    known = all_facts()
    facts = [known[name] for name in found.front_matter.get("facts", []) if name in known]
    context = {
        "course": found.course,
        "module": found,
        "route": learning.stops(siblings, standings, visitor(request)),
        "sheet": sheet,
        "previous": siblings[place - 1] if place else None,
        "next": siblings[place + 1] if place + 1 < len(siblings) else None,
        "facts": [(fact, charts.fact(fact) if fact.is_numeric else None) for fact in facts],
        "standings": [one for one in standings if one.exercise.module_id == found.pk],
    }
    return render(request, "courses/module.html", context, status=status)


@require_safe
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """The card of a dataset: where it is from, what is lopsided about it, how its training rows lie."""
    found = datasets.card(name)
    if found is None:
        raise Http404("There is no such dataset.")
    chart = charts.counts(found.targets, "training rows") if found.targets else None
    return render(request, "courses/dataset.html", {"card": found, "chart": chart})


def _exercises(course: Course) -> Any:
    return Exercise.objects.filter(course=course, is_active=True).select_related("module")


# The exercise -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Desk:
    """What the exercise page needs to know before it answers."""

    exercise: Exercise
    offering: Offering
    offerings: list[Offering]
    user: User | None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exercise(request: HttpRequest, course: str, exercise: str) -> HttpResponse:
    """The task, the knobs and the attempts so far; a POST submits a configuration."""
    desk = _desk(request, course, exercise)
    if request.method != "POST":
        spec = _prefill(request, desk)
        form = ConfigForm(desk.exercise.parsed, spec=spec)
        return _exercise_page(request, desk, form, _yaml_form(desk, spec))
    if desk.user is None:
        return redirect_to_login(request.get_full_path())
    sender = request.POST.get("as", "knobs")
    if sender == "yaml":
        return _submit_yaml(request, desk)
    form = ConfigForm(desk.exercise.parsed, request.POST)
    if sender == "check":  # the button of those without scripts
        found = services.preview(desk.exercise, form.config())
        form.is_valid()
        return _exercise_page(request, desk, form, _yaml_form(desk), preview=found)
    return _submit_knobs(request, desk, form)


@require_POST
def preview(request: HttpRequest, course: str, exercise: str) -> HttpResponse:
    """The cost of the knobs as they stand, for htmx; nothing is spent."""
    desk = _desk(request, course, exercise)
    found = services.preview(desk.exercise, ConfigForm(desk.exercise.parsed, request.POST).config())
    return render(request, "courses/_cost.html", _cost(desk.exercise, found))


def _desk(request: HttpRequest, course: str, exercise: str) -> _Desk:
    found = get_object_or_404(
        Exercise.objects.select_related("course", "module"),
        course__slug=course,
        slug=exercise,
        is_active=True,
    )
    user = visitor(request)
    offerings = progress.offerings_of(user, found.course, within=within(request))
    wanted = request.GET.get("offering", "") if not within(request) else ""
    if not wanted and offerings:
        return _Desk(found, offerings[0], offerings, user)
    try:
        offering = roles.offering_for(user, found.course, wanted) if user else offerings[0]
    except (Offering.DoesNotExist, IndexError):
        raise Http404("There is no such offering of this course, or it is not yours.") from None
    return _Desk(found, offering, offerings, user)


def _submit_knobs(request: HttpRequest, desk: _Desk, form: ConfigForm) -> HttpResponse:
    is_sound = form.is_valid()
    config = form.config()
    try:
        if is_sound:
            return _submitted(request, desk, config, form.cleaned_data["note"])
        form.add_problems(services.preview(desk.exercise, config).problems)
        status = 422
    except SpecError as error:
        form.add_problems(error.problems)
        status = 422
    except Refusal as refusal:
        form.add_error(None, refusal.detail)
        status = 409
    return _exercise_page(request, desk, form, _yaml_form(desk), status=status)


def _submit_yaml(request: HttpRequest, desk: _Desk) -> HttpResponse:
    sent = YamlForm(request.POST)
    try:
        if sent.is_valid():
            config = read_config(sent.cleaned_data["yaml"])
            return _submitted(request, desk, config, sent.cleaned_data["note"])
        status = 422
    except SpecError as error:
        sent.add_problems(error.problems)
        status = 422
    except Refusal as refusal:
        sent.add_error(None, refusal.detail)
        status = 409
    return _exercise_page(request, desk, ConfigForm(desk.exercise.parsed), sent, status=status)


def _submitted(request: HttpRequest, desk: _Desk, config: dict[str, Any], note: str) -> HttpResponse:
    assert desk.user is not None  # the caller has looked
    outcome = services.submit(
        learner=desk.user, exercise=desk.exercise, offering=desk.offering, config=config, note=note
    )
    sent = outcome.submission
    is_followed = outcome.is_new and not sent.is_over
    follow = f"Attempt {sent.number} is sent. This page follows it; you may leave and come back."
    messages.info(request, follow if is_followed else outcome.message)
    return redirect("courses:submission", sent.pk)


def _exercise_page(
    request: HttpRequest,
    desk: _Desk,
    form: ConfigForm,
    yaml_form: YamlForm,
    *,
    preview: services.Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    exercise, definition = desk.exercise, desk.exercise.parsed
    shown = preview or services.preview(exercise, form.config() if form.is_bound else _initial(form))
    attempts = _own_attempts(desk)
    finished = sum(one.state in TERMINAL_STATES for one in attempts)
    left = (
        queries.attempts(learner=desk.user, exercise=exercise, offering=desk.offering) if desk.user else None
    )
    context = {
        "desk": desk,
        "course": exercise.course,
        "exercise": exercise,
        "definition": definition,
        "rubric": rubrics.holding(desk.offering.pk, exercise).rubric,
        "dataset": catalogue.DATASETS[definition.default_spec["data"]["dataset"]],
        "fixed": _fixed(exercise),
        "form": form,
        "yaml_form": yaml_form,
        "attempts": attempts,
        "allowance": left,
        "due": deadlines.due(desk.offering, exercise, desk.user) if desk.user else None,
        "hints": hints.shown(exercise, desk.user, attempts, finished),
        **_cost(exercise, shown),
    }
    return render(request, "courses/exercise.html", context, status=status)


def _cost(exercise: Exercise, found: services.Preview) -> dict[str, Any]:
    return {"preview": found, "budget": exercise.parsed.budget}


def _initial(form: ConfigForm) -> dict[str, Any]:
    """The configuration that the unsent form shows."""
    shown = {name: field.initial for name, field in form.fields.items()}
    return ConfigForm(form.definition, shown).config()


def _own_attempts(desk: _Desk) -> list[Submission]:
    if desk.user is None:
        return []
    mine = Submission.objects.filter(learner=desk.user, exercise=desk.exercise, offering=desk.offering)
    return list(mine.for_listing())


def _fixed(exercise: Exercise) -> list[tuple[str, Any]]:
    """What the exercise keeps out of the learner's hands, as path and value."""
    definition = exercise.parsed
    turned = {knob.path for knob in definition.knobs}
    default = knobs.changes({}, definition.default_spec)
    wanted = ("task", "data", "training.seed", "model.family", "optimizer.kind", "preprocessing")
    return [
        (change.path, change.after)
        for change in default
        if change.path not in turned and change.path.startswith(wanted)
    ]


def _from(request: HttpRequest, desk: _Desk) -> Submission | None:
    """The attempt to begin from (`?from=`), if the visitor may see it."""
    number = request.GET.get("from", "")
    if desk.user is None or not number.isdecimal() or len(number) > 18:
        return None
    seen = Submission.objects.visible_to(desk.user).filter(exercise=desk.exercise)
    if within(request):
        seen = seen.filter(offering=desk.offering)
    return seen.select_related("run").filter(pk=int(number)).first()


def _prefill(request: HttpRequest, desk: _Desk) -> dict[str, Any] | None:
    """The configuration that the address asks for: an earlier attempt, changes of knobs, or both."""
    definition, changes = desk.exercise.parsed, prefill.changes_in(desk.exercise.parsed, request.GET)
    begun = _begun(request, desk)
    if not changes:
        return begun
    try:
        return prefill.changed(definition, begun, changes)
    except SpecError as error:
        messages.warning(request, f"The address asks for what is not allowed here: {prefill.refusal(error)}.")
        return begun


def _begun(request: HttpRequest, desk: _Desk) -> dict[str, Any] | None:
    earlier = _from(request, desk)
    if earlier is None:
        return None
    try:
        return knobs.effective(desk.exercise.parsed, earlier.config)
    except SpecError:
        messages.warning(request, "The exercise has changed since that attempt, so this is its default.")
        return None


def _yaml_form(desk: _Desk, spec: dict[str, Any] | None = None) -> YamlForm:
    definition = desk.exercise.parsed
    config = config_of(definition, spec or definition.default_spec)
    return YamlForm(initial={"yaml": presentation.as_yaml(config)})
