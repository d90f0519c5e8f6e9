"""The shipped publications, loaded into the test's database."""

from __future__ import annotations

import pytest

from jobs_data import loading
from jobs_data.demo import postings
from jobs_data.models import Snapshot


@pytest.fixture
def figures_loaded(db, settings, tmp_path) -> Snapshot:
    """Both publications; returns the snapshot of the figures. Drawings are cached for this test alone."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path),
        }
    }
    return loading.load_published()[0].snapshot


@pytest.fixture
def market(db, settings, tmp_path):
    """An empty market in a folder of its own; returns the folder that snapshots lie in."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    # A place of its own: equal files have equal names, and one test must not answer for another.
    cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    settings.CACHES = {"default": cache}
    return settings.DATA_DIR / "market"


@pytest.fixture
def staff(db):
    """Someone who may import files."""
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(
        "olga@example.org", "a long enough passphrase", name="Olga Operator", is_staff=True
    )


@pytest.fixture(scope="session")
def first_postings(tmp_path_factory) -> bytes:
    """The first 300 rows of the demo set, with the header."""
    path = tmp_path_factory.mktemp("demo") / "demo.csv"
    postings.write(path)
    return b"\ndemo-".join(path.read_bytes().split(b"\ndemo-")[:301]) + b"\n"


@pytest.fixture
def few_postings(market, monkeypatch, first_postings):
    """The first 300 rows of the demo set, loaded like the whole; returns the snapshot."""
    monkeypatch.setattr(postings, "write", lambda path: path.write_bytes(first_postings))
    return loading.load_demo().snapshot


@pytest.fixture
def shaped(tmp_path):
    """Imports a file without a database: its source, report, postings by row and skills by row."""

    import pyarrow.parquet as pq

    from jobs_data import importing

    def build(path, **options):
        folder = tmp_path / "built"
        folder.mkdir()
        descriptor, report = importing._build(folder, importing.Request(path, **options), "0" * 64)
        assert report["read"] == report["accepted"] + report["quarantined"] + report["merged"]
        rows = {row["row_no"]: row for row in pq.read_table(folder / "postings.parquet").to_pylist()}
        skills: dict[int, set[str]] = {}
        if (folder / "skills.parquet").exists():
            for pair in pq.read_table(folder / "skills.parquet").to_pylist():
                skills.setdefault(pair["row_no"], set()).add(report["skill_ids"][pair["skill"]])
        return descriptor.slug, report, rows, skills

    return build
