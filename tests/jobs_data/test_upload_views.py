"""Staff import files on the site; nobody else learns that it can be done."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jobs_data import doorbell, uploads
from jobs_data.models import Upload, UploadState
from tests.jobs_data.samples import SALARIES, salary, write_csv

PAGE = "/jobs/import/"


@pytest.fixture(autouse=True)
def silence(monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda task=doorbell.UPLOADS: None)


@pytest.fixture
def olga(market, staff, signed_in):
    """The client of someone on the staff."""
    return signed_in(staff)


@pytest.fixture
def content(tmp_path):
    rows = [salary("Data Engineer", 90_000 + number) for number in range(3)]
    return write_csv(tmp_path / "made.csv", [SALARIES, *rows]).read_bytes()


@pytest.fixture
def upload(olga, staff, content):
    return uploads.receive(file=SimpleUploadedFile("pay.csv", content), by=staff)


def send(client, content=b"", name="pay.csv", **fields):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), **fields})


def test_a_file_goes_the_whole_way(olga, content):
    response = send(olga, content)
    address = response.headers["Location"]
    assert response.status_code == 302
    assert "waits to be checked" in olga.get(address).content.decode()
    uploads.work()
    text = olga.get(address).content.decode()
    assert "Import 3 rows" in text and "ai-jobs-salaries" in text and "What would be imported" in text
    olga.post(f"{address}confirm/")
    uploads.work()
    text = olga.get(address).content.decode()
    assert "imported" in text and "/jobs/sources/ai-jobs-salaries/" in text
    assert "pay.csv" in olga.get(PAGE).content.decode()


def test_while_it_moves_the_page_asks_again_and_then_stops(olga, upload):
    part = olga.get(f"{PAGE}{upload.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in part and "<html" not in part
    uploads.work()
    assert "hx-trigger" not in olga.get(f"{PAGE}{upload.pk}/").content.decode()


def test_progress_is_shown_while_a_worker_reads(olga, upload):
    uploads.claim()
    Upload.objects.update(rows=1234, fraction=0.25)
    text = olga.get(f"{PAGE}{upload.pk}/").content.decode()
    assert "1,234 rows read" in text and 'value="0.25"' in text


def test_a_refused_file_names_the_reason_and_offers_another_reading(olga, content):
    address = send(olga, b"x,y\n1,2\n").headers["Location"]
    uploads.work()
    text = olga.get(address).content.decode()
    assert "No source has these 2 columns: x, y" in text and "Read it differently" in text
    assert olga.post(f"{address}check/", {"source": "hiring-lab"}).status_code == 422


@pytest.mark.parametrize("fields", [{"source": "no-such"}, {"collected": "1066"}, {"collected": "soon"}])
def test_a_wrong_field_is_named_and_nothing_is_kept(olga, content, fields):
    response = send(olga, content, **fields)
    assert response.status_code == 422 and "errorlist" in response.content.decode()
    assert not Upload.objects.exists()


def test_a_file_is_needed(olga):
    assert olga.post(PAGE, {}).status_code == 422
    assert send(olga, b"").status_code == 422, "an empty file"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(olga, settings, content):
    settings.UPLOAD_MIB = 0
    response = send(olga, content)
    assert response.status_code == 413 and "TRAINYARD_UPLOAD_MIB" in response.content.decode()
    assert not Upload.objects.exists()


def test_a_name_cannot_leave_its_folder(olga, content):
    send(olga, content, name="../../../evil.csv")
    upload = Upload.objects.get()
    assert upload.name == "evil.csv" and uploads.path_of(upload).is_file()


def test_a_hostile_name_is_escaped(olga, content):
    address = send(olga, content, name="<script>x.csv").headers["Location"]
    assert "<script>x" not in olga.get(address).content.decode() + olga.get(PAGE).content.decode()


def test_a_forged_form_is_refused(staff, upload):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    assert send(client, b"x").status_code == 403
    assert client.post(f"{PAGE}{upload.pk}/confirm/").status_code == 403


def test_a_decision_that_comes_too_late_says_so(olga, upload):
    text = olga.post(f"{PAGE}{upload.pk}/confirm/", follow=True).content.decode()
    assert "not in a state for that" in text
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED


def test_discarding_deletes_the_file(olga, upload):
    text = olga.post(f"{PAGE}{upload.pk}/discard/", follow=True).content.decode()
    assert "nothing was imported" in text and not uploads.path_of(upload).exists()


@pytest.mark.parametrize("person", ["learner", "instructor", None])
def test_to_others_there_is_no_such_page(request, client, signed_in, upload, person, content):
    if person:
        client = signed_in(request.getfixturevalue(person))
    one = f"{PAGE}{upload.pk}/"
    assert [client.get(address).status_code for address in (PAGE, one)] == [404, 404]
    assert send(client, content).status_code == 404
    for verb in ("confirm", "check", "discard"):
        assert client.post(f"{one}{verb}/").status_code == 404
    assert Upload.objects.count() == 1 and uploads.path_of(upload).exists()
    assert PAGE not in client.get("/jobs/sources/").content.decode()


def test_unknown_uploads_and_other_methods_are_refused(olga, upload):
    assert olga.get(f"{PAGE}999/").status_code == 404
    assert olga.get(f"{PAGE}{upload.pk}/confirm/").status_code == 405
    assert olga.put(PAGE).status_code == 405
