"""Where figures come from: each source with age, what became of its rows, licence, and earlier snapshots."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from jobs_data import loading
from jobs_data.importing import Request, import_file
from jobs_data.provenance import Provenance
from tests.jobs_data import samples
from tests.jobs_data.samples import SALARIES, salary, write_csv


@pytest.fixture
def imported(market, tmp_path):
    """`imported(count)`: the snapshot of a salary table with so many different rows."""

    def of(count=12):
        rows = [salary("Data Engineer", 50_000 + 1_000 * number) for number in range(count)]
        path = write_csv(tmp_path / f"{count}.csv", [SALARIES, *rows])
        return import_file(Request(path)).snapshot

    return of


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_sources_stand_by_their_label(imported, figures_loaded, client):
    imported()
    text = page(client, "/jobs/sources/")
    assert "Imported data" in text and "Published figures" in text and "Generated" not in text
    assert "/jobs/sources/ai-jobs-salaries/" in text


def test_without_anything_the_page_names_the_commands(market, client):
    assert "trainyard jobs load" in page(client, "/jobs/sources/")


def test_a_source_accounts_for_its_rows(imported, client):
    snapshot = imported()
    text = page(client, "/jobs/sources/ai-jobs-salaries/")
    assert "imported data" in text and "CC0 1.0" in text and "Known defects" in text
    assert "Read = accepted + set aside + merged" in text and snapshot.short_hash in text


def test_rows_set_aside_and_flags_have_their_reasons(market, client, tmp_path):
    held = import_file(Request(write_csv(tmp_path / "a.csv", samples.BOARD))).snapshot
    text = page(client, f"/jobs/sources/{held.source.slug}/")
    assert "No title" in text and "estimated by the board" in text and "taken out of texts" in text


def test_an_earlier_snapshot_stays_with_the_difference(imported, client):
    first, second = imported(12), imported(15)
    text = page(client, "/jobs/sources/ai-jobs-salaries/")
    assert "3 came" in text and "Against the snapshot before" in text
    old = page(client, f"/jobs/sources/ai-jobs-salaries/{first.short_hash}/")
    assert "This is an earlier snapshot" in old and second.short_hash in old


def test_withdrawn_snapshots_answer_410_with_the_reason(imported, client):
    snapshot = imported()
    loading.withdraw(snapshot=snapshot, reason="The licence forbids it.")
    address = f"/jobs/sources/ai-jobs-salaries/{snapshot.short_hash}/"
    assert "The licence forbids it." in page(client, address, status=410)
    assert "no snapshot that can be shown" in page(client, "/jobs/sources/ai-jobs-salaries/", status=404)


def test_a_publication_has_no_rows_to_account_for(figures_loaded, client):
    text = page(client, f"/jobs/sources/{figures_loaded.source.slug}/")
    assert "published figures" in text and "no rows to account for" in text


def test_a_series_counts_measurements(market, client, tmp_path):
    rows = [["date", "jobcountry", "AI_share_postings"], ["2024-01-01", "US", 2.5]]
    snapshot = import_file(Request(write_csv(tmp_path / "a.csv", rows))).snapshot
    assert "1 measurements" in page(client, f"/jobs/sources/{snapshot.source.slug}/")


def test_unknown_sources_and_snapshots_are_refused(imported, client):
    imported()
    assert "No source is called nobody" in page(client, "/jobs/sources/nobody/", status=404)
    page(client, "/jobs/sources/ai-jobs-salaries/000000000000/", status=404)
    assert client.post("/jobs/sources/").status_code == 405
    assert client.post("/jobs/method/").status_code == 405


def test_hostile_text_of_a_file_is_escaped(market, client, tmp_path):
    path = tmp_path / "<script>alert(1)<script>.csv"
    held = import_file(Request(write_csv(path, samples.CITY))).snapshot
    assert "<script>alert(1)" not in page(client, f"/jobs/sources/{held.source.slug}/")


@pytest.mark.parametrize(("days", "word"), [(3, "fresh"), (60, "ageing"), (400, "old")])
def test_age_is_said_in_a_word(imported, days, word):
    snapshot = imported()
    snapshot.import_record.report["last_date"] = str(timezone.now().date() - datetime.timedelta(days=days))
    assert Provenance(snapshot).age_word == word and Provenance(snapshot).age_days == days


def test_the_method_prints_constants_rates_and_measured_quality(client, db):
    text = page(client, "/jobs/method/")
    assert "2,080 hours" in text and "ECB" in text
    assert "SkillSpan" in text and "0.914" in text and "Data engineer" in text
