"""Who gets a certificate, who sees it, and what is left of it when it is revoked."""

from __future__ import annotations

import io
import json
import stat
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from courses import services as course_services
from courses.certificates import keys, proofs, services
from courses.certificates.models import Certificate, SigningKey
from courses.models import Offering
from tests.courses.samples import result, train

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Any) -> None:
    """Each test has a data folder without a key."""
    settings.DATA_DIR = tmp_path
    settings.SIGNING_KEY_FILE = ""


@pytest.fixture
def passed(course: Any, classroom: Offering, submit: Any) -> Offering:
    """The class, its only other exercise closed, and this one passed."""
    course.exercises.exclude(slug="digits").update(is_active=False)
    train(submit(offering=classroom).submission.run, result(0.97))
    return classroom


@pytest.fixture
def certificate(passed: Offering, learner: Any) -> Certificate:
    return services.issue(learner=learner, offering=passed)


def test_no_certificate_before_every_exercise_is_passed(classroom: Offering, learner: Any) -> None:
    with pytest.raises(services.NotComplete, match="Still to pass"):
        services.issue(learner=learner, offering=classroom)
    assert not Certificate.objects.exists()


def test_a_pass_elsewhere_does_not_count_for_the_class(passed: Offering, learner: Any, offering: Any) -> None:
    with pytest.raises(services.NotComplete):
        services.issue(learner=learner, offering=offering)


def test_a_certificate_is_issued_once_and_verifies(certificate: Certificate, learner: Any) -> None:
    again = services.issue(learner=learner, offering=certificate.offering)
    assert again.credential == certificate.credential and Certificate.objects.count() == 1
    certificate.refresh_from_db()
    assert proofs.check(certificate.credential, keys.trusted()).state == "intact"
    assert certificate.credential["credentialSubject"]["identifier"][0]["identityHash"] == "Lena Learner"
    assert learner.email not in json.dumps(certificate.credential)


def test_the_key_is_made_once_for_its_owner_only_and_rotation_keeps_the_old_one_valid(
    certificate: Certificate,
) -> None:
    assert stat.S_IMODE(keys.path().stat().st_mode) == 0o600
    old = proofs.check(certificate.credential).key
    keys.rotate()
    assert proofs.multibase(keys.current().public_key()) != old
    assert proofs.check(certificate.credential, keys.trusted()).state == "intact"
    assert SigningKey.objects.get(multibase=old).retired_at is not None


def test_a_key_that_a_setting_names_is_never_made_up(settings: Any, tmp_path: Any) -> None:
    settings.SIGNING_KEY_FILE = str(tmp_path / "given.pem")
    with pytest.raises(ImproperlyConfigured, match="not there"):
        keys.current()
    (tmp_path / "given.pem").write_text("nonsense")
    with pytest.raises(ImproperlyConfigured, match="no private key"):
        keys.current()
    with pytest.raises(ImproperlyConfigured, match="another file"):
        keys.rotate()


def test_nobody_else_sees_it_until_it_is_shared(
    certificate: Certificate, learner: Any, stranger: Any, instructor: Any, signed_in: Any, client: Any
) -> None:
    page = certificate.get_absolute_url()
    assert client.get(page).status_code == signed_in(stranger).get(page).status_code == 404
    assert signed_in(learner).get(page).status_code == signed_in(instructor).get(page).status_code == 200
    signed_in(learner).post(f"{page}share/", {"public": "yes"})
    answer = client.get(page)
    assert answer.status_code == 200 and learner.email not in answer.content.decode()
    assert proofs.check(client.get(f"{page}credential.json").json(), keys.trusted()).state == "intact"
    signed_in(learner).post(f"{page}share/", {"public": "no"})
    assert client.get(page).status_code == 404


def test_only_its_owner_shares_and_only_an_instructor_revokes(
    certificate: Certificate, learner: Any, instructor: Any, stranger: Any
) -> None:
    with pytest.raises(PermissionDenied):
        services.share(certificate=certificate, by=instructor, is_public=True)
    for person in (learner, stranger):
        with pytest.raises(PermissionDenied):
            services.revoke(certificate=certificate, by=person, reason="because")
    with pytest.raises(ValidationError):
        services.revoke(certificate=certificate, by=instructor, reason=" ")


