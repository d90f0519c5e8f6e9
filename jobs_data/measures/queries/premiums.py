"""The sums from which the premium of each skill follows, raw and within groups of equal postings.

Pay is taken as the logarithm in whole ten-thousandths, so that sums are exact whatever their order. Within
groups, least squares with one constant for each group has the slope sum(w d) / sum(w), where a group's d is
the difference of its means with and without the skill, and w = n1 n0 / n (Frisch, Waugh and Lovell). `a0`,
`a1` and `a2` give, as a polynomial in the slope, the sum of weighted squared residuals for White's robust
error (1980).
"""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import ibis

from .counts import dated
from .tables import Table, Tables

GROUP = ["position", "level", "country", "period"]
SCALE = 10_000


def by_skill(tables: Tables) -> Table:
    """One row for each skill that at least ten postings with pay name."""
    paid = _paid(tables)
    every = paid.group_by(GROUP).aggregate(n=paid.count(), s=paid.y.sum(), q=(paid.y * paid.y).sum())
    named = paid.join(tables.skills.select("row_no", "skill"), "row_no")
    sums = {"n1": named.count(), "s1": named.y.sum(), "q1": (named.y * named.y).sum()}
    raw = named.group_by("skill").aggregate(**sums, companies=named.company.nunique())
    raw = raw.filter(raw.n1 >= 10).cross_join(
        every.aggregate(all_n=every.n.sum(), all_s=every.s.sum(), all_q=every.q.sum())
    )
    within = _within(named.group_by(["skill", *GROUP]).aggregate(**sums), every)
    return raw.left_join(within, "skill").drop("skill_right").order_by("skill")


def _paid(tables: Tables) -> Table:
    units = dated(tables.units, required=False)
    paid = units.filter(units.usd > 0, units.has_words, units.position.notnull(), units.country.notnull())
    return paid.select(
        "row_no",
        "position",
        "country",
        "period",
        "company",
        level=ibis.coalesce(paid.seniority, ""),
        y=(paid.usd.cast("float64").ln() * SCALE).round().cast("int64"),
    )


def _within(with_skill: Table, every: Table) -> Table:
    """Sums over the groups that hold postings with the skill and without."""
    both = with_skill.join(every, GROUP)
    both = both.filter(both.n > both.n1)
    number = {name: both[name].cast("float64") for name in ("n", "n1", "s", "s1", "q", "q1")}
    both = both.mutate(**number)
    n0, s0, q0 = both.n - both.n1, both.s - both.s1, both.q - both.q1
    share, mean = both.n1 / both.n, both.s / both.n
    rest = 1 - share
    squares_1 = both.q1 - 2 * mean * both.s1 + both.n1 * mean * mean
    squares_0 = q0 - 2 * mean * s0 + n0 * mean * mean
    terms = both.mutate(
        w=both.n1 * n0 / both.n,
        wd=(both.s1 * n0 - s0 * both.n1) / both.n,
        a0=rest * rest * squares_1 + share * share * squares_0,
        a1=2 * (rest**3 * (both.n1 * mean - both.s1) - share**3 * (n0 * mean - s0)),
        a2=rest**4 * both.n1 + share**4 * n0,
        n0=n0,
    )
    return terms.group_by("skill").aggregate(
        groups=terms.count(),
        matched=terms.n1.sum(),
        compared=terms.n0.sum(),
        **{name: terms[name].sum() for name in ("w", "wd", "a0", "a1", "a2")},
    )
