"""Proof that leaves the site: a learner publishes, downloads, and anyone checks it without the site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow
GRADED_WITHIN_SECONDS = 180
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def page(browser: Browser, site: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def verify(file: Path, keys: Path) -> subprocess.CompletedProcess[str]:
    """`trainyard verify`, in a process with a data folder of its own that knows nothing of the site."""
    environment = {
        **os.environ,
        "TRAINYARD_DATA_DIR": str(file.parent / "elsewhere"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    command = [sys.executable, "-m", "trainyard", "verify", str(file), "--key", str(keys)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def wait_for_a_proven_skill(page: Page) -> None:
    """Open the form of the portfolio once the demo's runs have been trained and graded."""
    until = time.monotonic() + GRADED_WITHIN_SECONDS
    page.goto("/portfolio/")
    while not page.locator("input[name=skills]").count() and time.monotonic() < until:
        page.wait_for_timeout(2_000)
        page.reload()


def test_a_portfolio_is_published_and_its_proof_verifies_offline_and_a_tampered_one_does_not(
    page: Page, site: Any, tmp_path: Path
) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("mei@demo.trainyard.test")
    page.locator("input[name=password]").fill("trainyard-demo")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "login" not in url)

    wait_for_a_proven_skill(page)
    page.get_by_label("Address").fill("mei-journey")
    page.locator("input[name=skills]").first.check()
    page.locator("input[name=runs]").first.check()
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_text("Only you see this")).to_be_visible()
    assert httpx.get(f"{site.url}/people/mei-journey/").status_code == 404
    page.get_by_label("I agree to this").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Your portfolio is public.")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()
    proof, keys = tmp_path / "proof.json", tmp_path / "keys.json"
    download.value.save_as(proof)
    keys.write_bytes(httpx.get(f"{site.url}/certificates/keys.json").content)
    checked = verify(proof, keys)
    assert checked.returncode == 0, checked.stderr
    assert "is intact" in checked.stdout

    document = json.loads(proof.read_text())
    document["credentialSubject"]["portfolio"]["skills"][0]["name"] = "Rocket science"
    tampered = tmp_path / "tampered.json"
    tampered.write_text(json.dumps(document))
    refused = verify(tampered, keys)
    assert refused.returncode == 1
    assert "/credentialSubject/portfolio/skills/0/name: This value was changed" in refused.stderr

    page.goto("/verify/")
    page.locator("input[name=file]").set_input_files(tampered)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text("This does not verify")).to_be_visible()

    page.goto("/portfolio/")
    page.get_by_role("button", name="Unpublish at once").click()
    expect(page.get_by_text("Your portfolio is no longer public.")).to_be_visible()
    assert httpx.get(f"{site.url}/people/mei-journey/").status_code == 404
