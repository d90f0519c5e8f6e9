"""Every measure gives the same rows on PostgreSQL (and Spark) as on DuckDB."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

from jobs_data import backends, counting, loading, selection
from jobs_data.backends import postgres
from jobs_data.choices import choices
from jobs_data.explaining import why
from jobs_data.importing import Request, import_file
from jobs_data.measures import MEASURES, Unavailable
from tests.jobs_data.samples import write_csv

POSTGRES = "postgresql://root@127.0.0.1:5432/postgres"
# Rhythms that differ, so that every column varies with every other.
TITLES = ["Data Engineer", "Senior Data Engineer", "Data Scientist", "Lead NLP Engineer", "Vision Engineer"]
SKILLS = ["Python", "SQL", "PyTorch", "Keras", "Python", "SQL"]
COLUMNS = {
    "id": lambda number: number,
    "title": lambda number: TITLES[number % 5],
    "company": lambda number: f"C{number % 37}",
    "company_size": lambda number: "SML"[number % 3],
    "industry": lambda number: ["Finance", "Software", ""][number // 3 % 3],
    "country": lambda number: ["US", "DE", "FR", ""][number // 2 % 4],
    "date": lambda number: f"{2021 + number % 4}-0{1 + number // 7 % 6}-15",
    "salary_min": lambda number: 60_000 + 1_000 * (number * 7 % 83),
    "salary_max": lambda number: 70_000 + 1_000 * (number * 7 % 83),
    "currency": lambda number: "USD",
    "period": lambda number: "year",
    "remote": lambda number: ["remote", "hybrid", "onsite"][number // 5 % 3],
    "education": lambda number: ["Bachelor", "PhD"][number // 11 % 2],
    "skills": lambda number: "; ".join(SKILLS[number % 4 :][: 1 + number % 3]),
}
SELECTIONS = [{}, {"country": "US", "skill": "python", "pay_floor": "65000"}]


@pytest.fixture
def snapshot(market, tmp_path):
    rows = [[read(number) for read in COLUMNS.values()] for number in range(2000)]
    path = write_csv(tmp_path / "a.csv", [list(COLUMNS), *rows])
    cache.clear()
    return import_file(Request(path, "generic-postings")).snapshot


def everything(snapshot):
    """Each measure over each selection: rows and what is hidden, counted anew."""
    cache.clear()
    found = {}
    for name in MEASURES:
        for filters in SELECTIONS:
            figure = counting.count(snapshot, name, selection.parse(filters))
            found[name, str(filters)] = (figure.rows, figure.measured)
    return found | {"choices": choices(snapshot)}


@pytest.fixture
def server(settings, snapshot):
    """A PostgreSQL server, emptied of the snapshot afterwards."""
    url = django_settings.MARKET_BACKEND
    url = url if url.startswith(postgres.SCHEMES) else POSTGRES
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError as down:
        pytest.skip(f"no PostgreSQL at 127.0.0.1:5432: {down}")
    yield url
    postgres.drop(url, snapshot.sha256)


def test_every_measure_is_the_same_on_postgresql(settings, snapshot, server):
    settings.MARKET_BACKEND = "duckdb"
    expected = everything(snapshot)
    assert all(len(expected[name, "{}"][0]) > 1 for name in MEASURES)
    settings.MARKET_BACKEND = server
    assert everything(snapshot) == expected
    assert why(snapshot, "countries", {"country": "US"}, sample=3).traces


def test_a_snapshot_is_copied_once_and_removed_when_it_is_withdrawn(
    settings, snapshot, server, django_capture_on_commit_callbacks
):
    settings.MARKET_BACKEND = server
    counting.count(snapshot, "countries")
    with psycopg.connect(server) as connection:
        schema = postgres.schema_of(snapshot.sha256)
        count = f"SELECT count(*), count(DISTINCT xmin::text) FROM {schema}.units"
        assert connection.execute(count).fetchone() == (2000, 1)
        counting.count(snapshot, "positions")
        assert connection.execute(count).fetchone() == (2000, 1)
    with django_capture_on_commit_callbacks(execute=True):
        loading.withdraw(snapshot=snapshot, reason="The licence forbids it.")
    assert not backends.forget(snapshot.sha256)


def test_a_copy_that_breaks_off_leaves_nothing(settings, snapshot, server, monkeypatch):
    settings.MARKET_BACKEND = server
    monkeypatch.setattr(postgres, "TYPES", {**postgres.TYPES, postgres.pa.int8(): "no_such_type"})
    with pytest.raises(psycopg.errors.UndefinedObject):
        counting.count(snapshot, "countries")
    monkeypatch.undo()
    settings.MARKET_BACKEND = server
    assert counting.count(snapshot, "countries").measured.n == 1500


@pytest.mark.slow
def test_every_measure_is_the_same_on_spark(settings, snapshot):
    if find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install 'trainyard[spark]')")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    settings.MARKET_BACKEND = "duckdb"
    expected = everything(snapshot)
    settings.MARKET_BACKEND = "spark"
    assert everything(snapshot) == expected


def test_spark_without_pyspark_says_what_to_install(settings, snapshot):
    if find_spec("pyspark") is not None:
        pytest.skip("pyspark is installed")
    settings.MARKET_BACKEND = "spark"
    with pytest.raises(Unavailable, match=r"trainyard\[spark\]"):
        counting.count(snapshot, "countries")
