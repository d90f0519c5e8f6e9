"""The SQL that makes postings: which expression gives which column. Text in, text out; nothing is run here.

Only names come from files, and they are quoted; values never enter a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .cleaning import pay
from .descriptors import Descriptor, normal

GENERAL_MISSING = ("", "n/a", "nan", "null", "none", "nil")
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
    held = descriptor.candidates(raw_columns)
    amounts = {mapped.get("pay"), mapped.get("source_usd")}
    hashes = [
        f"{row_hash(raw_columns)} AS row_hash",
        f"{row_hash(column for column in raw_columns if column not in amounts)} AS same_hash",
    ]
    sources = {field: _source(descriptor, field, held[field]) for field in mapped}
    fields = [f"{source} AS raw_{field}" for field, source in sources.items()]
    fields += [f"{cell(descriptor, field, source)} AS {field}" for field, source in sources.items()]
    return f"CREATE VIEW cells AS SELECT row_no, {', '.join([*hashes, *fields])} FROM raw"


def _source(descriptor: Descriptor, field: Any, columns: list[str]) -> str:
    """Where a field's cells come from: one column, several together, or the group of a row's pay."""
    if field in descriptor.joined and len(columns) > 1:
        parts = ", ".join(cell(descriptor, field, name(column)) for column in columns)
        return f"nullif(concat_ws(';', {parts}), '')"
    if descriptor.first_filled and len(columns) > 1:
        return f"coalesce({', '.join(cell(descriptor, field, name(column)) for column in columns)})"
    if not any(field in group for group in descriptor.pay_groups):
        return name(columns[0])
    by_name = {normal(column): column for column in columns}
    cases = []
    for group in descriptor.pay_groups:
        amounts = [cell(descriptor, one, name(group[one])) for one in ("pay_min", "pay_max") if one in group]
        if column := by_name.get(normal(group.get(field, ""))):
            cases.append(f"WHEN coalesce({', '.join(amounts)}) IS NOT NULL THEN {name(column)}")
    return f"CASE {' '.join(cases)} END"


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


def row_hash(raw_columns: Iterable[str]) -> str:
    """A 64-bit hash of cells: DuckDB's own is fast, and used only within one process."""
    return f"hash({', '.join(name(column) for column in raw_columns)})"


def country(descriptor: Descriptor, names: set[str]) -> str:
    """The country of work: the column's, else the place's, else the descriptor's."""
    return first(names, ("country", "code"), ("place", "country"), default=descriptor.default_country)


def postings(descriptor: Descriptor, mapped: Mapped, names: set[str], collected: int | None) -> str:
    """Postings with what they state, the rate of their year and how many of their periods are a year."""
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
        f"coalesce(period, CASE WHEN coalesce(pay_max, pay_min) / rate >= {pay.SURELY_A_YEAR_USD} "
        "THEN 'year' END) AS period "
        f"FROM ({inner}) inside LEFT JOIN rates ON rates.currency = inside.currency AND rates.year = {year}"
    )
    return f"SELECT *, {factor} AS per_year FROM ({priced})"


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
        "tags": tags(names),
        "specializations": f"list_distinct(list_concat({listed('title', 'specializations')}, "
        f"{listed('specialization', 'names')}))",
        "text_length": f"length({stated('text')})",
    }


def tags(names: set[str]) -> str:
    """The names in a cell of skills; lists with quotation marks of both kinds were read in Python."""
    if "skills" not in names:
        return "CAST([] AS VARCHAR[])"
    plain = "string_split(translate(cells.skills, ';|' || chr(10), ',,,'), ',')"
    return (
        "CASE WHEN cells.skills IS NULL THEN [] WHEN d_skills.names IS NOT NULL THEN d_skills.names WHEN "
        f"{SIMPLE_LIST} THEN string_split(cells.skills[3:-3], $$', '$$) ELSE "
        f"[trim(tag) FOR tag IN {plain} IF trim(tag) <> ''] END"
    )


def hard_list(expression: str) -> str:
    """Whether a cell is a list that only Python reads as it is meant."""
    return f"{expression}[1] = '[' AND NOT {SIMPLE_LIST.replace('cells.skills', expression)}"


# `['python', 'sql']` with nothing in its names that could be read in two ways; all other lists go to Python.
SIMPLE_LIST = r"""regexp_full_match(cells.skills, $$\['[^'"\\,]+'(?:, '[^'"\\,]+')*\]$$)"""


def _flag(names: set[str], table: str, column: str) -> str:
    return f"coalesce(d_{table}.{column}, false)" if table in names else "false"


def _any_problem(names: set[str], tables: Iterable[str]) -> str:
    return " OR ".join(
        ["false", *(f"coalesce(d_{table}.problem, false)" for table in tables if table in names)]
    )
