"""The SQL that makes postings: which expression gives which column. Text in, text out; nothing is run here.

Only names come from files, and they are quoted; values never enter a statement.
"""

from __future__ import annotations

from collections.abc import Iterable

from .cells import Cells, text
from .cleaning import pay
from .descriptors import Descriptor


def joined(cells: Cells, names: Iterable[str], read: Iterable[str] = ()) -> str:
    """The cells with the dictionaries of these names, keyed by cells as they came, and some cells as read."""
    used = list(names)
    joins = [f"LEFT JOIN d_{one} ON d_{one}.raw = cells.raw_{one}" for one in used]
    return " ".join([f"FROM {cells.table(raw=used, read=read)}", *joins])


# Fields that postings hold as they came.
VERBATIM = ("key", "url", "text", "skills")
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
    stated = [(one, "currency") for one in ("pay_text", "pay_min", "pay_max", "pay")]
    return {
        "low": first(names, ("pay_min", "amount"), ("pay_text", "minimum"), *lone, kind="DOUBLE"),
        "high": first(names, ("pay_max", "amount"), ("pay_text", "maximum"), *lone, kind="DOUBLE"),
        "currency": first(names, ("currency", "word"), *stated, default=rules.currency if rules else None),
        "period": _unless_unread(
            names,
            first(
                names,
                ("period", "word"),
                ("pay_text", "period"),
                raw=by_column + "END" if is_split else None,
                default=rules.period if rules else None,
            ),
        ),
    }


def _unless_unread(names: set[str], period: str) -> str:
    """Nothing where the column states a period that could not be read: no default may stand in for it."""
    return (
        f"CASE WHEN NOT coalesce(d_period.problem, false) THEN {period} END" if "period" in names else period
    )


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


def country(descriptor: Descriptor, names: set[str]) -> str:
    """The country of work: the column's, else the place's, else the descriptor's."""
    return first(names, ("country", "code"), ("place", "country"), default=descriptor.default_country)


def postings(cells: Cells, names: set[str], collected: int | None) -> str:
    """Postings with what they state, the rate of their year and how many of their periods are a year."""
    descriptor = cells.descriptor
    parts = pay_columns(descriptor, names)
    stated = _stated(cells, names)
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
        f"{_conflict(names)} AS is_conflict, "
        f"{_any_problem(names, unread)} AS is_pay_unread, "
        f"{_any_problem(names, ('posted_at',))} AS is_date_unread, "
        f"{_any_problem(names, ('country',))} AS is_country_unread "
        f"{joined(cells, names, [one for one in VERBATIM if one in cells.mapped])}"
    )
    priced = (
        "SELECT inside.* EXCLUDE (period), period AS stated_period, rates.last_day AS rate_day, "
        "CASE WHEN inside.currency = 'USD' THEN 1.0 ELSE rates.per_usd END AS rate, "
        f"coalesce(period, CASE WHEN coalesce(pay_max, pay_min) / rate >= {pay.SURELY_A_YEAR_USD} "
        "THEN 'year' END) AS period "
        f"FROM ({inner}) inside LEFT JOIN rates ON rates.currency = inside.currency AND rates.year = {year}"
    )
    return f"SELECT *, {factor} AS per_year FROM ({priced})"


def _stated(cells: Cells, names: set[str]) -> dict[str, str]:
    """Columns that the source states, by expression."""
    mapped = cells.mapped

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
        "country": country(cells.descriptor, names),
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
        "tags": stated("skills"),
        "specializations": _both(listed("title", "specializations"), listed("specialization", "names")),
        "text_length": f"length({stated('text')})",
    }


def _both(first_list: str, second_list: str) -> str:
    """Two lists as one without repeats; lists are joined only where both hold something."""
    return (
        f"CASE WHEN len({second_list}) = 0 THEN {first_list} WHEN len({first_list}) = 0 THEN {second_list} "
        f"ELSE list_distinct(list_concat({first_list}, {second_list})) END"
    )


def _conflict(names: set[str]) -> str:
    """Whether no reading of the place is in the country that its column names."""
    if not {"country", "place"} <= names:
        return "false"
    return (
        "coalesce(d_country.code IS NOT NULL AND len(d_place.readings) > 0 "
        "AND NOT list_contains(d_place.readings, d_country.code), false)"
    )


def _any_problem(names: set[str], tables: Iterable[str]) -> str:
    return " OR ".join(
        ["false", *(f"coalesce(d_{table}.problem, false)" for table in tables if table in names)]
    )
