"""The demo class: what it sends is accepted, and a site that goes public can be rid of it."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from rest_framework.authtoken.models import Token

from courses import services
from courses.models import Exercise, Offering, Submission
from trainyard.operations import demo

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_class() -> Offering:
    """The demo class in the shipped course, as `up` makes it."""
    call_command("courses", "sync", verbosity=0)
    demo.invite()
    return Offering.objects.get(slug=demo.CLASS_SLUG)


@pytest.fixture
def errors(settings):
    """`errors()`: the ids of what production refuses in this database."""
    settings.IS_PRODUCTION = True
    return lambda: {message.id for message in run_checks(tags=["trainyard"])}


def test_every_past_attempt_is_accepted_and_has_a_run_of_its_own(demo_class) -> None:
    demo.submit_past_attempts()
    assert demo_class.submissions.count() == len(demo.ATTEMPTS)
    assert len(set(demo_class.submissions.values_list("run", flat=True))) == len(demo.ATTEMPTS)


def test_the_demo_class_has_dates_sections_deadlines_and_an_extension(demo_class) -> None:
    assert demo_class.zone == "Europe/Berlin" and demo_class.starts_on < demo_class.ends_on
    assert set(demo_class.enrolments.exclude(section="").values_list("section", flat=True)) == {"A", "B"}
    assert demo_class.deadlines.count() == len(demo.DUE_IN_DAYS)
    assert demo_class.extensions.get().learner.name == demo.OMAR
    demo.invite()
    assert demo_class.extensions.count() == 1


def test_a_newcomers_default_run_was_not_trained_by_the_demo_class(demo_class, learner) -> None:
    demo.submit_past_attempts()
    trained = set(demo_class.submissions.values_list("run", flat=True))
    for exercise in Exercise.objects.filter(course=demo_class.course):
        outcome = services.submit(
            learner=learner,
            exercise=exercise,
            offering=demo_class.course.offerings.get(is_open=True),
            config={},
        )
        assert outcome.submission.run_id not in trained


def test_people_without_work_are_deleted_and_the_others_can_no_longer_sign_in(demo_class, signed_in) -> None:
    demo.submit_past_attempts()
    authors = get_user_model().objects.filter(submissions__isnull=False).distinct().count()
    Token.objects.create(user=get_user_model().objects.get(name=demo.LENA))
    lena = signed_in(get_user_model().objects.get(name=demo.LENA))
    assert lena.get("/accounts/profile/").status_code == 200

    removed = demo.remove()

    assert (removed.deleted, removed.closed) == (len(demo.PEOPLE) - authors, authors)
    assert Submission.objects.count() == len(demo.ATTEMPTS)
    assert not Token.objects.exists()
    left = get_user_model().objects.filter(is_demo=True)
    assert not any(person.is_active or person.is_superuser or person.has_usable_password() for person in left)
    assert lena.get("/accounts/profile/").status_code == 302
    assert not get_user_model().objects.filter(email=demo.PEOPLE[4].email).exists()


def test_nothing_of_a_class_without_work_is_left(demo_class) -> None:
    demo.remove()
    assert not get_user_model().objects.filter(is_demo=True).exists()
    assert not Offering.objects.filter(slug=demo.CLASS_SLUG).exists()


def test_removing_leaves_everyone_else_alone_and_may_be_repeated(demo_class, learner) -> None:
    demo.remove()
    assert demo.remove() == demo.Removed()
    learner.refresh_from_db()
    assert learner.is_active and learner.has_usable_password()


def test_the_demo_brings_its_people_back(demo_class) -> None:
    demo.submit_past_attempts()
    demo.remove()
    demo.invite()
    for person in demo.PEOPLE:
        account = get_user_model().objects.get(email=person.email)
        assert account.is_active and account.check_password(demo.PASSWORD)
        assert account.is_superuser == (person.role == "operator")


def test_production_refuses_demo_people_until_they_are_removed(demo_class, errors, capsys) -> None:
    demo.submit_past_attempts()
    assert "trainyard.E007" in errors()
    call_command("demo", "remove")
    assert "Demo people deleted: 2" in capsys.readouterr().out
    assert "trainyard.E007" not in errors()


def test_on_ones_own_machine_demo_people_are_welcome(demo_class) -> None:
    assert "trainyard.E007" not in {message.id for message in run_checks(tags=["trainyard"])}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "trainyard.example.org"])
def test_demo_people_are_not_served_to_the_network(host) -> None:
    with pytest.raises(CommandError, match="--no-demo"):
        call_command("up", "--host", host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_this_machine_alone_may_meet_them(host, monkeypatch) -> None:
    from trainyard.operations.management.commands import up

    class ServedError(Exception):
        pass

    def stop(self: object, host: str) -> None:
        raise ServedError

    monkeypatch.setattr(up.Command, "_refuse_taken_port", stop)
    with pytest.raises(ServedError):
        call_command("up", "--host", host)


def test_a_start_that_was_refused_leaves_logging_as_it_was() -> None:
    with pytest.raises(CommandError):
        call_command("up", "--host", "0.0.0.0")
    assert logging.root.manager.disable == logging.NOTSET


def test_people_left_over_from_a_demo_are_not_served_to_the_network_either(demo_class) -> None:
    from trainyard.operations.management.commands.up import Command

    command = Command()
    command.is_demo = False
    command._refuse_left_over_demo("127.0.0.1")
    with pytest.raises(CommandError, match="trainyard demo remove"):
        command._refuse_left_over_demo("0.0.0.0")
    demo.remove()
    command._refuse_left_over_demo("0.0.0.0")


@pytest.mark.parametrize("is_demo", [True, False])
def test_generated_postings_come_with_the_demo_only(is_demo, monkeypatch) -> None:
    from rich.console import Console

    from trainyard.operations.management.commands import up

    ran: list[tuple[object, ...]] = []
    monkeypatch.setattr(up, "_quietly", lambda *words, **how: ran.append((*words, how)))
    monkeypatch.setattr(up.assets, "build", lambda: None)
    for step in ("invite", "submit_past_attempts"):
        monkeypatch.setattr(up.demo, step, lambda: None)
    command = up.Command()
    command.console, command.is_demo = Console(quiet=True), is_demo
    command._prepare("127.0.0.1")
    assert ("jobs", "load", {"no_demo": not is_demo}) in ran
