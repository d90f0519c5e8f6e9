"""Files nobody wrote a descriptor for in advance, and the usual ones as other people save them."""

from __future__ import annotations

import json

import openpyxl
import pytest

from jobs_data.cleaning.words import parse_list
from tests.jobs_data.samples import usd, write_csv, write_json


def test_an_estimate_scrape_of_other_countries_with_lower_case_names(shaped, tmp_path):
    rows = [
        ["company", "location", "job_title", "salary_estimate", "company_size", "job_description"],
        ["A", "Toronto", "Data Analyst", "CA$73K - CA$99K (Glassdoor est.)", "51 to 200 Employees", "x"],
        ["B", "Bengaluru", "Data Analyst", "₹3L - ₹6L (Glassdoor Est.)", "-1", "x"],
        ["B", "Bengaluru", "Data Analyst", "₹3,00,000 - ₹6,00,000 a year", "-1", "x"],
        ["C", "London", "Data Analyst", "£35K - £45K (Employer Est.)", "10000+ Employees", "x"],
    ]
    slug, _, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows), collected=2023)
    assert slug == "salary-estimate-scrape"
    assert [rows[number]["country"] for number in (1, 2, 3, 4)] == ["CA", "IN", "IN", "GB"]
    assert usd(rows[1]) == (73_000, 99_000, "CAD", "year")
    assert usd(rows[2]) == usd(rows[3]) == (300_000, 600_000, "INR", "year")
    assert rows[4]["usd_min"] == pytest.approx(35_000 / rows[4]["fx_rate"])


def test_a_network_listing_with_pay_named_behind_both_ends(shaped, tmp_path):
    rows = [
        ["id", "title", "location", "level", "job_type", "is_remote", "salary", "listed_at"],
        [1, "ML Engineer", "Remote (EMEA)", "Director", "Contract", "t", "", "2023-03-01"],
        [
            2,
            "Backend Engineer",
            "EMEA",
            "Not Applicable",
            "Full-time",
            "f",
            "€55,000.00/yr - €70,000.00/yr",
            "",
        ],
        [3, "Backend Engineer", "Seoul, Republic of Korea", "Entry level", "Temporary", "f", "200k+", ""],
        [4, "Backend Engineer", "Atlanta, Georgia, United States", "Executive", "", "f", "$1,500/mo", ""],
        [5, "Backend Engineer", "Tbilisi, Georgia", "Internship", "Internship", "f", "", ""],
    ]
    _, _, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows))
    assert [rows[number]["country"] for number in range(1, 6)] == [None, None, "KR", "US", "GE"]
    assert rows[1]["remote"] == "remote" and rows[2]["remote"] is None and rows[2]["seniority"] is None
    assert usd(rows[2]) == (55_000, 70_000, "EUR", "year")
    assert usd(rows[3])[:2] == (200_000, None), "an open end is not closed"
    assert usd(rows[4]) == (1_500, 1_500, "USD", "month")


def test_times_in_milliseconds_and_a_lone_median(shaped, tmp_path):
    rows = [
        ["job_id", "title", "location", "max_salary", "med_salary", "min_salary", "pay_period", "currency"]
        + ["remote_allowed", "original_listed_time", "formatted_experience_level"],
        [1, "Nurse", "Princeton, NJ", "20.0", "", "17.0", "HOURLY", "USD", "", "1713397508000.0", ""],
        [2, "Data Scientist", "Boston, MA", "", "4000.0", "", "MONTHLY", "USD", "1.0", "1.713397508e+12"]
        + ["Mid-Senior level"],
    ]
    _, _, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows))
    assert rows[1]["posted_at"] == rows[2]["posted_at"] and rows[1]["posted_at"].isoformat() == "2024-04-17"
    assert usd(rows[1]) == (17, 20, "USD", "hour") and usd(rows[2]) == (4_000, 4_000, "USD", "month")
    # "MA" is Morocco too; "NJ" in the same column settles what two capitals are.
    assert rows[2]["country"] == "US" and rows[2]["remote"] == "remote" and rows[1]["remote"] is None


