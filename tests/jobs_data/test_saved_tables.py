"""One table as many programs save it: separators, commas, days, encodings, packing."""

from __future__ import annotations

import gzip

import pytest

from jobs_data import importing
from tests.jobs_data.samples import usd, write_csv


def test_a_german_table_has_decimal_commas_and_days_first(shaped, tmp_path):
    rows = [
        ["Title", "Location", "Salary Min", "Salary Max", "Currency", "Period", "Date"],
        [
            "Datenwissenschaftler (m/w/d)",
            "Köln, Deutschland",
            "65.000",
            "80.000",
            "EUR",
            "Jahr",
            "13.05.2024",
        ],
        ["Software Entwickler", "München", "3.500,50", "4.200,00", "EUR", "Monat", "05.06.2024"],
    ]
    _, _, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows, encoding="cp1252", delimiter=";"))
    assert usd(rows[1]) == (65_000, 80_000, "EUR", "year") and usd(rows[2]) == (
        3_500.5,
        4_200,
        "EUR",
        "month",
    )
    assert [rows[number]["country"] for number in (1, 2)] == ["DE", "DE"]
    assert [rows[number]["posted_at"].isoformat() for number in (1, 2)] == ["2024-05-13", "2024-06-05"]
    assert [rows[number]["position"] for number in (1, 2)] == ["data-scientist", "software-engineer"]


def test_hourly_means_with_three_decimals_stay_what_they_are(shaped, tmp_path):
    rows = [["title", "salary_min", "salary_max"], ["Nurse", "47.125", "52.125"], ["Cook", "21.5", "30.0"]]
    _, _, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows))
    assert usd(rows[1])[:2] == (47.125, 52.125)


@pytest.mark.parametrize(
    ("dates", "first", "noted"),
    [
        (["25/05/2024", "05/06/2024"], "2024-06-05", False),
        (["05/25/2024", "05/06/2024"], "2024-05-06", False),
        (["05/06/2024", "04/06/2024"], "2024-05-06", True),
    ],
)
def test_the_other_dates_of_a_file_say_which_number_is_the_day(shaped, tmp_path, dates, first, noted):
    rows = [["title", "date_posted"], *(["Nurse", day] for day in dates)]
    _, report, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows))
    assert first in {row["posted_at"].isoformat() for row in rows.values() if row["posted_at"]}
    assert any("nothing in the file decides" in note for note in report["notes"]) == noted


@pytest.mark.parametrize(
    "content",
    [
        "\ufefftitle,company\nNurse,Ä\n".encode(),
        "title,company\nNurse,Ä\n".encode("utf-16-le"),
        "title,company\r\nNurse,Ä\r\n".encode("utf-16"),
        "sep=;\ntitle;company\nNurse;Ä\n".encode("cp1252"),
        "\n\ntitle|company\nNurse|Ä\n".encode("cp1252"),
        "title,company\rNurse,Ä\r".encode(),
        gzip.compress("title\tcompany\nNurse\tÄ\n".encode()),
        b'{"title": "Nurse", "company": "\xc3\x84"}\n\n',
        b'{"jobs": [{"title": "Nurse", "company": "\xc3\x84"}]}',
    ],
)
def test_one_table_saved_in_nine_ways_is_one_table(shaped, tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    _, _, rows, _ = shaped(path)
    assert [(row["title"], row["company"]) for row in rows.values()] == [("Nurse", "Ä")]


def test_a_period_that_is_not_understood_is_not_taken_for_a_year(shaped, tmp_path):
    rows = [["title", "salary_min", "salary_max", "pay_period"], ["Nurse", "2000", "2500", "Bi-weekly"]]
    _, _, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows))
    assert rows[1]["period"] is None and {"pay_unreadable", "pay_period_unstated"} <= set(rows[1]["flags"])


@pytest.mark.parametrize(
    ("header", "slug"),
    [
        ("date,state,indeed_job_postings_index", "hiring-lab-postings-index-by-state"),
        ("date,metro,cbsa_code,indeed_job_postings_index", "hiring-lab-postings-index-by-metro"),
        ("date,province,indeed_job_postings_index", "hiring-lab-postings-index-by-province"),
        ("date,region,indeed_job_postings_index", "hiring-lab-postings-index-by-region"),
        ("date,city,indeed_job_postings_index", "hiring-lab-postings-index-by-city"),
        ("date,jobcountry,sector,remote_share_postings", "hiring-lab-remote-share-by-sector"),
        ("date,jobcountry,remote_share_searches", "hiring-lab-remote-searches"),
    ],
)
def test_series_by_region_and_sector(tmp_path, header, slug):
    cells = {"date": "2020-02-01", "jobcountry": "US", "cbsa_code": "10180"}
    path = tmp_path / "a.csv"
    path.write_text(header + "\n" + ",".join(cells.get(name, "99.5") for name in header.split(",")) + "\n")
    descriptor, report = importing._build(tmp_path, importing.Request(path), "0" * 64)
    assert (descriptor.slug, report["measurements"], report["accepted"]) == (slug, 1, 1)
