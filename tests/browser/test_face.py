"""The frame and the account pages in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

ADDRESSES_FOR_STRANGERS = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nowhere/",
]
ADDRESSES_FOR_PEOPLE = ["/", "/accounts/profile/", "/accounts/email/", "/accounts/password/change/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_pages_for_strangers_have_no_serious_finding(new_page, assert_no_serious_axe, size, theme):
    page = new_page(size, theme)
    for address in ADDRESSES_FOR_STRANGERS:
        page.goto(address)
        assert_no_serious_axe(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_pages_for_people_have_no_serious_finding(new_page, learner, assert_no_serious_axe, size, theme):
    page = new_page(size, theme, learner)
    for address in ADDRESSES_FOR_PEOPLE:
        page.goto(address)
        assert_no_serious_axe(page)


def test_the_narrowest_phone_needs_no_sideways_scrolling(new_page, learner, assert_no_serious_axe):
    page = new_page("phone", "light", learner)
    page.set_viewport_size({"width": 320, "height": 640})
    for address in ADDRESSES_FOR_PEOPLE:
        page.goto(address)
        assert_no_serious_axe(page)


def background(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_switch_changes_the_page_and_is_remembered(page):
    page.goto("/")
    light = background(page)
    switch = page.get_by_role("button", name="Theme: auto")
    switch.click()
    expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    page.get_by_role("button", name="Theme: light").click()
    dark = background(page)
    assert dark != light

    page.goto("/accounts/login/")
    assert background(page) == dark
    page.get_by_role("button", name="Theme: dark").click()
    assert background(page) == light


def test_the_keyboard_reaches_the_content_first(page):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_sign_up_makes_an_account_and_a_token_is_shown_once(page):
    page.goto("/")
    page.get_by_role("link", name="Sign up", exact=True).click()
    page.get_by_label("Your name").fill("Noor Newcomer")
    page.get_by_label("Email").fill("noor@example.org")
    page.get_by_label("Password", exact=True).fill("seventeen-sleepers")
    page.get_by_label("Password (again)").fill("seventeen-sleepers")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back, Noor Newcomer")

    page.get_by_role("link", name="Noor Newcomer").click()
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("region", name="Your new API token")).to_be_visible()
    page.reload()
    expect(page.get_by_text("ends in")).to_be_visible()
    expect(page.get_by_role("region", name="Your new API token")).to_have_count(0)
