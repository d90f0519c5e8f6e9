"""The job list and a posting's page, as everyone sees them."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from jobs_data import loading
from jobs_data.importing import Request, import_file
from tests.jobs_data import samples
from tests.jobs_data.postings.conftest import ROWS


def page(client, address, status=200, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == status
    return response.content.decode()


def test_the_list_shows_pay_skills_and_the_label(snapshot, client):
    html = page(client, "/jobs/postings/")
    assert "imported data" in html and "<strong>4</strong> postings" in html
    assert "a year, from “EUR 70K - 90K”" in html and "Apache Spark" in html
    assert "München" in html and "hr@acme.example" not in html


def test_filters_work_as_links_and_keep_one_another(snapshot, client):
    html = page(client, "/jobs/postings/?q=deep&country=DE")
    assert "?q=deep&amp;country=DE&amp;skill=pytorch" in html
    assert 'name="country" value="DE"' in html


def test_htmx_gets_the_part_that_changes(snapshot, client):
    response = client.get("/jobs/postings/?q=python&sort=&country=", headers={"HX-Request": "true"})
    part = response.content.decode()
    assert "<html" not in part and "<strong>3</strong>" in part
    assert response["HX-Push-Url"] == "/jobs/postings/?q=python"


def test_a_search_that_cannot_be_read_is_refused_with_what_is_allowed(snapshot, client):
    html = page(client, "/jobs/postings/?country=Narnia&q=-x", status=400)
    assert "two-letter country code" in html and "Name at least one word" in html


def test_an_empty_market_names_the_commands(market, client):
    assert "trainyard jobs import FILE" in page(client, "/jobs/postings/")


def test_nothing_found_shows_the_way_back(snapshot, client):
    assert "No posting matches" in page(client, "/jobs/postings/?q=astronaut")


def test_what_is_searched_is_never_markup(snapshot, client):
    assert "<b>hi" not in page(client, "/jobs/postings/?q=<b>hi")


def test_a_posting_shows_its_skills_pay_and_source(snapshot, client):
    html = page(client, f"/jobs/postings/{snapshot.short_hash}/1/")
    assert '<mark title="Python: name">Python</mark>' in html
    assert "70,000 to 90,000 EUR" in html and "1 USD = " in html and "ECB euro reference rates" in html
    assert "the geometric mean of both ends" in html
    assert "Pay without a period, read as by the year" in html
    assert "1 e-mail address, 1 phone number" in html and "hr@acme" not in html
    assert "not stated by the format" in html


def test_an_hour_is_told_in_hours_and_text_is_never_markup(snapshot, client):
    assert "2,080 hours" in page(client, f"/jobs/postings/{snapshot.short_hash}/4/")
    assert "&lt;b&gt;no&lt;/b&gt;" in page(client, f"/jobs/postings/{snapshot.short_hash}/2/")


def test_a_posting_of_an_earlier_snapshot_stays_and_says_so(snapshot, import_rows, client):
    import_rows(ROWS[:3], "newer.csv")
    assert "from an earlier snapshot" in page(client, f"/jobs/postings/{snapshot.short_hash}/4/")


def test_a_generated_posting_is_no_open_position(few_postings, client):
    html = page(client, f"/jobs/postings/{few_postings.short_hash}/1/")
    assert "This is no open position." in html and "are quoted from an article" in html


@pytest.mark.parametrize(
    ("address", "why"), [("{}/5/", "set aside"), ("{}/99/", "fewer rows"), ("000000000000/1/", "No snapshot")]
)
def test_what_is_no_posting_is_not_found(snapshot, client, address, why):
    assert why in page(client, f"/jobs/postings/{address.format(snapshot.short_hash)}", status=404)


def test_published_figures_hold_no_postings(figures_loaded, client):
    assert "holds no postings" in page(client, f"/jobs/postings/{figures_loaded.short_hash}/1/", status=404)


def test_an_answer_of_a_survey_is_no_posting(market, tmp_path, client):
    held = import_file(
        Request(samples.write_csv(tmp_path / "a.csv", samples.SURVEY), collected=2023)
    ).snapshot
    assert "holds no postings" in page(client, f"/jobs/postings/{held.short_hash}/1/", status=404)


def test_figures_sources_and_postings_lead_to_one_another(snapshot, client):
    assert "?source=generic-postings&amp;origin=imported" in page(client, "/jobs/sources/generic-postings/")
    assert "/jobs/market/?source=generic-postings" in page(client, "/jobs/postings/")


def test_a_withdrawn_posting_is_gone_with_the_reason(snapshot, client):
    loading.withdraw(snapshot=snapshot, reason="The licence forbids it.")
    assert "The licence forbids it." in page(client, f"/jobs/postings/{snapshot.short_hash}/1/", status=410)
    assert "There are no postings yet" in page(client, "/jobs/postings/")


def test_pages_are_only_read(snapshot, client):
    for address in ("/jobs/postings/", f"/jobs/postings/{snapshot.short_hash}/1/", "/api/v1/jobs/postings/"):
        assert client.post(address).status_code == 405


# API


def test_the_api_pages_through_the_same_list(snapshot, client):
    first = client.get("/api/v1/jobs/postings/?page_size=3").json()
    assert first["count"] == 4 and "page=2" in first["next"]
    assert [row["id"] for row in first["results"]] == [f"{snapshot.short_hash}-{n}" for n in (2, 1, 3)]
    row = first["results"][1]
    assert (row["country"], row["pay"], row["currency"]) == ("DE", "EUR 70K - 90K", "EUR")
    assert row["skills"] == ["python", "spark"] and row["origin"] == "imported data"
    assert row["licence"].startswith("not stated")


def test_pandas_reads_the_list_as_csv_and_parquet(snapshot, client):
    csv = client.get("/api/v1/jobs/postings/?format=csv")
    assert csv["Content-Type"].startswith("text/csv")
    table = pd.read_csv(io.BytesIO(csv.content))
    assert list(table["country"]) == ["DE", "DE", "US", "US"]
    assert table["company"].tolist()[3] == "'=cmd()"
    parquet = client.get("/api/v1/jobs/postings/", headers={"Accept": "application/vnd.apache.parquet"})
    again = pd.read_parquet(io.BytesIO(parquet.content))
    assert list(again.columns) == list(table.columns)
    assert again["usd_min"].notna().sum() == 3 and list(again["skills"][1]) == ["python", "spark"]


@pytest.mark.parametrize("query", ["country=Narnia", "nope=1", "sort=luck"])
def test_the_api_refuses_what_it_does_not_know_by_name(snapshot, client, query):
    response = client.get(f"/api/v1/jobs/postings/?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["path"] == query.split("=")[0]


def test_a_page_beyond_the_last_is_not_found_in_every_format(snapshot, client):
    for form in ("json", "csv", "parquet"):
        assert client.get(f"/api/v1/jobs/postings/?page=9&format={form}").status_code == 404