def test_polish_pay_by_contract_in_an_old_encoding(shaped, tmp_path):
    rows = [
        ["id", "title", "city", "country_code", "workplace_type", "experience_level", "published_at"]
        + ["salary_from_permanent", "salary_to_permanent", "salary_currency_permanent"]
        + ["salary_from_b2b", "salary_to_b2b", "salary_currency_b2b", "skills_name_0", "skills_name_1"],
        ["a", "Młodszy Tester", "Łódź", "PL", "partly_remote", "junior", "2022-06-09T08:00:32.640Z"]
        + [0, 0, "pln", 12000, 15000, "eur", "Selenium", "Go"],
        ["b", "Senior Data Engineer", "Kraków", "PL", "remote", "senior", "2022-06-09"]
        + [18000, 24000, "pln", 20000, 30000, "pln", "Python", ""],
    ]
    slug, report, rows, skills = shaped(write_csv(tmp_path / "a.csv", rows, encoding="cp1250", delimiter=";"))
    assert slug == "polish-board-by-contract" and "Read as cp1250." in report["notes"]
    assert rows[1]["title"] == "Młodszy Tester" and rows[1]["city"] == "Łódź"
    assert usd(rows[1]) == (12_000, 15_000, "EUR", "month")
    assert usd(rows[2]) == (18_000, 24_000, "PLN", "month")
    assert skills == {1: {"selenium", "go"}, 2: {"python"}}


def test_polish_contracts_as_lists_of_objects(shaped, tmp_path):
    def offer(number, contracts):
        shared = {"title": "Java Developer", "country_code": "PL", "experience_level": "mid", "id": number}
        return shared | {"employment_types": contracts, "skills": [{"name": "Java", "level": 4}]}

    b2b = {"type": "b2b", "salary": {"from": 18000, "to": 25000, "currency": "pln"}}
    permanent = {"type": "permanent", "salary": {"from": 14000, "to": 19000, "currency": "pln"}}
    offers = [offer(1, [b2b, permanent]), offer(2, [b2b]), offer(3, [{"type": "b2b", "salary": None}])]
    slug, _, rows, skills = shaped(write_json(tmp_path / "a.json", offers))
    assert slug == "polish-board-listed"
    assert [usd(rows[number])[:3] for number in (1, 2, 3)] == [
        (14_000, 19_000, "PLN"),
        (18_000, 25_000, "PLN"),
        (None, None, "PLN"),
    ]
    assert skills[1] == {"java"}


def test_a_workbook_with_lists_of_skills_and_pay_by_the_hour_or_year(shaped, tmp_path):
    book = openpyxl.Workbook()
    for row in [
        ["Job Title", "Location", "Pay", "Pay Type", "Skills", "Date Posted"],
        ["Data Scientist", "Austin, TX", 55.5, "Hourly", "['Python', 'R', 'Excel']", "2024-05-01"],
        ["Data Scientist", "Austin, TX", 155_000, "Yearly", "['C#', \"Bob's tool\"]", "2024-05-01"],
        ["Data Scientist", "Austin, TX", '=HYPERLINK("http://x")', "Yearly", "[]", "2024-05-01"],
    ]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    _, _, rows, skills = shaped(tmp_path / "a.xlsx")
    assert usd(rows[1])[::3] == (55.5, "hour") and usd(rows[2])[::3] == (155_000, "year")
    assert rows[3]["pay_max"] is None
    assert skills == {1: {"python", "r", "excel"}, 2: {"csharp"}}
    assert parse_list(rows[2]["tags"]) == ("C#", "Bob's tool")


def test_a_scrapers_country_is_caught_behind_more_places(shaped, tmp_path):
    rows = [
        ["job_title", "job_location", "job_country", "salary_year_avg", "salary_hour_avg", "job_skills"],
        ["Data Analyst", "Austin, TX   (+3 others)", "Sudan", "", "24.0", "['excel']"],
        ["Data Analyst", "Anywhere", "Sudan", "", "24.0", "['excel']"],
        ["Data Analyst", "Khartoum, Sudan", "Sudan", "", "", ""],
    ]
    _, _, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows))
    assert ["location_conflict" in rows[number]["flags"] for number in (1, 2, 3)] == [True, False, False]


def test_a_city_writes_days_and_thousands_its_own_way(shaped, tmp_path):
    header = ["job_id", "posting_type", "business_title", "salary_range_from", "salary_range_to"]
    header += ["salary_frequency", "posting_date", "post_until", "minimum_qual_requirements"]
    rows = [
        [
            7,
            kind,
            "Data Engineer",
            "75000.00",
            "95,000.00",
            "Annual",
            "2024-04-17T00:00:00.000",
            "30-JUN-2024",
        ]
        + ["A baccalaureate degree"]
        for kind in ("External", "Internal")
    ]
    _, report, rows, _ = shaped(write_csv(tmp_path / "a.csv", [header, *rows]))
    assert (report["accepted"], report["merged"], report["merged_identical"]) == (1, 1, 1)
    assert rows[1]["valid_through"].isoformat() == "2024-06-30" and rows[1]["education"] == "bachelor"
    assert usd(rows[1]) == (75_000, 95_000, "USD", "year")


