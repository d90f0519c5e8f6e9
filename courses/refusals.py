"""What a service may refuse although the request was well-formed; each says why and what to do."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - the name says what it is to a learner
    """A request that cannot be met as things stand. `code` is for programs, `detail` for people."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "Not possible now"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class AttemptsSpent(Refusal):
    """The learner has no attempt left at this exercise."""

    code = "attempts-spent"
    title = "No attempts left"


class KeyReused(Refusal):
    """An Idempotency-Key came again with another body."""

    code = "idempotency-key-reused"
    title = "Idempotency-Key used for another request"


class NotCancellable(Refusal):
    """The submission is over, or was cancelled before."""

    code = "not-cancellable"
    title = "Nothing left to cancel"


class ExerciseClosed(Refusal):
    """The exercise is no longer part of its course."""

    code = "exercise-closed"
    title = "Exercise closed"


class NotOpenYet(Refusal):
    """The exercise opens later in this offering."""

    code = "not-open-yet"
    title = "Not open yet"


class DeadlinePassed(Refusal):
    """The deadline and the days after it in which late work is taken are over."""

    code = "deadline-passed"
    title = "Deadline passed"


class OfferingArchived(Refusal):
    """The class is over: it can be read, and nothing in it changes."""

    code = "offering-archived"
    title = "Class archived"


class CodeRefused(Refusal):
    """A code that lets nobody into a class: wrong, ended or revoked."""

    code = "join-code-refused"
    title = "Code refused"


class LastInstructor(Refusal):
    """A class keeps at least one instructor."""

    code = "last-instructor"
    title = "Last instructor"


class RosterChanged(Refusal):
    """The class changed between the check of a list and its use."""

    code = "roster-changed"
    title = "Class changed meanwhile"


class GradesFrozen(Refusal):
    """The grades of the offering are frozen."""

    code = "grades-frozen"
    title = "Grades are frozen"


class NotReady(Refusal):
    """The thing is not in a state in which this can be done."""

    code = "not-ready"
    title = "Not possible in this state"
