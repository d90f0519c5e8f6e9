"""The frame and the account pages in a real browser."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.core.management import call_command
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
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Noor Newcomer")

    page.get_by_role("link", name="Noor Newcomer").click()
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("region", name="Your new API token")).to_be_visible()
    page.reload()
    expect(page.get_by_text("ends in")).to_be_visible()
    expect(page.get_by_role("region", name="Your new API token")).to_have_count(0)


@pytest.fixture
def figures(transactional_db) -> None:
    call_command("jobs", "load", verbosity=0)


def bars(page):
    return page.locator("figure[data-chart] .mark-rect path").first


FILL = "one => getComputedStyle(one).fill"


def test_a_chart_is_drawn_in_the_colors_of_the_theme_and_of_paper_when_printed(page, figures):
    page.goto("/jobs/salaries/")
    expect(bars(page)).to_be_visible()
    light = bars(page).evaluate(FILL)
    page.get_by_role("button", name="Theme: auto").click()
    page.get_by_role("button", name="Theme: light").click()
    expect(bars(page)).not_to_have_css("fill", light)
    page.emulate_media(media="print")
    expect(bars(page)).to_have_css("fill", light)


def test_a_chart_fits_a_phone(new_page, figures, assert_no_serious_axe):
    page = new_page("phone", "dark")
    page.goto("/jobs/salaries/")
    expect(bars(page)).to_be_visible()
    width = page.locator(".chart-canvas").first.evaluate("one => one.scrollWidth - one.clientWidth")
    assert width <= 1
    assert_no_serious_axe(page)


LIVE = """async (figure) => {
  figure.querySelector("script").textContent = JSON.stringify({
    data: {name: "curve", values: [{epoch: 1, loss: 2}, {epoch: 2, loss: 1}]},
    mark: "point",
    encoding: {x: {field: "epoch", type: "quantitative"}, y: {field: "loss", type: "quantitative"}},
  });
  const {drawChart} = await import(document.querySelector("script[src*='chart']").src);
  await drawChart(figure);
}"""
POINTS = """figure => figure.dispatchEvent(
  new CustomEvent("trainyard:points", {bubbles: true, detail: [{epoch: 3, loss: 0.5}]}))"""


def test_a_live_chart_grows_and_keeps_its_points_when_the_theme_changes(page, figures):
    page.goto("/jobs/salaries/")
    expect(bars(page)).to_be_visible()
    figure = page.locator("figure[data-chart]").first
    figure.evaluate(LIVE)
    points = figure.locator(".mark-symbol path")
    expect(points).to_have_count(2)
    figure.evaluate(POINTS)
    expect(points).to_have_count(3)
    color = points.last.evaluate(FILL)
    page.get_by_role("button", name="Theme: auto").click()
    page.get_by_role("button", name="Theme: light").click()
    expect(points.last).not_to_have_css("fill", color)
    expect(points).to_have_count(3)


def test_without_the_chart_library_the_figures_are_still_there(page, figures):
    page.route("**/vega.js", lambda route: route.abort())
    page.goto("/jobs/salaries/")
    expect(page.locator("figure.is-plain")).to_have_count(1)
    expect(page.get_by_role("cell", name="120,000").first).to_be_visible()


def test_without_scripts_a_chart_is_a_picture_and_the_theme_switch_is_away(browser, live_server, figures):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/jobs/salaries/")
    picture = page.locator("figure img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.naturalWidth") > 0
    expect(page.locator(".theme-switch")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_of_a_lesson_is_saved_as_a_picture_that_stands_alone(new_page, transactional_db, theme):
    call_command("courses", "sync", verbosity=0)
    page = new_page("desk", theme)
    page.goto("/courses/foundations/modules/04-neural-networks/")
    figure = page.locator("figure[data-chart]").first
    expect(figure.locator(".chart-canvas svg")).to_be_visible()
    with page.expect_download() as vector:
        figure.get_by_role("button", name="SVG").click()
    text = vector.value.path().read_text()
    assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in text and "Source: " in text
    assert vector.value.suggested_filename.endswith(".svg")
    with page.expect_download() as raster:
        figure.get_by_role("button", name="PNG").click()
    assert raster.value.path().read_bytes().startswith(b"\x89PNG")
