"""Two values side by side, and the postings behind one number."""

from __future__ import annotations

import pytest

from jobs_data import counting, loading, whys
from jobs_data.importing import Request, import_file
from tests.jobs_data.samples import SALARIES, salary, write_csv

COMPARE = "/jobs/compare/"


@pytest.fixture
def snapshot(market, tmp_path):
    """Engineers and analysts in two countries and two years; analysts in Germany are few."""
    rows = [
        salary(title, base + 1_000 * number, year=year, country=country)
        for title, base in (("Data Engineer", 90_000), ("Data Analyst", 60_000))
        for country, size in (("US", 40), ("DE", 12))
        for year in (2022, 2023)
        for number in range(size)
    ]
    return import_file(Request(write_csv(tmp_path / "a.csv", [SALARIES, *rows]))).snapshot


def page(client, address, status=200, **more):
    response = client.get(address, **more)
    assert response.status_code == status
    return response.content.decode()


def test_without_a_choice_the_two_commonest_stand_side_by_side(snapshot, client):
    text = page(client, COMPARE)
    assert "United States: " in text and "Germany: " in text and "imported data" in text
    assert "n = 160 and 48 postings" in text and "low n: fewer than 30" in text


def test_years_stand_in_their_order(snapshot, client):
    text = page(client, f"{COMPARE}countries/?by=year")
    assert text.index("2022: ") < text.index("2023: ")


def test_a_clear_difference_says_so_and_chance_does_not(snapshot, client):
    text = page(client, f"{COMPARE}pay-by-level/?by=position&first=data-engineer&second=data-analyst")
    assert "clear of chance</span>" in text
    assert "for Data engineer and" in text and "), clear of chance." in text, "one group stands for both"
    assert "clear of chance</span>" not in page(client, f"{COMPARE}positions/?by=year")


def test_filters_hold_on_both_sides(snapshot, client):
    text = page(client, f"{COMPARE}levels/?by=country&year=2023")
    assert "Only: 2023" in text and "n = 80 and 24 postings" in text
    assert '<input type="hidden" name="year" value="2023">' in text


def test_htmx_gets_the_part_with_an_address_for_it(snapshot, client):
    response = client.get(f"{COMPARE}levels/?by=year", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    pushed = f"{COMPARE}levels/?source=ai-jobs-salaries&by=year&first=2022&second=2023"
    assert response.headers["HX-Push-Url"] == pushed


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("by=colour", "by=&#x27;colour&#x27;: use one of country, position, year"),
        ("by=country&first=US&second=Atlantis", "country=&#x27;Atlantis&#x27;"),
        ("by=country&source=nobody", "source=&#x27;nobody&#x27;"),
        ("by=country&colour=red", "&#x27;colour&#x27; is not a filter"),
    ],
)
def test_what_cannot_be_compared_is_named(snapshot, client, query, said):
    assert said in page(client, f"{COMPARE}levels/?{query}", status=400)


def test_countries_are_not_compared_by_country(snapshot, client):
    assert "it is that itself" in page(client, f"{COMPARE}countries/?by=country")


def test_without_postings_there_is_nothing_to_compare(market, client):
    assert "Nothing is imported yet" in page(client, COMPARE)
    page(client, f"{COMPARE}colours/", status=404)
    assert client.post(COMPARE).status_code == 405


def why(snapshot, name="countries", row=0):
    figure = counting.count(snapshot, name)
    return whys.address(figure, figure.rows[row])


def test_a_row_leads_to_its_postings_with_the_cells_as_they_came(snapshot, client):
    assert why(snapshot).replace("&", "&amp;") in page(client, "/jobs/market/countries/")
    text = page(client, why(snapshot))
    assert "20 of the 160 postings behind it" in text and "row 1" in text
    assert "As it came" in text and "Data Engineer" in text and "$90,000 a year" in text or "a year" in text


def test_every_measure_explains_its_first_row(snapshot, client):
    for offer in counting.offers(snapshot):
        if not offer.reason and counting.count(snapshot, offer.measure.name).rows:
            assert "postings behind it" in page(client, why(snapshot, offer.measure.name)), offer.measure.name


def test_filters_narrow_what_is_explained(snapshot, client):
    text = page(client, why(snapshot) + "&country=US&year=2023")
    assert "20 of the 80 postings behind it" in text and "Only: United States, 2023" in text


def test_groups_that_are_not_shown_are_not_explained(snapshot, client):
    address = f"/jobs/why/{snapshot.short_hash}/countries/"
    assert "No group that is shown" in page(client, f"{address}?group[country]=JP", status=400)
    page(client, address, status=400)
    assert "is not a filter" in page(client, f"{address}?group[country]=US&colour=red", status=400)
    page(client, "/jobs/why/000000000000/countries/?group[country]=US", status=404)
    page(client, f"/jobs/why/{snapshot.short_hash}/colours/?group[country]=US", status=404)
    assert client.post(address).status_code == 405


def test_published_figures_have_no_postings_behind_them(figures_loaded, client):
    address = f"/jobs/why/{figures_loaded.short_hash}/countries/?group[country]=US"
    assert "no postings behind them" in page(client, address, status=404)


def test_a_withdrawn_snapshot_explains_nothing(snapshot, client):
    address = why(snapshot)
    loading.withdraw(snapshot=snapshot, reason="The licence forbids it.")
    assert "The licence forbids it." in page(client, address, status=410)


def test_hostile_cells_are_escaped(market, client, tmp_path):
    rows = [salary("Data Engineer <script>alert(1)</script>", 90_000 + number) for number in range(12)]
    held = import_file(Request(write_csv(tmp_path / "a.csv", [SALARIES, *rows]))).snapshot
    text = page(client, why(held))
    assert "<script>alert(1)" not in text and "&lt;script&gt;alert(1)" in text
