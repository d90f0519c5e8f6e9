"""The compose file, the units and the example of settings hold together with the code they start."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SETTINGS = set(
    re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "platform/trainyard/settings.py").read_text())
)
OURS = ("setup", "web", "worker", "gpu-worker", "beat")
PROGRAMS = {"trainyard", "celery", "granian"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(ROOT / "compose.yaml")


def unit(path: Path) -> RawConfigParser:
    """A unit; of a key given more than once, all values, one to a line."""

    class AllValues(dict):
        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, list) and isinstance(self.get(key), list):
                value = [*self[key], *value]
            super().__setitem__(key, value)

    parser = RawConfigParser(strict=False, interpolation=None, dict_type=AllValues)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text())
    return parser


def commands(text: str) -> list[tuple[str, str]]:
    """Every call of one of our programs in `text`, with its first argument."""
    return re.findall(r"(?:^|/)(trainyard|celery|granian) ([\w-]+)", text, re.MULTILINE)


# Containers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", OURS)
def test_every_setting_that_compose_names_exists(compose, service) -> None:
    assert set(compose["services"][service]["environment"]) <= SETTINGS


def test_all_that_production_insists_on_is_asked_for(compose) -> None:
    environment = compose["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL"):
        assert environment[name].startswith(f"${{{name}:?")
    assert environment["TRAINYARD_MODE"] == "production"


def test_every_service_waits_only_for_services_that_are_there(compose) -> None:
    services = compose["services"]
    assert set(OURS) < set(services)
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]


@pytest.mark.parametrize("service", OURS)
def test_every_service_starts_a_program_of_ours(compose, service) -> None:
    command = compose["services"][service]["command"]
    if command[0] == "sh":
        called = [line.split() for line in command[2].splitlines()]
        assert all(call[0] == "trainyard" and call[1] in get_commands() for call in called)
    else:
        assert command[0] in PROGRAMS


def test_a_gpu_worker_pulls_the_queue_that_it_listens_to(compose) -> None:
    service = compose["services"]["gpu-worker"]
    assert service["environment"]["TRAINYARD_QUEUES"] == "gpu" == service["command"][-1]


def test_the_image_copies_files_that_exist() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert set(re.findall(r"ENV|TRAINYARD_\w+(?==)", text)) - {"ENV"} <= SETTINGS
    for source in re.findall(r"^COPY (\S+)", text, re.MULTILINE):
        assert (ROOT / source).exists()


def test_docker_reads_the_file_as_we_do() -> None:
    names = ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "POSTGRES_PASSWORD")
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **dict.fromkeys(names, "x")}
    asked = (
        subprocess.run(["docker", "compose", "version"], capture_output=True)
        if shutil.which("docker")
        else None
    )
    if asked is None or asked.returncode != 0:
        pytest.skip("docker compose is not installed here")
    done = subprocess.run(
        ["docker", "compose", "--profile", "gpu", "config", "--quiet"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# systemd ------------------------------------------------------------------------------------------------


def test_every_setting_of_the_example_exists_and_those_of_production_are_there() -> None:
    named = set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", (DEPLOY / "trainyard.env.example").read_text(), re.M))
    assert named <= SETTINGS
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "DATABASE_URL"} <= named


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_its_parts_and_starts_what_exists(path) -> None:
    parsed = unit(path)
    assert parsed["Unit"]["Description"].startswith("Trainyard: ")
    if path.suffix == ".timer":
        assert path.with_suffix(".service").exists()
        return
    service = parsed["Service"]
    assert service["EnvironmentFile"] == "/etc/trainyard/trainyard.env"
    assert service["User"] == "trainyard" and service["NoNewPrivileges"] == "true"
    assert set(re.findall(r"([A-Z0-9_]+)=", service.get("Environment", ""))) <= SETTINGS
    called = commands(service["ExecStart"])
    assert called
    for program, first in called:
        assert program != "trainyard" or first in get_commands()


def test_units_and_containers_are_set_up_by_the_same_steps(compose) -> None:
    steps = commands(unit(DEPLOY / "systemd" / "trainyard-setup.service")["Service"]["ExecStart"])
    assert steps == commands(compose["services"]["setup"]["command"][2])
    assert len(steps) == 5


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_waits_only_for_units_that_are_there(path) -> None:
    named = re.findall(r"\btrainyard-[\w@-]+\.(?:service|timer)", unit(path)["Unit"].get("After", ""))
    assert set(named) <= {unit.name for unit in UNITS}


def test_systemd_understands_the_units(tmp_path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed here")
    copies = []
    for path in UNITS:
        # Our programs and our account are not on this machine; everything else is looked at as it is.
        text = re.sub(r"/opt/trainyard/bin/\w+", "/bin/true", path.read_text())
        text = re.sub(r"^(User|Group)=trainyard\n", "", text, flags=re.MULTILINE)
        copies.append(tmp_path / path.name.replace("@.", "@cpu."))
        copies[-1].write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, copies)],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "trainyard" in line]
    assert complaints == []


def test_the_operators_guide_names_every_unit() -> None:
    guide = (ROOT / "docs/operators.md").read_text()
    for path in UNITS:
        name = path.name.removesuffix(".service")
        assert name.removesuffix("@") in guide or path.name == "trainyard-backup.service"
