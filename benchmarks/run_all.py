"""`make bench`: run every benchmark of docs/performance.md, one after another, and print the tables."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("engine", "estimate", "diagnosis", "queue_latency", "pages", "first_run")


def main() -> None:
    """Each in a process of its own, so that one's memory and threads do not touch the next one's figures."""
    for name in BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
