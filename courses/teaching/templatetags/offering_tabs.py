"""`{% offering_tabs offering "people" %}`: the way between the pages of an offering."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from courses import roles
from courses.models import Offering
from courses.teaching.tabs import TABS

register = template.Library()


@register.inclusion_tag("courses/teaching/_tabs.html", takes_context=True)
def offering_tabs(context: Context, offering: Offering, here: str) -> dict[str, Any]:
    """The tabs that the visitor may open, with the page called `here` marked."""
    teaches = roles.teaches(context["request"].user, offering)
    shown = [tab for tab in TABS if tab.for_graders or teaches]
    tabs = [{"title": tab.title, "href": tab.address(offering), "is_here": tab.name == here} for tab in shown]
    return {"offering": offering, "tabs": tabs}
