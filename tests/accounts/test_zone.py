"""Times are written in the reader's zone and name it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone
from django_cotton.compiler_regex import CottonCompiler
from rest_framework.authtoken.models import Token

from trainyard.accounts.zone import COOKIE, in_readers_zone

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def written(path: str = "/", **cookies: str) -> str:
    """What a page says of noon, as a request with these cookies gets it."""
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)

    def page(request: object) -> HttpResponse:
        return HttpResponse(
            Template(CottonCompiler().process('<c-time :when="noon" />')).render(Context({"noon": NOON}))
        )

    return in_readers_zone(page)(request).content.decode()


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Europe/Berlin", "14:00 CEST"), ("Asia%2FKolkata", "17:30 IST"), ("America/New_York", "08:00 EDT")],
)
def test_noon_is_written_in_the_zone_that_the_browser_tells(zone, said) -> None:
    assert said in written(**{COOKIE: zone})


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../../etc/passwd", "Europe/Berlin\x00", "x" * 5000])
def test_what_is_no_zone_leaves_utc(zone) -> None:
    assert "12:00 UTC" in written(**{COOKIE: zone})


def test_the_api_stays_in_utc() -> None:
    assert "12:00 UTC" in written("/api/v1/", **{COOKIE: "Europe/Berlin"})


def test_one_readers_zone_does_not_stay_for_the_next() -> None:
    written(**{COOKIE: "Asia/Tokyo"})
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.django_db
def test_a_page_is_written_so(signed_in, learner) -> None:
    token = Token.objects.create(user=learner)
    Token.objects.filter(pk=token.pk).update(created=NOON)
    client = signed_in(learner)
    assert "1 Jul 2026, 12:00 UTC" in client.get("/accounts/profile/").content.decode()
    client.cookies[COOKIE] = "Europe/Berlin"
    assert "1 Jul 2026, 14:00 CEST" in client.get("/accounts/profile/").content.decode()
