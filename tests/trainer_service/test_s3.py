"""Results and checkpoints in a bucket: workers share a database and a bucket, and no disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.trainer_service.test_worker import Site, migrated  # noqa: F401 - a fixture
from trainer_service import storage

boto3 = pytest.importorskip("boto3", reason="the extra `s3` is not installed")
moto_server = pytest.importorskip("moto.server", reason="moto is not installed")

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Bucket:
    """A bucket on an S3-compatible server of this test."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._client = boto3.client("s3", endpoint_url=endpoint)
        self._client.create_bucket(Bucket="yard")

    @property
    def env(self) -> dict[str, str]:
        return {
            **CREDENTIALS,
            "TRAINYARD_S3_BUCKET": "yard",
            "TRAINYARD_S3_ENDPOINT": self.endpoint,
            "TRAINYARD_S3_PREFIX": "site",
        }

    def keys(self) -> list[str]:
        found = self._client.list_objects_v2(Bucket="yard").get("Contents", [])
        return [entry["Key"] for entry in found]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    # What an earlier server of this process held is still there.
    httpx.post(f"http://{host}:{port}/moto-api/reset", trust_env=False).raise_for_status()
    yield Bucket(f"http://{host}:{port}")
    server.stop()


@pytest.fixture
def in_bucket(bucket: Bucket, settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:  # noqa: ANN001
    """The bucket as Django's default storage, as the settings module makes it."""
    from trainyard import settings as module

    monkeypatch.setattr(module, "S3_BUCKET", "yard")
    monkeypatch.setattr(module, "S3_ENDPOINT", bucket.endpoint)
    monkeypatch.setattr(module, "S3_PREFIX", "site")
    settings.STORAGES = {**settings.STORAGES, "default": module.artifact_storage()}
    return bucket


def test_files_are_saved_replaced_fetched_and_deleted(in_bucket: Bucket, tmp_path: Path) -> None:
    file, copy = tmp_path / "file", tmp_path / "copy"
    for content in (b"old", b"new"):
        file.write_bytes(content)
        storage.save("checkpoints/1/1-3.safetensors", file)
    storage.fetch("checkpoints/1/1-3.safetensors", copy)
    assert copy.read_bytes() == b"new"
    assert in_bucket.keys() == ["site/checkpoints/1/1-3.safetensors"]
    storage.delete_folder("checkpoints/1")
    assert in_bucket.keys() == []
    storage.delete_folder("checkpoints/1")
    with pytest.raises(storage.StorageError):
        storage.fetch("checkpoints/1/1-3.safetensors", copy)


@pytest.mark.slow
def test_another_machine_goes_on_with_the_run_of_a_dead_one(
    migrated: Path,  # noqa: F811 - the fixture
    bucket: Bucket,
    tmp_path: Path,
) -> None:
    shutil.copy(migrated, tmp_path)
    shared = {**bucket.env, "DATABASE_URL": f"sqlite:///{tmp_path / 'trainyard.sqlite3'}"}
    site = Site(tmp_path, **shared, TRAINYARD_CHECKPOINT_SECONDS="0.3")
    (tmp_path / "elsewhere").mkdir()
    other = Site(tmp_path / "elsewhere", **shared)
    try:
        first = site.start_worker()
        run_id = site.do("enqueue", "8", "long")
        site.until(lambda: site.checkpoint(run_id)[1] >= 10, "a checkpoint")
        first.kill()
        first.wait()
        killed_at = site.checkpoint(run_id)[1]
        other.start_worker()
        run = site.wait(run_id, "succeeded", "failed")
        assert run["state"] == "succeeded", (run, other.log())
        assert run["execution"] >= 2  # one more where the second, too, was once slower than its lease
        result = site.result(run_id)
        key = f"site/runs/{run_id}/{run['execution']}"
        names = [f"{key}/held_out_predictions.npz", f"{key}/weights.safetensors"]
        other.until(lambda: bucket.keys() == names, lambda: f"{names} alone; there are {bucket.keys()}")
    finally:
        site.close()
        other.close()
    assert result["telemetry"]["resumed_at_epoch"] >= killed_at
    assert not (tmp_path / "artifacts").exists() and not (tmp_path / "elsewhere" / "artifacts").exists()
