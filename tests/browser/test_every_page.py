"""Every page of the served site, phone and desk, light and dark: nothing serious for axe, no complaint."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow

STRANGER = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/courses/",
    "/courses/foundations/",
    "/courses/foundations/modules/04-neural-networks/",
    "/courses/foundations/exercises/digits/",
    "/jobs/",
    "/jobs/openings-by-year/",
    "/jobs/market/?source=generated-demo",
    "/jobs/market/countries/?source=generated-demo",
    "/jobs/market/pay-by-position/?source=generated-demo&country=US&year=2019",
    "/jobs/market/skill-trends/?source=generated-demo",
    "/jobs/market/countries/?country=Atlantis",
    "/jobs/compare/skills/?source=generated-demo&by=year",
    "/jobs/sources/generated-demo/",
    "/jobs/method/",
    "/jobs/salaries/",
    "/jobs/listings/",
    "/jobs/postings/?country=US&skill=pytorch",
    "/no-such-page/",
]
LEARNER = [
    "/",
    "/accounts/profile/",
    "/courses/foundations/",
    "/courses/foundations/exercises/tumours/",
    "/courses/runs/",
    "/jobs/postings/",
    "/jobs/searches/",
    "/join/",
]
INSTRUCTOR = [
    "/courses/review/",
    "/teaching/",
    "/teaching/new/",
    "/teaching/foundations-demo-class/",
    "/teaching/foundations-demo-class/deadlines/",
    "/teaching/foundations-demo-class/deadlines/digits/",
    "/teaching/foundations-demo-class/enrol/",
    "/teaching/foundations-demo-class/settings/",
]
OPERATOR = ["/jobs/import/"]
PEOPLE = {
    "stranger": (None, STRANGER),
    "learner": ("lena@demo.trainyard.test", LEARNER),
    "instructor": ("ines@demo.trainyard.test", INSTRUCTOR),
    "operator": ("olga@demo.trainyard.test", OPERATOR),
}
LOOKS = {
    "phone-dark": (390, 844, "dark"),
    "desk-light": (1280, 900, "light"),
    "phone-light": (390, 844, "light"),
    "desk-dark": (1280, 900, "dark"),
}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_quiet(
    browser: Browser,
    site: Any,
    assert_no_serious_axe: Callable[[Page], None],
    person: str,
    look: str,
) -> None:
    email, paths = PEOPLE[person]
    width, height, theme = LOOKS[look]
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": height}, color_scheme=theme
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if is_forbidden(message) else None)
    if email:
        sign_in(page, email)
    if person in ("learner", "instructor"):
        paths = [*paths, *run_pages(page, person)]
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert_no_serious_axe(page)
    context.close()
    assert complaints == []


def is_forbidden(message: Any) -> bool:
    """Whether the content security policy stopped something."""
    return "Content Security Policy" in message.text


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill("trainyard-demo")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "login" not in url)


def run_pages(page: Page, person: str) -> list[str]:
    """A classification and a regression run of the demo class, once they have ended."""
    page.goto("/courses/runs/" if person == "learner" else "/courses/review/")
    expect(page.get_by_text(re.compile("queued|running")).first).to_be_hidden(timeout=60_000)
    submissions = page.request.get("/api/v1/submissions/?state=succeeded").json()["results"]
    by_exercise = {one["exercise"]: one["id"] for one in submissions}
    return [f"/courses/runs/{pk}/" for pk in by_exercise.values()]


def test_the_api_documentation_is_served_offline(browser: Browser, site: Any) -> None:
    page = browser.new_context(base_url=site.url).new_page()
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url) if site.url not in request.url else None)
    page.goto("/api/docs/")
    expect(page.get_by_text("/api/v1/courses/", exact=True).first).to_be_visible(timeout=30_000)
    assert [url for url in elsewhere if not url.startswith("data:")] == []
