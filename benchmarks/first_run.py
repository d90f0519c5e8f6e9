"""Time from `make run` in a fresh clone with no virtual environment to a working site, and of a second start.

    python -m benchmarks.first_run [CLONES]

Each clone installs every package anew; pip may use its cache, as on any machine that has seen these packages.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 1200


def seconds_until_ready(clone: Path) -> tuple[float, float]:
    """`make run` in `clone`: seconds until the first page, and until a worker is warm; then Ctrl-C."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRAINYARD_")}
    environment["PORT"] = str(port)
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=clone, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        page = _wait(process, f"http://localhost:{port}/", started)
        worker = _wait(process, f"http://localhost:{port}/readyz/workers", started)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
    return page, worker


def _wait(process: subprocess.Popen[bytes], url: str, started: float) -> float:
    while time.monotonic() - started < READY_WITHIN_SECONDS:
        if process.poll() is not None:
            raise SystemExit("`make run` ended before the site was ready")
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return time.monotonic() - started
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} was not ready within {READY_WITHIN_SECONDS} s")


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    first, second = [], []
    for _ in range(count):
        with tempfile.TemporaryDirectory() as folder:
            clone = Path(folder) / "trainyard"
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
            first.append(seconds_until_ready(clone))
            second.append(seconds_until_ready(clone))
    print(f"| `make run`, median of {count} | first page | warm worker |")
    print("| --- | --- | --- |")
    for name, times in (("fresh clone, no virtual environment", first), ("second start", second)):
        page, worker = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"| {name} | {page:.1f} s | {worker:.1f} s |")


if __name__ == "__main__":
    main()
