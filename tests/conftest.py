"""Three people walk through every test: a learner, an instructor and a stranger."""

from __future__ import annotations

import os
import tempfile

# Tests never touch the data folder of a running site.
os.environ.setdefault("TRAINYARD_DATA_DIR", tempfile.mkdtemp(prefix="trainyard-tests-"))
os.environ.setdefault("LOG_LEVEL", "WARNING")
