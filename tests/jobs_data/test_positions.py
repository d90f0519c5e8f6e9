"""Canonical positions against O*NET's own titles: the codes exist, and what the rules match is that work."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from jobs_data.cleaning.titles import parse_position, positions

ONET = Path(__file__).resolve().parents[3] / "shared/data/onet-29.2"
# Younger than O*NET's list of titles, or titles of a whole branch: their codes are those of the work.
NO_TITLE_IN_ONET = {"head-of-ai", "ai-product-manager", "mlops-engineer", "prompt-engineer", "ai-architect"}
NO_TITLE_IN_ONET |= {"deep-learning-engineer", "computer-vision-engineer", "analytics-engineer"}
NO_TITLE_IN_ONET |= {"data-science-manager", "research-engineer", "bi-engineer"}
RELATED = ("15-", "11-3021", "13-1082", "13-1111", "13-2099", "17-2061", "17-2199", "19-1029")


@pytest.fixture(scope="module")
def alternates():
    """The O*NET-SOC code of each alternate title, and our position for it."""
    if not ONET.is_dir():
        pytest.skip("the O*NET tables are not beside this checkout")
    with (ONET / "Alternate Titles.txt").open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [(row["O*NET-SOC Code"], parse_position(row["Alternate Title"])) for row in rows]


def test_every_code_is_one_of_onet_and_of_its_own_group(alternates):
    with (ONET / "Occupation Data.txt").open(encoding="utf-8") as file:
        codes = {row["O*NET-SOC Code"] for row in csv.DictReader(file, delimiter="\t")}
    assert {one.onet for one in positions().values()} <= codes
    assert all(one.onet.startswith(one.soc) for one in positions().values())


def test_onet_puts_titles_of_each_position_where_we_do(alternates):
    found = {(position, code) for code, position in alternates}
    missing = {slug for slug, one in positions().items() if (slug, one.onet) not in found}
    assert missing <= NO_TITLE_IN_ONET


def test_few_titles_of_other_trades_are_taken_for_ours(alternates):
    stray = Counter(position for code, position in alternates if position and not code.startswith(RELATED))
    # Project managers, testers and software exist in every trade; the others hardly stray.
    everywhere = {"project-manager", "qa-engineer", "software-engineer", "data-analyst", "research-scientist"}
    assert sum(stray.values()) < 300
    assert all(number <= 16 for position, number in stray.items() if position not in everywhere)


def test_half_of_the_titles_of_our_core_occupations_are_known(alternates):
    own = [
        title for code, title in alternates if code.startswith(("15-1252", "15-2051", "15-1243", "15-1242"))
    ]
    assert sum(1 for title in own if parse_position(title)) / len(own) > 0.5


@pytest.mark.parametrize(
    "title",
    ["CNC Programmer", "Business Developer", "Front End Mechanic", "Biostatistics Professor", "Relay Tester"]
    + [
        "Equity Research Analyst",
        "Civil Engineering Manager",
        "Education and Development Manager",
        "Recruiter",
    ]
    + ["Animal Artificial Insemination Technician", "Medical Research Scientist", "Real Estate Developer"],
)
def test_titles_that_sound_alike_stay_unknown(title):
    assert parse_position(title) == ""


@pytest.mark.parametrize(
    ("title", "position"),
    [
        ("Data scientist or machine learning specialist", "data-scientist"),
        ("Engineer, data", "data-engineer"),
        ("Developer, front-end", "frontend-developer"),
        ("Developer, QA or test", "qa-engineer"),
        ("Developer, full-stack;Developer, back-end", "software-engineer"),
        ("Developer, full-stack;Data or business analyst", ""),
        ("AI/ML engineer", "machine-learning-engineer"),
        ("Científico de datos", "data-scientist"),
        ("Actuarial Analyst", "actuary"),
        ("Linux Systems Administrator", "systems-administrator"),
    ],
)
def test_answers_of_surveys_and_other_languages(title, position):
    assert parse_position(title) == position
