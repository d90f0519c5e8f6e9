"""Places, titles, dates, small vocabularies and redaction: what a cell means, and when it means nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_data.cleaning import places, rates, titles, words
from jobs_data.cleaning.dates import Day, parse_date
from jobs_data.cleaning.pay import Unreadable
from jobs_data.cleaning.redaction import counted, redact, taken_out

ECB = Path(__file__).resolve().parents[3] / "shared/data/reference/eurofxref-hist.csv"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Republic of Korea", "KR"),
        ("South Korea", "KR"),
        ("Democratic People's Republic of Korea", "KP"),
        ("USA", "US"),
        ("united states", "US"),
        ("UK", "GB"),
        ("Deutschland", "DE"),
        ("NA", "NA"),
        ("Korea", ""),
        ("Republic of Kore", ""),
        ("", ""),
    ],
)
def test_countries_are_matched_exactly_or_not_at_all(text, code):
    assert places.parse_country(text) == code


@given(st.sampled_from(sorted(places.names().items())))
def test_every_country_is_known_by_its_name_and_its_codes(item):
    code, name = item
    assert places.parse_country(name) == places.parse_country(code.lower()) == code


@pytest.mark.parametrize(
    ("text", "country", "region"),
    [
        ("Austin, TX", "US", "US-TX"),
        ("New York, NY 10001", "US", "US-NY"),
        ("Berlin, Germany", "DE", ""),
        ("Remote - United States", "US", ""),
        ("Toronto, ON, Canada", "CA", ""),
        ("San Francisco, California, United States", "US", "US-CA"),
        ("Irvine, CA", "", ""),
        ("Atlanta, Georgia", "US", "US-GA"),
        ("Macon, Georgia", "", ""),
        ("Anywhere", "", ""),
    ],
)
def test_places_say_their_country_or_leave_it_open(text, country, region):
    place = places.parse_place(text)
    assert (place.country, place.region) == (country, region)


def test_a_source_that_writes_american_places_settles_what_two_capitals_mean():
    assert places.parse_place("Irvine, CA", codes="states").country == "US"


def test_a_place_has_every_reading_that_could_contradict_a_scrapers_own_location():
    assert places.readings("Austin, TX") == {"US"}
    assert places.readings("Irvine, CA") == {"US", "CA"}
    assert places.readings("Khartoum") == frozenset()


@pytest.mark.parametrize(
    ("title", "position", "level"),
    [
        ("Senior Machine Learning Engineer (m/w/d)", "machine-learning-engineer", "senior"),
        ("Principal Data Scientist", "data-scientist", "lead"),
        ("MLOps Engineer II", "mlops-engineer", "mid"),
        ("Head of Data", "head-of-ai", "executive"),
        ("Data Science Intern", "data-scientist", "intern"),
        ("Business Intelligence Analyst", "bi-analyst", ""),
        ("Full Stack Developer", "software-engineer", ""),
        ("Program Manager (Data Scientist)", "project-manager", ""),
        ("Artificial insemination technician", "", ""),
        ("R&D Technician", "", ""),
    ],
)
def test_titles_mean_a_position_and_a_level(title, position, level):
    assert (titles.parse_position(title), titles.parse_seniority(title)) == (position, level)


def test_positions_carry_codes_of_both_classifications():
    assert 40 <= len(titles.positions()) <= 45
    for position in titles.positions().values():
        assert len(position.soc) == 7 and len(position.isco) == 4
        assert titles.parse_position(position.title.split(" or ")[0]) or position.slug


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2024", date(2024, 1, 1), "year"),
        ("Apr-26", date(2026, 4, 1), "month"),
        ("2024-05", date(2024, 5, 1), "month"),
        ("2024-05-28T10:00:00Z", date(2024, 5, 28), "day"),
        ("06/10/2024", date(2024, 6, 10), "day"),
        ("10.06.2024", date(2024, 6, 10), "day"),
        ("1716854400", date(2024, 5, 28), "day"),
    ],
)
def test_dates_are_read_with_their_precision(text, day, precision):
    assert parse_date(text) == Day(day, precision)


@given(st.text(max_size=20))
def test_any_text_is_a_date_missing_or_refused(text):
    try:
        found = parse_date(text)
    except Unreadable as reason:
        assert "date" in str(reason)
    else:
        assert found is None or 1990 <= found.day.year < 2100


@pytest.mark.parametrize(
    ("reader", "text", "word"),
    [
        (words.parse_remote, "t", "remote"),
        (words.parse_remote, "f", ""),
        (words.parse_remote, "partly_remote", "hybrid"),
        (words.parse_remote, "TELECOMMUTE", "remote"),
        (words.parse_employment, "FULL_TIME", "full"),
        (words.parse_employment, "Contractor", "contract"),
        (words.parse_education, "Master's or Bachelor's degree", "bachelor"),
        (words.parse_education, "PhD", "doctorate"),
        (words.parse_industry, "Insurance Carriers", "finance"),
        (words.parse_company_size, "51 to 200 employees", "M"),
        (words.parse_company_size, "10,000+ employees", "L"),
    ],
)
def test_small_vocabularies(reader, text, word):
    assert reader(text) == word


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("['python', 'c++', 'r']", ("python", "c++", "r")),
        ('["SQL"]', ("SQL",)),
        ("Python;SQL;Python", ("Python", "SQL")),
        ("[broken, list", ("[broken", "list")),
        ("[__import__('os')]", ("__import__('os')",)),
        ("", ()),
    ],
)
def test_lists_are_read_and_never_run(cell, names):
    assert words.parse_list(cell) == names


def test_personal_data_is_taken_out_and_pay_stays():
    found = redact("Mail jane.doe@example.org or +49 170 1234567, @jane_d. $100,000 - 120,000, 2024-01-01.")
    assert found.text == "Mail [e-mail] or [phone], [handle]. $100,000 - 120,000, 2024-01-01."
    assert found.counts == {"email": 1, "phone": 1, "handle": 1}


def test_what_was_taken_out_is_said_in_words():
    text = redact("a@example.org, b@example.org, @jane_d").text
    assert taken_out(text) == ["2 e-mail addresses", "1 handle"]
    assert counted("phone", 1200) == "1,200 phone numbers"


@given(st.emails())
def test_no_address_of_letters_and_digits_survives(address):
    if address.replace("@", "").replace(".", "").replace("-", "").isalnum() and address.isascii():
        assert address not in redact(f"write to {address} now").text


@pytest.mark.parametrize(
    ("currency", "year", "low", "high"),
    [("EUR", 2023, 0.9, 0.95), ("GBP", 2023, 0.75, 0.85), ("JPY", 2023, 130, 150), ("PLN", 2023, 4, 4.4)],
)
def test_rates_are_units_of_the_currency_for_one_dollar(currency, year, low, high):
    rate = next(one for one in rates.shipped() if (one.currency, one.year) == (currency, year))
    assert low < rate.per_usd < high and rate.days > 200


@pytest.mark.skipif(not ECB.exists(), reason="the ECB's file is not beside this checkout")
def test_the_shipped_rates_are_the_yearly_means_of_the_ecb():
    assert tuple(rates.derive(ECB)) == rates.shipped()