def test_one_id_with_two_titles_is_two_postings(shaped, tmp_path):
    rows = [
        ["id", "title", "company"],
        [1, "Cook", "A"],
        [1, "Nurse", "B"],
        [1, "Cook", "A"],
        ["", "Cook", "C"],
    ]
    _, report, rows, _ = shaped(write_csv(tmp_path / "a.csv", rows))
    assert (report["accepted"], report["merged"]) == (3, 1) and sorted(rows) == [1, 2, 4]


# Federal, linked data, services -----------------------------------------------------------------------------


def test_answers_of_the_federal_search_are_unwrapped(shaped, tmp_path):
    def item(number, low, high, code):
        pay = [{"MinimumRange": low, "MaximumRange": high, "RateIntervalCode": code}]
        posting = {"PositionTitle": "Data Scientist", "PositionRemuneration": pay}
        posting["PositionLocationDisplay"] = "Washington, District of Columbia"
        return {"MatchedObjectId": number, "MatchedObjectDescriptor": posting}

    items = [item("1", "99200.0", "128956.0", "PA"), item("2", "18.5", "21.5", "PH")]
    answer = {"LanguageCode": "EN", "SearchResult": {"SearchResultCount": 2, "SearchResultItems": items}}
    slug, report, rows, _ = shaped(write_json(tmp_path / "a.json", answer))
    assert (slug, report["read"]) == ("usajobs-search", 2)
    assert usd(rows[1]) == (99_200, 128_956, "USD", "year") and usd(rows[2]) == (18.5, 21.5, "USD", "hour")
    assert rows[1]["region"] == "US-DC"


def test_linked_data_in_all_its_shapes(shaped, tmp_path):
    street = {"addressRegion": "TX", "addressCountry": "US"}
    places = [{"address": street | {"addressLocality": city}} for city in ("Austin", "Dallas")]
    postings = [
        {"title": "Data Scientist (m/w/d)", "datePosted": "2024-03-01T10:00:00+02:00", "jobLocation": places}
        | {"description": "<p>R&amp;D with <b>Python</b></p>", "hiringOrganization": {"name": "Acme"}}
        | {"employmentType": ["FULL_TIME", "CONTRACTOR"], "identifier": {"value": "123"}}
        | {"baseSalary": {"currency": "USD", "value": {"minValue": "120,000", "maxValue": 150000}}},
        {
            "title": "Dev",
            "datePosted": "2024-03-01",
            "hiringOrganization": "Klinik",
            "jobLocation": "Paris, France",
        }
        | {"baseSalary": 50000, "salaryCurrency": "EUR"},
        {"title": "Nurse", "datePosted": "2024-03-01", "employmentType": "PART_TIME"}
        | {"estimatedSalary": [{"currency": "EUR", "unitText": "HOUR", "minValue": 20, "maxValue": 25}]},
    ]
    rest = [{"@type": "WebSite", "name": "x"}]
    graph = {
        "@context": "https://schema.org",
        "@graph": [one | {"@type": "JobPosting"} for one in postings] + rest,
    }
    slug, report, rows, skills = shaped(write_json(tmp_path / "a.json", graph))
    assert slug == "schema-org"
    assert report["quarantine"] == {"JSON-LD of another type than JobPosting: WebSite": 1}
    assert (rows[1]["country"], rows[1]["company"], rows[1]["employment"]) == ("US", "Acme", "full")
    assert skills == {1: {"python"}}, "R&amp;D is no language"
    assert (rows[2]["company"], rows[2]["country"], usd(rows[2])[:3]) == (
        "Klinik",
        "FR",
        (50_000, 50_000, "EUR"),
    )
    assert usd(rows[3]) == (20, 25, "EUR", "hour")


def test_a_list_of_list_items_and_one_posting_alone(shaped, tmp_path):
    posting = {"@type": "JobPosting", "title": "ML Engineer", "datePosted": "2024-03-01"}
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": posting}] * 2}
    assert shaped(write_json(tmp_path / "a.json", listed))[1]["accepted"] == 2


