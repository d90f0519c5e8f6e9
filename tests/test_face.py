"""The frame that all pages share: policy, themes, navigation, error pages, components."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, permission_denied, server_error
from django_cotton.compiler_regex import CottonCompiler

import trainyard

STATIC = Path(trainyard.__file__).parent / "static" / "trainyard"
FOR_STRANGERS = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-nonsense/",
    "/accounts/password/reset/key/done/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/nonsense/",
    "/accounts/inactive/",
    "/nowhere/",
]
FOR_PEOPLE = [
    "/",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
]


class Offences(HTMLParser):
    """Collects what a strict content security policy forbids, and headings and landmarks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        is_inline = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if tag == "style" or is_inline:
            self.found.append(f"inline <{tag}>")
        self.found += [f"{name} on <{tag}>" for name in given if name == "style" or name.startswith("on")]
        addresses = [given.get(name) or "" for name in ("src", "href", "action")]
        self.found += [f"javascript: on <{tag}>" for one in addresses if one.startswith("javascript:")]
        if tag in ("script", "link", "img", "use"):
            self.found += [f"{one} from elsewhere" for one in addresses if re.match(r"(https?:)?//", one)]


def assert_is_a_good_page(html: str) -> None:
    page = Offences(html)
    assert page.found == []
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1
    assert "<c-" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("address", FOR_STRANGERS)
def test_pages_for_strangers_keep_to_the_strict_policy(client, address):
    assert_is_a_good_page(client.get(address, follow=True).content.decode())


@pytest.mark.parametrize("address", FOR_PEOPLE)
def test_pages_for_people_keep_to_the_strict_policy(signed_in, learner, address):
    page = signed_in(learner).get(address)
    assert page.status_code == 200
    assert_is_a_good_page(page.content.decode())


def test_the_scan_finds_what_it_looks_for():
    planted = "<p style='x'>a</p><style></style><script>1</script><a onclick='x' href='javascript:1'>b</a>"
    assert len(Offences(planted).found) == 5


@pytest.mark.django_db
def test_the_policy_header_allows_nothing_unsafe(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "shown"), [("dark", "dark"), ("light", "light"), ("auto", None), ('"><x', None)]
)
def test_the_theme_comes_with_the_first_byte(client, cookie, shown):
    client.cookies["theme"] = cookie
    html = client.get("/accounts/login/").content.decode()
    found = re.search(r'<html lang="en"(?: data-theme="(\w+)")?>', html)
    assert found and found[1] == shown


@pytest.mark.django_db
def test_the_navigation_marks_the_place(signed_in, learner):
    html = signed_in(learner).get("/accounts/profile/").content.decode()
    assert re.findall(r'<a class="person" href="/accounts/profile/" aria-current="true">', html)


@pytest.mark.django_db
def test_a_missing_page_names_ways_on(client):
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert 'href="/"' in page.content.decode()


def test_error_pages_need_no_database():
    request = RequestFactory().get("/")
    for answer in (server_error(request), bad_request(request, ValueError())):
        assert_is_a_good_page(answer.content.decode())


@pytest.mark.django_db
def test_a_refusal_offers_signing_in(client):
    from django.contrib.auth.models import AnonymousUser
    from django.core.exceptions import PermissionDenied

    request = RequestFactory().get("/courses/secret/")
    request.user = AnonymousUser()
    page = permission_denied(request, PermissionDenied())
    assert page.status_code == 403
    assert "/accounts/login/?next=/courses/secret/" in page.content.decode()


@pytest.mark.django_db
def test_an_old_form_is_refused_with_a_way_on(db):
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.org"})
    assert page.status_code == 403
    assert "Nothing was changed" in page.content.decode()
    assert_is_a_good_page(page.content.decode())


def render(source: str, **context: object) -> str:
    return Template(CottonCompiler().process(source)).render(Context(context))


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("queued", "queued"),
        ("running", "running"),
        ("succeeded", "trained"),  # a green word above a grade not passed would mislead
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("passed", "passed"),
        ("not-passed", "not passed"),
    ],
)
def test_a_state_has_an_icon_and_a_word_beside_its_colour(state, word):
    html = render("<c-state :state='state' />", state=state)
    assert "icons.svg#" in html
    assert re.search(rf"</svg>\s*{word}", html)
    assert "tone-" in html


def test_every_icon_named_in_a_template_is_in_the_sheet():
    templates = Path(trainyard.__file__).parent / "templates"
    named = {
        name
        for file in templates.rglob("*.html")
        for name in re.findall(r'<c-icon name="(\w+)"', file.read_text())
    }
    drawn = set(re.findall(r'symbol id="(\w+)"', (STATIC / "icons.svg").read_text()))
    assert named
    assert named <= drawn


def test_a_chart_carries_its_specification_and_its_table():
    html = render(
        "<c-chart spec-id='pay' :spec='spec' title='Pay'><c-slot name='table'>T</c-slot></c-chart>",
        spec={"mark": "bar", "title": "</script>"},
    )
    assert '<script id="pay" type="application/json">' in html
    assert "\\u003C/script\\u003E" in html
    assert "The figures as a table" in html
    assert Offences(html).found == []


def test_markup_in_values_stays_text():
    html = render("<c-notice :title='text'>{{ text }}</c-notice>", text="<b>x</b>")
    assert "<b>" not in html


def test_the_stylesheets_stay_small():
    assert sum(sheet.stat().st_size for sheet in STATIC.glob("*.css")) < 32_000
    assert len((STATIC / "site.css").read_text().splitlines()) < 400
