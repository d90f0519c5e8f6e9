"""The demo set, generated once."""

from __future__ import annotations

import pytest

from jobs_data.demo import postings


@pytest.fixture(scope="session")
def demo_rows():
    """Every row as the generator makes it."""
    return postings.postings()
