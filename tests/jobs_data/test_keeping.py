"""Answers are kept, and worked out once however many ask at the same time."""

from __future__ import annotations

import threading
import time

import pytest
from django.core.cache import cache

from jobs_data import keeping
from jobs_data.keeping import kept


def test_an_answer_is_worked_out_once_and_kept(market):
    made = []
    for _ in range(2):
        assert kept("a", 60, lambda: made.append(1) or "answer") == "answer"
    assert made == [1]


def test_of_many_who_ask_at_once_one_works_it_out(market):
    made, found, start = [], [], threading.Barrier(8)

    def make():
        made.append(1)
        time.sleep(0.3)
        return "answer"

    def ask():
        start.wait()
        found.append(kept("b", 60, make))

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert found == ["answer"] * 8 and made == [1]


def test_after_a_failure_the_next_one_tries_at_once(market):
    with pytest.raises(ZeroDivisionError):
        kept("c", 60, lambda: 1 / 0)
    started = time.monotonic()
    assert kept("c", 60, lambda: "answer") == "answer"
    assert time.monotonic() - started < 1


def test_nobody_waits_for_ever_for_a_process_that_died(market, monkeypatch):
    monkeypatch.setattr(keeping, "PATIENCE_SECONDS", 0.2)
    cache.set("d-being-made", True)
    assert kept("d", 60, lambda: "answer") == "answer"
    assert cache.get("d-being-made"), "the lock of another is left alone"
