"""Three people walk through every test: a learner, an instructor and a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

pytest_plugins = ("tests.course_fixtures",)

if TYPE_CHECKING:
    from django.test import Client

    from trainyard.accounts.models import User

# A slow moment of the machine is no failure of the code.
hypothesis.settings.register_profile("trainyard", deadline=None)
hypothesis.settings.load_profile("trainyard")

PASSWORD = "a long enough passphrase"


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """Argon2 is slow on purpose; tests need not wait for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def broker_of_the_settings(monkeypatch) -> None:
    """Celery puts this variable before whatever broker a test chooses; the settings have read it already."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)


@pytest.fixture
def learner(db) -> User:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user("lena@example.org", PASSWORD, name="Lena Learner")


@pytest.fixture
def instructor(db) -> User:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user("ines@example.org", PASSWORD, name="Ines Instructor")


@pytest.fixture
def stranger(db) -> User:
    """Signed up, but with no part in what the others do."""
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user("sten@example.org", PASSWORD, name="Sten Stranger")


@pytest.fixture
def signed_in():
    """`signed_in(user)`: a client of that person."""
    from django.test import Client

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