def test_a_revoked_one_is_found_out_by_whoever_checks_it_here(
    certificate: Certificate, learner: Any, instructor: Any, signed_in: Any, client: Any
) -> None:
    page = certificate.get_absolute_url()
    signed_in(instructor).post(f"{page}revoke/", {"reason": "A shared account."})
    assert not services.revoke(certificate=certificate, by=instructor, reason="again")
    assert b"A shared account." in signed_in(learner).get(page).content
    assert client.get("/certificates/revocations.json").json()["revokedCredential"] == [
        {"id": certificate.urn, "revoked": True}
    ]
    file = SimpleUploadedFile("proof.json", json.dumps(certificate.credential).encode())
    assert b"Genuine, but revoked" in client.post("/verify/", {"file": file}).content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda document: None, "Genuine and unchanged"),
        (lambda document: document.update(name="Rocket science"), "This value was changed"),
    ],
)
def test_the_page_checks_a_file(certificate: Certificate, client: Any, change: Any, words: str) -> None:
    document = json.loads(json.dumps(certificate.credential))
    change(document)
    file = SimpleUploadedFile("proof.json", json.dumps(document).encode())
    assert words in client.post("/verify/", {"file": file}).content.decode()


def test_the_page_says_what_is_wrong_with_a_file(client: Any) -> None:
    answer = client.post("/verify/", {"file": SimpleUploadedFile("proof.json", b"[]")})
    assert answer.status_code == 422 and "no JSON object" in answer.content.decode()
    assert client.post("/verify/").status_code == 422


def test_the_command_checks_without_database_or_site(
    certificate: Certificate, tmp_path: Any, client: Any
) -> None:
    file, pinned, out = tmp_path / "proof.json", tmp_path / "keys.json", io.StringIO()
    file.write_text(json.dumps(certificate.credential))
    pinned.write_bytes(client.get("/certificates/keys.json").content)
    call_command("verify", str(file), "--key", str(pinned), stdout=out)
    assert "is intact" in out.getvalue() and "revocations.json" in out.getvalue()
    file.write_text(json.dumps({**certificate.credential, "name": "Rocket science"}))
    errors = io.StringIO()
    with pytest.raises(CommandError, match="does not verify") as refused:
        call_command("verify", str(file), stderr=errors)
    assert refused.value.returncode == 1 and "/name: This value was changed" in errors.getvalue()


@pytest.mark.parametrize("key", ["z6Mkother", "missing.json"])
def test_the_command_trusts_only_the_named_key(certificate: Certificate, tmp_path: Any, key: str) -> None:
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(certificate.credential))
    with pytest.raises(CommandError) as refused:
        call_command("verify", str(file), "--key", key, stderr=io.StringIO())
    assert refused.value.returncode == (1 if key.startswith("z") else 2)


def test_the_api_issues_shares_revokes_and_checks(
    passed: Offering, learner: Any, stranger: Any, instructor: Any, api: Any
) -> None:
    assert api(stranger).post("/api/v1/certificates/", {"offering": passed.slug}, "json").status_code == 404
    made = api(learner).post("/api/v1/certificates/", {"offering": passed.slug}, "json")
    assert made.status_code == 201
    one = f"/api/v1/certificates/{made.json()['id']}/"
    assert api().get(one).status_code == api(stranger).get(one).status_code == 404
    assert api(instructor).patch(one, {"is_public": True}, "json").status_code == 403
    assert api(learner).patch(one, {"is_public": True}, "json").json()["is_public"] is True
    document = api().get(one).json()["credential"]
    checked = api().post("/api/v1/proofs/verify/", {"document": document}, "json").json()
    assert checked["state"] == "intact"
    assert api(learner).post(f"{one}revoke/", {"reason": "x"}, "json").status_code == 403
    assert api(instructor).post(f"{one}revoke/", {"reason": "x"}, "json").status_code == 200
    revoked = api().post("/api/v1/proofs/verify/", {"document": document}, "json").json()
    assert revoked["state"] == "revoked"
    assert api().post("/api/v1/proofs/verify/", {"document": [1]}, "json").status_code == 400


def test_the_class_page_is_for_its_instructors(
    certificate: Certificate, learner: Any, instructor: Any, signed_in: Any
) -> None:
    page = f"/teaching/{certificate.offering.slug}/certificates/"
    assert "Lena Learner" in signed_in(instructor).get(page).content.decode()
    assert signed_in(learner).get(page).status_code == 404


def test_the_own_list_offers_what_is_earned(passed: Offering, learner: Any, signed_in: Any) -> None:
    client = signed_in(learner)
    assert b"Get the certificate" in client.get("/certificates/").content
    assert client.post(f"/certificates/issue/{passed.slug}/").status_code == 302
    assert b"only you" in client.get("/certificates/").content


def test_an_override_takes_the_pass_away(passed: Offering, learner: Any, instructor: Any) -> None:
    submission = passed.submissions.get()
    course_services.override(submission=submission, instructor=instructor, points=0, reason="copied")
    with pytest.raises(services.NotComplete):
        services.issue(learner=learner, offering=passed)
