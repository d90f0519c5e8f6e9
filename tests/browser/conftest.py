"""A real Chromium: `new_page` opens pages as seen on a phone or a desk, in light or dark."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Playwright's synchronous interface runs an event loop in this thread, which Django takes for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    given = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not given:
        pytest.fail("No Chromium here: install Debian's package chromium, or name the program in CHROMIUM.")
    return given


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def chart_library() -> None:
    from trainyard.operations import assets

    assets.build()


@pytest.fixture
def new_page(browser: Browser, live_server: Any, chart_library: None) -> Iterator[Callable[..., Page]]:
    """`new_page("phone", "dark", user)`: a page of its own, signed in as `user` if given.

    At the end, a page that broke the content security policy or threw an error fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(size: str = "desk", theme: str = "light", user: Any = None) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, color_scheme=theme
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user is not None:
            sign_in(context, live_server.url, user)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if is_fault(message) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def is_fault(message: Any) -> bool:
    return "Content Security Policy" in message.text or (
        message.type == "error" and "Failed to load resource" not in message.text
    )


def sign_in(context: BrowserContext, url: str, user: Any) -> None:
    """Give the context the session of the user, without going through the form."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A stranger's page on a desk, in light."""
    return new_page()


@pytest.fixture(scope="session")
def assert_no_serious_axe() -> Callable[[Page], None]:
    """`assert_no_serious_axe(page)`: nothing serious or critical for axe, no sideways scrolling."""
    axe = Axe()

    def check(page: Page) -> None:
        serious = [
            (finding["id"], [node["target"] for node in finding["nodes"]])
            for finding in axe.run(page).response["violations"]
            if finding["impact"] in ("serious", "critical")
        ]
        assert serious == []
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, "the page scrolls sideways"

    return check


class Site:
    """A served site in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        environment = {**os.environ, "PORT": str(self.port), "TRAINYARD_DATA_DIR": str(folder)}
        environment |= {
            "TRAINYARD_LEASE_SECONDS": "6",
            "TRAINYARD_HEARTBEAT_SECONDS": "2",
            "DATABASE_URL": "",
        }
        environment |= {"TRAINYARD_SWEEP_SECONDS": "1", "CELERY_BROKER_URL": "filesystem://"}
        del environment["DATABASE_URL"]
        self.process = subprocess.Popen([sys.executable, "-m", "trainyard", "up"], env=environment)

    def wait_until_ready(self) -> None:
        for _ in range(360):
            assert self.process.poll() is None, "`trainyard up` ended while starting"
            try:
                if httpx.get(f"{self.url}/readyz/workers", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.5)
        pytest.fail("the site did not become ready")

    def worker_process(self) -> psutil.Process:
        for child in psutil.Process(self.process.pid).children(recursive=True):
            if "worker" in child.cmdline() and "celery" in child.cmdline():
                return child
        pytest.fail("there is no worker")

    def stop(self) -> list[psutil.Process]:
        """Ctrl-C; returns the processes that are still there afterwards."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(40)
        return psutil.wait_procs(family, timeout=5)[1]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        site.wait_until_ready()
        yield site
    finally:
        left = site.stop()
    assert left == [], "Ctrl-C left processes behind"
