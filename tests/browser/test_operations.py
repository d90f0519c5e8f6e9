"""Operators read the page of operations on a phone and at a desk, with and without trouble."""

from __future__ import annotations

from typing import Any

import pytest

from trainer_service.models import Worker, WorkerState
from trainyard.operations import canary, conservation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("desk", "light")])
def test_the_page_of_operations_fits_and_is_accessible(
    new_page: Any, assert_no_serious_axe: Any, size: str, theme: str
) -> None:
    from django.contrib.auth import get_user_model

    operator = get_user_model().objects.create_user("olga@example.org", "x", name="Olga", is_staff=True)
    Worker.objects.create(
        name="celery@trainer-7.example.org-18231", host="h", pid=1, state=WorkerState.WARM, queues=["cpu"]
    )
    canary.send()
    conservation.check()
    page = new_page(size, theme, operator)
    page.goto("/operations/")
    assert page.locator("h1").inner_text() == "Operations"
    assert_no_serious_axe(page)
