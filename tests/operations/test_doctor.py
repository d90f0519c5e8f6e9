"""The doctor names what is wrong and what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from trainyard.operations import doctor


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """A program of that name first on the path, with the body given."""

    def install(body: str) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return install


def test_a_gpu_is_named_by_its_driver(nvidia_smi) -> None:
    nvidia_smi("echo 'Test GPU, 81559 MiB'")
    assert doctor.gpu() == doctor.Finding("gpu", True, "Test GPU, 81559 MiB")


@pytest.mark.parametrize(("queues", "is_well"), [(["cpu"], True), (["gpu"], False)])
def test_a_missing_gpu_matters_only_where_one_should_serve(nvidia_smi, settings, queues, is_well) -> None:
    nvidia_smi("exit 9")
    settings.QUEUES = queues
    found = doctor.gpu()
    assert found.is_well == is_well and "driver" in found.remedy


@pytest.mark.django_db
def test_clocks_that_agree_are_well() -> None:
    assert doctor.clock().is_well


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "words"), [(1, "ahead of"), (-1, "behind")])
def test_clocks_that_differ_are_not(monkeypatch, hours, words) -> None:
    monkeypatch.setattr(doctor, "database_now", lambda: timezone.now() + timedelta(hours=hours))
    found = doctor.clock()
    assert not found.is_well and words in found.detail and "3600" in found.detail


@pytest.mark.parametrize(("mode", "is_well"), [(0o600, True), (0o640, False), (0o644, False)])
def test_the_kept_key_is_for_one_account_only(settings, tmp_path, mode, is_well) -> None:
    settings.DATA_DIR = tmp_path
    settings.SECRET_KEY_FILE = ""
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "secret_key").chmod(mode)
    found = doctor.secret_files()
    assert found.is_well == is_well and f"{mode:o}" in found.detail


@pytest.mark.parametrize(("mode", "is_well"), [(0o444, True), (0o666, False)])
def test_a_given_key_file_may_be_read_but_not_written_by_others(settings, tmp_path, mode, is_well) -> None:
    given = tmp_path / "key"
    given.write_text("x")
    given.chmod(mode)
    settings.SECRET_KEY_FILE = str(given)
    assert doctor.secret_files().is_well == is_well


@pytest.mark.django_db
def test_runs_are_counted_in_one_moment(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        found = doctor.runs()
    assert found.is_well and found.detail.startswith("0 accepted = 0 queued")


@pytest.mark.django_db
def test_the_command_fails_where_something_is_wrong(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    printed = capsys.readouterr().out
    assert ended.value.code == 1
    assert "✗ workers" in printed and "celery -A trainyard worker" in printed
    for name in ("settings", "secrets", "disk", "gpu", "broker", "database", "migrations", "clock", "runs"):
        assert f"✓ {name}" in printed
