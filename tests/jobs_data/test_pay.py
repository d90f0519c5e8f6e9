"""Reading pay, whatever it looks like, and refusing to guess."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs_data.cleaning.pay import (
    PERIODS_PER_YEAR,
    Pay,
    Unreadable,
    parse_amount,
    parse_currency,
    parse_pay,
    parse_period,
)

ENDS = st.tuples(st.integers(1, 999), st.integers(1, 999)).map(sorted)


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ("USD 100K - 180K", Pay(100_000, 180_000, "USD")),
        ("EUR 70K-90K", Pay(70_000, 90_000, "EUR")),
        ("CNY 344K - 401K", Pay(344_000, 401_000, "CNY")),
        ("CNY 401K - 479K", Pay(401_000, 479_000, "CNY")),
        ("$90K, 401K", Pay(90_000, 90_000, "USD")),
        ("$172k/yr", Pay(172_000, 172_000, "USD", "year")),
        ("$137K-$171K (Glassdoor est.)", Pay(137_000, 171_000, "USD", is_estimate=True)),
        ("Employer Provided Salary:$34-$53 Per Hour", Pay(34, 53, "USD", "hour")),
        ("15 000 - 20 000 PLN", Pay(15_000, 20_000, "PLN")),
        ("15000 zł / month", Pay(15_000, 15_000, "PLN", "month")),
        ("70.000 € - 90.000 €", Pay(70_000, 90_000, "EUR")),
        ("CHF 120'000", Pay(120_000, 120_000, "CHF")),
        ("£45,000 per annum", Pay(45_000, 45_000, "GBP", "year")),
        ("$15.00 - $20.00 an hour", Pay(15, 20, "USD", "hour")),
        ("10-20 GBP/h", Pay(10, 20, "GBP", "hour")),
        ("$60,000 CAD", Pay(60_000, 60_000, "CAD")),
        ("R$ 5.000 - R$ 7.000", Pay(5_000, 7_000, "BRL")),
        ("$50.00/hr - $65.00/hr", Pay(50, 65, "USD", "hour")),
        ("De 45 000 € à 55 000 € par an", Pay(45_000, 55_000, "EUR", "year")),
        ("12 LPA", Pay(1_200_000, 1_200_000, "", "year")),
        ("From $75,000 a year", Pay(75_000, None, "USD", "year")),
        ("200k+", Pay(200_000, None)),
        ("A$120k + super", Pay(120_000, 120_000, "AUD")),
        ("15 tys. zł / mies.", Pay(15_000, 15_000, "PLN", "month")),
    ],
)
def test_pay_of_every_board_is_read(text, pay):
    assert parse_pay(text) == pay


@pytest.mark.parametrize("text", ["", "-1", "n/a", "Competitive", "0..0", "0 - 0", "401k"])
def test_what_says_nothing_of_pay_is_missing(text):
    assert parse_pay(text) is None


@pytest.mark.parametrize("text", ["see attached", "USD 60K - EUR 70K", "180K - 100K", "9" * 20])
def test_what_cannot_be_pay_is_refused_by_name(text):
    with pytest.raises(Unreadable, match="pay"):
        parse_pay(text)


def test_an_upper_bound_leaves_the_lower_end_open():
    assert parse_pay("up to $90k") == Pay(None, 90_000, "USD")


@example([401, 401], "USD", " – ")
@example([344, 401], "EUR", "..")
@example([1, 401], "PLN", " to ")
@given(ENDS, st.sampled_from(["USD", "EUR", "PLN"]), st.sampled_from([" - ", "-", " – ", " to ", ".."]))
def test_every_range_is_read_back(ends, code, dash):
    low, high = ends
    assert parse_pay(f"{code} {low}K{dash}{high}K") == Pay(low * 1000, high * 1000, code)


@given(st.text(max_size=60))
def test_any_text_gives_ordered_pay_nothing_or_a_reason(text):
    try:
        pay = parse_pay(text)
    except Unreadable as reason:
        assert "pay" in str(reason)
    else:
        assert pay is None or pay.maximum is not None and (pay.minimum or 0) <= pay.maximum


@given(st.integers(0, 10**9))
def test_separators_do_not_change_an_amount(amount):
    assert parse_amount(f"{amount:,}") == parse_amount(str(amount)) == (amount or parse_amount("0"))


def test_an_amount_that_is_a_range_is_refused():
    with pytest.raises(Unreadable, match="not one number"):
        parse_amount("1 - 2")


@pytest.mark.parametrize(
    ("text", "period"),
    [("Annual", "year"), ("per month", "month"), ("HOUR", "hour"), ("Daily", "day"), ("", "")],
)
def test_periods_are_read_in_any_case(text, period):
    assert parse_period(text) == period
    assert not period or period in PERIODS_PER_YEAR


@pytest.mark.parametrize(
    ("text", "code"), [("usd", "USD"), ("zł", "PLN"), ("EUR European Euro", "EUR"), ("", "")]
)
def test_currencies_are_codes_or_symbols(text, code):
    assert parse_currency(text) == code


def test_unknown_periods_and_currencies_are_refused():
    with pytest.raises(Unreadable, match="fortnight"):
        parse_period("fortnight")
    with pytest.raises(Unreadable, match="Galleon"):
        parse_currency("Galleon")
