"""System checks: production refuses unsafe values, each with an id and a remedy.

`django check`, every management command, the web and the worker run them; see `refuse_unsafe`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from trainyard.accounts.models import User

MODES = ("demo", "production")
LOG_FORMATS = ("text", "json")
MARKET_SCHEMES = ("postgres://", "postgresql://", "spark://")


@checks.register("trainyard")
def mode_is_known(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A typing mistake in the mode must not silently mean the demo."""
    if settings.MODE in MODES:
        return []
    return [
        checks.Error(
            f"TRAINYARD_MODE is '{settings.MODE}'.",
            hint="Set it to demo (your own machine) or production.",
            id="trainyard.E001",
        )
    ]


@checks.register("trainyard")
def log_format_is_known(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Whoever asks for a format and mistypes it would find out when the logs are needed."""
    if settings.LOG_FORMAT in LOG_FORMATS:
        return []
    return [
        checks.Error(
            f"TRAINYARD_LOG_FORMAT is '{settings.LOG_FORMAT}'.",
            hint="Set it to text or json.",
            id="trainyard.E006",
        )
    ]


@checks.register("trainyard")
def market_backend_is_known(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A mistyped backend would be found out by the first reader of a figure."""
    backend = settings.MARKET_BACKEND
    if backend in ("duckdb", "spark") or backend.startswith(MARKET_SCHEMES):
        return []
    return [
        checks.Error(
            # Not the value: it may be an address with a password in it.
            "TRAINYARD_MARKET_BACKEND names no backend.",
            hint="Set it to duckdb, spark, spark://HOST:PORT or postgresql://USER@HOST/DATABASE.",
            id="trainyard.E008",
        )
    ]


@checks.register("trainyard")
def production_is_safe(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Values that are fine on one's own machine and dangerous on the internet."""
    if not settings.IS_PRODUCTION:
        return []
    return [*_secrets(), *_hosts(), *_backends()]


@checks.register("trainyard")
def no_demo_person_can_sign_in(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The passwords of demo people are printed in the source, and one of them is an operator."""
    if not settings.IS_PRODUCTION:
        return []
    active = _active_demo_people()
    if not active:
        return []
    return [
        checks.Error(
            f"Demo people with a published password can sign in: {', '.join(active)}.",
            hint="Run `trainyard demo remove`.",
            id="trainyard.E007",
        )
    ]


def _active_demo_people() -> list[str]:
    """Their addresses; none where the database does not answer or has no tables yet, for others tell that."""
    was_open = connection.connection is not None
    try:
        return User.objects.active_demo_people()
    except (DatabaseError, ImproperlyConfigured):
        return []
    finally:
        if not was_open:
            connection.close()


def _secrets() -> Iterable[checks.CheckMessage]:
    key = _secret_key()
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure"):
        yield checks.Error(
            "SECRET_KEY is missing or weak.",
            hint="Set SECRET_KEY (or SECRET_KEY_FILE) to at least 50 random characters, for example from "
            "`python -c 'import secrets; print(secrets.token_urlsafe(50))'`.",
            id="trainyard.E002",
        )


def _hosts() -> Iterable[checks.CheckMessage]:
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield checks.Error(
            "ALLOWED_HOSTS is empty or admits every host name.",
            hint="Set ALLOWED_HOSTS to the names this site is served under, separated by commas.",
            id="trainyard.E003",
        )
    if not settings.SITE_URL.startswith("https://"):
        yield checks.Error(
            f"SITE_URL is '{settings.SITE_URL}', which is not an https address.",
            hint="Set SITE_URL to the public address, such as https://trainyard.example.org.",
            id="trainyard.E004",
        )


def _backends() -> Iterable[checks.CheckMessage]:
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield checks.Error(
            "E-mail goes to the console, so nobody can confirm an address or reset a password.",
            hint="Set EMAIL_URL, such as smtp+tls://user:password@mail.example.org:587.",
            id="trainyard.E005",
        )
    if settings.IS_SQLITE:
        yield checks.Warning(
            "The database is SQLite.",
            hint="It serves a class on one machine; set DATABASE_URL to PostgreSQL for more than one.",
            id="trainyard.W001",
        )
    if settings.CELERY_BROKER_URL.startswith("filesystem"):
        yield checks.Warning(
            "The broker is a folder on this machine.",
            hint="Workers on other machines need CELERY_BROKER_URL to name Redis or RabbitMQ.",
            id="trainyard.W002",
        )


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return ""


def refuse_unsafe() -> None:
    """Raise `ImproperlyConfigured` naming every error of our checks; called where no command runs them."""
    errors = [m for m in checks.run_checks(tags=["trainyard"]) if m.is_serious()]
    if errors:
        lines = "\n".join(f"  {error.id}: {error.msg} {error.hint}" for error in errors)
        raise ImproperlyConfigured(f"Trainyard does not start:\n{lines}")
