"""The API of paths: the numbers of the pages, wrong parameters named, nothing of a text stored."""

from __future__ import annotations

from typing import Any

import pytest

from jobs_data import counting

DEMAND, PLAN = "/api/v1/path/demand/", "/api/v1/path/plan/"


@pytest.fixture
def taught(few_postings: Any, naming: Any) -> Any:
    naming({"digits": ["pytorch"]})
    return few_postings


def test_demand_is_that_of_the_figure_at_its_address(taught: Any, api: Any, client: Any) -> None:
    told = api().get(f"{DEMAND}?skills=python,COBOL").json()
    row = next(row for row in counting.count(taught, "skills").rows if row["skill"] == "python")
    python, cobol = told["skills"]
    assert (python["share"], python["n"]) == (row["value"], row["n"])
    assert cobol["share"] is None
    assert client.get(told["addresses"]["skills"]).json()["rows"][0]["label"]


def test_a_plan_names_skills_with_their_place(taught: Any, api: Any) -> None:
    told = api().post(PLAN, {"text": "Python and PyTorch"}, format="json").json()
    assert [(one["skill"], one["start"]) for one in told["wanted"]] == [("python", 0), ("pytorch", 11)]
    assert [one["module"] for one in told["lessons"]] == ["01-lines"]
    assert told["untaught"] == ["python"] and told["likeness"]["n"] > 10


@pytest.mark.parametrize(
    ("address", "field"),
    [(DEMAND, "skills"), (f"{DEMAND}?skills=python&country=Atlantis", "country")],
)
def test_wrong_parameters_are_named(taught: Any, api: Any, address: str, field: str) -> None:
    answer = api().get(address)
    assert answer.status_code == 400 and answer.json()["errors"][0]["path"] == field


def test_a_plan_of_nothing_and_of_too_much_is_refused(taught: Any, api: Any) -> None:
    assert api().post(PLAN, {}, format="json").status_code == 400
    assert api().post(PLAN, {"text": "x" * 20_001}, format="json").status_code == 400
