"""How far a learner has come in a course: by lesson, by concept, and where to go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from courses.learning.models import Answer, Quiz
from courses.models import Course, Exercise, Module, Submission
from courses.progress import Standing
from courses.progress import standings as standings_of
from courses.quizzes import Question

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User


@dataclass(frozen=True, slots=True)
class Stop:
    """A lesson with what was shown in it. Parts are questions answered rightly and exercises passed."""

    module: Module
    standings: list[Standing]
    questions: list[Question]
    solved: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        """All questions and exercises of the lesson."""
        return len(self.questions) + len(self.standings)

    @property
    def done(self) -> int:
        """Those that are done."""
        return len(self.solved) + sum(one.state == "passed" for one in self.standings)

    @property
    def is_done(self) -> bool:
        """Whether everything that can be shown has been; a lesson with nothing to do never is."""
        return 0 < self.total == self.done

    @property
    def is_begun(self) -> bool:
        """Whether anything was tried."""
        return bool(self.solved) or any(one.attempts for one in self.standings)


@dataclass(frozen=True, slots=True)
class ConceptProgress:
    """A concept, and how many of the questions and exercises on it are done."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class WayOn:
    """Where to go on: the lesson, and the exercise where the lesson's questions are done."""

    course: Course
    stop: Stop
    standing: Standing | None


def stops(modules: list[Module], standings: list[Standing], learner: User | None) -> list[Stop]:
    """The lessons in order, each with its exercises and questions, in at most two queries."""
    quizzes = {quiz.module_id: quiz for quiz in Quiz.objects.filter(module__in=modules)}
    solved = _solved(list(quizzes.values()), learner)
    return [
        Stop(
            module=module,
            standings=[one for one in standings if one.exercise.module_id == module.pk],
            questions=quizzes[module.pk].questions if module.pk in quizzes else [],
            solved=solved.get(module.pk, frozenset()),
        )
        for module in modules
    ]


def by_concept(route: list[Stop]) -> list[ConceptProgress]:
    """Each concept of the lessons in the order in which they come up.

    A question counts for the concept it names, or for all of its lesson; an exercise for all of its lesson.
    """
    found: dict[str, list[bool]] = {}
    for stop in route:
        concepts = stop.module.front_matter.get("concepts", [])
        for concept in concepts:
            found.setdefault(concept, []).extend(one.state == "passed" for one in stop.standings)
        for question in stop.questions:
            for concept in [question.concept] if question.concept else concepts:
                found.setdefault(concept, []).append(question.id in stop.solved)
    return [ConceptProgress(name, sum(done), len(done)) for name, done in found.items() if done]


def way_on(course: Course, route: list[Stop], last: Module | None) -> WayOn | None:
    """The lesson of the latest activity while it is not done, else the first one after it that is not."""
    order = list(route)
    if last is not None:
        place = next((n for n, stop in enumerate(order) if stop.module.pk == last.pk), 0)
        order = order[place:] + order[:place]
    for stop in order:
        if stop.is_done or not stop.total:
            continue
        is_asked_out = len(stop.solved) == len(stop.questions)
        missing = [one for one in stop.standings if one.state != "passed"]
        return WayOn(course, stop, missing[0] if is_asked_out and missing else None)
    return None


def resume(learner: User) -> WayOn | None:
    """Where to go on after the latest activity in any course; None before the first, or when all is done."""
    last = latest_module(learner)
    if last is None:
        return None
    modules = list(last.course.modules.filter(is_active=True).defer("text"))
    exercises = Exercise.objects.filter(course=last.course, is_active=True)
    return way_on(last.course, stops(modules, standings_of(exercises, learner), learner), last)


def latest_module(learner: User, course: Course | None = None) -> Module | None:
    """The lesson that the learner last answered in or sent an attempt for."""
    answers = Answer.objects.of(learner).select_related("quiz__module__course").order_by("-answered_at")
    attempts = Submission.objects.filter(learner=learner, exercise__module__isnull=False)
    attempts = attempts.select_related("exercise__module__course").order_by("-created_at")
    if course is not None:
        answers = answers.filter(quiz__module__course=course)
        attempts = attempts.filter(exercise__course=course)
    moments: list[tuple[datetime, Module]] = []
    if answer := answers.first():
        moments.append((answer.answered_at, answer.quiz.module))
    if attempt := attempts.first():
        assert attempt.exercise.module is not None  # the filter has looked
        moments.append((attempt.created_at, attempt.exercise.module))
    return max(moments, key=lambda moment: moment[0])[1] if moments else None


def _solved(quizzes: list[Quiz], learner: User | None) -> dict[int, frozenset[str]]:
    """By lesson, the questions that the learner has answered rightly in their present version."""
    if learner is None or not quizzes:
        return {}
    right = Answer.objects.of(learner).filter(quiz__in=quizzes, solved_at__isnull=False)
    known = set(right.values_list("quiz_id", "question", "digest"))
    return {
        quiz.module_id: frozenset(
            question.id for question in quiz.questions if (quiz.pk, question.id, question.digest) in known
        )
        for quiz in quizzes
    }
