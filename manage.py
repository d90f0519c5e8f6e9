#!/usr/bin/env python
"""Run a management command from a source checkout; the installed script `trainyard` does the same."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "platform"))

from trainyard.__main__ import main  # noqa: E402

if __name__ == "__main__":
    main()
