"""The house stands: no folder shadows the standard library, and no package hides where it must not."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["courses", "jobs_data", "trainer_service", "trainyard"]


def test_platform_is_a_plain_folder_without_python_files() -> None:
    assert not list((ROOT / "platform").glob("*.py"))


def test_no_tests_folder_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_room_is_named_like_a_standard_library_module() -> None:
    assert not set(ROOMS) & sys.stdlib_module_names


def test_the_standard_library_module_platform_still_wins() -> None:
    import platform

    assert platform.python_version()
