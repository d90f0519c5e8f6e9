"""Both sides choose: recruiters are approved, learners want to be found, and all is on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from courses.models import Submission
from tests.courses.samples import result, train
from trainyard.talent import sending, services
from trainyard.talent.models import Candidate, Message, Recruiter, Search

pytestmark = pytest.mark.django_db


@pytest.fixture
def passed(submit: Any, exercise: Any) -> Submission:
    """A passed run of an exercise that proves a skill."""
    exercise.definition = {**exercise.definition, "skills": ["python"]}
    exercise.save()
    submission: Submission = submit().submission
    train(submission.run, result(0.97))
    return submission


@pytest.fixture
def recruiter(stranger: Any, admin_user: Any) -> Any:
    """An approved recruiter."""
    services.decide(services.apply(stranger, "Mill Ltd", "millers"), by=admin_user, is_approved=True)
    return stranger


@pytest.fixture
def candidate(passed: Submission, learner: Any) -> Candidate:
    return services.list_me(learner, country="Germany", city="Bonn", availability="now")


def test_nobody_searches_before_operators_approve(stranger: Any, learner: Any, admin_user: Any) -> None:
    asked = services.apply(stranger, "Mill Ltd", "millers")
    with pytest.raises(PermissionDenied):
        services.search(stranger, services.Criteria())
    with pytest.raises(PermissionDenied):
        services.decide(asked, by=learner, is_approved=True)
    services.decide(asked, by=admin_user, is_approved=True)
    assert services.search(stranger, services.Criteria()) == []
    services.decide(asked, by=admin_user, is_approved=False)
    with pytest.raises(PermissionDenied):
        services.search(stranger, services.Criteria())


@pytest.mark.parametrize(
    ("criteria", "is_found"),
    [
        (services.Criteria(), True),
        (services.Criteria(["python"], "germany", 1), True),
        (services.Criteria(["python", "sql"]), False),
        (services.Criteria(country="France"), False),
    ],
)
def test_a_search_finds_by_proven_skill_and_country_and_is_on_record(
    candidate: Candidate, recruiter: Any, criteria: services.Criteria, is_found: bool
) -> None:
    assert bool(services.search(recruiter, criteria)) is is_found
    kept = Search.objects.get()
    assert kept.criteria["skills"] == criteria.skills and kept.found == int(is_found)


def test_who_does_not_want_to_be_found_is_not(candidate: Candidate, learner: Any, recruiter: Any) -> None:
    services.unlist_me(learner)
    assert services.search(recruiter, services.Criteria()) == []
    with pytest.raises(PermissionDenied):
        services.write(recruiter, candidate, "Hello")
    assert learner.consents.get().withdrawn_at


def test_a_message_is_mailed_once_and_shows_no_address(
    candidate: Candidate, learner: Any, recruiter: Any, signed_in: Any, mailoutbox: Any
) -> None:
    page = signed_in(recruiter).get("/talent/?skills=python&country=&months=").content.decode()
    assert learner.name in page and learner.email not in page
    answer = signed_in(recruiter).post(f"/talent/{candidate.pk}/write/", {"text": "Come to the mill."})
    assert answer.status_code == 302
    assert sending.work() == 1 and sending.work() == 0
    (mail,) = mailoutbox
    assert mail.to == [learner.email] and mail.reply_to == [recruiter.email]
    assert "Come to the mill." in signed_in(learner).get("/talent/me/").content.decode()


def test_a_message_to_somebody_who_left_meanwhile_is_not_sent(
    candidate: Candidate, learner: Any, recruiter: Any, mailoutbox: Any
) -> None:
    services.write(recruiter, candidate, "Hello")
    services.unlist_me(learner)
    assert sending.work() == 0 and not mailoutbox
    assert Message.objects.get().state == "failed"


def test_searches_and_messages_have_limits(candidate: Candidate, recruiter: Any, monkeypatch: Any) -> None:
    services.write(recruiter, candidate, "Hello")
    with pytest.raises(services.TooMany, match="Wait for their answer"):
        services.write(recruiter, candidate, "Hello again")
    monkeypatch.setattr(services, "MESSAGES_A_DAY", 1)
    with pytest.raises(services.TooMany, match="a day"):
        services.write(recruiter, candidate, "Hello again")
    monkeypatch.setattr(services, "SEARCHES_A_DAY", 1)
    services.search(recruiter, services.Criteria())
    with pytest.raises(services.TooMany):
        services.search(recruiter, services.Criteria())


def test_a_mail_server_that_refuses_is_tried_again(
    candidate: Candidate, recruiter: Any, monkeypatch: Any
) -> None:
    services.write(recruiter, candidate, "Hello")
    monkeypatch.setattr("trainyard.talent.sending.EmailMessage.send", _refuse)
    for _ in range(sending.MOST_ATTEMPTS):
        assert Message.objects.get().state == "waiting"
        sending.work()
    assert Message.objects.get().state == "failed"


def _refuse(self: Any) -> None:
    raise OSError("no mail today")


def test_one_without_a_name_is_asked_for_it(stranger: Any) -> None:
    stranger.name = ""
    stranger.save()
    with pytest.raises(ValidationError, match="name"):
        services.list_me(stranger, country="France", city="", availability="now")


def test_pages_are_for_those_they_are_for(
    candidate: Candidate, learner: Any, signed_in: Any, client: Any, admin_client: Any
) -> None:
    assert signed_in(learner).get("/talent/").status_code == 403
    assert signed_in(learner).get(f"/talent/{candidate.pk}/write/").status_code == 403
    assert signed_in(learner).get("/operations/recruiters/").status_code in (403, 404)
    assert client.get("/talent/me/").status_code == 302
    signed_in(learner).post("/talent/recruit/", {"organisation": "Mill", "purpose": "millers"})
    asked = Recruiter.objects.get()
    assert b"millers" in admin_client.get("/operations/recruiters/").content
    admin_client.post("/operations/recruiters/", {"recruiter": asked.pk, "approve": "yes"})
    assert signed_in(learner).get("/talent/").status_code == 200


def test_a_skill_that_is_none_is_named(recruiter: Any, signed_in: Any) -> None:
    answer = signed_in(recruiter).get("/talent/?skills=pyhton")
    assert answer.status_code == 422 and "no skill of the dictionary" in answer.content.decode()
