"""Imported series: by month, as others measured them, apart from what is counted; each with its address."""

from __future__ import annotations

import pytest

from jobs_data import counting, figures, loading, series_figures
from jobs_data.importing import Request, import_file
from jobs_data.measures import Unavailable
from jobs_data.models import Snapshot
from tests.jobs_data.samples import write_csv

PAGE = "/jobs/series/hiring-lab-ai-share/"
SECTORS = "/jobs/series/hiring-lab-wage-growth-by-sector/"


@pytest.fixture
def shares(market, tmp_path):
    """The AI share of two countries: two measurements in a month, and a month a year later."""
    rows = [
        ["date", "jobcountry", "AI_share_postings"],
        *[["2023-06-10", "US", 1.5], ["2023-06-30", "US", 2], ["2024-06-30", "US", 3.25]],
        *[["2023-06-30", "CA", 1], ["2024-06-30", "CA", 9.5]],
    ]
    return import_file(Request(write_csv(tmp_path / "a.csv", rows))).snapshot


@pytest.fixture
def sectors(market, tmp_path):
    """Wage growth of two sectors in the United States, with n, and of one in Germany."""
    header = [
        "jobcountry",
        "month",
        "n_obs",
        "posted_wage_growth_yoy",
        "posted_wage_growth_yoy_3moavg",
        "sector",
    ]
    rows = [
        header,
        ["US", "Apr-25", 500, 0.05, 0.04, "Nursing"],
        ["US", "Apr-26", 600, 0.03, 0.04, "Nursing"],
        ["US", "Apr-26", 200, 0.06, "NA", "Software"],
        ["DE", "Apr-26", 150, 0.02, 0.02, "Nursing"],
    ]
    return import_file(Request(write_csv(tmp_path / "b.csv", rows))).snapshot


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_a_series_shows_the_last_measurement_of_each_month_and_the_year_before(shares, client):
    text = page(client, PAGE)
    assert "Canada stands highest in 2024-06: 9.50 percent of postings, 1.00 a year before." in text
    assert "imported data" in text and "CC BY 4.0" in text and "+8.50" in text and "not stated" in text
    values = [
        row["value"] for row in figures.compute(shares, "ai-share").rows if row["line"] == "United States"
    ]
    assert values == [2.0, 3.25]


def test_sectors_are_of_one_country_at_a_time_and_have_their_n(sectors, client):
    text = page(client, SECTORS)
    assert "Software stands highest in 2026-04: 0.0600" in text and "600" in text
    assert '<option value="US" selected>United States' in text
    text = page(client, f"{SECTORS}?country=DE")
    assert "Nursing stands highest in 2026-04: 0.0200" in text and "Software" not in text


def test_each_measure_of_a_file_has_its_page(sectors, client):
    text = page(client, f"{SECTORS}wage-growth-3-months/")
    assert "Wage growth 3 months" in text and "0.0400" in text and "Software" not in text


def test_its_permanent_address_recomputes_to_the_same_bytes(shares, client):
    figure = figures.compute(shares, "ai-share")
    for suffix in ("csv", "json", "parquet", "svg"):
        address = figures.address(figure, suffix)
        response = client.get(address)
        assert response.status_code == 200 and figures.verify(address, response.content).holds
    assert b"2024-06-30,9.5,percent of postings," in client.get(figures.address(figure, "csv")).content
    assert b"Licence: CC BY 4.0" in client.get(figures.address(figure, "svg")).content


def test_series_are_never_counted_with_postings(shares, client):
    assert shares not in [
        one for one in counting.snapshots() if one.import_record.report["record_kind"] != "aggregate"
    ]
    text = page(client, "/jobs/market/")
    assert "Series measured by others" in text and PAGE in text
    assert PAGE in page(client, "/jobs/sources/hiring-lab-ai-share/")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("country=JP", "country=&#x27;JP&#x27; is not in this series; use one of DE, US"),
        ("country=Atlantis", "use a two-letter country code"),
        ("year=2024", "by country alone, not by year"),
        ("colour=red", "is not a filter"),
    ],
)
def test_wrong_filters_are_named(sectors, client, query, said):
    assert said in page(client, f"{SECTORS}?{query}", status=400)


def test_a_series_of_countries_has_no_country_to_choose(shares, client):
    with pytest.raises(Unavailable, match="its lines are the countries"):
        series_figures.compute(shares, "ai-share", figures.parse_query({"country": "US"})[1])
    assert 'name="country"' not in page(client, PAGE)


def test_unknown_and_withdrawn_series_and_other_methods_are_refused(shares, client):
    assert "There are: ai-share" in page(client, f"{PAGE}colours/", status=404)
    page(client, "/jobs/series/nobody/", status=404)
    assert client.post(PAGE).status_code == 405
    loading.withdraw(snapshot=Snapshot.objects.get(), reason="The licence forbids it.")
    page(client, PAGE, status=404)


def test_a_source_of_postings_is_no_series(market, client, tmp_path):
    from tests.jobs_data.samples import CITY

    held = import_file(Request(write_csv(tmp_path / "a.csv", CITY))).snapshot
    assert series_figures.measures(held) == []
    page(client, f"/jobs/series/{held.source.slug}/", status=404)
