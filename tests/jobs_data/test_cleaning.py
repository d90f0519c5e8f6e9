"""Reading pay as posted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_data.cleaning import Salary, parse_salary

CODES = st.sampled_from(["USD", "EUR", "GBP", "JPY"])
ENDS = st.tuples(st.integers(1, 999), st.integers(1, 999)).map(sorted)


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "currency"),
    [
        ("USD 100K - 180K", 100_000, 180_000, "USD"),
        ("EUR 70K-90K", 70_000, 90_000, "EUR"),
        ("USD 70 - 90K", 70_000, 90_000, "USD"),
        ("GBP 45,500 – 60,000", 45_500, 60_000, "GBP"),
        ("USD 95K", 95_000, 95_000, "USD"),
        ("  USD 100k - USD 120k ", 100_000, 120_000, "USD"),
    ],
)
def test_ranges_and_single_amounts_are_read(text, minimum, maximum, currency):
    assert parse_salary(text) == Salary(Decimal(minimum), Decimal(maximum), currency)


@pytest.mark.parametrize(
    "text", ["", "competitive", "100K - 180K", "USD", "USD -5K", "USD 1,00K", "USD 60K - EUR 70K", "usd 60K"]
)
def test_anything_else_is_refused_by_name(text):
    with pytest.raises(ValueError, match="salary"):
        parse_salary(text)


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match="lower end above"):
        parse_salary("USD 180K - 100K")


@given(CODES, ENDS, st.sampled_from([" - ", "-", " – "]))
def test_every_range_in_thousands_is_read_back(code, ends, dash):
    low, high = ends
    salary = parse_salary(f"{code} {low}K{dash}{high}K")
    assert (salary.minimum, salary.maximum, salary.currency) == (low * 1000, high * 1000, code)


@given(CODES, st.integers(1, 999_999_999))
def test_thousands_separators_do_not_change_an_amount(code, amount):
    assert parse_salary(f"{code} {amount:,}") == parse_salary(f"{code} {amount}")


@given(st.text(max_size=40))
def test_any_text_gives_an_ordered_salary_or_a_reason(text):
    try:
        salary = parse_salary(text)
    except ValueError as reason:
        assert repr(text) in str(reason)
    else:
        assert 0 <= salary.minimum <= salary.maximum
