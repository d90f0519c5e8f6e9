"""The SQL that marks rows before postings are made: unusable ones, repeats, pairs of one range, heaps."""

from __future__ import annotations

from . import columns as sql
from .cells import Cells

HEAP_SHARE, HEAP_SIZE = 0.05, 100


def left_out_table(cells: Cells, names: set[str]) -> str:
    """`left_out`: the rows with a reason to be quarantined."""
    descriptor = cells.descriptor
    parts = sql.pay_columns(descriptor, names)
    reasons = [f"CASE WHEN {parts['low']} > {parts['high']} THEN 'lowest pay above highest pay' END"]
    # People who answer a survey may leave out what they do; a posting without a title is none.
    if descriptor.record_kind != "survey_answer":
        reasons.insert(0, "CASE WHEN cells.title IS NULL THEN 'no title' END")
    if "currency" in names:
        reasons.append(
            f"CASE WHEN d_currency.problem AND {parts['high']} IS NOT NULL THEN 'currency not known' END"
        )
    used = [one for one in sql.PAY_PARTS if one in names]
    reason = f"nullif(concat_ws('; ', {', '.join(reasons)}), '')"
    return (
        "CREATE TEMP TABLE left_out AS SELECT row_no, reason, CAST(NULL AS BIGINT) AS kept_row, false AS "
        f"is_identical FROM (SELECT cells.row_no, {reason} AS reason {sql.joined(cells, used, ['title'])}) "
        "WHERE reason IS NOT NULL"
    )


def repeats(cells: Cells) -> str:
    """Adds to `left_out` the rows that repeat a key and its title, with the first row, which stands.

    One id with two titles is two postings: some files number their pages, not their rows.
    """
    compared = cells.hash_without(cells.descriptor.merge_ignores)
    digest = f"hash({cells.source('key')}, {cells.source('title')})"
    # Most files repeat nothing: hashes find the few candidates, then the cells themselves decide.
    return (
        f"INSERT INTO left_out WITH suspects AS (SELECT {digest} AS h FROM raw GROUP BY 1 "
        "HAVING count(*) > 1), "
        f"held AS (SELECT row_no, key, title FROM {cells.table(read=['key', 'title'], digest=digest)} "
        "ANTI JOIN left_out USING (row_no) WHERE key IS NOT NULL AND digest IN (SELECT h FROM suspects)), "
        "firsts AS (SELECT key, title, min(row_no) AS kept_row FROM held GROUP BY ALL HAVING count(*) > 1), "
        "found AS (SELECT row_no, kept_row FROM held JOIN firsts ON held.key = firsts.key "
        "AND held.title IS NOT DISTINCT FROM firsts.title WHERE row_no <> kept_row), "
        f"hashed AS (SELECT row_no, {compared} AS h FROM raw WHERE row_no IN "
        "(SELECT row_no FROM found UNION ALL SELECT kept_row FROM found)) "
        "SELECT found.row_no, NULL, kept_row, a.h = b.h FROM found JOIN hashed a ON a.row_no = found.row_no "
        "JOIN hashed b ON b.row_no = kept_row"
    )


def pairs_table(cells: Cells) -> str:
    """`pairs`: adjacent rows that differ in pay alone, the larger first: likely the ends of one range."""
    if not (cells.descriptor.pairs_are_range_ends and "pay" in cells.mapped):
        nothing = "SELECT 0::BIGINT AS row_no, 0::BIGINT AS pair, '' AS pay_end LIMIT 0"
        return f"CREATE TEMP TABLE pairs AS {nothing}"
    same = cells.hash_without(cells.mapped[one] for one in ("pay", "source_usd") if one in cells.mapped)
    return (
        "CREATE TEMP TABLE pairs AS WITH rows AS (SELECT row_no, same, TRY_CAST(pay AS DOUBLE) AS amount "
        f"FROM {cells.table(read=['pay'], same=same)}), marked AS ("
        "SELECT *, same IS DISTINCT FROM lag(same) OVER (ORDER BY row_no) AS starts FROM rows), runs AS ("
        "SELECT *, sum(starts::INTEGER) OVER (ORDER BY row_no) AS run FROM marked), placed AS ("
        "SELECT *, row_no - first_value(row_no) OVER (PARTITION BY run ORDER BY row_no) AS place FROM runs), "
        "mates AS (SELECT *, lead(row_no) OVER w AS mate, lead(amount) OVER w AS other FROM placed "
        "WINDOW w AS (PARTITION BY run ORDER BY row_no)), found AS ("
        "SELECT row_no, mate FROM mates WHERE place % 2 = 0 AND amount > other) "
        "SELECT row_no, row_no AS pair, 'highest' AS pay_end FROM found UNION ALL "
        "SELECT mate, row_no, 'lowest' FROM found"
    )


def heaps_table(cells: Cells, names: set[str]) -> str:
    """`heaps`: a value of pay that more than 5 % of a country's rows repeat (of 100 rows or more)."""
    parts = sql.pay_columns(cells.descriptor, names)
    used = [one for one in (*sql.PAY_PARTS, "country", "place") if one in names]
    return (
        f"CREATE TEMP TABLE heaps AS WITH paid AS (SELECT {sql.country(cells.descriptor, names)} AS country, "
        f"{parts['low']} AS low, {parts['high']} AS high {sql.joined(cells, used)}) "
        "SELECT country AS heap_country, low AS heap_low, high AS heap_high "
        "FROM (SELECT country, low, high, count(*) AS n, "
        "sum(count(*)) OVER (PARTITION BY country) AS total FROM paid "
        "WHERE high IS NOT NULL GROUP BY country, low, high) "
        f"WHERE total >= {HEAP_SIZE} AND n > {HEAP_SHARE} * total AND country IS NOT NULL"
    )
