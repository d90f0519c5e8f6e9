"""The main job through a real browser: from sign-up to a graded run, and the instructor's answer.

The site is the one a newcomer gets: `trainyard up` in an empty folder, web and worker as its children.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.slow
GRADED_WITHIN_MS = 60_000
PASSPHRASE = "eine lange Passphrase"


@pytest.fixture
def visit(browser: Browser, site: Any) -> Iterator[Callable[[], Page]]:
    contexts = []

    def new_visitor() -> Page:
        context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield new_visitor
    for context in contexts:
        context.close()


def sign_up(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=re.compile("sign up", re.IGNORECASE)).first.click()
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=name]").fill("Nora Newcomer")
    page.locator("input[name=password1]").fill(PASSPHRASE)
    page.locator("input[name=password2]").fill(PASSPHRASE)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_text("Nora Newcomer").first).to_be_visible()


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "login" not in url)


def submit(page: Page, **knobs: str) -> str:
    """Fill the form of the digits exercise, submit, and return the address of the run page."""
    page.goto("/courses/foundations/exercises/digits/")
    for name, value in knobs.items():
        page.locator(f"form[data-knobs] [name='{name}']").fill(value)
    page.get_by_role("button", name=re.compile("^(train|submit)", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/courses/runs/\d+/"))
    return page.url


def test_a_newcomer_goes_from_sign_up_to_a_better_second_grade(visit: Callable[[], Page]) -> None:
    page = visit()
    sign_up(page, "nora@example.org")

    page.get_by_role("link", name=re.compile("job market", re.IGNORECASE)).first.click()
    page.goto("/jobs/countries/")
    expect(page.get_by_role("table").get_by_text("Germany")).to_be_attached()
    expect(page.locator("figure svg").first).to_be_visible()

    page.goto("/courses/")
    page.get_by_role("link", name=re.compile("foundations", re.IGNORECASE)).first.click()
    page.get_by_role("link", name=re.compile("neural networks", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("neural", re.IGNORECASE))

    submit(page)
    expect(page.get_by_text(re.compile("not passed", re.IGNORECASE)).first).to_be_visible(
        timeout=GRADED_WITHIN_MS
    )
    expect(page.get_by_text("Reads at least 96 of 100 unseen digits").first).to_be_visible()
    expect(page.locator("figure svg").first).to_be_visible()

    submit(page, model__hidden="64", optimizer__learning_rate="0.003")
    expect(page.locator("main")).to_contain_text(
        re.compile("passed", re.IGNORECASE), timeout=GRADED_WITHIN_MS
    )
    expect(
        page.get_by_text(re.compile("since attempt 1|previous attempt", re.IGNORECASE)).first
    ).to_be_visible(timeout=GRADED_WITHIN_MS)
    expect(page.locator("main")).to_contain_text("0.003")

    replay = page.get_by_role("button", name="Replay the training")
    whole = page.locator("figure svg").first.inner_html()
    replay.click()
    expect(replay).to_have_attribute("aria-disabled", "true")
    page.wait_for_function("whole => document.querySelector('figure svg').innerHTML !== whole", arg=whole)
    expect(replay).not_to_have_attribute("aria-disabled", "true", timeout=GRADED_WITHIN_MS)


def test_an_instructor_comments_and_overrides_and_the_learner_sees_both(visit: Callable[[], Page]) -> None:
    learner = visit()
    sign_up(learner, "olaf@example.org")
    run_page = submit(learner, optimizer__learning_rate="0.0002")
    expect(learner.get_by_text(re.compile("not passed", re.IGNORECASE)).first).to_be_visible(
        timeout=GRADED_WITHIN_MS
    )

    instructor = visit()
    sign_in(instructor, "ines@demo.trainyard.test", "trainyard-demo")
    instructor.get_by_role("link", name=re.compile("review", re.IGNORECASE)).first.click()
    instructor.locator(f"a[href$='{httpx.URL(run_page).path}']").first.click()
    instructor.locator("textarea[name=text]").fill("Raise the learning rate before anything else.")
    instructor.get_by_role("button", name=re.compile("comment", re.IGNORECASE)).click()
    expect(instructor.get_by_text("Raise the learning rate before anything else.")).to_be_visible()
    instructor.get_by_text("Decide this grade yourself").click()
    instructor.locator("input[name=points]").fill("75")
    instructor.locator("[name=reason]").fill("Explained the curve in class.")
    instructor.get_by_role("button", name="Decide").click()
    expect(instructor.get_by_text("Explained the curve in class.").first).to_be_visible()

    learner.goto(run_page)
    expect(learner.get_by_text("Raise the learning rate before anything else.")).to_be_visible()
    expect(learner.get_by_text("Explained the curve in class.").first).to_be_visible()
    expect(learner.locator("main")).to_contain_text("75")


def test_a_worker_killed_in_the_middle_of_a_run_still_ends_in_one_grade(
    visit: Callable[[], Page], site: Any
) -> None:
    page = visit()
    sign_up(page, "petra@example.org")
    submit(page, model__hidden="256, 64", training__epochs="60", optimizer__learning_rate="0.001")
    expect(page.locator("main")).to_contain_text(
        re.compile("running", re.IGNORECASE), timeout=GRADED_WITHIN_MS
    )
    site.worker_process().kill()
    expect(page.get_by_text(re.compile(r"passed", re.IGNORECASE)).first).to_be_visible(
        timeout=GRADED_WITHIN_MS
    )
    submissions = page.request.get("/api/v1/submissions/").json()
    assert [one["state"] for one in submissions["results"]] == ["succeeded"]
    assert submissions["results"][0]["grade"] is not None


def test_someone_elses_run_is_not_found(visit: Callable[[], Page]) -> None:
    owner, stranger = visit(), visit()
    sign_up(owner, "quentin@example.org")
    run_page = submit(owner)
    sign_up(stranger, "rosa@example.org")
    assert stranger.goto(run_page).status == 404
