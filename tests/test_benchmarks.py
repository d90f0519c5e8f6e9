"""Benchmarks are not run here, but what they take from the code is there: each can be loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from trainer_service.engine.processor import environment

ROOT = Path(__file__).resolve().parent.parent


def test_every_benchmark_finds_what_it_measures():
    names = [f"benchmarks.{file.stem}" for file in sorted((ROOT / "benchmarks").glob("*.py"))]
    assert len(names) > 10
    path = f"{ROOT / 'platform'}{os.pathsep}{ROOT}"
    done = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(names)}"],
        # Those that time the engine start anew without its environment.
        env={**os.environ, **environment(), "PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
