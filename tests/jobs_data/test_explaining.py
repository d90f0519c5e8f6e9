"""Why this number: the postings behind a group, from raw cell to value."""

from __future__ import annotations

import pytest

from jobs_data import selection
from jobs_data.explaining import why
from jobs_data.importing import Request, import_file
from tests.jobs_data.samples import SALARIES, salary, write_csv

HEADER = [
    "id",
    "title",
    "company",
    "location",
    "date",
    "pay_min",
    "pay_max",
    "currency",
    "period",
    "description",
]
TEXT = "We train models in PyTorch. Excel at your work, and go home early."


@pytest.fixture
def snapshot(market, tmp_path):
    rows = [
        [
            number,
            "Senior Data Scientist",
            f"C{number}",
            "Berlin, Germany",
            "2024-02-03",
            40 + number,
            60,
            "EUR",
            "hour",
            TEXT,
        ]
        for number in range(15)
    ]
    path = write_csv(tmp_path / "a.csv", [HEADER, *rows])
    return import_file(Request(path, "generic-postings")).snapshot


def test_a_group_is_traced_from_raw_cells_to_values(snapshot):
    cell = {"position": "data-scientist", "seniority": "senior", "country": "DE"}
    found = why(snapshot, "salaries", cell, sample=5)
    assert found.n == 15 and len(found.traces) == 5
    steps = {step.field: step for step in found.traces[0].steps}
    assert steps["Position"].read == "Data scientist" and steps["Position"].raw == (
        ("title", "Senior Data Scientist"),
    )
    assert steps["Level"].rule == "a word of the title"
    assert steps["Place"].read == "Berlin, Germany"
    assert steps["Posted"].read == "2024-02-03"
    assert "EUR a hour" in steps["Pay"].read and "= $" in steps["Pay"].read
    assert "2,080 (hours in a year)" in steps["Pay"].rule and "EUR for a dollar" in steps["Pay"].rule


def test_the_sample_is_always_the_same(snapshot):
    rows = [
        [trace.row_no for trace in why(snapshot, "countries", {"country": "DE"}, sample=4).traces]
        for _ in range(2)
    ]
    assert rows[0] == rows[1] and len(set(rows[0])) == 4


def test_a_skill_is_shown_in_its_sentence_with_its_rule(snapshot):
    (trace,) = why(snapshot, "skills", {"skill": "pytorch"}, sample=1).traces
    (found,) = (one for one in trace.skills if one.name == "PyTorch")
    assert (found.before, found.surface, found.origin) == ("We train models in ", "PyTorch", "its text")
    assert found.rule and all(one.name != "Microsoft Excel" for one in trace.skills)


def test_the_other_end_of_a_range_is_named(market, tmp_path):
    rows = [
        row for _ in range(12) for row in (salary("Data Analyst", 160_000), salary("Data Analyst", 90_000))
    ]
    held = import_file(Request(write_csv(tmp_path / "a.csv", [SALARIES, *rows]))).snapshot
    trace = why(held, "pay-by-position", {"position": "data-analyst"}, sample=1).traces[0]
    pay = next(step for step in trace.steps if step.field == "Pay")
    assert "= $120,000 a year" in pay.read and "$90,000, the range's other end" in pay.rule
    assert any("ends of one range" in flag for flag in trace.flags)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({"colour": "red"}, "no column of this figure"),
        ({"country": "US"}, "No group that is shown"),
        ({}, "More than one group|nothing"),
    ],
)
def test_a_group_that_is_not_shown_is_not_explained(snapshot, cell, words):
    with pytest.raises(selection.BadSelection, match=words):
        why(snapshot, "countries", cell)


def test_periods_and_filters_narrow_the_sample(snapshot):
    found = why(snapshot, "openings", {"period": "2024-02"}, selection.parse({"skill": "pytorch"}))
    assert found.n == 15 and len(found.traces) == 15
    assert len(why(snapshot, "skill-trends", {"skill": "pytorch", "period": "2024-02"}).traces) == 15
