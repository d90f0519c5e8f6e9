"""The command line's client: outages are waited out, and foreign servers are recognized."""

from __future__ import annotations

import httpx
import pytest

from courses import remote
from courses.remote import Remote, UnreachableError


def client(answers: list) -> Remote:
    """A client of a site that gives `answers` one after another; an exception is an outage."""

    def answer(request: httpx.Request) -> httpx.Response:
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    return Remote("http://site", "token", transport=httpx.MockTransport(answer))


def curve(state: str, *epochs: int) -> httpx.Response:
    points = [{"epoch": epoch} for epoch in epochs]
    return httpx.Response(200, json={"state": state, "is_over": False, "epochs": 3, "points": points})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(remote, "POLL_SECONDS", 0.0)


def test_a_run_is_followed_to_its_end_through_a_short_outage() -> None:
    site = client(
        [
            curve("queued"),
            httpx.ConnectError("down"),
            httpx.Response(503),
            curve("running", 1, 2),
            curve("failed"),
        ]
    )
    assert [(seen["state"], seen["epoch"]) for seen in site.follow(1)] == [
        ("queued", 0),
        ("running", 2),
        ("failed", 2),
    ]


def test_a_long_outage_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(remote, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(UnreachableError, match="No server answers at http://site"):
        list(client([httpx.ConnectError("down")]).follow(1))


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, text="<html>"), httpx.Response(301), httpx.Response(500)]
)
def test_a_server_that_is_not_this_site_is_not_reached(answer) -> None:
    with pytest.raises(UnreachableError):
        client([answer]).submission(1)
