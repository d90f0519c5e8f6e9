"""Production refuses what is dangerous, by id and with a remedy."""

import os
import subprocess
import sys

import pytest

PRODUCTION = {
    "TRAINYARD_MODE": "production",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "trainyard.example.org",
    "SITE_URL": "https://trainyard.example.org",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
}


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **PRODUCTION, **changes}
    environment.pop(
        "DJANGO_ALLOW_ASYNC_UNSAFE", None
    )  # set by the browser tests, where they are collected too
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_production_with_safe_values_passes_every_deployment_check() -> None:
    checked = run("-m", "trainyard", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("changes", "identifier"),
    [
        ({"TRAINYARD_MODE": "prodution"}, "trainyard.E001"),
        ({"TRAINYARD_LOG_FORMAT": "jsno"}, "trainyard.E006"),
        ({"TRAINYARD_MARKET_BACKEND": "mysql"}, "trainyard.E008"),
        ({"SECRET_KEY": ""}, "trainyard.E002"),
        ({"SECRET_KEY": "short"}, "trainyard.E002"),
        ({"ALLOWED_HOSTS": "*"}, "trainyard.E003"),
        ({"ALLOWED_HOSTS": ""}, "trainyard.E003"),
        ({"SITE_URL": "http://trainyard.example.org"}, "trainyard.E004"),
        ({"EMAIL_URL": "consolemail://"}, "trainyard.E005"),
    ],
)
def test_the_web_refuses_to_start_on(changes: dict[str, str], identifier: str) -> None:
    started = run("-c", "import trainyard.wsgi", **changes)
    assert started.returncode != 0
    assert identifier in started.stderr


def test_the_worker_refuses_to_start_on_unsafe_values_too() -> None:
    started = run(
        "-m", "celery", "-A", "trainyard", "worker", "-P", "threads", "-Q", "site", SECRET_KEY="short"
    )
    assert started.returncode != 0
    assert "trainyard.E002" in started.stderr


def test_the_demo_starts_with_nothing_set() -> None:
    kept = {name: value for name, value in os.environ.items() if name not in PRODUCTION}
    started = subprocess.run(
        [sys.executable, "-c", "import trainyard.wsgi"], env=kept, capture_output=True, text=True, check=False
    )
    assert started.returncode == 0, started.stderr
