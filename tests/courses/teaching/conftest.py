"""A grader beside the instructor and the learner of the classroom."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from courses.models import Enrolment, Offering, Role


@pytest.fixture
def grader(classroom: Offering) -> Any:
    """Grades in the classroom, and nothing more."""
    person = get_user_model().objects.create_user(
        "greta@example.org", "a long passphrase", name="Greta Grader"
    )
    Enrolment.objects.create(offering=classroom, user=person, role=Role.GRADER)
    return person
