"""Time of the six main pages at 8 concurrent clients, against the bare `/livez` of the same server.

    python -m benchmarks.pages [URL]

Without a URL it starts its own `trainyard up` with demo data on a free port in a folder of its own.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

CLIENTS = 8
REQUESTS_PER_CLIENT = 25
ROUNDS = 3
SIGN_IN = ("lena@demo.trainyard.test", "trainyard-demo")
PAGES = {
    "bare view (peer)": "/livez",
    "home": "/",
    "course": "/courses/foundations/",
    "module": None,  # the first module of the course
    "exercise": "/courses/foundations/exercises/digits/",
    "run page": None,  # the learner's latest graded run
    "job market: countries": "/jobs/countries/",
}


@contextmanager
def site(folder: str | None = None) -> Iterator[str]:
    """A served site with demo data, in `folder` or one of its own; ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as own:
        environment = {**os.environ, "PORT": str(port), "TRAINYARD_DATA_DIR": folder or own}
        process = subprocess.Popen([sys.executable, "-m", "trainyard", "up"], env=environment)
        try:
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(30)


def wait_for(url: str) -> None:
    """Until web and worker are there."""
    for _ in range(600):
        try:
            if httpx.get(f"{url}/readyz/workers", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit("the site did not become ready")


def signed_in(url: str, email: str = SIGN_IN[0]) -> httpx.Client:
    """A client with the session of the demo learner, or of another person of the demo."""
    client = httpx.Client(base_url=url, follow_redirects=True, timeout=30)
    client.get("/accounts/login/")
    token = client.cookies["csrftoken"]
    answer = client.post(
        "/accounts/login/",
        data={"login": email, "password": SIGN_IN[1], "csrfmiddlewaretoken": token},
        headers={"Referer": url},
    )
    answer.raise_for_status()
    return client


def addresses(client: httpx.Client) -> dict[str, str]:
    """Name and path of each page, the two that depend on data filled in."""
    course = client.get("/api/v1/courses/foundations/").json()
    for _ in range(240):
        submissions = client.get("/api/v1/submissions/?state=succeeded").json()["results"]
        if submissions:
            break
        time.sleep(0.5)
    filled = {
        "module": f"/courses/foundations/modules/{course['modules'][0]['slug']}/",
        "run page": f"/courses/runs/{submissions[0]['id']}/",
    }
    return {name: path or filled[name] for name, path in PAGES.items()}


def measure(client: httpx.Client, path: str) -> list[float]:
    """Seconds of each request of all clients together."""
    cookies = dict(client.cookies)

    def one_client(number: int) -> list[float]:
        times = []
        with httpx.Client(base_url=client.base_url, cookies=cookies, timeout=60) as own:
            for _ in range(REQUESTS_PER_CLIENT):
                started = time.perf_counter()
                own.get(path).raise_for_status()
                times.append(time.perf_counter() - started)
        return times

    with ThreadPoolExecutor(CLIENTS) as clients:
        return [seconds for times in clients.map(one_client, range(CLIENTS)) for seconds in times]


def main() -> None:
    """Print the table: medians over rounds."""
    url = sys.argv[1] if len(sys.argv) > 1 else None
    if url:
        report(url)
        return
    with site() as own:
        report(own)


def report(url: str) -> None:
    """Measure the six pages, once everything is warm."""
    wait_for(url)
    client = signed_in(url)
    pages = addresses(client)
    time.sleep(10)  # the demo class's runs are trained first
    table(client, pages)


def table(client: httpx.Client, pages: dict[str, str]) -> None:
    """Measure pages in turns and print the table; the first is the peer."""
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for path in pages.values():
        measure(client, path)  # warm
    for _ in range(ROUNDS):
        for name, path in pages.items():
            times = sorted(measure(client, path))
            results[name].append((statistics.median(times), times[int(len(times) * 0.95)]))
    bare = statistics.median(p50 for p50, _ in next(iter(results.values())))
    print(
        f"| page ({CLIENTS} clients, {ROUNDS} rounds of {CLIENTS * REQUESTS_PER_CLIENT}) "
        "| p50 ms | p95 ms | × bare view |"
    )
    print("| --- | --- | --- | --- |")
    for name, rounds in results.items():
        p50 = statistics.median(r[0] for r in rounds)
        p95 = statistics.median(r[1] for r in rounds)
        print(f"| {name} | {p50 * 1000:.0f} | {p95 * 1000:.0f} | {p50 / bare:.1f} |")


if __name__ == "__main__":
    main()
