"""The SQL that makes postings: which expression gives which column. Text in, text out; nothing is run here.

Only names come from files, and they are quoted; values never enter a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .cleaning import pay, rates
from .descriptors import Descriptor, normal

GENERAL_MISSING = ("", "n/a", "nan", "null", "none", "nil")
HEAP_SHARE, HEAP_SIZE = 0.05, 100
Mapped = Mapping[Any, str]


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted literal."""
    return "'" + value.replace("'", "''") + "'"


def cells_view(descriptor: Descriptor, mapped: Mapped, raw_columns: list[str]) -> str:
    """A view of the mapped fields, as they came (`raw_title`) and read (`title`: trimmed, null if missing).

    With it two hashes: `row_hash` of all cells, and `same_hash` of all but pay. Columns that a query does not
    name cost nothing.
    """
    amounts = {mapped.get("pay"), mapped.get("source_usd")}
    hashes = [
        f"{row_hash(raw_columns)} AS row_hash",
        f"{row_hash(column for column in raw_columns if column not in amounts)} AS same_hash",
    ]
    fields = [f"{name(column)} AS raw_{field}" for field, column in mapped.items()]
    fields += [f"{cell(descriptor, field, name(column))} AS {field}" for field, column in mapped.items()]
    return f"CREATE VIEW cells AS SELECT row_no, {', '.join([*hashes, *fields])} FROM raw"


def cell(descriptor: Descriptor, field: str, expression: str) -> str:
    """A cell without spaces around it, null where the source says that it is missing."""
    missing = [*GENERAL_MISSING, *(one.casefold() for one in descriptor.missing)]
    if field.startswith("pay"):
        missing += descriptor.missing_pay
    words = ", ".join(text(word) for word in dict.fromkeys(missing))
    return f"CASE WHEN lower(trim({expression})) NOT IN ({words}) THEN trim({expression}) END"


def distinct(descriptor: Descriptor, fields: Iterable[str]) -> str:
    """The different cells of these fields, as they came and read; missing ones are left out."""
    raw = [f"raw_{field}" for field in fields]
    read = [f"{cell(descriptor, field, f'raw_{field}')} AS {field}" for field in fields]
    return (
        f"SELECT {', '.join([*raw, *read])} FROM (SELECT DISTINCT {', '.join(raw)} FROM cells) "
        f"WHERE {' AND '.join(f'{field} IS NOT NULL' for field in fields)}"
    )


def joined(names: Iterable[str]) -> str:
    """The cells with the dictionaries of these names, which are keyed by cells as they came."""
    joins = [
        f"LEFT JOIN d_{one} ON d_{one}.raw_0 = cells.raw_country AND d_{one}.raw_1 = cells.raw_place"
        if one == "conflict"
        else f"LEFT JOIN d_{one} ON d_{one}.raw_0 = cells.raw_{one}"
        for one in names
    ]
    return " ".join(["FROM cells", *joins])


PAY_PARTS = ("pay", "pay_min", "pay_max", "pay_year", "pay_hour", "pay_text", "currency", "period")


def pay_columns(descriptor: Descriptor, names: set[str]) -> dict[str, str]:
    """Expressions for low, high, currency and period as stated."""
    rules = descriptor.pay
    lone = ("pay", "amount"), ("pay_year", "amount"), ("pay_hour", "amount")
    by_column = "CASE " + "".join(
        f"WHEN d_pay_{unit}.amount IS NOT NULL THEN '{unit}' "
        for unit in ("year", "hour")
        if f"pay_{unit}" in names
    )
    is_split = "pay_year" in names or "pay_hour" in names
    stated = [("currency", "word"), ("pay_text", "currency")]
    return {
        "low": first(names, ("pay_min", "amount"), ("pay_text", "minimum"), *lone, kind="DOUBLE"),
        "high": first(names, ("pay_max", "amount"), ("pay_text", "maximum"), *lone, kind="DOUBLE"),
        "currency": first(names, *stated, default=rules.currency if rules else None),
        "period": first(
            names,
            ("period", "word"),
            ("pay_text", "period"),
            raw=by_column + "END" if is_split else None,
            default=rules.period if rules else None,
        ),
    }


def first(
    names: set[str],
    *candidates: tuple[str, str],
    raw: str | None = None,
    default: str | None = None,
    kind: str = "VARCHAR",
) -> str:
    """The first of the candidates' values that is there and not null."""
    parts = [f"d_{table}.{column}" for table, column in candidates if table in names]
    parts += [raw] if raw else []
    parts += [text(default)] if default else []
    return f"coalesce({', '.join(parts)})" if parts else f"CAST(NULL AS {kind})"


