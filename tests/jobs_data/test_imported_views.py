"""Pages of imported data: labelled, apart from the published figures, nothing invented where nothing is."""

from __future__ import annotations

import pytest

from jobs_data import loading
from jobs_data.importing import Request, import_file
from tests.jobs_data import samples
from tests.jobs_data.samples import SALARIES, salary, write_csv


@pytest.fixture
def snapshot(market, tmp_path):
    rows = [salary("Data Engineer", 50_000 + 1_000 * number) for number in range(40)]
    return import_file(Request(write_csv(tmp_path / "a.csv", [SALARIES, *rows]))).snapshot


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_without_imports_the_page_names_the_command(market, client):
    assert "trainyard jobs import FILE" in page(client, "/jobs/imported/")


def test_each_source_stands_with_what_became_of_its_rows(snapshot, client):
    text = page(client, "/jobs/imported/")
    assert "ai-jobs salary table" in text and f"/jobs/imported/{snapshot.short_hash}/" in text


def test_a_snapshot_shows_its_figures_with_n_and_its_known_defects(snapshot, client):
    text = page(client, f"/jobs/imported/{snapshot.short_hash}/")
    assert "imported data" in text and "n = 40 postings" in text
    assert "United States" in text and "Data engineer" in text and "69,000" in text
    assert "CC0 1.0" in text and "Known defects" in text


def test_too_few_postings_show_no_figure(market, client, tmp_path):
    held = import_file(Request(write_csv(tmp_path / "a.csv", samples.CITY))).snapshot
    text = page(client, f"/jobs/imported/{held.short_hash}/")
    assert "No group has ten postings or more" in text and "1: " not in text


def test_a_series_has_no_postings_to_count(market, client, tmp_path):
    rows = [["date", "jobcountry", "AI_share_postings"], ["2024-01-01", "US", 2.5]]
    held = import_file(Request(write_csv(tmp_path / "a.csv", rows))).snapshot
    assert "series of measurements" in page(client, f"/jobs/imported/{held.short_hash}/")


def test_unknown_and_withdrawn_snapshots_are_refused(snapshot, client):
    page(client, "/jobs/imported/000000000000/", status=404)
    loading.withdraw(snapshot=snapshot, reason="The licence forbids it.")
    assert "The licence forbids it." in page(client, f"/jobs/imported/{snapshot.short_hash}/", status=410)
    assert snapshot.short_hash not in page(client, "/jobs/imported/")


def test_pages_are_only_read(snapshot, client):
    assert client.post("/jobs/imported/").status_code == 405
    assert client.post(f"/jobs/imported/{snapshot.short_hash}/").status_code == 405


def test_hostile_text_of_a_file_is_escaped(market, client, tmp_path):
    path = tmp_path / "<script>alert(1)<script>.csv"
    held = import_file(Request(write_csv(path, samples.CITY))).snapshot
    assert "<script>alert(1)" not in page(client, f"/jobs/imported/{held.short_hash}/")
