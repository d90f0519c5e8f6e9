"""What leaves the site as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_data import exports, statistics
from jobs_data.exports import FORMULA_STARTS
from jobs_data.statistics import STATISTICS


def as_csv(name: str) -> bytes:
    return exports.figure_csv(exports.document(statistics.compute(name)))


@pytest.mark.parametrize("name", STATISTICS)
def test_csv_comes_back_through_pandas_as_the_same_rows(figures_loaded, name):
    figure = statistics.compute(name)
    frame = pandas.read_csv(io.BytesIO(as_csv(name)), dtype={"label": str})
    for column in figure.statistic.columns:
        read = [None if pandas.isna(value) else value for value in frame[column.name]]
        assert read == [row[column.name] for row in figure.rows]
    assert set(frame["snapshot"]) == {figure.snapshot.sha256}
    assert set(frame["origin"]) == {"published figures"}


def test_every_line_of_a_csv_says_what_is_not_stated(figures_loaded):
    assert as_csv("countries").count(b"year not stated; sample size not stated") == 10
    assert b"year not stated" not in as_csv("openings-by-year")


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_starts_like_a_formula_is_neutralized(start):
    assert exports.neutralize(f"{start}cmd|calc") == f"'{start}cmd|calc"


@given(st.text())
def test_no_text_cell_can_start_a_formula_and_nothing_else_is_touched(text):
    neutral = str(exports.neutralize(text))
    assert not neutral.startswith(FORMULA_STARTS)
    assert neutral.removeprefix("'") == text.removeprefix("'") or neutral == text


@given(st.one_of(st.none(), st.integers(), st.floats(allow_nan=False)))
def test_numbers_stay_numbers(value):
    assert exports.neutralize(value) is value


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2
        )
    )
)
def test_any_table_of_texts_survives_csv(rows):
    read = list(csv.reader(io.StringIO(exports.to_csv(["a", "b"], rows).decode(), newline="")))
    assert read == [["a", "b"], *([str(exports.neutralize(cell)) for cell in row] for row in rows)]


def test_json_holds_source_snapshot_and_notes(figures_loaded):
    data = json.loads(exports.figure_json(exports.document(statistics.compute("frameworks"))))
    assert data["snapshot"] == figures_loaded.sha256
    assert data["sample_size"] is None and data["sample_size_note"] == "not stated by the source"
    assert data["year"] is None and data["year_note"] == "not stated by the source"
    assert data["source"]["title"] == "AI Model Training Jobs"
    assert data["rows"][0] == {
        "label": "PyTorch",
        "value": 42,
        "unit": "percent of postings",
        "year": None,
        "sample_size": None,
    }