def left_out_table(descriptor: Descriptor, mapped: Mapped, names: set[str], raw_columns: list[str]) -> str:
    """`left_out`: rows with a reason to be quarantined, and repeats of a key with the row that stands."""
    parts = pay_columns(descriptor, names)
    reasons = ["CASE WHEN cells.title IS NULL THEN 'no title' END"]
    reasons.append(f"CASE WHEN {parts['low']} > {parts['high']} THEN 'lowest pay above highest pay' END")
    if "currency" in names:
        reasons.append(
            f"CASE WHEN d_currency.problem AND {parts['high']} IS NOT NULL THEN 'currency not known' END"
        )
    if "key" in mapped:
        reasons.append("CASE WHEN cells.key IS NULL THEN 'no key' END")
    reason = f"nullif(concat_ws('; ', {', '.join(reasons)}), '')"
    key = "cells.key" if "key" in mapped else "CAST(NULL AS VARCHAR)"
    judged = (
        f"SELECT cells.row_no, {reason} AS reason, {key} AS key "
        f"{joined(one for one in PAY_PARTS if one in names)}"
    )
    if "key" not in mapped:
        return (
            "CREATE TEMP TABLE left_out AS SELECT row_no, reason, CAST(NULL AS BIGINT) AS kept_row, "
            f"false AS is_identical FROM ({judged}) WHERE reason IS NOT NULL"
        )
    ignored = {normal(column) for column in descriptor.merge_ignores}
    compared = row_hash([column for column in raw_columns if normal(column) not in ignored])
    return (
        f"CREATE TEMP TABLE left_out AS WITH judged AS ({judged}), repeats AS ("
        "SELECT row_no, first_value(row_no) OVER by_key AS kept_row FROM judged WHERE reason IS NULL "
        "WINDOW by_key AS (PARTITION BY key ORDER BY row_no)) "
        "SELECT row_no, reason, CAST(NULL AS BIGINT) AS kept_row, false AS is_identical FROM judged "
        "WHERE reason IS NOT NULL UNION ALL "
        "SELECT repeats.row_no, NULL, kept_row, a.h = b.h FROM repeats "
        f"JOIN (SELECT row_no, {compared} AS h FROM raw) a ON a.row_no = repeats.row_no "
        f"JOIN (SELECT row_no, {compared} AS h FROM raw) b ON b.row_no = repeats.kept_row "
        "WHERE repeats.row_no <> kept_row"
    )


def row_hash(raw_columns: Iterable[str]) -> str:
    """A 64-bit hash of cells: DuckDB's own is fast, and used only within one process."""
    return f"hash({', '.join(name(column) for column in raw_columns)})"


def pairs_table(descriptor: Descriptor, mapped: Mapped) -> str:
    """`pairs`: adjacent rows that differ in pay alone, the larger first: likely the ends of one range."""
    if not (descriptor.pairs_are_range_ends and "pay" in mapped):
        nothing = "SELECT 0::BIGINT AS row_no, 0::BIGINT AS pair, '' AS pay_end LIMIT 0"
        return f"CREATE TEMP TABLE pairs AS {nothing}"
    return (
        "CREATE TEMP TABLE pairs AS WITH rows AS ("
        "SELECT row_no, same_hash AS same, TRY_CAST(pay AS DOUBLE) AS amount FROM cells), marked AS ("
        "SELECT *, same IS DISTINCT FROM lag(same) OVER (ORDER BY row_no) AS starts FROM rows), runs AS ("
        "SELECT *, sum(starts::INTEGER) OVER (ORDER BY row_no) AS run FROM marked), placed AS ("
        "SELECT *, row_no - first_value(row_no) OVER (PARTITION BY run ORDER BY row_no) AS place FROM runs), "
        "mates AS (SELECT *, lead(row_no) OVER w AS mate, lead(amount) OVER w AS other FROM placed "
        "WINDOW w AS (PARTITION BY run ORDER BY row_no)), found AS ("
        "SELECT row_no, mate FROM mates WHERE place % 2 = 0 AND amount > other) "
        "SELECT row_no, row_no AS pair, 'highest' AS pay_end FROM found UNION ALL "
        "SELECT mate, row_no, 'lowest' FROM found"
    )


