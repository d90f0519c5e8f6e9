"""The SQL of what is derived from stated pay: US dollars a year with their derivation, flags and counts."""

from __future__ import annotations

from .cells import Cells, row_hash, text
from .cleaning import pay, rates
from .descriptors import Descriptor


def with_dollars(annual: str, descriptor: Descriptor) -> str:
    """Pay in USD a year with its derivation, and the flags, for rows that are not left out."""
    low_usd, high_usd = "pay_min * per_year / rate", "pay_max * per_year / rate"
    middle = "coalesce(CASE WHEN pay_min > 0 THEN sqrt(pay_min * pay_max) END, pay_max, pay_min)"
    paid = "coalesce(pay_max, pay_min)"
    flags = {
        "location_conflict": "is_conflict",
        "country_unknown": "is_country_unread",
        "date_unreadable": "is_date_unread",
        "pay_unreadable": "is_pay_unread",
        "pay_estimated": f"basis = 'estimated_by_source' AND {paid} IS NOT NULL",
        "pay_period_unstated": f"{paid} IS NOT NULL AND period IS NULL",
        "pay_period_inferred": f"{paid} IS NOT NULL AND stated_period IS NULL AND period IS NOT NULL",
        "pay_currency_unstated": f"{paid} IS NOT NULL AND currency IS NULL",
        "no_exchange_rate": f"{paid} IS NOT NULL AND currency IS NOT NULL AND rate IS NULL",
        "pay_implausible": (
            f"coalesce({low_usd}, {high_usd}) < {pay.LOWEST_PLAUSIBLE_USD} OR "
            f"coalesce({high_usd}, {low_usd}) > {pay.HIGHEST_PLAUSIBLE_USD} OR "
            f"(period = 'hour' AND {paid} / rate > {pay.MOST_PLAUSIBLE_USD_AN_HOUR}) OR "
            f"(pay_min > 0 AND pay_max / pay_min > {pay.WIDEST_PLAUSIBLE_RANGE})"
        ),
        "range_end_pair": "pair IS NOT NULL",
        "pay_heaped": "heap_high IS NOT NULL",
    }
    listed = ", ".join(f"CASE WHEN {test} THEN '{flag}' END" for flag, test in flags.items())
    derived = {
        "pay_basis": f"CASE WHEN {paid} IS NOT NULL THEN basis END",
        "usd_min": low_usd,
        "usd_max": high_usd,
        "usd_mid": f"{middle} * per_year / rate",
        "fx_rate": f"CASE WHEN {paid} IS NOT NULL THEN rate END",
        "fx_day": f"CASE WHEN {paid} IS NOT NULL AND currency <> 'USD' THEN rate_day END",
        "fx_series": f"CASE WHEN {paid} * rate > 0 AND currency <> 'USD' THEN {text(rates.SERIES)} END",
        "hours_per_year": f"CASE WHEN period = 'hour' THEN {pay.PERIODS_PER_YEAR['hour']} END",
        # Most rows have no flag: only the others build a list.
        "flags": f"CASE WHEN {' OR '.join(f'coalesce({test}, false)' for test in flags.values())} THEN "
        f"[flag FOR flag IN [{listed}] IF flag IS NOT NULL] ELSE [] END",
        "record_kind": text(descriptor.record_kind),
    }
    working = (
        "basis, is_conflict, is_pay_unread, is_date_unread, is_country_unread, per_year, rate, rate_day, "
        "stated_period"
    )
    return (
        f"SELECT priced.* EXCLUDE ({working}), pair, pay_end, "
        f"{', '.join(f'{expression} AS {column}' for column, expression in derived.items())} "
        f"FROM ({annual}) priced LEFT JOIN pairs USING (row_no) "
        "LEFT JOIN heaps ON heap_country = country AND heap_high = pay_max "
        "AND heap_low IS NOT DISTINCT FROM pay_min "
        "ANTI JOIN left_out USING (row_no)"
    )


def summary(path: str, cells: Cells) -> str:
    """One row of counts over the postings."""
    return (
        "SELECT count(*) AS accepted, "
        f"(SELECT count(DISTINCT h) FROM (SELECT row_no, {row_hash(cells.raw_columns)} AS h FROM raw) "
        "ANTI JOIN left_out USING (row_no)) AS different_rows, "
        "count(coalesce(pay_max, pay_min)) AS with_pay, count(usd_mid) AS with_usd, "
        "count(country) AS with_country, "
        "count(position) AS with_position, count(seniority) AS with_seniority, "
        "count(text_length) AS with_text, count(tags) AS with_tags, "
        "min(posted_at) AS first_date, max(posted_at) AS last_date, "
        f"count(DISTINCT company) AS companies FROM read_parquet({text(path)})"
    )
