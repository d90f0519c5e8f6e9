"""A small market of postings with words, places and pay to look for."""

from __future__ import annotations

import json
import shutil

import pytest

from jobs_data import descriptors, importing
from jobs_data.importing import Request, import_file
from tests.jobs_data.samples import write_csv

HEADER = ["id", "title", "company", "location", "country", "level", "remote", "salary", "date", "description"]
# fmt: off
ROWS = [
    [1, "Senior Data Engineer", "Acme", "Berlin", "Germany", "senior", "remote", "EUR 70K - 90K",
     "2024-05-01", "You know Python and Apache Spark. Write to hr@acme.example or call +1 (555) 010-1234."],
    [2, "Data Scientist", "Möller", "München", "Germany", "mid", "hybrid", "", "2024-05-03",
     "Deep learning with PyTorch and C++; <b>no</b> Java."],
    [3, "Data Scientist", "Acme", "Austin, TX", "USA", "mid", "", "$120,000 - $150,000 a year", "2024-04-02",
     "Deep learning with TensorFlow in Python."],
    [4, "ML Engineer", "=cmd()", "Austin, TX", "USA", "entry", "onsite", "$40-$60 per hour", "2024-03-02",
     "The learning of deep things. Python."],
    [5, "", "Nameless", "Austin, TX", "USA", "", "", "", "2024-03-02", "no title, so set aside"],
]
# fmt: on


@pytest.fixture
def import_rows(market, tmp_path):
    """`import_rows(rows)`: the snapshot of a file of postings with these rows."""

    def do(rows, name="a.csv"):
        return import_file(Request(write_csv(tmp_path / name, [HEADER, *rows]), "generic-postings")).snapshot

    return do


@pytest.fixture(scope="session")
def imported_once(tmp_path_factory):
    """A folder for the tables of ROWS, which the first test that needs them fills."""
    return tmp_path_factory.mktemp("imported") / "snapshot"


@pytest.fixture
def snapshot(import_rows, market, imported_once, tmp_path):
    """The five rows above, four of them postings; read once in a session, and recorded for each test."""
    if not imported_once.exists():
        held = import_rows(ROWS)
        shutil.copytree(market / held.sha256, imported_once)
        return held
    report = json.loads((imported_once / "report.json").read_text())
    shutil.copytree(imported_once, market / report["snapshot"])
    request = Request(write_csv(tmp_path / "a.csv", [HEADER, *ROWS]), "generic-postings")
    return importing._record(descriptors.get("generic-postings"), request, report)
