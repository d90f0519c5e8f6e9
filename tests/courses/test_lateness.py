"""What a late submission loses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.lateness import days_late, penalty

DUE = datetime(2026, 10, 14, 21, 59, tzinfo=UTC)


def test_what_is_sent_at_the_very_moment_is_in_time() -> None:
    assert days_late(DUE, DUE) == 0
    assert penalty(80, DUE, DUE, 10, "Europe/Berlin") is None


def test_a_day_that_has_begun_counts_whole() -> None:
    assert days_late(DUE + timedelta(microseconds=1), DUE) == 1
    assert days_late(DUE + timedelta(days=1), DUE) == 1
    found = penalty(80, DUE + timedelta(hours=25), DUE, 10, "Europe/Berlin")
    assert found is not None
    assert (found.days, found.percent, found.points_before, found.points_after) == (2, 20, 80, 64)


@given(
    points=st.floats(0, 1000),
    late=st.timedeltas(timedelta(days=-400), timedelta(days=400)),
    percent=st.integers(0, 100),
)
def test_a_penalty_takes_something_but_never_more_than_there_is(
    points: float, late: timedelta, percent: int
) -> None:
    found = penalty(points, DUE + late, DUE, percent, "UTC")
    if found is None:
        assert late <= timedelta() or percent == 0
    else:
        assert 0 <= found.points_after <= points + 0.005 and 0 < found.percent <= 100


@given(first=st.integers(0, 60), second=st.integers(0, 60), percent=st.integers(0, 100))
def test_who_is_later_never_keeps_more(first: int, second: int, percent: int) -> None:
    early, late = sorted((first, second))

    def kept(days: int) -> float:
        found = penalty(60, DUE + timedelta(days=days), DUE, percent, "UTC")
        return found.points_after if found else 60

    assert kept(late) <= kept(early)
