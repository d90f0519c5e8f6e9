"""The demo market beside the little course, whose exercises name skills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from courses.models import Course
from tests.courses.samples import LITTLE
from tests.jobs_data.conftest import few_postings, first_postings, market, staff

__all__ = ["few_postings", "first_postings", "market", "staff"]


@pytest.fixture
def naming(course: Course) -> Callable[[Mapping[str, list[str]]], None]:
    """`naming({"digits": ["pytorch"]})`: from now on these exercises prove these skills."""
    assert LITTLE.exists()

    def name(skills: Mapping[str, list[str]]) -> None:
        for slug, named in skills.items():
            exercise = course.exercises.get(slug=slug)
            exercise.definition["skills"] = named
            exercise.save(update_fields=["definition"])

    return name


@pytest.fixture
def demo_target(few_postings: Any) -> Any:
    """The whole of the first postings of the demo set as a target."""
    from trainyard.careers import targets

    return targets.read({})
