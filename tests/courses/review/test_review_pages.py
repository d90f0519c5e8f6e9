"""The pages of a review: for graders and instructors, blind where asked, and a learner's own part."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from courses.models import Comment
from courses.review import notices
from courses.review.models import Inquiry, Mark, Notice, Review, SavedRemark

pytestmark = pytest.mark.django_db


def html(answer: Any) -> str:
    return str(answer.content.decode())


def desk(run: Any, name: str = "desk") -> str:
    return reverse(f"review:{name}", args=[run.offering.slug, run.exercise.slug, run.pk])


def test_nobody_but_reviewers_sees_or_does_anything(
    run_of: Any, learner: Any, stranger: Any, admin_user: Any, signed_in: Any, client: Any
) -> None:
    run = run_of()
    place = [run.offering.slug, run.exercise.slug]
    pages = [reverse("review:index", args=place[:1]), reverse("review:queue", args=place), desk(run)]
    deeds = [desk(run, name) for name in ("mark", "remark", "answer")]
    deeds += [reverse("review:release", args=place), reverse("review:freeze", args=place[:1])]
    assert all(client.get(page).status_code == 302 for page in pages)
    for person in (learner, stranger, admin_user):
        browser = signed_in(person)
        assert {browser.get(page).status_code for page in pages} == {404}
        assert {browser.post(deed, {"text": "x", "level-reason": 1}).status_code for deed in deeds} == {404}
    assert not Mark.objects.exists() and not Comment.objects.exists()


def test_a_grader_reviews_but_does_not_release_or_freeze(run_of: Any, grader: Any, signed_in: Any) -> None:
    run, browser = run_of(), signed_in(grader)
    answer = browser.post(desk(run, "mark"), {"level-reason": "3", "level-words": "1"}, follow=True)
    assert "That was the last run of this kind." in html(answer)
    assert Review.objects.get(submission=run).reviewed_by == grader
    assert dict(Mark.objects.values_list("criterion", "points")) == {"reason": 20, "words": 0}
    place = [run.offering.slug, run.exercise.slug]
    assert browser.post(reverse("review:release", args=place)).status_code == 403
    assert browser.post(reverse("review:freeze", args=place[:1])).status_code == 403


def test_blind_pages_name_no_learner(run_of: Any, instructor: Any, signed_in: Any) -> None:
    run, _ = run_of(), run_of("Nora Near")
    browser = signed_in(instructor)
    place = [run.offering.slug, run.exercise.slug]
    for page in (reverse("review:queue", args=place), desk(run)):
        assert "Lena Learner" in html(browser.get(page))
        blind = html(browser.get(f"{page}?blind=yes"))
        assert "Lena Learner" not in blind and "Nora Near" not in blind and "lena@" not in blind


def test_half_a_review_is_kept_and_stays_open(run_of: Any, instructor: Any, signed_in: Any) -> None:
    run = run_of()
    answer = signed_in(instructor).post(desk(run, "mark"), {"level-reason": "2"}, follow=True)
    assert "a criterion has no points" in html(answer)
    assert Mark.objects.get().points == 10 and Review.objects.get().reviewed_at is None


def test_a_saved_remark_is_used_again_and_says_what_it_is_about(
    run_of: Any, instructor: Any, learner: Any, signed_in: Any
) -> None:
    run, browser = run_of(), signed_in(instructor)
    words = {"text": "Look where it turns.", "about": "epochs", "epochs": "5-12", "save": "yes"}
    browser.post(desk(run, "remark"), words)
    kept = SavedRemark.objects.get()
    browser.post(desk(run, "remark"), {"text": "", "saved": kept.pk, "about": "knob:optimizer.learning_rate"})
    page = html(signed_in(learner).get(reverse("courses:submission", args=[run.pk])))
    assert "On epochs 5 to 12" in page and "On Learning rate" in page


def test_a_wrong_remark_says_what_is_wrong(run_of: Any, instructor: Any, signed_in: Any) -> None:
    browser, run = signed_in(instructor), run_of()
    assert "Write a remark" in html(browser.post(desk(run, "remark"), {"text": " "}, follow=True))
    bad = {"text": "Hm.", "about": "epochs", "epochs": "late"}
    assert "names nothing here" in html(browser.post(desk(run, "remark"), bad, follow=True))
    assert not Comment.objects.exists()


def test_a_learner_sees_what_waits_asks_and_is_told(
    run_of: Any, learner: Any, instructor: Any, signed_in: Any
) -> None:
    run, browser = run_of(), signed_in(learner)
    page = reverse("courses:submission", args=[run.pk])
    assert "waits for review" in html(browser.get(page))
    browser.post(reverse("review:inquiry", args=[run.pk]), {"text": "It does say why."})
    assert "You asked to look again" in html(browser.get(page))
    staff = signed_in(instructor)
    assert "asks you to look again" in html(staff.get(desk(run)))
    staff.post(desk(run, "answer"), {"text": "It does."})
    assert Inquiry.objects.get().closed_by == instructor
    assert "2 new" in html(browser.get(reverse("courses:submissions")))
    assert "Your inquiry was answered." in html(browser.get(reverse("review:notices")))
    browser.get(page)
    assert notices.unseen(learner.pk) == 0


def test_held_back_points_are_on_no_page_of_the_learner(
    run_of: Any, learner: Any, instructor: Any, signed_in: Any
) -> None:
    run, staff = run_of(), signed_in(instructor)
    place = [run.offering.slug, run.exercise.slug]
    staff.post(reverse("review:release", args=place), {"criterion": "reason", "do": "hold"})
    staff.post(desk(run, "mark"), {"level-reason": "3", "level-words": "2"})
    staff.post(desk(run, "remark"), {"text": "A secret so far.", "about": "criterion:reason"})
    page = reverse("courses:submission", args=[run.pk])
    seen = html(signed_in(learner).get(page))
    assert "A secret so far." not in seen and "waits for review" in seen
    staff.post(reverse("review:release", args=place), {"criterion": "reason", "do": "release"})
    seen = html(signed_in(learner).get(page))
    assert "A secret so far." in seen and "waits for review" not in seen


def test_notices_are_mailed_once_to_each_person_where_that_is_set_up(
    run_of: Any, settings: Any, learner: Any
) -> None:
    run = run_of()
    notices.tell({(learner.pk, run.pk)}, "Ines commented.")
    notices.tell({(learner.pk, run.pk)}, "Ines commented.")
    assert Notice.objects.count() == 1
    assert notices.mail() == 0
    settings.NOTICE_MAIL = True
    assert (notices.mail(), notices.mail()) == (1, 0)
    (sent,) = mail.outbox
    assert sent.to == ["lena@example.org"] and "Ines commented." in sent.body


def test_a_frozen_class_says_so_where_a_grade_would_be_decided(
    run_of: Any, instructor: Any, signed_in: Any
) -> None:
    run, browser = run_of(), signed_in(instructor)
    browser.post(reverse("review:freeze", args=[run.offering.slug]))
    decided = {"points": 7, "reason": "Copied."}
    answer = browser.post(reverse("courses:override", args=[run.pk]), decided)
    assert answer.status_code == 422 and "are frozen" in html(answer)
    assert run.grade_events.count() == 1
    browser.post(reverse("review:freeze", args=[run.offering.slug]), {"do": "thaw"})
    assert browser.post(reverse("courses:override", args=[run.pk]), decided).status_code == 302
