"""From the market to the next exercise and back, in a real browser, over the demo market.

Every number that the page shows is the API's, and the market's own are those of permanent addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from ruamel.yaml import YAML

pytestmark = pytest.mark.slow
GRADED_WITHIN_MS = 300_000
PASSPHRASE = "eine lange Passphrase"
MARKET = "source=generated-demo&country=DE&position=machine-learning-engineer"
KNOWN = "Python, SQL, Git, Docker, Linux, pandas, NumPy, Machine learning, AWS, Kubernetes"
CONTENT = Path(__file__).resolve().parents[2] / "courses" / "content"


@pytest.fixture
def page(browser: Browser, site: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def told(page: Page) -> Callable[[], dict[str, Any]]:
    """What the API says of the target that the page is about, to the person in the browser."""

    def ask() -> dict[str, Any]:
        address = page.get_by_role("link", name="The same by API").get_attribute("href")
        answer: dict[str, Any] = page.request.get(str(address)).json()
        return answer

    return ask


def sign_up(page: Page) -> None:
    page.get_by_role("link", name="Sign up to begin").click()
    page.locator("input[name=email]").fill("stella@example.org")
    page.locator("input[name=name]").fill("Stella Stranger")
    page.locator("input[name=password1]").fill(PASSPHRASE)
    page.locator("input[name=password2]").fill(PASSPHRASE)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_text("Stella Stranger").first).to_be_visible()


def good_config(course: str, exercise: str) -> str:
    """The configuration that its author promises to pass."""
    file = CONTENT / course / "exercises" / exercise / "reference" / "good.yaml"
    config = YAML(typ="safe").load(file.read_text(encoding="utf-8"))["config"]
    return str(httpx.Response(200, json=config).text)


def test_a_stranger_finds_the_lesson_that_leads_to_a_job_and_sees_coverage_rise(
    page: Page, told: Callable[[], dict[str, Any]]
) -> None:
    page.goto(f"/jobs/market/skills/?{MARKET}")
    page.get_by_role("link", name=re.compile("What these postings ask and pay")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From here to a job")
    expect(page.locator("main")).to_contain_text("Germany, Machine learning engineer")
    page.get_by_label(re.compile("Skills you already have")).fill(KNOWN)
    page.get_by_role("button", name="Show").click()

    before = told()
    main = page.locator("main")
    expect(main).to_contain_text(f"n = {before['coverage']['n']} postings")
    expect(main).to_contain_text(f"{before['coverage']['met']:.2f} %")
    expect(main).to_contain_text(before["sentence"])
    asked = page.request.get(before["figures"]["skills"]).json()
    for row in asked["rows"][:10]:
        expect(page.get_by_role("row", name=re.compile(f"^{re.escape(row['label'])} "))).to_contain_text(
            f"{row['value']:.2f} %"
        )
    paid = page.request.get(before["figures"]["pay-by-position"]).json()["rows"][0]
    expect(main).to_contain_text(f"${paid['value']:,.0f}")

    sign_up(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("My path")
    page.get_by_role("button", name="Make this my target").click()
    expect(page.get_by_text("This is your target.")).to_be_visible()
    page.goto("/")
    expect(page.locator("main")).to_contain_text(before["sentence"])

    page.goto("/path/")
    best = before["lessons"][0]
    page.get_by_role("link", name=re.compile("^Open “")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(best["lesson"]["title"])
    expect(page.locator("main")).to_contain_text("What the market says of these skills")
    page.locator("main a[href*='/exercises/']").first.click()
    course, exercise = re.findall(r"/courses/([^/]+)/exercises/([^/]+)/", page.url)[0]
    page.get_by_text("Or paste a configuration as YAML").click()
    page.locator("[name=yaml]").fill(good_config(course, exercise))
    page.get_by_role("button", name="Train this YAML").click()
    page.wait_for_url(re.compile(r"/courses/runs/\d+/"))
    expect(page.locator("main")).to_contain_text(
        re.compile("passed", re.IGNORECASE), timeout=GRADED_WITHIN_MS
    )

    page.get_by_role("link", name="My path").click()
    after = told()
    assert after["coverage"]["share"] == best["share"] > before["coverage"]["share"]
    expect(page.locator("main")).to_contain_text(f"{after['coverage']['share']:.2f} %")
    assert set(best["lesson"]["skills"]) == {one["skill"] for one in after["proven"]}
    expect(page.get_by_role("row", name=re.compile("^PyTorch"))).to_contain_text("proven")
