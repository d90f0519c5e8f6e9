"""Small files of our own making, in the shapes of the formats that the importer knows."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

BOARD = (
    [
        "",
        "Job Title",
        "Salary Estimate",
        "Job Description",
        "Rating",
        "Company Name",
        "Location",
        "Size",
        "Industry",
    ],
    [
        0,
        "Sr Data Scientist",
        "$137K-$171K (Glassdoor est.)",
        "Ask hr@example.org or (555) 123-4567",
        "3.1",
        "Healthfirst\n3.1",
        "New York, NY",
        "1001 to 5000 employees",
        "Insurance",
    ],
    [1, "Data Analyst", "-1", "text", "-1", "Solo", "Irvine, CA", "-1", "-1"],
    [
        2,
        "Data Engineer",
        "Employer Provided Salary:$34-$53 Per Hour",
        "text",
        "4",
        "B2\n4.0",
        "Remote",
        "51 to 200 employees",
        "IT Services",
    ],
    [3, "", "$100K-$120K (Glassdoor est.)", "text", "4", "Nameless", "Austin, TX", "-1", "-1"],
)
NETWORK = (
    ["id", "title", "company", "location", "level", "job_type", "remote", "salary", "date", "description"],
    [
        1,
        "ML Engineer",
        "A",
        "Austin, TX",
        "mid-senior level",
        "full_time",
        "t",
        "$172k/yr",
        "2023-03-01",
        "x",
    ],
    [
        2,
        "Data Analyst",
        "B",
        "Berlin, Germany",
        "Entry level",
        "contract",
        "f",
        "EUR 70K-90K",
        "2023-03-01",
        "x",
    ],
    [
        3,
        "Data Analyst",
        "C",
        "Paris, FR",
        "Director",
        "part-time",
        "f",
        "see attached",
        "2023-03-01",
        "=cmd|x",
    ],
)
POLISH = (
    [
        "id",
        "title",
        "company_name",
        "city",
        "country_code",
        "workplace_type",
        "experience_level",
        "salary_from",
        "salary_to",
        "salary_currency",
        "published_at",
    ],
    [
        1,
        "Senior Python Developer",
        "A",
        "Warszawa",
        "PL",
        "remote",
        "senior",
        18000,
        24000,
        "PLN",
        "2023-05-04",
    ],
    [2, "Data Engineer", "B", "Kraków", "PL", "partly_remote", "mid", 0, 0, "", "2023-05-04"],
    [3, "Tester", "B", "Kraków", "PL", "office", "junior", 9000, 7000, "PLN", "2023-05-04"],
)
CITY = (
    [
        "Job ID",
        "Agency",
        "Posting Type",
        "Business Title",
        "Full-Time/Part-Time indicator",
        "Career Level",
        "Salary Range From",
        "Salary Range To",
        "Salary Frequency",
        "Work Location",
        "Posting Date",
    ],
    [
        1,
        "PARKS",
        "Internal",
        "Data Analyst",
        "F",
        "Manager",
        60000,
        80000,
        "Annual",
        "1 Main St",
        "06/10/2024",
    ],
    [
        1,
        "PARKS",
        "External",
        "Data Analyst",
        "F",
        "Manager",
        60000,
        80000,
        "Annual",
        "1 Main St",
        "06/10/2024",
    ],
    [2, "PARKS", "External", "Lifeguard", "P", "Entry-Level", 22.5, 25, "Hourly", "1 Main St", "06/10/2024"],
    [3, "PARKS", "External", "Plumber", "F", "Manager", 300, 400, "Daily", "1 Main St", "06/10/2024"],
    [3, "PARKS", "Internal", "Plumber", "F", "Manager", 310, 400, "Daily", "1 Main St", "06/10/2024"],
)
LISTS = (
    [
        "job_title",
        "job_location",
        "job_schedule_type",
        "job_work_from_home",
        "job_posted_date",
        "job_country",
        "salary_year_avg",
        "salary_hour_avg",
        "company_name",
        "job_skills",
    ],
    [
        "Senior Data Engineer",
        "Austin, TX",
        "Full-time",
        True,
        "2023-05-01 03:00:00",
        "Sudan",
        127500,
        None,
        "Acme",
        "['python', 'sql', 'c++']",
    ],
    [
        "Data Analyst",
        "Berlin, Germany",
        "Contractor",
        False,
        "2023-05-01 03:00:00",
        "Germany",
        None,
        45.5,
        "Acme",
        "['r']",
    ],
)
SURVEY = (
    [
        "ResponseId",
        "Employment",
        "RemoteWork",
        "EdLevel",
        "DevType",
        "OrgSize",
        "Country",
        "Currency",
        "CompTotal",
        "LanguageHaveWorkedWith",
        "ConvertedCompYearly",
    ],
    [
        1,
        "Employed, full-time",
        "Remote",
        "Bachelor’s degree (B.A., B.S., B.Eng., etc.)",
        "Data scientist",
        "20 to 99 employees",
        "United Kingdom of Great Britain and Northern Ireland",
        "GBP\tPound sterling",
        60000,
        "Python;SQL;R",
        76000,
    ],
    [2, "NA", "NA", "NA", "Developer, full-stack", "NA", "Nomadic", "NA", "NA", "NA", "NA"],
)
SALARIES = [
    "work_year",
    "experience_level",
    "employment_type",
    "job_title",
    "salary",
    "salary_currency",
    "salary_in_usd",
    "employee_residence",
    "remote_ratio",
    "company_location",
    "company_size",
]
JSON_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {
            "@type": "JobPosting",
            "title": "ML Engineer",
            "datePosted": "2024-03-01",
            "hiringOrganization": {"@type": "Organization", "name": "Acme"},
            "jobLocation": {"address": {"addressLocality": "Seoul", "addressCountry": "Republic of Korea"}},
            "baseSalary": {
                "currency": "KRW",
                "value": {"minValue": 60_000_000, "maxValue": 80_000_000, "unitText": "YEAR"},
            },
            "employmentType": ["FULL_TIME"],
            "jobLocationType": "TELECOMMUTE",
            "educationRequirements": {"credentialCategory": "bachelor degree"},
        }
    ],
}


def salary(
    title: str, amount: int, *, year: int = 2023, country: str = "US", currency: str = "USD"
) -> list[object]:
    """A row of the ai-jobs salary table."""
    return [year, "SE", "FT", title, amount, currency, amount, country, 100, country, "M"]


def write_csv(path: Path, rows: Sequence[Sequence[object]], **options: str) -> Path:
    """The rows as a CSV file, the first being its header."""
    with path.open("w", newline="", encoding=options.pop("encoding", "utf-8")) as file:
        csv.writer(file, **options).writerows(rows)
    return path


def write_json(path: Path, value: object) -> Path:
    """The value as a JSON file."""
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def usd(row):
    return row["pay_min"], row["pay_max"], row["currency"], row["period"]
