"""The administration shows the job market and changes none of it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

TABLES = ["source", "snapshot", "observation", "listing"]


@pytest.fixture
def operator_client(client, figures_loaded):
    operator = get_user_model().objects.create(
        email="operator@example.org", is_staff=True, is_superuser=True, is_active=True
    )
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("table", TABLES)
def test_an_operator_sees_rows_but_cannot_add_any(operator_client, table):
    assert operator_client.get(f"/admin/jobs_data/{table}/").status_code == 200
    assert operator_client.get(f"/admin/jobs_data/{table}/add/").status_code == 403


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_is_sent_to_sign_in(client, figures_loaded, table):
    assert client.get(f"/admin/jobs_data/{table}/").status_code == 302
