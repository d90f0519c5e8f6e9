"""The statistics endpoint at 16 clients, against the bare view of the same server."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

CLIENTS, REQUESTS_EACH = 16, 20
PATHS = {"bare view (peer)": "/livez", "statistics": "/api/v1/jobs/statistics/countries/"}


def measure(folder: Path) -> None:
    """Serve the folder's data and print p50, p95 and requests a second of each path."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "TRAINYARD_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "trainyard", "up", "--no-demo"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        print(f"\nEndpoint, {CLIENTS} clients, ms by the clock:")
        for name, path in PATHS.items():
            begin = time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as pool:
                times = sorted(one for part in pool.map(_client, [url + path] * CLIENTS) for one in part)
            rate = len(times) / (time.perf_counter() - begin)
            p95 = times[int(len(times) * 0.95)]
            print(
                f"  {name}: p50 {statistics.median(times):.0f}, p95 {p95:.0f}, {rate:.0f} requests/s",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait(60)


def _client(url: str) -> list[float]:
    times = []
    with httpx.Client(timeout=60) as client:
        client.get(url)
        for _ in range(REQUESTS_EACH):
            begin = time.perf_counter()
            client.get(url).raise_for_status()
            times.append((time.perf_counter() - begin) * 1000)
    return times


def _wait_for(url: str) -> None:
    for _ in range(240):
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise RuntimeError("The site did not start within two minutes.")
