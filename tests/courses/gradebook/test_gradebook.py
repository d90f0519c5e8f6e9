"""The gradebook: the attempt that counts, files that go out and come back, and who is refused."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from courses import services
from courses.gradebook import importing, portable, sheet
from courses.models import Enrolment, Exercise, Offering, Role
from courses.refusals import NotReady
from tests.courses.samples import result, train

SLUGS = ["digits", "clouds"]


@pytest.fixture
def graded(submit: Any, classroom: Offering) -> Any:
    """`graded(accuracy, rate)`: an attempt of the learner in the classroom, trained and graded."""

    def make(accuracy: float, rate: float = 0.1) -> Any:
        made = submit({"optimizer": {"learning_rate": rate}}, offering=classroom).submission
        train(made.run, result(accuracy))
        return made

    return make


@pytest.fixture
def book(signed_in: Any, instructor: Any, classroom: Offering) -> Any:
    """The instructor's client, and `book.address(name, ...)` of a page of the classroom's gradebook."""
    client = signed_in(instructor)
    client.address = lambda name, *more: reverse(f"gradebook:{name}", args=[classroom.slug, *more])
    return client


def cell(classroom: Offering, learner: Any, exercise: Exercise) -> sheet.Cell:
    return sheet.cells(classroom)[learner.pk, exercise.pk]


def exported(book: Any) -> list[dict[str, str]]:
    content = b"".join(book.get(book.address("export", "csv")).streaming_content).decode()
    return list(csv.DictReader(io.StringIO(content)))


def sent(book: Any, rows: list[dict[str, str]]) -> Any:
    target = io.StringIO()
    writer = csv.DictWriter(target, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    file = SimpleUploadedFile("grades.csv", target.getvalue().encode())
    return book.post(book.address("check"), {"file": file})


# What counts --------------------------------------------------------------------------------------------


def test_the_best_attempt_counts(graded, classroom, learner, exercise):
    best, _ = graded(0.99), graded(0.2, rate=0.2)
    held = cell(classroom, learner, exercise)
    assert (held.submission, held.attempts, held.state) == (best.pk, 2, "passed")


def test_an_attempt_that_nobody_graded_yet_is_shown_as_such(submit, classroom, learner, exercise):
    waiting = submit(offering=classroom).submission
    held = cell(classroom, learner, exercise)
    assert (held.submission, held.points, held.state) == (waiting.pk, None, "missing")


def test_a_persons_decision_counts_against_the_computed_one(graded, classroom, learner, exercise, instructor):
    made = graded(0.99)
    services.override(submission=made, instructor=instructor, points=1.0, reason="Copied.")
    held = cell(classroom, learner, exercise)
    assert (held.points, held.is_override, held.state) == (1.0, True, "failed")


def test_the_class_is_counted_anew_when_a_grade_changes(graded, classroom, exercise, instructor):
    made = graded(0.99)
    (before,) = sheet.columns(classroom, [exercise])
    services.override(submission=made, instructor=instructor, points=0.0, reason="Copied.")
    (after,) = sheet.columns(classroom, [exercise])
    assert (before.passed, after.passed, after.graded) == (1, 0, 1) and after.mean_percent == 0.0


# Pages --------------------------------------------------------------------------------------------------


def test_an_instructor_sees_who_stands_where(book, graded, learner):
    made = graded(0.99)
    page = book.get(book.address("gradebook")).content.decode()
    assert learner.get_full_name() in page and f'href="{learner.pk}/digits/"' in page
    behind = book.get(book.address("attempts", learner.pk, "digits")).content.decode()
    assert reverse("courses:submission", args=[made.pk]) in behind and "the run that counts" in behind


@pytest.mark.parametrize(("state", "is_shown"), [("passed", True), ("failed", False), ("missing", False)])
def test_the_window_is_narrowed_to_those_who_stand_so_at_an_exercise(book, graded, learner, state, is_shown):
    graded(0.99)
    page = book.get(book.address("gradebook"), {"exercise": "digits", "state": state}).content.decode()
    assert (learner.get_full_name() in page) is is_shown


def test_who_never_tried_is_among_those_without_a_grade(book, classroom, learner):
    page = book.get(book.address("gradebook"), {"exercise": "digits", "state": "missing"}).content.decode()
    assert learner.get_full_name() in page


def test_the_number_of_queries_does_not_grow_with_the_class(
    book, graded, classroom, django_user_model, django_assert_max_num_queries
):
    graded(0.99)
    for number in range(60):
        person = django_user_model.objects.create_user(f"p{number}@example.org", name=f"Person {number}")
        Enrolment.objects.create(offering=classroom, user=person, role=Role.LEARNER)
    with django_assert_max_num_queries(22):
        assert book.get(book.address("gradebook")).status_code == 200


@pytest.mark.parametrize("name", ["gradebook", "export"])
@pytest.mark.parametrize("who", ["learner", "stranger"])
def test_nobody_else_sees_it(signed_in, request, book, name, who):
    more = ["csv"] if name == "export" else []
    answer = signed_in(request.getfixturevalue(who)).get(book.address(name, *more))
    assert answer.status_code in (403, 404)


def test_a_grader_sees_it_and_brings_nothing_back(signed_in, classroom, book, stranger):
    Enrolment.objects.create(offering=classroom, user=stranger, role=Role.GRADER)
    client = signed_in(stranger)
    assert client.get(book.address("gradebook")).status_code == 200
    assert client.post(book.address("apply"), {"sealed": "x", "reason": "y"}).status_code == 403
    with pytest.raises(PermissionDenied):
        importing.apply(offering=classroom, sealed="x", by=stranger, reason="y")


# Files --------------------------------------------------------------------------------------------------


def test_a_file_that_comes_back_unchanged_changes_nothing(book, graded):
    graded(0.99)
    answer = sent(book, exported(book))
    assert answer.status_code == 200 and answer.context["plan"].changes == []
    assert answer.context["plan"].same == 1


def test_changed_points_become_decisions_with_a_reason(book, graded, learner, classroom, exercise):
    made = graded(0.99)
    (row,) = exported(book)
    answer = sent(book, [row | {"digits": "12.5"}])
    (change,) = answer.context["plan"].changes
    assert (change.before, change.after) == (80.0, 12.5)
    assert made.grade_events.count() == 1, "nothing happens before it is confirmed"
    book.post(book.address("apply"), {"sealed": answer.context["sealed"], "reason": "Oral exam."})
    held = cell(classroom, learner, exercise)
    assert held.points == 12.5 and made.grade_events.get(kind="override").reason == "Oral exam."


def test_a_workbook_goes_out_and_comes_back(book, graded):
    graded(0.99)
    content = book.get(book.address("export", "xlsx")).content
    rows = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert rows[0][:4] == portable.WHO and rows[1][4] == 80
    read = portable.read(content, list(rows[0][4:-2]))
    assert not read.mistakes and read.entries[0].points["digits"] == 80.0


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"email": "other@example.org"}, "email"),
        ({"id": "999999"}, "id"),
        ({"id": "x"}, "id"),
        ({"digits": "lots"}, "digits"),
        ({"digits": "81"}, "digits"),
        ({"digits": "-1"}, "digits"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(book, graded, changed, column):
    made = graded(0.99)
    (row,) = exported(book)
    answer = sent(book, [row | changed])
    (mistake,) = answer.context["mistakes"]
    assert answer.status_code == 422 and (mistake.line, mistake.column) == (2, column)
    assert not answer.context["sealed"] and made.grade_events.count() == 1


def test_points_below_another_attempt_would_not_count_and_are_refused(book, graded):
    graded(0.99), graded(0.2, rate=0.2)
    (row,) = exported(book)
    answer = sent(book, [row | {"digits": "1"}])
    assert "Another attempt" in answer.context["mistakes"][0].message


def test_an_exercise_that_nobody_tried_has_nothing_to_grade(book, classroom):
    (row,) = exported(book)
    assert "not tried" in sent(book, [row | {"digits": "10"}]).context["mistakes"][0].message


def test_a_grade_that_changed_meanwhile_stops_the_whole_file(book, graded, classroom, instructor):
    made = graded(0.99)
    (row,) = exported(book)
    sealed = sent(book, [row | {"digits": "10"}]).context["sealed"]
    services.override(submission=made, instructor=instructor, points=50, reason="Looked again.")
    with pytest.raises(NotReady, match="changed since"):
        importing.apply(offering=classroom, sealed=sealed, by=instructor, reason="Exam.")
    assert made.grade_events.count() == 2


def test_confirming_twice_changes_it_once(book, graded, classroom, instructor):
    made = graded(0.99)
    (row,) = exported(book)
    sealed = sent(book, [row | {"digits": "10"}]).context["sealed"]
    importing.apply(offering=classroom, sealed=sealed, by=instructor, reason="Exam.")
    with pytest.raises(NotReady):
        importing.apply(offering=classroom, sealed=sealed, by=instructor, reason="Exam.")
    assert made.grade_events.count() == 2


def test_changes_need_a_reason_and_the_sites_own_seal(classroom, instructor):
    with pytest.raises(ValidationError):
        importing.apply(offering=classroom, sealed="", by=instructor, reason=" ")
    with pytest.raises(NotReady):
        importing.apply(offering=classroom, sealed="forged", by=instructor, reason="Exam.")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PK\x03\x04 not a workbook", b"a,b\n1,2\n"])
def test_what_is_no_gradebook_is_refused_with_a_remedy(content):
    assert portable.read(content, SLUGS).mistakes


def test_a_name_that_a_spreadsheet_would_run_is_kept_from_it():
    (line,) = portable.csv_lines([["=cmd()", 5]])
    assert line == "'=cmd(),5\r\n"


people = st.lists(
    st.tuples(st.integers(1, 10**6), st.dictionaries(st.sampled_from(SLUGS), st.floats(0, 1000))),
    max_size=5,
    unique_by=lambda one: one[0],
)


@given(people)
def test_what_is_written_is_read_again_from_either_kind(found):
    rows: list[list[Any]] = [portable.header(SLUGS)]
    rows += [
        [pk, f"p{pk}@example.org", "=Name", "", *(points.get(slug) for slug in SLUGS), 0, 0]
        for pk, points in found
    ]
    as_csv = "".join(portable.csv_lines(rows)).encode()
    for content in (as_csv, portable.xlsx(rows, ["about"])):
        read = portable.read(content, SLUGS)
        assert not read.mistakes
        assert [entry.person for entry in read.entries] == [pk for pk, _ in found]
        assert [entry.points for entry in read.entries] == [pytest.approx(points) for _, points in found]


@given(st.binary(max_size=200))
def test_no_file_is_a_fault_of_ours(content):
    portable.read(content, SLUGS)


def test_a_workbook_with_too_many_lines_is_refused(monkeypatch):
    monkeypatch.setattr(portable, "MOST_ROWS", 2)
    book = Workbook()
    for row in (["id", "email"], *([number, "a@example.org"] for number in range(1, 4))):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    assert "too many" in portable.read(target.getvalue(), SLUGS).mistakes[0].message
