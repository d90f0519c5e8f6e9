"""The job-market API, without signing in."""

from __future__ import annotations

import io

import pandas
import pytest

from jobs_data import statistics
from jobs_data.statistics import STATISTICS
from tests.jobs_data.test_publications import PRINTED

ROOT = "/api/v1/jobs/statistics/"
pytestmark = pytest.mark.usefixtures("figures_loaded")


def test_the_list_is_paginated_and_names_every_statistic(client):
    data = client.get(ROOT).json()
    assert data["count"] == len(STATISTICS) and data["next"] is None
    assert [one["name"] for one in data["results"]] == list(STATISTICS)
    assert all(client.get(one["url"]).status_code == 200 for one in data["results"])


@pytest.mark.parametrize("name", PRINTED)
def test_a_statistic_gives_the_printed_rows_with_their_provenance(client, name):
    data = client.get(f"{ROOT}{name}/").json()
    assert {row["label"]: row["value"] for row in data["rows"]} == PRINTED[name]
    assert data["origin"] == "published figures"
    assert set(data["source"]) == {"title", "citation", "published_on", "licence"}
    assert len(data["snapshot"]) == 64
    assert data["sample_size"] is None and data["sample_size_note"] == "not stated by the source"
    assert data["explanation"] and data["caveats"]


def test_listings_have_their_own_columns(client):
    first = client.get(f"{ROOT}listings/").json()["rows"][0]
    assert first["company"] == "Occam AI" and first["salary_max"] == 180_000


@pytest.mark.parametrize("request_for", [{"data": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}])
def test_csv_comes_by_parameter_or_by_accept(client, request_for):
    response = client.get(f"{ROOT}openings_by_year/", **request_for)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    frame = pandas.read_csv(io.BytesIO(response.content))
    assert list(frame["value"]) == [55, 78, 105, 143, 201]
    assert list(frame["year"]) == [2016, 2017, 2018, 2019, 2020]


def test_pandas_reads_the_address_itself(live_server, figures_loaded):
    frame = pandas.read_csv(f"{live_server.url}{ROOT}countries/?format=csv")
    assert frame.loc[frame["label"] == "Japan", "value"].item() == 32


def test_an_unchanged_statistic_is_not_sent_twice_and_formats_differ(client):
    etag = client.get(f"{ROOT}countries/")["ETag"]
    again = client.get(f"{ROOT}countries/", headers={"If-None-Match": etag})
    assert again.status_code == 304 and again["ETag"] == etag
    assert client.get(f"{ROOT}countries/?format=csv")["ETag"] != etag


def test_an_unknown_statistic_is_404_with_the_known_names(client):
    response = client.get(f"{ROOT}pay/")
    assert response.status_code == 404
    assert "openings-by-year" in response.content.decode()


def test_an_unknown_statistic_is_404_for_readers_of_csv_too(client):
    assert client.get(f"{ROOT}pay/?format=csv").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, method):
    assert getattr(client, method)(f"{ROOT}countries/").status_code == 405


def test_a_page_beyond_the_last_is_404(client):
    assert client.get(ROOT, {"page": 9}).status_code == 404


def test_one_statistic_costs_three_queries(client, django_assert_num_queries):
    statistics.compute("countries")
    with django_assert_num_queries(3):
        client.get(f"{ROOT}countries/")
