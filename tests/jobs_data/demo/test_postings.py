"""The demo set against the published figures: all nine tables, through the importer of every file."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_data import bridging, intake, publications, shaping
from jobs_data.cleaning import places, titles
from jobs_data.demo import postings
from jobs_data.demo.draws import apportion
from jobs_data.descriptors import get
from jobs_data.reading import open_table

TOTAL = 20_000
PUBLISHED = {
    name: {row.label: row.value for row in table.rows}
    for publication in publications.shipped()
    for name, table in publication.statistics.items()
}
WORDS = {
    "education": {
        "Master's Degree": "master",
        "Bachelor's Degree": "bachelor",
        "Ph.D.": "doctorate",
        "Associate's Degree": "associate",
    },
    "industries": {
        "Technology": "technology",
        "Finance": "finance",
        "Healthcare": "health",
        "Retail": "retail and trade",
        "Automotive": "automotive",
    },
}
POSITIONS = {
    "AI Research Scientist": "ai-researcher",
    "Data Scientist": "data-scientist",
    "Machine Learning Engineer": "machine-learning-engineer",
    "AI Software Engineer": "ai-engineer",
    "Data Engineer": "data-engineer",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """The demo file, imported: views `postings`, `raw` and `skills` (with `name`)."""
    folder: Path = tmp_path_factory.mktemp("demo")
    path = folder / "demo.csv"
    postings.write(path)
    table, descriptor = open_table(path, None), get(postings.SOURCE)
    mapped = descriptor.mapping(table.columns)
    intake.take_in(table, folder, frozenset({"description"}), lambda rows, fraction: None)
    shaper = shaping.Shaper(folder, descriptor, table, None)
    shaper.shape()
    shaper.close()
    found = bridging.write_skills(folder, mapped)
    connection = duckdb.connect()
    for name in ("postings", "raw", "skills"):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    connection.execute("CREATE TABLE names AS SELECT unnest(?) AS name", [found["skill_ids"]])
    connection.execute("SET preserve_insertion_order = true")
    return connection


def counts(demo: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return dict(demo.sql(query).fetchall())


def test_a_file_of_twenty_thousand_rows_is_accepted_whole(demo):
    assert demo.sql("SELECT count(*), count(DISTINCT source_key) FROM postings").fetchall() == [
        (TOTAL, TOTAL)
    ]
    flags = counts(demo, "SELECT unnest(flags) AS flag, count(*) FROM postings GROUP BY flag")
    assert set(flags) == {"pay_period_inferred"}


def test_countries_are_as_published_to_the_nearest_posting(demo):
    table = PUBLISHED["countries"]
    found = counts(demo, "SELECT country, count(*) FROM postings GROUP BY country")
    assert found == {places.parse_country(name): n for name, n in apportion(table, TOTAL).items()}
    whole = sum(table.values())
    assert all(
        abs(found[places.parse_country(name)] - value * TOTAL / whole) < 1 for name, value in table.items()
    )


def test_frameworks_named_in_the_texts_are_as_published(demo):
    found = counts(
        demo,
        "SELECT name, count(*) FROM skills JOIN names ON skill = names.rowid GROUP BY name",
    )
    assert {name: found[name.lower()] for name in PUBLISHED["frameworks"]} == {
        name: value * TOTAL / 100 for name, value in PUBLISHED["frameworks"].items()
    }


def test_average_pay_of_the_five_positions_is_as_published_to_the_dollar(demo):
    found = counts(demo, "SELECT position, avg(usd_mid) FROM postings GROUP BY position")
    for title, value in PUBLISHED["salaries"].items():
        assert found[POSITIONS[title]] == pytest.approx(value, abs=0.5)


def test_openings_grow_as_published_from_a_generated_base(demo):
    found = counts(demo, "SELECT year(posted_at)::VARCHAR, count(*) FROM postings GROUP BY 1")
    assert found == apportion(PUBLISHED["openings-by-year"], TOTAL)


def test_specializations_are_as_published(demo):
    found = counts(demo, "SELECT unnest(specializations) AS one, count(*) FROM postings GROUP BY one")
    assert {name: found[name.lower()] for name in PUBLISHED["specializations"]} == {
        name: value * TOTAL / 100 for name, value in PUBLISHED["specializations"].items()
    }


@pytest.mark.parametrize(("table", "column"), [("education", "education"), ("industries", "industry")])
def test_degrees_and_industries_are_as_published(demo, table, column):
    found = counts(demo, f"SELECT {column}, count(*) FROM postings GROUP BY {column}")
    assert {label: found[word] for label, word in WORDS[table].items()} == {
        label: value * TOTAL / 100 for label, value in PUBLISHED[table].items()
    }


@pytest.mark.parametrize(
    ("trend", "condition"),
    [
        ("Remote work", "postings.remote = 'remote'"),
        ("International collaboration skills", "description LIKE '%International collaboration%'"),
        ("AI ethics roles", "postings.title LIKE '%AI Ethics%'"),
        ("Startup openings", "postings.company_size = 'S'"),
    ],
)
def test_trends_grow_as_published_from_the_generated_base_year(demo, trend, condition):
    found = counts(
        demo,
        "SELECT year(posted_at), count(*) FROM postings JOIN raw USING (row_no) "
        f"WHERE {condition} GROUP BY 1",
    )
    assert found[2019] > 100
    assert 100 * found[2020] == (100 + PUBLISHED["trends"][trend]) * found[2019]


def test_the_six_listings_are_quoted_to_the_letter(demo):
    listings = next(one.listings.rows for one in publications.shipped() if one.listings)
    rows = demo.sql(
        "SELECT title, company, location, employment, level, pay, description FROM raw "
        "ORDER BY row_no LIMIT 6"
    ).fetchall()
    assert [row[:6] for row in rows] == [
        (one.title, one.company, one.location, one.employment, one.level, one.salary) for one in listings
    ]
    assert all("are quoted from an article" in row[6] for row in rows)


def test_every_other_company_says_that_it_is_invented(demo_rows):
    invented = Counter(row["company"].endswith("(invented)") for row in demo_rows)
    assert invented == {True: TOTAL - 6, False: 6}


def test_texts_name_exactly_the_skills_that_the_posting_was_given(demo_rows):
    from jobs_data.skills import dictionary, extract

    names = {skill.id: skill.name for skill in dictionary().skills.values()}
    for row in demo_rows[6::97]:
        found = {names[match.skill_id] for match in extract(row["description"])}
        given = {names[extract(name)[0].skill_id] for name in row["skills"]}
        assert {row["framework"]} | given <= found


def test_titles_mean_the_positions_they_were_made_for(demo_rows):
    for row in demo_rows[6::53]:
        assert titles.parse_position(row["title"]) == titles.parse_position(row["base"])


def test_the_same_bytes_are_written_everywhere(tmp_path):
    postings.write(tmp_path / "a.csv")
    assert hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest() == postings.SHA256


@given(
    st.dictionaries(st.text(max_size=5), st.integers(1, 10**6), min_size=1, max_size=12),
    st.integers(0, 10**6),
)
def test_parts_sum_to_the_whole_and_miss_their_share_by_less_than_one(weights, total):
    parts = apportion(weights, total)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    assert all(abs(parts[name] - weight * total / whole) < 1 + 1e-6 for name, weight in weights.items())
