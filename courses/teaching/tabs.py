"""The pages of an offering, in the order of their tabs. A new page of a class is one line here."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from courses.models import Offering


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of an offering: `view` takes the offering's slug as `offering`."""

    name: str
    title: str
    view: str
    for_graders: bool = True

    def address(self, offering: Offering) -> str:
        """Where the tab leads for this offering."""
        return reverse(self.view, kwargs={"offering": offering.slug})


TABS: list[Tab] = [
    Tab("people", "People", "teaching:people"),
    Tab("deadlines", "Deadlines", "teaching:deadlines"),
    Tab("review", "Review", "review:index"),
    Tab("gradebook", "Gradebook", "gradebook:gradebook"),
    Tab("certificates", "Certificates", "certificates:of-class", for_graders=False),
    Tab("regrade", "Re-grade", "regrade:index", for_graders=False),
    Tab("settings", "Settings", "teaching:settings", for_graders=False),
]


def add(tab: Tab) -> None:
    """A page that the site adds to every offering: before the settings, once."""
    if tab not in TABS:
        TABS.insert(len(TABS) - 1, tab)
