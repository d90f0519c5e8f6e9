"""A run as a folder to take away: configuration, hashes, versions, result, and a script to repeat it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from courses.models import Submission
from courses.presentation import capsule as as_yaml

SCRIPT = '''"""Repeat this run: `python repeat.py`. Prints what comes out beside what came out then."""

import json
import tempfile
from pathlib import Path

from trainer_service.engine.spec import parse
from trainer_service.engine.train import train

here = Path(__file__).parent
spec = parse(json.loads((here / "spec.json").read_text()))
then = json.loads((here / "result.json").read_text())
with tempfile.TemporaryDirectory() as folder:
    (result,) = train([spec], out_dirs=[Path(folder)])
now = result.as_dict()

is_same = now["versions"]["data_sha256"] == then["versions"].get("data_sha256")
print("data:", "the same" if is_same else "NOT the same, or not known")
before = then["metrics"].get("held_out", {})
for name, value in now["metrics"]["held_out"].items():
    print(f"{name:28} then {before.get(name)!s:22} now {value}")
weights = now["versions"].get("weights_sha256") == then["versions"].get("weights_sha256")
print("weights:", "bit for bit the same" if weights else "equal within rounding (other machine or versions)")
'''

README = """# {title}, attempt {number}

A run of the exercise `{course}/{exercise}`, to be repeated anywhere.

| file | what it is |
| --- | --- |
| `config.yaml` | what was trained, readable, with its digests |
| `spec.json` | the same, complete, as the engine reads it |
| `result.json` | metrics, intervals, curve, signals, cost and versions of the run |
| `repeat.py` | trains it again and prints both results side by side |

## Repeat it

The engine is the Python package `trainyard` that the site itself runs. It needs no site, database or network,
and datasets come with it:

    python -m venv venv
    venv/bin/pip install trainyard scikit-learn=={sklearn} torch=={torch}
    venv/bin/python repeat.py

Seed {seed}; data `{data}`. With the same versions on the same kind of processor the weights are
equal bit for bit; elsewhere metrics agree within rounding. Where the package is on no index, put the site's
wheel or its source folder in place of `trainyard`.
"""


def archive(submission: Submission) -> bytes:
    """The zip of a run; before it has a result, `result.json` is empty."""
    run = submission.run
    body = run.result.body if run.has_result else {}
    kept = ("metrics", "intervals", "curve", "signals", "telemetry", "versions")
    files = {
        "README.md": _readme(submission, body),
        "config.yaml": as_yaml(submission),
        "spec.json": json.dumps(run.spec, indent=2),
        "result.json": json.dumps({name: body.get(name) or {} for name in kept}, indent=2),
        "repeat.py": SCRIPT,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            # A fixed time: the same run gives the same bytes.
            packed.writestr(zipfile.ZipInfo(f"{name_of(submission)}/{name}"), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def name_of(submission: Submission) -> str:
    """What the folder is called."""
    return f"{submission.exercise.slug}-attempt-{submission.number}"


def _readme(submission: Submission, body: dict[str, Any]) -> str:
    versions = body.get("versions") or {}
    return README.format(
        title=submission.exercise.title,
        number=submission.number,
        course=submission.exercise.course.slug,
        exercise=submission.exercise.slug,
        seed=submission.run.spec["training"].get("seed"),
        data=versions.get("data_sha256", "unknown"),
        torch=versions.get("torch", "?").split("+")[0],
        sklearn=versions.get("scikit-learn", "?"),
    )
