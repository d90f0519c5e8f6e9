"""Shares of skills, skills that occur together, and shares over time. Base: postings with text or tags."""

# mypy: disable-error-code="import-untyped,import-not-found"
from __future__ import annotations

import ibis

from .counts import dated
from .tables import Table, Tables

# Pairs are looked for among the commonest skills: the others have too few to say anything of.
COMMONEST = 30


def shares(tables: Tables) -> Table:
    """How many postings name each skill, of `base`."""
    words = tables.units.filter(tables.units.has_words)
    named = tables.skills.semi_join(words, "row_no")
    return _of_base(named.group_by("skill").aggregate(n=named.count()), words).order_by(
        ibis.desc("n"), "skill"
    )


def pairs(tables: Tables) -> Table:
    """How many postings name two of the commonest skills, and each of them, of `base`."""
    words = tables.units.filter(tables.units.has_words)
    named = tables.skills.semi_join(words, "row_no").select("row_no", "skill")
    alone = named.group_by("skill").aggregate(n=named.count())
    alone = alone.order_by(ibis.desc("n"), "skill").limit(COMMONEST)
    first = named.semi_join(alone, "skill")
    second = first.view().rename(other="skill")
    both = first.join(second, "row_no")
    both = both.filter(both.skill < both.other)
    counted = both.group_by(["skill", "other"]).aggregate(n=both.count())
    sized = counted.join(alone.select("skill", n_first="n"), "skill")
    sized = sized.join(alone.select(other="skill", n_second="n"), "other")
    return _of_base(sized, words).order_by(ibis.desc("n"), "skill", "other")


def by_period(tables: Tables) -> Table:
    """How many postings of each period name each skill, of the period's `base`."""
    words = dated(tables.units.filter(tables.units.has_words))
    named = tables.skills.join(words.select("row_no", "period"), "row_no")
    counted = named.group_by(["period", "skill"]).aggregate(n=named.count())
    base = words.group_by("period").aggregate(base=words.count())
    return counted.join(base, "period").order_by("period", "skill")


def specializations(tables: Tables) -> Table:
    """How many postings are in each field, of `base` that name one; a posting may be in several."""
    fields = tables.specializations
    named = fields.semi_join(tables.units, "row_no")
    base = named.aggregate(base=named.row_no.nunique())
    counted = named.group_by("specialization").aggregate(n=named.count())
    return counted.cross_join(base).order_by(ibis.desc("n"), "specialization")


def _of_base(counted: Table, units: Table) -> Table:
    return counted.cross_join(units.aggregate(base=units.count()))
