"""Tables and small bars."""

from __future__ import annotations

import pytest

from jobs_data import presentation, statistics

pytestmark = pytest.mark.usefixtures("figures_loaded")


def first_column(name: str, order: str) -> list[str]:
    return [row[0].text for row in presentation.table(statistics.compute(name), order).rows]


def test_rows_come_as_published_unless_asked_otherwise():
    published = ["Remote work", "International collaboration skills", "AI ethics roles", "Startup openings"]
    assert first_column("trends", "published") == published
    assert first_column("trends", "no-such-order") == published
    assert first_column("trends", "-value")[0] == "Startup openings"
    assert first_column("trends", "value")[0] == "AI ethics roles"
    assert first_column("trends", "label") == sorted(published)


def test_what_is_not_stated_says_so_in_its_cell():
    last = presentation.table(statistics.compute("salaries")).rows[0][-1]
    assert last.text == "not stated" and last.is_missing


def test_small_bars_are_shares_of_the_longest():
    bars = presentation.small_bars(statistics.compute("frameworks"))
    assert [bar.length for bar in bars] == [100, 92.9, 26.2, 11.9, 7.1]
    assert [bar.shown for bar in bars][:2] == ["42%", "39%"]
    assert presentation.small_bars(statistics.compute("listings")) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("countries", "324"), ("trends", "+50%"), ("salaries", "$120,000"), ("education", "58%")],
)
def test_values_are_shown_with_their_unit(name, words):
    figure = statistics.compute(name)
    assert presentation.shown(figure, figure.rows[0]) == words
