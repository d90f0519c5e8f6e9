"""What can be set, run or written in a configuration is documented."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OPERATORS = (ROOT / "docs/operators.md").read_text()
SETTINGS = (ROOT / "platform/trainyard/settings.py").read_text()
UP = (ROOT / "platform/trainyard/operations/management/commands/up.py").read_text()
OUR_COMMANDS = sorted(
    path.stem
    for room in ("platform/trainyard", "courses", "jobs_data", "trainer_service")
    for path in (ROOT / room).glob("**/management/commands/*.py")
    if path.stem != "__init__"
)


@pytest.mark.parametrize(
    "variable",
    sorted(
        set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
        | set(re.findall(r'environ\.get\("([A-Z_]+)"', UP))
    ),
)
def test_every_setting_is_in_the_operators_table(variable: str) -> None:
    assert f"`{variable}`" in OPERATORS


@pytest.mark.parametrize("command", OUR_COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"`trainyard {command}" in OPERATORS


@pytest.mark.parametrize(
    "identifier",
    sorted(set(re.findall(r"trainyard\.[EW]\d+", (ROOT / "platform/trainyard/checks.py").read_text()))),
)
def test_every_check_has_its_remedy_in_the_docs(identifier: str) -> None:
    assert f"`{identifier}`" in OPERATORS


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme and "make test" in readme