def test_a_wrapped_list_is_read_whatever_its_size(tmp_path):
    from jobs_data.reading import open_table

    path = tmp_path / "a.json"
    rows = [{"title": "x" * 1_000, "id": number} for number in range(12_000)]
    path.write_text(json.dumps({"count": 12_000, "results": rows, "next": None}))
    assert sum(batch.num_rows for batch in open_table(path).batches()) == 12_000


def test_services_name_their_columns_as_they_like(shaped, tmp_path):
    header = ["id", "site", "job_url", "title", "company", "location", "date_posted", "job_type", "interval"]
    header += ["min_amount", "max_amount", "currency", "is_remote", "company_num_employees", "description"]
    rows = [
        [
            "in-1",
            "indeed",
            "https://x",
            "Data Engineer",
            "X",
            "Austin, TX, US",
            "2024-10-01",
            "fulltime, contract",
        ]
        + ["yearly", "100000.0", "120000.0", "USD", "False", "501 to 1,000", "**Python**, a@b.example"],
    ]
    slug, report, rows, _ = shaped(write_csv(tmp_path / "a.csv", [header, *rows]))
    assert slug == "generic-postings" and report["redacted"] == {"email": 1}
    assert usd(rows[1]) == (100_000, 120_000, "USD", "year")
    assert (rows[1]["employment"], rows[1]["company_size"], rows[1]["country"]) == ("full", "L", "US")


def test_a_hundred_and_thirty_columns_of_a_known_format(shaped, tmp_path):
    header = ["ID", "POSTED", "EXPIRED", "TITLE_RAW", "BODY", "COMPANY_NAME", "CITY_NAME", "REMOTE_TYPE_NAME"]
    header += ["MIN_EDULEVELS_NAME", "SALARY_FROM", "SALARY_TO", "SKILLS_NAME"] + [
        f"X{n}" for n in range(120)
    ]
    row = ["1", "6/25/2024", "6/2/2024", "Data Scientist", "body", "X", "El Dorado, AR", "[None]"]
    row += ["No Education Listed", "90000", "150000", '[\n  "SQL (Programming Language)",\n  "R"\n]'] + [
        ""
    ] * 120
    slug, _, rows, skills = shaped(write_csv(tmp_path / "a.csv", [header, row]))
    assert slug == "analytics-export" and skills == {1: {"sql", "r"}}
    assert (rows[1]["region"], rows[1]["remote"], rows[1]["education"]) == ("US-AR", None, None)


# Surveys by year --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "slug", "position", "pay", "skills"),
    [
        (
            {"Respondent": 1, "Country": "Germany", "DeveloperType": "Web developer; Data scientist"}
            | {"Salary": "113750", "HaveWorkedLanguage": "Python; R", "CompanySize": "NA"},
            "developer-survey-2017",
            None,
            (113_750, 113_750, "USD", "year"),
            {"python", "r"},
        ),
        (
            {"Respondent": 1, "Country": "Kenya", "DevType": "Developer, back-end", "CompTotal": "1e+06"}
            | {
                "CompFreq": "Monthly",
                "CurrencySymbol": "KES",
                "LanguageWorkedWith": "Go",
                "ConvertedComp": "NA",
            }
            | {"MiscTechWorkedWith": "TensorFlow;Keras"},
            "developer-survey-2018-2020",
            "software-engineer",
            (1_000_000, 1_000_000, "KES", "month"),
            {"go", "tensorflow", "keras"},
        ),
        (
            {"ResponseId": 3, "Country": "Hong Kong (S.A.R.)", "Currency": "HKD\tHong Kong dollar"}
            | {"DevType": "Data scientist or machine learning specialist", "CompTotal": "32000"}
            | {"LanguageHaveWorkedWith": "C#;R", "MiscTechHaveWorkedWith": "Torch/PyTorch"},
            "developer-survey",
            "data-scientist",
            (32_000, 32_000, "HKD", "year"),
            {"csharp", "r", "torch", "pytorch"},
        ),
        (
            {"ResponseId": 4, "Country": "Viet Nam", "DevType": "NA", "LanguageHaveWorkedWith": "SQL"},
            "developer-survey",
            None,
            (None, None, None, "year"),
            {"sql"},
        ),
    ],
)
def test_surveys_of_every_year(shaped, tmp_path, cells, slug, position, pay, skills):
    found, report, rows, named = shaped(write_csv(tmp_path / "a.csv", [list(cells), list(cells.values())]))
    assert (found, report["record_kind"], report["accepted"]) == (slug, "survey_answer", 1)
    assert (rows[1]["position"], usd(rows[1])) == (position, pay)
    assert skills <= named[1] and rows[1]["country"]
