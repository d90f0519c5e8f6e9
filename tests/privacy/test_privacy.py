"""What is a person's can be taken along and erased, and no column that names a person is forgotten."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.files.storage import InMemoryStorage, default_storage
from django.utils import timezone

from courses import services as course_services
from courses.models import GradeEvent, Offering, Submission
from tests.conftest import PASSWORD
from tests.courses.samples import train
from trainyard.privacy import consents, erasing, exporting
from trainyard.privacy.models import Consent, Export, ExportState
from trainyard.privacy.registry import ABOUT, HOLDINGS

pytestmark = pytest.mark.django_db
User = get_user_model()
PAGE = "/accounts/profile/privacy/"


@pytest.fixture(autouse=True)
def storage(monkeypatch: Any) -> None:
    """Files of exports stay in memory."""
    monkeypatch.setattr(default_storage, "_wrapped", InMemoryStorage())


@pytest.fixture
def graded(submit: Any, classroom: Offering, learner: Any, instructor: Any) -> Submission:
    """A graded attempt of the learner with words of everyone beside it."""
    submission: Submission = submit(offering=classroom, note="I, Lena, expect the best").submission
    train(submission.run)
    course_services.comment(submission=submission, author=instructor, text="Well done, Lena")
    course_services.override(submission=submission, instructor=instructor, points=70, reason="Lena asked")
    return submission


def columns() -> set[tuple[str, str]]:
    """Every column of every model that names a person."""
    return {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is User
    }


def test_every_column_that_names_a_person_is_covered_by_export_and_erasure() -> None:
    known = [holding.key for holding in HOLDINGS]
    assert len(known) == len(set(known))
    assert columns() - set(known) == set(), "say in trainyard/privacy/registry.py what becomes of these"
    assert set(known) - columns() == set(), "these are no columns any more"


@pytest.mark.parametrize("holding", [*HOLDINGS, *ABOUT], ids=lambda one: ".".join(one.key))
def test_each_can_be_read_and_emptied(holding: Any, learner: Any) -> None:
    assert list(holding.values(learner)) == []
    fields = {field.name for field in apps.get_model(holding.model)._meta.concrete_fields}
    assert {name for name, _ in holding.blanked} | holding.hidden <= fields


def opened(user: Any) -> dict[str, Any]:
    file = io.BytesIO()
    exporting.write(user, file)
    with zipfile.ZipFile(file) as archive:
        read = {name: archive.read(name) for name in archive.namelist()}
    return {name: json.loads(body) for name, body in read.items() if name.endswith(".json")}


def test_an_export_holds_what_is_ones_own_and_no_secret(
    graded: Submission, learner: Any, stranger: Any
) -> None:
    found = opened(learner)
    assert found["person.json"]["email"] == learner.email and "password" not in found["person.json"]
    (attempt,) = found["courses-submission-learner.json"]
    assert attempt["note"] == graded.note and attempt["exercise__slug"] == "digits"
    assert attempt["run__result__body"]["metrics"]
    assert [event["kind"] for event in found["courses-gradeevent-submission-learner.json"]] == [
        "automatic",
        "override",
    ]
    assert opened(stranger)["courses-submission-learner.json"] == []


def test_a_file_is_asked_for_made_downloaded_by_its_person_only_and_deleted(
    learner: Any, stranger: Any, signed_in: Any, client: Any
) -> None:
    own = signed_in(learner)
    own.post(f"{PAGE}exports/")
    own.post(f"{PAGE}exports/")
    export = Export.objects.get()
    address = f"{PAGE}exports/{export.pk}/"
    assert own.get(address).status_code == 404
    assert exporting.work() == 1 and exporting.work() == 0
    answer = own.get(address)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert "README.txt" in archive.namelist()
    assert signed_in(stranger).get(address).status_code == 404
    assert client.get(address).status_code == 302
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    exporting.work()
    assert own.get(address).status_code == 404
    assert not default_storage.exists(f"exports/{export.pk}-1.zip")


def test_an_export_whose_worker_died_is_made_by_another_and_given_up_after_the_third(learner: Any) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Export.objects.create(user=learner, state=ExportState.WORKING, execution=1, lease_ends_at=past)
    assert exporting.work() == 1
    Export.objects.update(state=ExportState.WORKING, execution=3, lease_ends_at=past)
    exporting.work()
    assert Export.objects.get().state == ExportState.FAILED


def test_erasing_removes_the_person_and_keeps_grades_under_a_random_name(
    graded: Submission, learner: Any, instructor: Any, classroom: Offering
) -> None:
    consents.give(learner, consents.PORTFOLIO)
    before = list(GradeEvent.objects.values_list("points", "passed", "kind"))
    pk, email = learner.pk, learner.email
    nobody = erasing.erase(learner)
    assert not User.objects.filter(pk=pk).exists() and not User.objects.filter(email=email).exists()
    assert list(GradeEvent.objects.values_list("points", "passed", "kind")) == before
    graded.refresh_from_db()
    assert graded.learner_id == nobody.pk and not nobody.has_usable_password() and not nobody.is_active
    assert classroom.enrolments.filter(user=nobody).exists()
    assert not Consent.objects.exists()
    everything = json.dumps(opened(nobody))
    assert "Lena" not in everything and email not in everything


def test_the_page_erases_only_with_the_password(learner: Any, signed_in: Any) -> None:
    client = signed_in(learner)
    wrong = client.post(f"{PAGE}erase/", {"password": "not it", "understood": "on"})
    assert wrong.status_code == 422 and "not your password" in wrong.content.decode()
    assert client.post(f"{PAGE}erase/", {"password": PASSWORD}).status_code == 422
    assert User.objects.filter(pk=learner.pk).exists()
    assert client.post(f"{PAGE}erase/", {"password": PASSWORD, "understood": "on"}).status_code == 302
    assert not User.objects.filter(pk=learner.pk).exists()
    assert client.get(PAGE).status_code == 302


def test_who_is_still_needed_is_not_erased(classroom: Offering, instructor: Any, signed_in: Any) -> None:
    sent = {"password": PASSWORD, "understood": "on"}
    answer = signed_in(instructor).post(f"{PAGE}erase/", sent)
    assert answer.status_code == 409 and "only instructor of Autumn class" in answer.content.decode()
    boss = User.objects.create_superuser("olga@example.org", PASSWORD)
    assert "only operator" in signed_in(boss).post(f"{PAGE}erase/", sent).content.decode()


def test_consent_is_recorded_once_with_its_words_and_its_end(learner: Any, api: Any) -> None:
    consents.give(learner, consents.TALENT)
    consents.give(learner, consents.TALENT)
    assert consents.holds(learner, consents.TALENT)
    assert consents.withdraw(learner, consents.TALENT) and not consents.withdraw(learner, consents.TALENT)
    (kept,) = api(learner).get("/api/v1/privacy/consents/").json()["results"]
    assert kept["text"] == consents.TALENT.text and kept["withdrawn_at"]


def test_the_api_asks_for_an_export_of_ones_own(learner: Any, stranger: Any, api: Any) -> None:
    made = api(learner).post("/api/v1/privacy/exports/")
    assert made.status_code == 202 and made.json()["state"] == "waiting"
    exporting.work()
    (found,) = api(learner).get("/api/v1/privacy/exports/").json()["results"]
    assert found["page"].endswith(f"{found['id']}/")
    assert api(stranger).get("/api/v1/privacy/exports/").json()["results"] == []
    assert api().get("/api/v1/privacy/exports/").status_code == 401
