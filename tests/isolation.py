"""Loaded before Django reads its settings (`-p tests.isolation`): tests never touch a running site's data."""

import os
import shutil
import tempfile

if "TRAINYARD_DATA_DIR" not in os.environ:
    folder = tempfile.mkdtemp(prefix="trainyard-tests-")
    os.environ["TRAINYARD_DATA_DIR"] = folder
    os.environ.setdefault("LOG_LEVEL", "WARNING")

    def pytest_unconfigure() -> None:
        """Remove the folder once the last test database is gone."""
        shutil.rmtree(folder, ignore_errors=True)
