"""Counted figures in a browser: filters without a reload, bars that lead to postings, no need of scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow

FIGURE = "/jobs/market/positions/?source=generated-demo"


@pytest.fixture
def open_page(browser: Browser, site: Any) -> Iterator[Callable[..., Page]]:
    """`open_page(path)`: a page of the served site; complaints of the browser fail the test."""
    contexts, complaints = [], []

    def opened(path: str, **options: Any) -> Page:
        contexts.append(browser.new_context(base_url=site.url, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if "400 (Bad Request)" not in text] == []


def test_a_filter_changes_figure_chart_and_address_without_a_reload(open_page):
    page = open_page(FIGURE)
    expect(page.locator("figure .chart-canvas svg")).to_be_visible(timeout=15_000)
    page.evaluate("window.stays = true")
    page.get_by_label("Country", exact=True).focus()
    page.get_by_label("Country", exact=True).select_option("DE")
    expect(page.get_by_text("n = 1,")).to_be_visible(timeout=15_000)
    expect(page).to_have_url(re.compile(r"/jobs/market/positions/\?source=generated-demo&country=DE$"))
    expect(page.locator("figure .chart-canvas svg")).to_be_visible(timeout=15_000)
    expect(page.get_by_label("Country", exact=True)).to_be_focused()
    expect(page.locator("#announcement")).to_contain_text("of the postings that say")
    assert page.evaluate("window.stays") is True
    page.go_back()
    expect(page.get_by_label("Country", exact=True)).to_have_value("")


def test_a_bar_leads_to_the_postings_behind_it(open_page):
    page = open_page(FIGURE)
    bar = page.locator("figure .chart-canvas path[aria-roledescription=bar]").first
    bar.click(timeout=15_000)
    expect(page).to_have_url(re.compile(r"/jobs/why/[0-9a-f]{12}/positions/\?group"))
    expect(page.get_by_role("heading", name=re.compile("postings behind it"))).to_be_visible()


def test_without_scripts_the_form_and_the_picture_do_the_same(open_page):
    page = open_page(FIGURE, java_script_enabled=False)
    page.get_by_label("Country", exact=True).select_option("DE")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("country=DE"))
    assert page.locator("figure noscript img").first.evaluate("image => image.naturalWidth") > 0
