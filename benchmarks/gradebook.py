"""Pages of a class of 700 with 40 exercises and 20,000 runs, at 8 clients, beside the bare `/livez`.

    python -m benchmarks.gradebook [LEARNERS EXERCISES RUNS]

Starts its own site with demo data, loads the generated class into it (and prints how long that takes), and
signs in as the demo's instructor.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from benchmarks.pages import signed_in, site, table, wait_for

INSTRUCTOR = "ines@demo.trainyard.test"
CLASS = "/teaching/generated-class"
PAGES = {
    "bare view (peer)": "/livez",
    "people": f"{CLASS}/",
    "gradebook, first fifty": f"{CLASS}/gradebook/",
    "gradebook, one section": f"{CLASS}/gradebook/?section=B",
    "gradebook, who has not passed one": f"{CLASS}/gradebook/?exercise=digits-07&state=failed",
    "review queue": f"{CLASS}/review/",
    "deadlines": f"{CLASS}/deadlines/",
}


def main() -> None:
    """Print the tables."""
    sizes = sys.argv[1:] or ["700", "40", "20000"]
    options = [
        part
        for name, size in zip(("learners", "exercises", "runs"), sizes, strict=True)
        for part in (f"--{name}", size)
    ]
    with tempfile.TemporaryDirectory() as folder, site(folder) as url:
        wait_for(url)
        started = time.perf_counter()
        environment = {**os.environ, "TRAINYARD_DATA_DIR": folder}
        load = ["courses", "load-class", "--instructor", INSTRUCTOR, *options]
        subprocess.run([sys.executable, "-m", "trainyard", *load], env=environment, check=True)
        print(f"loaded in {time.perf_counter() - started:.0f} s")
        client = signed_in(url, INSTRUCTOR)
        time.sleep(10)  # the demo class's runs are trained first
        table(client, PAGES)
        for file_format in ("csv", "xlsx"):
            started = time.perf_counter()
            content = client.get(f"{CLASS}/gradebook/grades.{file_format}").raise_for_status().content
            seconds = time.perf_counter() - started
            print(f"whole gradebook as {file_format}: {len(content) / 1e3:.0f} kB in {seconds:.1f} s")


if __name__ == "__main__":
    main()
