"""Uploads: checked, confirmed and imported by workers, whichever dies; no file is lost or done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kombu.exceptions import OperationalError

from jobs_data import doorbell, importing, store, tasks, uploads
from jobs_data.models import Snapshot, Upload, UploadState
from jobs_data.uploads import check_again, claim, confirm, discard, path_of, sweep, work
from tests.jobs_data import samples
from tests.jobs_data.samples import SALARIES, salary, write_csv

ONE_ROW = (SALARIES, salary("Data Engineer", 90_000))


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    """Rings are counted, not sent."""
    heard = []
    monkeypatch.setattr(doorbell, "ring", lambda task=doorbell.UPLOADS: heard.append(task))
    return heard


@pytest.fixture
def send(market, staff, tmp_path):
    """`send(rows)`: an upload of a CSV file with these rows."""

    def sent(rows=ONE_ROW, name="pay.csv", **how) -> Upload:
        content = write_csv(tmp_path / "made.csv", rows).read_bytes()
        return uploads.receive(file=SimpleUploadedFile(name, content), by=staff, **how)

    return sent


def state_of(upload):
    upload.refresh_from_db()
    return upload.state


def lease_ends(upload):
    """As if its worker had died a while ago."""
    Upload.objects.filter(pk=upload.pk).update(lease_ends_at=Now() - timedelta(seconds=1))


def test_a_file_is_checked_first_and_changes_nothing(send, rings):
    upload = send()
    assert upload.state == UploadState.RECEIVED and len(rings) == 1
    assert work() == 1
    assert state_of(upload) == UploadState.CHECKED
    assert upload.report["source"] == "ai-jobs-salaries" and upload.report["accepted"] == 1
    assert upload.lease_ends_at is None and Snapshot.objects.count() == 0


@pytest.mark.parametrize("name", ["求人" * 60 + ".csv", "a" * 240 + ".csv.gz"])
def test_long_names_are_cut_at_their_beginning_to_what_a_file_system_takes(send, name):
    upload = send(name=name)
    assert len(upload.name.encode()) <= 200 and name.endswith(upload.name)
    assert path_of(upload).exists()


def test_once_confirmed_it_is_imported_and_its_file_is_deleted(send, rings):
    upload = send()
    work()
    assert confirm(upload) and len(rings) == 2
    tasks.work_on_uploads()
    assert state_of(upload) == UploadState.IMPORTED
    assert upload.snapshot.import_record.input_name == "pay.csv"
    assert not path_of(upload).exists() and list(store.uploads().iterdir()) == []


def test_a_file_that_is_no_table_is_refused_with_the_reason_and_kept_for_another_try(send):
    upload = send([["x", "y"], ["1", "2"]])
    work()
    assert state_of(upload) == UploadState.REFUSED
    assert "No source has these 2 columns: x, y" in upload.message
    assert path_of(upload).exists() and not confirm(upload)


def test_it_can_be_read_as_another_source(send):
    upload = send(samples.CITY)
    work()
    assert check_again(upload, source="ai-jobs-salaries", collected=2020)
    work()
    assert state_of(upload) == UploadState.REFUSED and "Files of ai-jobs-salaries have" in upload.message
    assert check_again(upload, source="", collected=None)
    work()
    assert state_of(upload) == UploadState.CHECKED and upload.message == ""


def test_what_is_imported_already_says_so(send):
    for upload in (send(), send()):
        work()
        confirm(upload)
        work()
    again = send()
    work()
    again.refresh_from_db()
    assert "imported already" in again.message and Snapshot.objects.count() == 1


def test_one_file_at_a_time(send):
    first, second = send(), send()
    assert claim().pk == first.pk
    assert claim() is None and state_of(second) == UploadState.RECEIVED


def test_a_worker_leaves_files_that_are_not_on_its_machine(send):
    elsewhere, here = send(), send()
    path_of(elsewhere).unlink()
    assert claim().pk == here.pk


def test_the_file_of_a_killed_worker_is_taken_up_again(send):
    upload = send()
    claim()
    assert sweep() == 0, "its lease has not ended"
    lease_ends(upload)
    assert work() == 1
    assert state_of(upload) == UploadState.CHECKED and (upload.execution, upload.losses) == (2, 1)


def test_a_kill_while_importing_loses_nothing_and_doubles_nothing(send):
    upload = send()
    work()
    confirm(upload)
    held = claim()
    # The import ended, but its worker died before it could say so.
    importing.import_file(importing.Request(path_of(held)))
    lease_ends(upload)
    work()
    assert state_of(upload) == UploadState.IMPORTED and Snapshot.objects.count() == 1


def test_a_worker_whose_lease_ended_writes_nothing(send):
    upload = send()
    late = claim()
    lease_ends(upload)
    sweep()
    claim()
    with pytest.raises(uploads.LeaseLost):
        uploads._Progress(late)(10, 0.5)
    assert not uploads._finish(late, state=UploadState.CHECKED)
    assert state_of(upload) == UploadState.CHECKING and upload.execution == 2


def test_after_three_losses_it_is_refused(send):
    upload = send()
    for _ in range(3):
        claim()
        lease_ends(upload)
        sweep()
    assert state_of(upload) == UploadState.REFUSED and "three times" in upload.message
    assert check_again(upload, source="", collected=None) and work() == 1
    assert state_of(upload) == UploadState.CHECKED


def test_a_fault_of_ours_is_tried_again_at_once_and_then_refused(send, monkeypatch):
    def break_off(request):
        raise RuntimeError("a bug")

    monkeypatch.setattr(importing, "import_file", break_off)
    upload = send()
    for losses in (1, 2):
        with pytest.raises(RuntimeError):
            work()
        assert state_of(upload) == UploadState.RECEIVED and upload.losses == losses
    with pytest.raises(RuntimeError):
        work()
    assert state_of(upload) == UploadState.REFUSED and "broke off three times" in upload.message


def test_reading_tells_how_far_it_is(send, monkeypatch):
    monkeypatch.setattr(uploads, "TELL_SECONDS", 0)
    upload = send([SALARIES, *(salary("Data Engineer", 90_000 + n) for n in range(40))])
    work()
    upload.refresh_from_db()
    assert upload.rows == 40


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_reading_says_nothing(send, monkeypatch):
    monkeypatch.setattr(uploads, "BEAT_SECONDS", 0.01)
    upload = claim_of(send())
    lease_ends(upload)
    with uploads._lease_kept(upload):
        for _ in range(500):
            if not Upload.objects.filter(lease_ends_at__lt=Now()).exists():
                break
            uploads.time.sleep(0.01)
    assert sweep() == 0


def claim_of(upload):
    held = claim()
    assert held.pk == upload.pk
    return held


def test_what_nobody_decides_on_is_discarded_after_a_week(send):
    upload = send()
    work()
    Upload.objects.update(changed_at=timezone.now() - timedelta(days=8))
    sweep()
    assert state_of(upload) == UploadState.DISCARDED and not path_of(upload).exists()


def test_discarded_and_imported_files_cannot_be_decided_on(send):
    upload = send()
    work()
    assert discard(upload)
    assert not confirm(upload) and not check_again(upload, source="", collected=None)
    assert not discard(upload) and work() == 0


@given(steps=st.lists(st.sampled_from(["work", "claim", "die", "confirm", "again", "discard"]), max_size=12))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_a_file_is_there_until_it_is_imported_or_discarded(send, steps):
    Upload.objects.all().delete()
    upload = send()
    for step in steps:
        if step == "die":
            lease_ends(upload) if state_of(upload) in ("checking", "importing") else None
            sweep()
        else:
            {
                "work": work,
                "claim": claim,
                "confirm": lambda: confirm(upload),
                "again": lambda: check_again(upload, source="", collected=None),
                "discard": lambda: discard(upload),
            }[step]()
        is_over = state_of(upload) in (UploadState.IMPORTED, UploadState.DISCARDED)
        assert path_of(upload).exists() != is_over
        assert (upload.lease_ends_at is not None) == (upload.state in ("checking", "importing"))


def test_a_dead_broker_stops_no_upload(monkeypatch, caplog):
    def refuse(*args, **kwargs):
        raise OperationalError("nobody listens")

    monkeypatch.setattr(doorbell.current_app, "connection_for_write", refuse)
    doorbell._send(doorbell.UPLOADS)
    assert "beat does so soon" in caplog.text
