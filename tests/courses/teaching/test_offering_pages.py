"""The pages of a class are for its instructors and graders, and lead to one another."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from courses import roles, services
from courses.models import GradeKind, Offering, Submission
from tests.courses.samples import train


def html(response: Any) -> str:
    return str(response.content.decode())


def people(offering: Offering) -> str:
    return reverse("teaching:people", args=[offering.slug])


def test_only_staff_of_a_class_see_its_people(
    classroom: Offering, learner: Any, stranger: Any, admin_user: Any, signed_in: Any, client: Any
) -> None:
    assert client.get(people(classroom)).status_code == 302
    for person in (learner, stranger, admin_user):
        assert signed_in(person).get(people(classroom)).status_code == 404


def test_instructors_and_graders_see_who_takes_part(
    classroom: Offering, grader: Any, instructor: Any, signed_in: Any
) -> None:
    for person in (grader, instructor):
        page = html(signed_in(person).get(people(classroom)))
        assert "Lena Learner" in page and "Greta Grader" in page
        assert f"/teaching/{classroom.slug}/review/" in page


def test_the_list_of_people_is_searched_by_name_and_label(
    classroom: Offering, grader: Any, instructor: Any, signed_in: Any
) -> None:
    classroom.enrolments.filter(user=grader).update(label="TA on Mondays")
    page = html(signed_in(instructor).get(people(classroom), {"search": "mondays"}))
    assert "Greta Grader" in page and "Lena Learner" not in page


def test_the_index_lists_the_classes_one_teaches_and_refuses_learners(
    classroom: Offering, learner: Any, instructor: Any, grader: Any, signed_in: Any
) -> None:
    assert signed_in(learner).get(reverse("teaching:index")).status_code == 403
    for person in (instructor, grader):
        page = html(signed_in(person).get(reverse("teaching:index")))
        assert people(classroom) in page and "1 learner" in page
        assert ">Teaching</a>" in page


def test_a_grader_sees_and_decides_grades_but_does_not_teach(
    classroom: Offering, submission: Submission, grader: Any, signed_in: Any
) -> None:
    train(submission.run)
    assert roles.may_review(grader, classroom) and not roles.teaches(grader, classroom)
    page = signed_in(grader).get(reverse("courses:submission", args=[submission.pk]))
    assert "Decide this grade yourself" in html(page)
    services.override(submission=submission, instructor=grader, points=10, reason="Copied the example.")
    assert submission.grade is not None and submission.grade.kind == GradeKind.OVERRIDE