def country(descriptor: Descriptor, names: set[str]) -> str:
    """The country of work: the column's, else the place's, else the descriptor's."""
    return first(names, ("country", "code"), ("place", "country"), default=descriptor.default_country)


def heaps_table(descriptor: Descriptor, mapped: Mapped, names: set[str]) -> str:
    """`heaps`: a value of pay that more than 5 % of a country's rows repeat (of 100 rows or more)."""
    parts = pay_columns(descriptor, names)
    used = [one for one in (*PAY_PARTS, "country", "place") if one in names]
    return (
        f"CREATE TEMP TABLE heaps AS WITH paid AS (SELECT {country(descriptor, names)} AS country, "
        f"{parts['low']} AS low, {parts['high']} AS high {joined(used)}) "
        "SELECT country AS heap_country, low AS heap_low, high AS heap_high "
        "FROM (SELECT country, low, high, count(*) AS n, "
        "sum(count(*)) OVER (PARTITION BY country) AS total FROM paid "
        "WHERE high IS NOT NULL GROUP BY country, low, high) "
        f"WHERE total >= {HEAP_SIZE} AND n > {HEAP_SHARE} * total AND country IS NOT NULL"
    )


def postings(descriptor: Descriptor, mapped: Mapped, names: set[str], collected: int | None) -> str:
    """The query of `postings.parquet`."""
    parts = pay_columns(descriptor, names)
    stated = _stated(descriptor, mapped, names)
    called = {"low": "pay_min", "high": "pay_max"}
    pay_sql = ", ".join(f"{expression} AS {called.get(part, part)}" for part, expression in parts.items())
    usual = text(descriptor.pay.basis) if descriptor.pay else "NULL"
    estimate = "d_pay_text.is_estimate" if "pay_text" in names else "false"
    factor = (
        "CASE period " + " ".join(f"WHEN '{p}' THEN {n}" for p, n in pay.PERIODS_PER_YEAR.items()) + " END"
    )
    year = f"coalesce(year(posted_at), {collected or 'NULL'})"
    unread = ("pay", "pay_min", "pay_max", "pay_year", "pay_hour", "pay_text", "period")
    inner = (
        f"SELECT cells.row_no, {', '.join(f'{e} AS {c}' for c, e in stated.items())}, {pay_sql}, "
        f"CASE WHEN {estimate} THEN 'estimated_by_source' ELSE {usual} END AS basis, "
        f"{_flag(names, 'conflict', 'found')} AS is_conflict, "
        f"{_any_problem(names, unread)} AS is_pay_unread, "
        f"{_any_problem(names, ('posted_at',))} AS is_date_unread, "
        f"{_any_problem(names, ('country',))} AS is_country_unread "
        f"{joined(names)}"
    )
    priced = (
        "SELECT inside.* EXCLUDE (period), period AS stated_period, rates.last_day AS rate_day, "
        "CASE WHEN inside.currency = 'USD' THEN 1.0 ELSE rates.per_usd END AS rate, "
        f"coalesce(period, CASE WHEN pay_max / rate >= {pay.SURELY_A_YEAR_USD} THEN 'year' END) AS period "
        f"FROM ({inner}) inside LEFT JOIN rates ON rates.currency = inside.currency AND rates.year = {year}"
    )
    annual = f"SELECT *, {factor} AS per_year FROM ({priced})"
    return _final(annual, descriptor)


def _stated(descriptor: Descriptor, mapped: Mapped, names: set[str]) -> dict[str, str]:
    """Columns that the source states, by expression."""

    def stated(field: str) -> str:
        return f"cells.{field}" if field in mapped else "CAST(NULL AS VARCHAR)"

    def listed(table: str, column: str) -> str:
        return f"coalesce(d_{table}.{column}, [])" if table in names else "CAST([] AS VARCHAR[])"

    return {
        "source_key": stated("key"),
        "url": stated("url"),
        "title": "d_title.clean",
        "position": "d_title.position",
        "seniority": first(names, ("seniority", "word"), ("title", "seniority")),
        "seniority_from": f"CASE WHEN {first(names, ('seniority', 'word'))} IS NOT NULL THEN 'field' "
        "WHEN d_title.seniority IS NOT NULL THEN 'title' END",
        "company": first(names, ("company", "word")),
        "company_size": first(names, ("company_size", "word")),
        "industry": first(names, ("industry", "word")),
        "country": country(descriptor, names),
        "region": first(names, ("place", "region")),
        "city": first(names, ("place", "city")),
        "residence": first(names, ("residence", "code")),
        "remote": first(names, ("remote", "word"), ("place", "remote")),
        "employment": first(names, ("employment", "word")),
        "education": first(names, ("education", "word")),
        "posted_at": first(names, ("posted_at", "day"), kind="DATE"),
        "date_precision": first(names, ("posted_at", "precision")),
        "valid_through": first(names, ("valid_through", "day"), kind="DATE"),
        "source_usd": first(names, ("source_usd", "amount"), kind="DOUBLE"),
        "tags": listed("skills", "names"),
        "specializations": f"list_distinct(list_concat({listed('title', 'specializations')}, "
        f"{listed('specialization', 'names')}))",
        "text_length": f"length({stated('text')})",
    }


