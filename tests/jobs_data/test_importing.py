"""Importing: every row accounted for, every trap flagged, nothing half done, nothing done twice."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jobs_data import importing, loading, statistics, store
from jobs_data.importing import ImportRefused, Request, import_file
from jobs_data.models import Import, Snapshot
from tests.jobs_data import samples
from tests.jobs_data.samples import salary, write_csv, write_json

REAL = Path(__file__).resolve().parents[3] / "shared/data"
REAL_FILES = sorted(
    path
    for folder in ("foorilla-salaries", "hiring-lab", "usajobs-pm")
    for path in (REAL / folder).glob("*.[cj]s*")
)


def imported(path, **options):
    """The report and the postings, by row number."""
    report = import_file(Request(path, **options)).report
    rows = pq.read_table(store.folder(report["snapshot"]) / "postings.parquet").to_pylist()
    return report, {row["row_no"]: row for row in rows}


def balance(report):
    return report["accepted"] + report["quarantined"] + report["merged"]


@pytest.mark.skipif(not REAL_FILES, reason="the real files are not beside this checkout")
@pytest.mark.parametrize("path", REAL_FILES, ids=lambda path: path.name)
def test_every_row_of_the_real_files_is_accounted_for(market, path):
    if path.name == "sector-job-title-examples.csv":
        with pytest.raises(ImportRefused, match="sector, job_titles"):
            import_file(Request(path))
        return
    report = import_file(Request(path)).report
    text = path.read_text()
    lines = len(json.loads(text)) if path.suffix == ".json" else text.count("\n") - 1 + (text[-1] != "\n")
    assert report["read"] == lines == balance(report)
    assert report["accepted"] == lines


@pytest.mark.skipif(not REAL_FILES, reason="the real files are not beside this checkout")
def test_the_json_of_a_snapshot_differs_in_nothing_from_its_csv(market):
    folder = REAL / "foorilla-salaries"
    import_file(Request(folder / "salaries_2024-01-07.csv"))
    report = import_file(Request(folder / "salaries_2024-01-07.json")).report
    found = report["difference"]
    assert (found["came"], found["went"], found["stayed"]) == (0, 0, 10456)
    assert 0.9 < report["flags"]["range_end_pair"] / report["accepted"] < 0.97


def test_estimates_ratings_and_minus_ones_of_a_board(market, tmp_path):
    report, rows = imported(write_csv(tmp_path / "a.csv", samples.BOARD), collected=2023)
    assert report["quarantine"] == {"no title": 1} and balance(report) == 4
    assert rows[1]["company"] == "Healthfirst" and rows[1]["pay_basis"] == "estimated_by_source"
    assert (rows[1]["usd_min"], rows[1]["usd_max"], rows[1]["country"]) == (137_000, 171_000, "US")
    assert rows[2]["pay_max"] is None and rows[2]["industry"] is None
    assert (rows[3]["usd_min"], rows[3]["hours_per_year"], rows[3]["pay_basis"]) == (
        34 * 2080,
        2080,
        "employer_posted",
    )
    assert (rows[1]["position"], rows[1]["seniority"], rows[1]["seniority_from"]) == (
        "data-scientist",
        "senior",
        "title",
    )


def test_personal_data_is_gone_from_everything_that_is_stored(market, tmp_path):
    report, _ = imported(write_csv(tmp_path / "a.csv", samples.BOARD))
    assert report["redacted"] == {"email": 1, "phone": 1}
    raw = pq.read_table(store.folder(report["snapshot"]) / "raw.parquet").to_pylist()
    assert raw[0]["Job Description"] == "Ask [e-mail] or [phone]"
    assert raw[0]["Company Name"] == "Healthfirst\n3.1"


def test_levels_flags_and_free_pay_of_a_listing(market, tmp_path):
    report, rows = imported(write_csv(tmp_path / "a.csv", samples.NETWORK))
    assert [rows[number]["seniority"] for number in (1, 2, 3)] == ["senior", "entry", "executive"]
    assert [rows[number]["remote"] for number in (1, 2, 3)] == ["remote", None, None]
    assert rows[1]["usd_mid"] == 172_000
    # 70,000 to 90,000 EUR at the mean of 2023, 0.924 EUR for a dollar.
    assert rows[2]["usd_min"] == pytest.approx(70_000 / rows[2]["fx_rate"])
    assert "pay_period_inferred" in rows[2]["flags"] and rows[2]["fx_series"].startswith("ECB")
    assert rows[3]["flags"] == ["pay_unreadable"]
    assert report["unread"]["pay_text"] == {"different_cells": 1, "samples": ["see attached"]}


def test_zero_to_zero_is_no_pay_and_a_polish_month_is_a_twelfth(market, tmp_path):
    report, rows = imported(write_csv(tmp_path / "a.csv", samples.POLISH))
    assert rows[2]["pay_max"] is None and rows[2]["remote"] == "hybrid"
    assert rows[1]["usd_min"] == pytest.approx(18_000 * 12 / rows[1]["fx_rate"])
    assert 4 < rows[1]["fx_rate"] < 4.4 and rows[1]["fx_day"].year == 2023
    assert report["quarantine"] == {"lowest pay above highest pay": 1}


def test_jobs_that_stand_twice_are_merged_by_their_id(market, tmp_path):
    report, rows = imported(write_csv(tmp_path / "a.csv", samples.CITY))
    assert (report["read"], report["accepted"], report["merged"], report["merged_identical"]) == (5, 3, 2, 1)
    assert [rows[number]["usd_max"] for number in (1, 3, 4)] == [80_000, 25 * 2080, 400 * 260]
    merged = pq.read_table(store.folder(report["snapshot"]) / "merged.parquet").to_pylist()
    assert {(row["row_no"], row["kept_row"], row["is_identical"]) for row in merged} == {
        (2, 1, True),
        (5, 4, False),
    }


def test_a_scrapers_country_is_flagged_and_lists_of_skills_are_read(market, tmp_path):
    _, rows = imported(write_csv(tmp_path / "a.csv", samples.LISTS))
    assert "location_conflict" in rows[1]["flags"] and "location_conflict" not in rows[2]["flags"]
    assert rows[1]["tags"] == "['python', 'sql', 'c++']"
    assert (rows[1]["usd_mid"], rows[2]["usd_mid"]) == (127_500, 45.5 * 2080)
    assert rows[1]["remote"] == "remote" and rows[2]["remote"] is None


def test_skills_become_a_table_of_integers_each_once(market, tmp_path):
    rows = [
        ["id", "title", "skills", "description"],
        [1, "Python Developer", "['Python', 'SQL']", "You know SQL and PyTorch. R$ 5.000 a month."],
        [2, "Cook", "", "Fresh food every day."],
        [3, "Data Engineer", "", ""],
    ]
    report, _ = imported(write_csv(tmp_path / "a.csv", rows))
    held = pq.read_table(store.folder(report["snapshot"]) / "skills.parquet").to_pylist()
    names = {(row["row_no"], report["skill_ids"][row["skill"]], row["origin"]) for row in held}
    assert names == {(1, "python", 0), (1, "sql", 0), (1, "pytorch", 2)}
    assert report["skills"] == {"python": 1, "sql": 1, "pytorch": 1} and report["skill_dictionary"]


def test_survey_answers_stay_survey_answers(market, tmp_path):
    report, rows = imported(write_csv(tmp_path / "a.csv", samples.SURVEY), collected=2024)
    assert report["record_kind"] == rows[1]["record_kind"] == "survey_answer"
    assert (rows[1]["currency"], rows[1]["country"], rows[1]["company_size"]) == ("GBP", "GB", "M")
    assert rows[1]["source_usd"] == 76_000 and rows[1]["usd_mid"] == pytest.approx(
        60_000 / rows[1]["fx_rate"]
    )
    assert rows[2]["country"] is None and "country_unknown" in rows[2]["flags"]


def test_linked_data_is_one_more_format(market, tmp_path):
    _, rows = imported(write_json(tmp_path / "a.json", samples.JSON_LD))
    row = rows[1]
    assert (row["company"], row["country"], row["remote"], row["education"]) == (
        "Acme",
        "KR",
        "remote",
        "bachelor",
    )
    assert row["usd_min"] == pytest.approx(60_000_000 / row["fx_rate"]) and 1_200 < row["fx_rate"] < 1_500


def test_pairs_of_range_ends_are_flagged_not_merged(market, tmp_path):
    rows = [
        samples.SALARIES,
        salary("Data Engineer", 195_800),
        salary("Data Engineer", 97_497),
        salary("Data Scientist", 100_000),
        salary("Data Engineer", 90_000),
        salary("Data Engineer", 99_000),
    ]
    report, postings = imported(write_csv(tmp_path / "a.csv", rows))
    assert report["accepted"] == 5 and report["flags"]["range_end_pair"] == 2
    assert (postings[1]["pay_end"], postings[2]["pay_end"], postings[2]["pair"]) == ("highest", "lowest", 1)
    assert postings[4]["pair"] is None


def test_a_value_that_many_rows_repeat_is_flagged_as_heaped(market, tmp_path):
    varied = [salary("Data Engineer", 60_000 + 7 * number, country="IN") for number in range(200)]
    heaped = [salary("Data Engineer", 111_175, country="IN") for _ in range(20)]
    report, _ = imported(write_csv(tmp_path / "a.csv", [samples.SALARIES, *varied, *heaped]))
    assert report["flags"]["pay_heaped"] == 20


def test_implausible_pay_is_kept_and_flagged(market, tmp_path):
    rows = [samples.SALARIES, salary("Data Engineer", 12), salary("Data Scientist", 9_000_000)]
    _, postings = imported(write_csv(tmp_path / "a.csv", rows))
    assert [row["usd_mid"] for row in postings.values()] == [12, 9_000_000]
    assert all("pay_implausible" in row["flags"] for row in postings.values())


def test_a_currency_without_a_rate_is_not_converted(market, tmp_path):
    rows = [samples.SALARIES, salary("Data Engineer", 30_000_000, currency="CLP", country="CL")]
    _, postings = imported(write_csv(tmp_path / "a.csv", rows))
    assert postings[1]["usd_mid"] is None and postings[1]["flags"] == ["no_exchange_rate"]


def test_malformed_rows_are_quarantined_with_their_text(market, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title,company\nData Engineer,A\nbroken,row,here@example.org\n,B\n")
    report, _ = imported(path)
    assert report["read"] == 3 == balance(report)
    held = pq.read_table(store.folder(report["snapshot"]) / "quarantine.parquet").to_pylist()
    assert [row["reason"] for row in held] == ["3 cells where the header has 2", "no title"]
    assert held[0]["raw"] == "broken,row,[e-mail]"


def test_series_become_measurements(market, tmp_path):
    rows = [
        [
            "jobcountry",
            "country",
            "month",
            "n_obs",
            "posted_wage_growth_yoy",
            "posted_wage_growth_yoy_3moavg",
        ],
        ["CA", "Canada", "Apr-26", 33208, 0.02, "NA"],
        ["EA", "Euro Area", "Apr-26", 100, 0.03, 0.04],
        ["??", "Nowhere", "Apr-26", 100, 0.03, 0.04],
        ["CA", "Canada", "soon", 100, 0.03, 0.04],
    ]
    report = import_file(Request(write_csv(tmp_path / "a.csv", rows))).report
    assert (report["accepted"], report["quarantined"], report["measurements"], report["not_stated"]) == (
        2,
        2,
        3,
        1,
    )
    held = pq.read_table(store.folder(report["snapshot"]) / "series.parquet").to_pylist()
    assert (held[0]["date"].isoformat(), held[0]["country"], held[0]["sample_size"]) == (
        "2026-04-01",
        "CA",
        33208,
    )
    assert held[1]["country"] == "euro area"


CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\n", exclude_categories=["Cs"]), max_size=12
)


@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=8), min_size=1, max_size=12))
def test_whatever_a_file_holds_every_row_is_accounted_for(market, tmp_path, rows):
    header = ["id", "title", "location", "salary", "date"]
    path = write_csv(tmp_path / "any.csv", [header, ["1", "Data Engineer", "", "", ""], *rows])
    report = import_file(Request(path, dry_run=True)).report
    assert report["read"] == balance(report)


# Again, later, interrupted ----------------------------------------------------------------------------------


def folders(market):
    return sorted(path.name for path in market.iterdir() if path.is_dir())


def test_the_same_file_again_changes_nothing_and_takes_no_time(market, tmp_path):
    path = write_csv(tmp_path / "a.csv", samples.BOARD)
    first = import_file(Request(path))
    before = [(one.name, one.stat().st_mtime_ns) for one in store.folder(first.snapshot.sha256).iterdir()]
    started = time.perf_counter()
    again = import_file(Request(path))
    assert time.perf_counter() - started < 1
    assert not again.is_new and again.snapshot == first.snapshot and again.report == first.report
    after = [(one.name, one.stat().st_mtime_ns) for one in store.folder(first.snapshot.sha256).iterdir()]
    assert before == after and Snapshot.objects.count() == Import.objects.count() == 1


def test_a_newer_file_of_a_source_says_what_came_and_went(market, tmp_path):
    rows = [salary("Data Engineer", 100_000)] * 3 + [salary("Data Analyst", 70_000)]
    old = import_file(Request(write_csv(tmp_path / "a.csv", [samples.SALARIES, *rows]))).snapshot
    rows = [salary("Data Engineer", 100_000)] * 2 + [salary("Data Scientist", 90_000)] * 2
    new = import_file(Request(write_csv(tmp_path / "b.csv", [samples.SALARIES, *rows])))
    found = new.report["difference"]
    assert (found["from_snapshot"], found["matched_by"]) == (old.sha256, "content")
    assert (found["came"], found["went"], found["stayed"]) == (2, 2, 2)
    old.refresh_from_db()
    assert new.snapshot.is_current and not old.is_current and len(folders(market)) == 2


def test_rows_with_ids_are_compared_by_id(market, tmp_path):
    import_file(Request(write_csv(tmp_path / "a.csv", samples.NETWORK)))
    header, first, second, _ = samples.NETWORK
    changed = [*second[:7], "EUR 80K-95K", *second[8:]]
    new = import_file(Request(write_csv(tmp_path / "b.csv", [header, first, changed, [9, *first[1:]]])))
    found = new.report["difference"]
    assert (found["came"], found["went"], found["stayed"], found["changed"]) == (1, 1, 1, 1)


def test_a_dry_run_reports_and_leaves_nothing(market, tmp_path):
    outcome = import_file(Request(write_csv(tmp_path / "a.csv", samples.CITY), dry_run=True))
    assert outcome.snapshot is None and outcome.report["merged"] == 2
    assert not Snapshot.objects.exists() and folders(market) == []


def test_a_refused_file_leaves_nothing(market, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title,company\n")
    with pytest.raises(ImportRefused, match="header and no rows"):
        import_file(Request(path))
    with pytest.raises(ImportRefused, match="is not a file"):
        import_file(Request(tmp_path / "absent.csv"))
    assert not Snapshot.objects.exists() and folders(market) == []


class PowerCut(BaseException):
    """Ends a process where it stands."""


def test_a_crash_before_the_row_is_written_leaves_no_half_and_the_next_import_heals(
    market, tmp_path, monkeypatch
):
    path = write_csv(tmp_path / "a.csv", samples.BOARD)

    def die(*_):
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_record", die)
        with pytest.raises(PowerCut):
            import_file(Request(path))
    assert not Snapshot.objects.exists()
    left = folders(market)
    outcome = import_file(Request(path))
    assert outcome.is_new and folders(market) == left == [outcome.snapshot.sha256]


def test_a_lost_folder_is_made_again_under_the_same_name(market, tmp_path):
    path = write_csv(tmp_path / "a.csv", samples.BOARD)
    first = import_file(Request(path)).snapshot
    store.remove(first.sha256)
    again = import_file(Request(path))
    assert again.snapshot == first and not again.is_new and folders(market) == [first.sha256]


def test_a_withdrawn_snapshot_does_not_come_back(market, tmp_path):
    path = write_csv(tmp_path / "a.csv", samples.BOARD)
    loading.withdraw(snapshot=import_file(Request(path)).snapshot, reason="The licence forbids it.")
    with pytest.raises(ImportRefused, match="The licence forbids it"):
        import_file(Request(path))


def test_imported_data_never_replaces_the_published_figures(market, tmp_path):
    loading.load_published()
    before = [figure.snapshot for figure in statistics.compute_all()]
    import_file(Request(write_csv(tmp_path / "a.csv", samples.BOARD)))
    assert [figure.snapshot for figure in statistics.compute_all()] == before


# The command ------------------------------------------------------------------------------------------------


def test_the_command_says_what_became_of_each_row(market, tmp_path, capsys):
    path = write_csv(tmp_path / "a.csv", samples.CITY)
    call_command("jobs", "import", str(path), "--dry-run")
    assert "Dry run: a.csv is city-postings" in capsys.readouterr().out
    call_command("jobs", "import", str(path))
    assert "read 5 = accepted 3 + quarantined 0 + merged 2" in capsys.readouterr().out
    call_command("jobs", "import", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["merged"] == 2
    call_command("jobs", "import", str(path))
    assert "Nothing changed" in capsys.readouterr().out


def test_the_command_refuses_with_the_reason(market, tmp_path):
    path = write_csv(tmp_path / "a.csv", [["sector", "note"], ["x", "y"]])
    with pytest.raises(CommandError, match="No source has these 2 columns"):
        call_command("jobs", "import", str(path))
    with pytest.raises(CommandError, match="No source is called 'nobody'"):
        call_command("jobs", "import", str(path), "--source", "nobody")
