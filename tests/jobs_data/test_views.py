"""Pages and files of the job market, as a stranger finds them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jobs_data import figures, loading, statistics
from jobs_data.statistics import STATISTICS


def page(client, name: str, **params: str) -> str:
    response = client.get(reverse("jobs:statistic", args=[name]), params)
    assert response.status_code == 200
    return response.content.decode()


def test_the_overview_shows_a_stranger_every_statistic_and_its_source(client, figures_loaded):
    html = client.get(reverse("jobs:index")).content.decode()
    for figure in statistics.compute_all():
        assert reverse("jobs:statistic", args=[figure.statistic.name]) in html
    assert "PyTorch is asked for in 42% of postings, TensorFlow in 39%." in html
    assert "AI Model Training Jobs" in html and figures_loaded.short_hash in html


def test_the_overview_leads_to_each_kind_of_figure_apart(client, figures_loaded):
    html = client.get(reverse("jobs:index")).content.decode()
    ways = html.split('aria-label="Ways into the job market"')[1].split("</nav>")[0]
    for address in ("#published", "/jobs/market/", "/jobs/postings/", "/jobs/compare/", "/jobs/method/"):
        assert f'href="{address}' in ways
    assert "None yet: an operator imports files" in ways and "Not loaded on this site" in ways


def test_the_overview_says_how_to_load_figures_when_there_are_none(client, db):
    response = client.get(reverse("jobs:index"))
    assert response.status_code == 200
    assert "trainyard jobs load" in response.content.decode()


@pytest.mark.parametrize("name", [name for name in STATISTICS if name != "listings"])
def test_a_statistic_shows_sentence_rows_provenance_downloads_and_address(client, figures_loaded, name):
    figure = statistics.compute(name)
    html = page(client, name).replace("&#x27;", "'")
    assert figure.headline.sentence in html
    assert all(str(row["label"]) in html for row in figure.rows)
    assert "published figures" in html and "not stated" in html
    assert all(figures.address(figure, name) in html for name in ("csv", "json", "svg", "png"))
    assert f"http://testserver{figures.address(figure, 'csv')}" in html


def test_the_part_that_industries_leave_out_is_told(client, figures_loaded):
    assert "sum to 92; the rest is not broken down" in page(client, "industries")


def test_rows_can_be_ordered_and_htmx_gets_the_table_alone(client, figures_loaded):
    html = page(client, "trends", sort="-value")
    body = html[html.index("<tbody>") :]
    assert body.index("Startup openings") < body.index("Remote work")
    part = client.get(
        reverse("jobs:statistic", args=["trends"]), {"sort": "-value"}, headers={"HX-Request": "true"}
    )
    assert part.content.decode().lstrip().startswith("<nav") and "HX-Request" in part["Vary"]


def test_an_unknown_statistic_is_404_with_the_known_names(client, figures_loaded):
    response = client.get("/jobs/pay/")
    assert response.status_code == 404
    assert "openings-by-year" in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/jobs/", "/jobs/countries/", "/jobs/listings/", "/jobs/figures/0123456789ab/countries.csv"]
)
def test_nothing_here_can_be_posted_to(client, db, path):
    assert client.post(path).status_code == 405


def test_pages_cost_few_queries(client, figures_loaded, django_assert_max_num_queries):
    page(client, "countries")
    with django_assert_max_num_queries(4):
        client.get("/jobs/")
    with django_assert_max_num_queries(3):
        page(client, "countries")
    with django_assert_max_num_queries(6):
        client.get("/jobs/listings/")


# Listings


def test_the_listings_stand_as_printed_beside_the_way_to_all_jobs(client, figures_loaded):
    html = client.get("/jobs/listings/").content.decode()
    assert html.count('class="jobs-listing"') == 6 and 'href="/jobs/postings/"' in html


# Files


@pytest.mark.parametrize(
    ("file_format", "content_type", "start"),
    [
        ("csv", "text/csv; charset=utf-8", b"label,value"),
        ("json", "application/json", b"{"),
        ("svg", "image/svg+xml", b"<svg"),
        ("png", "image/png", b"\x89PNG"),
    ],
)
def test_files_come_with_type_name_and_cache_rules(client, figures_loaded, file_format, content_type, start):
    response = client.get(figures.address(statistics.compute("frameworks"), file_format))
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert response.content.startswith(start)
    assert f"frameworks-{figures_loaded.short_hash}.{file_format}" in response["Content-Disposition"]
    assert "max-age" in response["Cache-Control"]


def test_an_unchanged_file_is_not_sent_twice(client, figures_loaded):
    address = figures.address(statistics.compute("frameworks"), "csv")
    etag = client.get(address)["ETag"]
    assert figures_loaded.short_hash in etag
    again = client.get(address, headers={"If-None-Match": etag})
    assert again.status_code == 304 and not again.content and again["ETag"] == etag
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("figures/000000000000/countries.csv", "No snapshot"),
        ("figures/{hash}/pay.csv", "No statistic is called"),
        ("figures/{hash}/listings.csv", "not in snapshot"),
        ("figures/{hash}/countries.csv?v=7", "no version 7"),
        ("figures/{hash}/countries.csv?v=one", "not a version"),
    ],
)
def test_what_never_was_at_an_address_is_404_with_the_reason(client, figures_loaded, path, words):
    response = client.get("/jobs/" + path.format(hash=figures_loaded.short_hash))
    assert response.status_code == 404
    assert words in response.content.decode()


def test_a_withdrawn_figure_is_410_with_the_reason(client, figures_loaded):
    address = figures.address(statistics.compute("frameworks"), "csv")
    loading.withdraw(snapshot=figures_loaded, reason="The source retracted it.")
    response = client.get(address)
    assert response.status_code == 410
    assert "The source retracted it." in response.content.decode()
    assert client.get("/jobs/frameworks/").status_code == 404
