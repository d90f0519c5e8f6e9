"""The files that ship hold exactly what the sources printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from jobs_data import publications
from jobs_data.statistics import STATISTICS

SHARED_TABLES = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "tables.yaml"
# Our own copy of the reference, typed apart from the files under test.
PRINTED = {
    "countries": {
        "United States": 324,
        "China": 247,
        "India": 156,
        "United Kingdom": 82,
        "Germany": 71,
        "Canada": 67,
        "France": 58,
        "Australia": 46,
        "South Korea": 38,
        "Japan": 32,
    },
    "frameworks": {"PyTorch": 42, "TensorFlow": 39, "Keras": 11, "Caffe": 5, "MXNet": 3},
    "salaries": {
        "AI Research Scientist": 120000,
        "Data Scientist": 100000,
        "Machine Learning Engineer": 95000,
        "AI Software Engineer": 85000,
        "Data Engineer": 80000,
    },
    "openings-by-year": {"2016": 55, "2017": 78, "2018": 105, "2019": 143, "2020": 201},
    "specializations": {
        "Computer Vision": 34,
        "Natural Language Processing": 28,
        "Reinforcement Learning": 22,
        "Generative Adversarial Networks": 12,
        "Deep Reinforcement Learning": 4,
    },
    "education": {"Master's Degree": 58, "Bachelor's Degree": 31, "Ph.D.": 9, "Associate's Degree": 2},
    "industries": {"Technology": 38, "Finance": 18, "Healthcare": 15, "Retail": 12, "Automotive": 9},
    "trends": {
        "Remote work": 50,
        "International collaboration skills": 30,
        "AI ethics roles": 15,
        "Startup openings": 70,
    },
}
LISTED = [
    (
        "Founding AI Engineer, Agents",
        "Occam AI",
        "New York",
        "Full Time",
        "Senior-level / Expert",
        "USD 100K - 180K",
    ),
    ("AI Engineer Intern, Agents", "Occam AI", "US", "Internship", "Entry-level / Junior", "USD 60K - 96K"),
    (
        "AI Research Scientist",
        "Vara",
        "Berlin, Germany and Remote",
        "Full Time",
        "Senior-level / Expert",
        "EUR 70K - 90K",
    ),
    (
        "Data Architect",
        "University of Texas at Austin",
        "Austin, TX",
        "Full Time",
        "Mid-level / Intermediate",
        "USD 120K - 138K",
    ),
    (
        "Data ETL Engineer",
        "University of Texas at Austin",
        "Austin, TX",
        "Full Time",
        "Mid-level / Intermediate",
        "USD 110K - 125K",
    ),
    (
        "Lead GNSS Data Scientist",
        "Lurra Systems",
        "Melbourne",
        "Full Time, Part Time",
        "Mid-level / Intermediate",
        "USD 70K - 120K",
    ),
]


def shipped_tables():
    return {name: table for one in publications.shipped() for name, table in one.statistics.items()}


def shipped_listings():
    rows = next(one.listings for one in publications.shipped() if one.listings).rows
    return [(row.title, row.company, row.location, row.employment, row.level, row.salary) for row in rows]


@pytest.mark.parametrize("name", PRINTED)
def test_figures_stand_as_printed_and_in_the_printed_order(name):
    rows = [(row.label, row.value) for row in shipped_tables()[name].rows]
    assert rows == list(PRINTED[name].items())


def test_no_table_is_missing_or_made_up():
    assert set(shipped_tables()) == set(PRINTED)
    assert set(publications.prose_by_statistic()) == set(STATISTICS)


def test_the_six_listings_stand_as_printed():
    assert shipped_listings() == LISTED


def test_only_the_openings_carry_years_and_nothing_carries_a_sample_size():
    for name, table in shipped_tables().items():
        years = [row.year for row in table.rows]
        assert years == (
            [2016, 2017, 2018, 2019, 2020] if name == "openings-by-year" else [None] * len(years)
        )
        assert all(row.sample_size is None for row in table.rows)


def test_the_shared_reference_holds_the_same_figures():
    if not SHARED_TABLES.exists():
        pytest.skip("the shared reference tables are not beside this checkout")
    reference = YAML(typ="safe", pure=True).load(SHARED_TABLES.read_text())["job_market"]
    listings = reference.pop("listings")
    for key, table in reference.items():
        shipped = shipped_tables()[key.replace("_", "-")]
        assert [(row.label, row.value) for row in shipped.rows] == [
            (str(k), v) for k, v in table["rows"].items()
        ]
        assert shipped.unit == table["unit"]
    assert [tuple(one.values()) for one in listings] == shipped_listings()


def test_a_misspelt_key_is_named(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "slug: x\ntitle: X\ncitation: X\npublished_on: null\nlicense: X\nlicence: X\nstatistics: {}\n"
    )
    with pytest.raises(ValidationError, match="license"):
        publications.read(path)


def test_a_figure_that_is_no_number_is_named(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(
        "slug: x\ntitle: X\ncitation: X\npublished_on: null\nlicence: X\nstatistics:\n"
        "  countries: {unit: u, explanation: e, how_to_read: h, rows: [{label: Japan, value: .nan}]}\n"
    )
    with pytest.raises(ValidationError, match=r"statistics\.countries\.rows\.0\.value"):
        publications.read(path)
