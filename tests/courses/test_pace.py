"""An open run page is told when to ask again: soon, unless many watch or many wait."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses import pace
from courses.pace import Audience


def test_one_watcher_of_a_run_that_trains_asks_each_second() -> None:
    assert pace.seconds(watchers=1, position=None) == 1.0


def test_two_hundred_watchers_of_one_process_ask_it_forty_times_a_second() -> None:
    assert pace.seconds(watchers=200, position=None) == 5.0


def test_far_back_in_the_queue_there_is_no_hurry() -> None:
    assert [pace.seconds(watchers=1, position=place) for place in (1, 50, 5000)] == [1.0, 5.0, 10.0]


@given(watchers=st.integers(0, 10**6), position=st.none() | st.integers(1, 10**6))
def test_the_pause_stays_within_its_bounds_and_never_shrinks_with_the_crowd(
    watchers: int, position: int | None
) -> None:
    now, later = (pace.seconds(watchers=count, position=position) for count in (watchers, watchers + 50))
    assert 1.0 <= now <= later <= 10.0


def test_whoever_asks_again_is_counted_once_and_whoever_left_is_forgotten() -> None:
    audience = Audience()
    for number in range(10):
        audience.count((number, 1), now=float(number % 2))
    assert audience.count((3, 1), now=5.0) == 10
    assert audience.count((3, 2), now=12.5) == 6, "those of time 0 are gone; one watches two runs"
    assert audience.count((3, 2), now=100.0) == 1


def test_those_who_began_together_do_not_ask_together_for_ever() -> None:
    pauses = {pace.next_pause(user_id=user, run_id=1) for user in range(30)}
    assert len(pauses) > 5
    assert 1.0 <= min(pauses) <= max(pauses) <= 1.3
