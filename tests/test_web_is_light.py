"""No web process loads a numerical library: it would cost hundreds of megabytes and seconds of start."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "sklearn", "skops", "scipy")

PROGRAM = """
import sys
import trainyard.wsgi
from django.urls import URLResolver, get_resolver

def walk(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern

views = [pattern.callback for pattern in walk(get_resolver().url_patterns)]
assert len(views) > 30, len(views)
heavy = sorted({name.split(".")[0] for name in sys.modules} & set(sys.argv[1:]))
print(",".join(heavy))
"""


def test_the_web_and_all_its_addresses_load_no_training_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *HEAVY], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "", f"the web loaded {done.stdout.strip()}"
