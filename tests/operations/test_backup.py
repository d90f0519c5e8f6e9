"""A backup taken from one site makes another site the same, and bad backups change nothing.

Each site is a process with a data folder of its own; where DATABASE_URL names PostgreSQL, with a database
of its own beside it as well.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")


class Site:
    """A data folder and a database."""

    def __init__(self, folder: Path, database_url: str | None) -> None:
        self.folder = folder
        self._environment = {
            **os.environ,
            "TRAINYARD_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "trainyard.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        }
        self._environment.pop("DATABASE_URL", None)
        if database_url:
            self._environment["DATABASE_URL"] = database_url

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self._python("-m", "trainyard", *arguments)

    def prepare(self, *actions: str) -> Site:
        self.must("migrate", "--verbosity", "0")
        if actions:
            done = self._python("-m", "tests.operations.graded_site", *actions)
            assert done.returncode == 0, done.stderr
        return self

    def must(self, *arguments: object) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _python(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(
            command, env=self._environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture(scope="module")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Site]]:
    made: list[str] = []

    def make() -> Site:
        url = None
        if POSTGRESQL:
            base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
            made.append(f"trainyard_backup_{uuid.uuid4().hex[:12]}")
            url = f"{base}/{made[-1]}"
            subprocess.run(["psql", f"{base}/postgres", "-qc", f"CREATE DATABASE {made[-1]}"], check=True)
        return Site(tmp_path_factory.mktemp("site"), url)

    yield make
    for name in made:
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        subprocess.run(["psql", f"{base}/postgres", "-qc", f"DROP DATABASE {name} (FORCE)"], check=True)


@pytest.fixture(scope="module")
def full(new_site) -> Site:
    return new_site().prepare("fill")


@pytest.fixture(scope="module")
def backup(full, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("backups") / "site.tar"
    assert "1 files" in full.must("backup", path)
    return path


def altered(backup: Path, path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of the backup with members changed, or left out where `change` returns None."""
    with tarfile.open(backup) as source, tarfile.open(path, "w") as target:
        for member in source.getmembers():
            body = change(member.name, source.extractfile(member).read())
            if body is not None:
                member.size = len(body)
                target.addfile(member, io.BytesIO(body))
    return path


def with_manifest(backup: Path, path: Path, **changes: object) -> Path:
    def change(name: str, body: bytes) -> bytes:
        return json.dumps({**json.loads(body), **changes}).encode() if name == "manifest.json" else body

    return altered(backup, path, change)


def test_an_empty_site_becomes_the_one_that_was_backed_up(backup, full, new_site) -> None:
    other = new_site()
    printed = other.must("restore", backup, "--verify")
    assert "✓ rows" in printed and "✓ files        1 with their SHA-256" in printed
    assert "✓ grade        run 1: 80 of 80 points, 80 before" in printed
    for site in (full, other):
        stored = site.folder / "artifacts" / "runs" / "1" / "1" / "predictions.bin"
        assert stored.read_bytes() == bytes(range(256)) * 5000
    signing = [site.folder / "keys" / "signing.pem" for site in (full, other)]
    assert signing[0].read_bytes() == signing[1].read_bytes()
    assert stat.S_IMODE(signing[1].stat().st_mode) == 0o600
    again = other.folder / "again.tar"
    other.must("backup", again)
    with tarfile.open(backup) as first, tarfile.open(again) as second:
        manifests = [json.load(tar.extractfile("manifest.json")) for tar in (first, second)]
    assert manifests[0]["counts"] == manifests[1]["counts"]
    assert manifests[0]["counts"]["courses_submission"] == 2


def test_a_backup_is_its_owners_alone_and_never_overwritten(backup, full) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    refused = full.run("backup", backup)
    assert refused.returncode == 1 and "exists already" in refused.stderr
    assert [path.name for path in backup.parent.iterdir() if path.name.startswith(".")] == []


def test_a_site_with_people_is_only_replaced_by_force(backup, new_site) -> None:
    other = new_site().prepare("fill", "tamper")
    refused = other.run("restore", backup)
    assert refused.returncode == 1 and "--force" in refused.stderr
    assert "✓ grade" in other.must("restore", backup, "--verify", "--force")


def test_a_site_at_work_is_not_replaced(backup, new_site) -> None:
    refused = new_site().prepare("fill", "work").run("restore", backup, "--force")
    assert refused.returncode == 1 and "stop the site" in refused.stderr


def test_a_grade_that_is_not_what_it_was_is_found(new_site, tmp_path) -> None:
    new_site().prepare("fill", "tamper").must("backup", tmp_path / "spoiled.tar")
    done = new_site().run("restore", tmp_path / "spoiled.tar", "--verify")
    assert done.returncode == 1 and "80 of 80 points, 1.5 before" in done.stdout


def test_counts_that_differ_are_found(backup, new_site, tmp_path) -> None:
    with tarfile.open(backup) as archive:
        counts = json.load(archive.extractfile("manifest.json"))["counts"]
    wrong = with_manifest(backup, tmp_path / "x.tar", counts={**counts, "courses_submission": 3})
    done = new_site().run("restore", wrong, "--verify")
    assert done.returncode == 1 and "courses_submission: 3 in the backup, 2 here" in done.stdout


def spoil(name: str, body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1]) if name == "files/runs/1/1/predictions.bin" else body


def leave_out(name: str, body: bytes) -> bytes | None:
    return None if name == "database" else body


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda backup, path: altered(backup, path, spoil), "does not have its SHA-256"),
        (lambda backup, path: altered(backup, path, leave_out), "database is missing"),
        (lambda backup, path: with_manifest(backup, path, migrations=["courses.9999_later"]), "9999_later"),
        (lambda backup, path: with_manifest(backup, path, vendor="oracle"), "of the same kind"),
        (lambda backup, path: with_manifest(backup, path, format=99), "format 99"),
        (lambda backup, path: path.write_bytes(b"no archive") and path, "cannot be read"),
        (lambda backup, path: path, "cannot be read"),
    ],
    ids=["a bit flipped", "a member missing", "newer", "other database", "other format", "no tar", "no file"],
)
def test_an_unfit_backup_changes_nothing(backup, empty, tmp_path, make, words) -> None:
    refused = empty.run("restore", make(backup, tmp_path / "unfit.tar"), "--force")
    assert refused.returncode == 1 and words in refused.stderr
    assert not (empty.folder / "artifacts").exists()


@pytest.fixture(scope="module")
def empty(new_site) -> Site:
    return new_site()


@pytest.mark.skipif(POSTGRESQL, reason="looks into the SQLite file")
def test_a_backup_of_a_busy_sqlite_site_is_of_one_moment(full, tmp_path) -> None:
    import sqlite3

    writer = sqlite3.connect(full.folder / "trainyard.sqlite3")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE trainer_service_run SET losses = 2")
    full.must("backup", tmp_path / "busy.tar")
    writer.rollback()
    writer.close()
    with tarfile.open(tmp_path / "busy.tar") as archive, (tmp_path / "copy").open("wb") as copy:
        shutil.copyfileobj(archive.extractfile("database"), copy)
    (losses,) = (
        sqlite3.connect(tmp_path / "copy").execute("SELECT SUM(losses) FROM trainer_service_run").fetchone()
    )
    assert losses == 0
