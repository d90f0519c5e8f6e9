"""What the site puts on pages of courses and of the job market, which know nothing of each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from courses.models import Exercise, Module
from jobs_data import counting, market
from jobs_data.selection import EVERYTHING
from jobs_data.statistics import Figure
from trainyard.careers import aims, demand, proofs, teaching
from trainyard.careers.demand import Panel

register = template.Library()

MOST_SKILLS, MOST_LESSONS = 12, 3


@register.simple_tag(takes_context=True)
def demand_of(context: Mapping[str, Any], subject: Module | Exercise) -> Panel | None:
    """The market's panel for a lesson's or exercise's skills: over the reader's target, else all postings."""
    skills = teaching.topics(subject) if isinstance(subject, Module) else proofs.skills_of(subject)
    if not skills:
        return None
    user = context["request"].user
    target = aims.kept(user) if user.is_authenticated else None
    if target and target.snapshot:
        return demand.panel(target.snapshot, target.selection, skills)
    snapshot = market.preferred(counting.snapshots())
    return demand.panel(snapshot, EVERYTHING, skills) if snapshot else None


@register.simple_tag
def lessons_for(figure: Figure | None) -> list[tuple[str, list[Module]]]:
    """The skills among a figure's rows that lessons lead to, by name, each with up to three of them."""
    rows = figure.rows if figure else ()
    skills = dict.fromkeys(
        (str(row["skill"]), str(row.get("line") or row["label"])) for row in rows if "skill" in row
    )
    taught = teaching.teachers()
    found = [(name, taught[code][:MOST_LESSONS]) for code, name in skills if code in taught]
    return found[:MOST_SKILLS]
