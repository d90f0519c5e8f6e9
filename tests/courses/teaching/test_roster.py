"""A class list is read, or every mistake in it is told with line and remedy."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.teaching.roster import Entry, guarded, read


def test_a_list_is_read_whatever_separates_its_cells() -> None:
    entries = [Entry(2, "lena@example.org", "A", None, None)]
    for separator in (",", ";", "\t"):
        text = f"\ufeffEmail{separator}Section\r\nLena@Example.org {separator} A\r\n"
        assert read(text).entries == entries


def test_a_column_that_is_not_there_says_nothing() -> None:
    (entry,) = read("email,label\nlena@example.org,").entries
    assert (entry.section, entry.label, entry.role) == (None, "", None)


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("", 1, "", "empty"),
        (" , ,", 1, "", "empty"),
        ("name\nLena", 1, "email", "add it"),
        ("email,shoe size\n", 1, "shoe size", "out of email"),
        ("email,email\n", 1, "email", "twice"),
        ("email\n\nlena", 3, "email", "lena@example.org"),
        ("email,section\n,A", 2, "email", "missing"),
        ("email,role\na@b.org,boss", 2, "role", "learner, grader, instructor"),
        ("email\na@b.org\nA@b.org", 3, "email", "line 2"),
        ("email,section\na@b.org," + "x" * 61, 2, "section", "at most 60"),
        ("email\na@b.org,B", 2, "", "quotes"),
        ('email\n"a@b.org', 1, "", "CSV"),
    ],
)
def test_a_mistake_has_its_line_and_a_remedy(text: str, line: int, column: str, word: str) -> None:
    (mistake,) = read(text).mistakes
    assert (mistake.line, mistake.column) == (line, column)
    assert word in mistake.message


def test_all_mistakes_are_told_at_once_and_lines_count_those_within_quotes() -> None:
    found = read('email,label\na@b.org,"two\nlines"\nx,\ny,\n')
    assert [mistake.line for mistake in found.mistakes] == [4, 5]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read(text)
    assert all(entry.email for entry in found.entries) and all(one.message for one in found.mistakes)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=50))
def test_what_is_written_is_read_again(label: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([["email", "label"], ["a@b.org", guarded(label)]])
    (entry,) = read(file.getvalue()).entries
    if not label.startswith("'"):
        assert entry.label == label
