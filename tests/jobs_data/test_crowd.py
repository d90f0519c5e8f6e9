"""A few figures at a time are counted, new ones ahead; who finds no room is told when to ask again."""

from __future__ import annotations

import contextlib

import pytest
from django.core.cache import cache

from jobs_data import counting, crowd, doorbell, tasks
from jobs_data.crowd import Crowded, room


@pytest.fixture
def full(monkeypatch):
    """Every place is taken."""
    monkeypatch.setattr(crowd, "PATIENCE_SECONDS", 0.05)
    with contextlib.ExitStack() as places:
        for _ in range(crowd.AT_ONCE):
            places.enter_context(room())
        yield


def test_places_are_given_back_also_by_those_that_fail():
    for _ in range(2 * crowd.AT_ONCE):
        with contextlib.suppress(ZeroDivisionError), room():
            _ = 1 / 0
    with room():
        pass


def test_whoever_finds_no_place_is_refused(full):
    with pytest.raises(Crowded), room():
        pass


def test_a_reader_who_finds_no_place_is_told_when_to_ask_again(few_postings, client, full):
    answer = client.get("/jobs/market/countries/", {"source": few_postings.source.slug})
    assert answer.status_code == 503 and answer["Retry-After"] == "5"
    assert b"ask again" in answer.content.lower()


def test_a_program_that_finds_no_place_is_told_when_to_ask_again(few_postings, client, full):
    answer = client.get("/api/v1/jobs/statistics/countries/", {"snapshot": few_postings.short_hash})
    assert answer.status_code == 503 and answer["Retry-After"] == "5"
    assert answer["Content-Type"] == "application/problem+json"
    assert "ask again" in answer.json()["detail"]


def test_a_kept_figure_needs_no_place(few_postings, client, monkeypatch):
    counting.count(few_postings, "countries")
    monkeypatch.setattr(crowd, "_rooms", crowd.threading.BoundedSemaphore(1))
    monkeypatch.setattr(crowd, "PATIENCE_SECONDS", 0.0)
    with room():
        assert counting.count(few_postings, "countries").rows


def test_figures_of_a_new_snapshot_are_counted_before_anyone_asks(few_postings, monkeypatch):
    cache.clear()
    tasks.count_ahead()
    offered = [offer for offer in counting.offers(few_postings) if not offer.reason]
    assert offered

    def never(*asked):
        raise AssertionError("counted again")

    monkeypatch.setattr(counting, "_counted", never)
    for offer in offered:
        counting.count(few_postings, offer.measure.name)


def test_an_import_asks_for_it(market, monkeypatch, first_postings, django_capture_on_commit_callbacks):
    from jobs_data import loading
    from jobs_data.demo import postings

    sent = []
    monkeypatch.setattr(postings, "write", lambda path: path.write_bytes(first_postings))
    monkeypatch.setattr(doorbell, "_send", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        loading.load_demo()
    assert sent == [doorbell.FIGURES]
