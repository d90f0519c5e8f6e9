"""The API of counted figures: by snapshot, with filters, in every format, without signing in."""

from __future__ import annotations

import io

import pandas
import pytest

from jobs_data import loading
from jobs_data.importing import Request, import_file
from jobs_data.measures import MEASURES
from tests.jobs_data.samples import write_csv

ROOT = "/api/v1/jobs/"
HEADER = [
    "id",
    "title",
    "company",
    "country",
    "date",
    "salary_min",
    "salary_max",
    "currency",
    "period",
    "skills",
]


def _row(number):
    country, pay = ("US", 150_000) if number % 3 else ("DE", 80_000)
    return [
        number,
        "Data Engineer",
        f"C{number}",
        country,
        f"202{3 + number % 2}-05-01",
        pay + number,
        pay + number,
        "USD",
        "year",
        "Python; SQL",
    ]


@pytest.fixture
def snapshot(market, tmp_path):
    path = write_csv(tmp_path / "a.csv", [HEADER, *map(_row, range(90))])
    return import_file(Request(path, "generic-postings")).snapshot


def get(client, path, status=200, **params):
    response = client.get(f"{ROOT}{path}", params)
    assert response.status_code == status, response.content
    return response


def test_snapshots_are_listed_with_licence_age_and_their_statistics(snapshot, client):
    (one,) = get(client, "snapshots/").json()["results"]
    assert one["snapshot"] == snapshot.sha256 and one["origin"] == "imported data"
    assert one["source"]["licence"] and one["data_to"] == "2024-05-01"
    listed = client.get(one["statistics"]).json()
    assert [row["name"] for row in listed["results"]] == list(MEASURES)
    offered = {row["name"]: row for row in listed["results"]}
    assert offered["education"]["unavailable"] and not offered["salaries"]["unavailable"]
    assert client.get(offered["salaries"]["url"]).status_code == 200
    filters = {one["field"]: one["options"] for one in client.get(one["url"]).json()["filters"]}
    assert filters["country"][0] == {"value": "US", "label": "United States", "n": 60}


def test_a_counted_figure_has_n_interval_filters_and_a_permanent_address(snapshot, client):
    data = get(client, "statistics/salaries/", snapshot=snapshot.short_hash, country="DE").json()
    (row,) = data["rows"]
    assert row["n"] == 30 and row["low"] <= row["value"] <= row["high"]
    assert data["filters"] == {"country": "DE"} and data["measured"]["data_to"] == "2024-05-01"
    assert data["origin"] == "imported data" and data["sample_size"] == 30
    assert client.get(data["address"]).json()["rows"] == data["rows"]


def test_csv_and_parquet_read_as_they_are(snapshot, client):
    params = {"snapshot": snapshot.short_hash, "position": "data-engineer"}
    csv = get(client, "statistics/countries/", format="csv", **params)
    frame = pandas.read_csv(io.BytesIO(csv.content))
    assert list(frame["n"]) == [60, 30] and frame["licence"].notnull().all()
    assert frame["address"][0].endswith("countries.csv?v=1&position=data-engineer")
    response = client.get(
        f"{ROOT}statistics/countries/", params, headers={"Accept": "application/vnd.apache.parquet"}
    )
    assert response["Content-Type"] == "application/vnd.apache.parquet"
    assert list(pandas.read_parquet(io.BytesIO(response.content))["value"]) == list(frame["value"])


def test_pandas_reads_the_address_itself(live_server, snapshot):
    url = f"{live_server.url}{ROOT}statistics/skills/?snapshot={snapshot.short_hash}&year=2024&format=csv"
    assert dict(zip(*(pandas.read_csv(url)[name] for name in ("skill", "n")), strict=True)) == {
        "python": 45,
        "sql": 45,
    }


def test_an_unchanged_figure_is_not_sent_twice_and_filters_tell_figures_apart(snapshot, client):
    params = {"snapshot": snapshot.short_hash}
    etag = get(client, "statistics/countries/", **params)["ETag"]
    again = client.get(f"{ROOT}statistics/countries/", params, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert get(client, "statistics/countries/", year="2024", **params)["ETag"] != etag


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"year": "soon"}, "from 1990 to 2100"),
        ({"colour": "red"}, "'colour' is not a filter"),
        ({"skill": "telepathy"}, "no such skill"),
    ],
)
def test_wrong_filters_are_refused_with_what_is_allowed(snapshot, client, params, words):
    data = get(client, "statistics/countries/", 400, snapshot=snapshot.short_hash, **params).json()
    assert words in data["detail"] and data["errors"][0]["path"] == next(iter(params))


def test_filters_need_a_snapshot(figures_loaded, client):
    assert "snapshot" in get(client, "statistics/countries/", 400, country="US").json()["detail"]


def test_what_is_not_there_is_404_and_what_was_withdrawn_410(snapshot, client):
    short = snapshot.short_hash
    assert (
        "There are: countries" in get(client, "statistics/happiness/", 404, snapshot=short).json()["detail"]
    )
    assert "No posting" in get(client, "statistics/education/", 404, snapshot=short).json()["detail"]
    assert get(client, "statistics/countries/", 404, snapshot="abc").json()["detail"]
    get(client, "snapshots/000000000000/", 404)
    loading.withdraw(snapshot=snapshot, reason="The licence forbids it.")
    assert (
        "The licence forbids it" in get(client, "statistics/countries/", 410, snapshot=short).json()["detail"]
    )


@pytest.mark.parametrize("tail", ["\x00", "%", "_", "g", "0" * 40])
def test_a_hash_that_goes_on_wrongly_is_nobodys(snapshot, client, tail):
    wrong = snapshot.sha256[:13] + tail
    assert "at least twelve hex digits" in get(client, "statistics/", 404, snapshot=wrong).json()["detail"]


def test_two_countries_are_compared(snapshot, client):
    params = {"snapshot": snapshot.short_hash, "by": "country", "first": "DE", "second": "US"}
    data = get(client, "statistics/salaries/comparison/", **params).json()
    assert data["labels"] == ["Germany", "United States"] and data["rows"][0]["is_clear"]
    assert (
        "first"
        in get(client, "statistics/salaries/comparison/", 400, **params | {"first": ""}).json()["detail"]
    )
    assert get(client, "statistics/salaries/comparison/", 400, by="country", first="DE", second="US").json()[
        "detail"
    ]


def test_a_number_is_explained_by_its_postings(snapshot, client):
    params = {"snapshot": snapshot.short_hash, "group[country]": "DE"}
    data = get(client, "statistics/countries/postings/", **params).json()
    assert data["n"] == 30 and len(data["traces"]) == 20
    assert data["traces"][0]["steps"][0]["raw"] == {"title": "Data Engineer"}
    refused = get(client, "statistics/countries/postings/", 400, **params | {"group[country]": "FR"}).json()
    assert "No group that is shown" in refused["detail"]


@pytest.mark.parametrize(
    "path", ["snapshots/", "statistics/salaries/comparison/", "statistics/salaries/postings/"]
)
def test_nothing_can_be_written(db, client, path):
    assert client.post(f"{ROOT}{path}").status_code == 405
