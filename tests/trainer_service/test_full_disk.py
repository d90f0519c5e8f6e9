"""A disk that is really full, from the submission to what its learner reads: nothing half-written."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from courses.models import Allowance
from trainer_service.models import RunState
from trainer_service.slot import Slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with not a byte left, once `fill` was called on it."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> None:
    """Leave not a byte."""
    with pytest.raises(OSError, match="No space left"), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.fixture(scope="module")
def warm() -> Iterator[Slot]:
    """A slot with a real training child, shared: warming up takes seconds."""
    slot = Slot(number=0, worker="w1", queues=["cpu"])
    assert slot.ensure_trainer()
    yield slot
    assert slot._trainer
    slot._trainer.stop()


def store_in(place: Path, settings: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": str(place)}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


def files_below(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file() and path.name != "filler"]


@pytest.mark.parametrize("full", ["the folder of the training child", "the storage of results"])
def test_a_full_disk_ends_a_run_in_one_sentence_and_gives_the_attempt_back(
    disk: Path,
    tmp_path: Path,
    warm: Slot,
    submit: Any,
    learner: Any,
    signed_in: Any,
    settings: Any,
    full: str,
) -> None:
    is_child, other = full.endswith("child"), tmp_path / "other"
    settings.DATA_DIR = disk if is_child else other
    store_in(other if is_child else disk, settings)
    made = submit().submission
    fill(disk)
    assert warm.work_once()
    made.refresh_from_db()
    assert (made.run.state, made.run.failure["code"]) == (RunState.FAILED, "storage_failed")
    assert made.run.failure["owner"] == "platform"
    assert (made.is_refunded, Allowance.objects.get(learner=learner).spent) == (True, 0)
    assert files_below(disk) == [], "nothing half-written"
    page = signed_in(learner).get(reverse("courses:submission", args=[made.pk])).content.decode()
    assert "its results could not be stored" in page
    (disk / "filler").unlink()
    again = submit().submission
    assert warm.work_once()
    again.refresh_from_db()
    assert again.run.state == RunState.SUCCEEDED, "the same child trains on once there is room"
