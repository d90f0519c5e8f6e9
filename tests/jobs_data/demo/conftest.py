"""The demo set: generated once, or its beginning loaded like the whole."""

from __future__ import annotations

import pytest

from jobs_data import loading
from jobs_data.demo import postings


@pytest.fixture(scope="session")
def demo_rows():
    """Every row as the generator makes it."""
    return postings.postings()


@pytest.fixture
def few_postings(market, monkeypatch):
    """The first 300 rows of the demo set, loaded like the whole; returns the snapshot."""
    write = postings.write

    def shorter(path):
        write(path)
        rows = path.read_bytes().split(b"\ndemo-")
        path.write_bytes(b"\ndemo-".join(rows[:301]) + b"\n")

    monkeypatch.setattr(postings, "write", shorter)
    return loading.load_demo().snapshot
