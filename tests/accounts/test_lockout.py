"""A failed sign-in is counted against the person and the address it came from, seen through our proxies."""

from __future__ import annotations

import pytest
from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.test import RequestFactory

from trainyard.accounts import lockout

PROXY = "10.0.0.1"


def request(forwarded: str | None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=PROXY)


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (0, None, PROXY),
        (0, "192.0.2.1", PROXY),
        (1, None, PROXY),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1 , 10.0.0.2", "192.0.2.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "unknown", PROXY),
        (1, "", PROXY),
    ],
)
def test_the_address_is_counted_from_the_right(settings, count, forwarded, address) -> None:
    settings.PROXY_COUNT = count
    assert lockout.client_address(request(forwarded)) == address


def test_too_few_addresses_mean_the_caller(settings) -> None:
    settings.PROXY_COUNT = 2
    assert lockout.client_address(request("203.0.113.9")) == PROXY


def test_limits_of_sign_up_and_locks_of_sign_in_see_the_same_address(settings) -> None:
    settings.PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    asked = request("203.0.113.9, 192.0.2.1")
    assert get_adapter(asked).get_client_ip(asked) == lockout.client_address(asked) == "192.0.2.1"


@pytest.mark.django_db
def test_an_invented_address_does_not_escape_the_lock(client, learner, settings) -> None:
    cache.clear()
    settings.PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    wrong = {"login": learner.email, "password": "wrong"}

    def attempt(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return client.post("/accounts/login/", wrong, headers=headers, REMOTE_ADDR=PROXY).status_code

    for number in range(settings.AXES_FAILURE_LIMIT):
        attempt(f"203.0.113.{number}, 192.0.2.1")
    assert attempt("203.0.113.200, 192.0.2.1") == 429
    assert attempt("192.0.2.2") == 200
