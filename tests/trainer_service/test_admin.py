"""Operators may look at runs in the admin; nobody changes them there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from trainer_service.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(signed_in: Callable[..., Client]) -> Client:
    return signed_in(
        get_user_model().objects.create_superuser("olga@example.org", "a long enough passphrase")
    )


def test_an_operator_sees_the_queue_but_cannot_change_it(
    operator: Client, enqueue: Callable[..., Run]
) -> None:
    run = enqueue()
    assert f"/{run.pk}/change/" in operator.get("/admin/trainer_service/run/").content.decode()
    assert operator.get("/admin/trainer_service/run/add/").status_code == 403
    assert operator.post(f"/admin/trainer_service/run/{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert (
        operator.post(f"/admin/trainer_service/run/{run.pk}/change/", {"state": "failed"}).status_code == 403
    )


def test_a_learner_is_sent_away(signed_in: Callable[..., Client], learner: Any) -> None:
    assert signed_in(learner).get("/admin/trainer_service/run/").status_code == 302