def _flag(names: set[str], table: str, column: str) -> str:
    return f"coalesce(d_{table}.{column}, false)" if table in names else "false"


def _any_problem(names: set[str], tables: Iterable[str]) -> str:
    return " OR ".join(
        ["false", *(f"coalesce(d_{table}.problem, false)" for table in tables if table in names)]
    )


def _final(annual: str, descriptor: Descriptor) -> str:
    """Pay in USD a year with its derivation, and the flags, for rows that are not left out."""
    low_usd, high_usd = "pay_min * per_year / rate", "pay_max * per_year / rate"
    middle = "CASE WHEN pay_min > 0 THEN sqrt(pay_min * pay_max) ELSE coalesce(pay_max, pay_min) END"
    flags = {
        "location_conflict": "is_conflict",
        "country_unknown": "is_country_unread",
        "date_unreadable": "is_date_unread",
        "pay_unreadable": "is_pay_unread",
        "pay_estimated": "basis = 'estimated_by_source'",
        "pay_period_unstated": "pay_max IS NOT NULL AND period IS NULL",
        "pay_period_inferred": "stated_period IS NULL AND period IS NOT NULL",
        "pay_currency_unstated": "pay_max IS NOT NULL AND currency IS NULL",
        "no_exchange_rate": "pay_max IS NOT NULL AND currency IS NOT NULL AND rate IS NULL",
        "pay_implausible": (
            f"coalesce({low_usd}, {high_usd}) < {pay.LOWEST_PLAUSIBLE_USD} OR {high_usd} > "
            f"{pay.HIGHEST_PLAUSIBLE_USD} OR (period = 'hour' AND pay_max / rate > "
            f"{pay.MOST_PLAUSIBLE_USD_AN_HOUR}) OR (pay_min > 0 AND pay_max / pay_min > "
            f"{pay.WIDEST_PLAUSIBLE_RANGE})"
        ),
        "range_end_pair": "pair IS NOT NULL",
        "pay_heaped": "heap_high IS NOT NULL",
    }
    listed = ", ".join(f"CASE WHEN {test} THEN '{flag}' END" for flag, test in flags.items())
    derived = {
        "pay_basis": "CASE WHEN pay_max IS NOT NULL THEN basis END",
        "usd_min": low_usd,
        "usd_max": high_usd,
        "usd_mid": f"{middle} * per_year / rate",
        "fx_rate": "CASE WHEN pay_max IS NOT NULL THEN rate END",
        "fx_day": "CASE WHEN pay_max IS NOT NULL AND currency <> 'USD' THEN rate_day END",
        "fx_series": f"CASE WHEN pay_max * rate > 0 AND currency <> 'USD' THEN {text(rates.SERIES)} END",
        "hours_per_year": f"CASE WHEN period = 'hour' THEN {pay.PERIODS_PER_YEAR['hour']} END",
        "flags": f"[flag FOR flag IN [{listed}] IF flag IS NOT NULL]",
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


def summary(path: str) -> str:
    """One row of counts over the postings."""
    return (
        "SELECT count(*) AS accepted, "
        "(SELECT count(DISTINCT row_hash) FROM cells ANTI JOIN left_out USING (row_no)) AS different_rows, "
        "count(pay_max) AS with_pay, count(usd_mid) AS with_usd, count(country) AS with_country, "
        "count(position) AS with_position, count(seniority) AS with_seniority, "
        "count(text_length) AS with_text, count(*) FILTER (WHERE len(tags) > 0) AS with_tags, "
        "min(posted_at) AS first_date, max(posted_at) AS last_date, "
        f"count(DISTINCT company) AS companies FROM read_parquet({text(path)})"
    )
