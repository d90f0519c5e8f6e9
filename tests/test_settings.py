"""What the settings make of the environment, each time in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PRODUCTION = {"TRAINYARD_MODE": "production", "SECRET_KEY": "x" * 50}


def value_of(name: str, data_dir: Path, **environment: str) -> str:
    kept = {key: value for key, value in os.environ.items() if key != "SECRET_KEY"}
    return subprocess.run(
        [sys.executable, "-c", f"from trainyard import settings; print(settings.{name})"],
        env={**kept, "TRAINYARD_DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_processes_that_start_together_agree_on_one_key(tmp_path) -> None:
    with ThreadPoolExecutor(4) as together:
        keys = set(together.map(lambda _: value_of("SECRET_KEY", tmp_path), range(4)))
    assert len(keys) == 1 and len(keys.pop()) > 50
    assert [path.name for path in tmp_path.glob("secret_key*")] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_subdomains_may_be_left_out_of_transport_security(tmp_path) -> None:
    asked = "SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD"
    assert value_of(asked, tmp_path, **PRODUCTION) == "True True"
    off = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "false", "SECURE_HSTS_PRELOAD": "false"}
    assert value_of(asked, tmp_path, **PRODUCTION, **off) == "False False"


def test_proxies_are_trusted_only_where_they_are_counted(tmp_path) -> None:
    asked = "__dict__.get('SECURE_PROXY_SSL_HEADER'), settings.ALLAUTH_TRUSTED_PROXY_COUNT"
    assert value_of(asked, tmp_path) == "None 0"
    assert value_of(asked, tmp_path, TRAINYARD_PROXY_COUNT="2") == "('HTTP_X_FORWARDED_PROTO', 'https') 2"
