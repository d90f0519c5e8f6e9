"""What a learner aims at: postings of one source, as the market's filters choose them, and what is known.

`known` are skills that the learner says they have. They are never proven, and every number says whether it
counts them. `by=pay` lets a posting count by its pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from jobs_data import market
from jobs_data.models import Snapshot
from jobs_data.selection import EVERYTHING, Problem, Selection

from .vocabulary import code_of, name_of, remedy

OWN = ("known", "by", "next")
BY_PAY = "pay"
MOST_KNOWN = 40


@dataclass(frozen=True, slots=True)
class Target:
    """Postings aimed at; `problems` say what of an address could not be used, and remedy it."""

    snapshot: Snapshot | None
    selection: Selection = EVERYTHING
    known: tuple[str, ...] = ()
    by_pay: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def chosen(self) -> dict[str, str]:
        """All that an address needs to name it again."""
        found = {"source": self.snapshot.source.slug} if self.snapshot else {}
        found |= self.selection.chosen
        if self.known:
            found["known"] = ",".join(self.known)
        return found | ({"by": BY_PAY} if self.by_pay else {})

    @property
    def query(self) -> str:
        """The same as a query string."""
        return urlencode(self.chosen)

    @property
    def words(self) -> str:
        """What is aimed at, for reading: `Germany, Machine learning engineer`."""
        return self.selection.words or "every posting"

    @property
    def known_names(self) -> list[str]:
        """The skills taken as known, as they are written."""
        return [name_of(code) for code in self.known]


def read(params: Mapping[str, str]) -> Target:
    """The target that the parameters of an address name; wrong ones become `problems`."""
    asked = market.read(params, ignoring=(*OWN, *market.VIEW))
    problems = list(asked.problems)
    selection = asked.selection
    if selection.skill:
        message = "skill: a target is made of postings of every skill; leave this filter out."
        problems.append(Problem("skill", selection.skill, message))
        selection = selection.without("skill")
    known = []
    for name in filter(None, (part.strip()[:80] for part in params.get("known", "").split(","))):
        code = code_of(name)
        if code is None:
            problems.append(Problem("known", name, f"known={name!r} is no skill. {remedy(name)}"))
        else:
            known.append(code)
    by = params.get("by", "").strip()
    if by not in ("", BY_PAY):
        problems.append(Problem("by", by[:80], f"by={by[:80]!r}: use {BY_PAY}, or leave it out."))
    kept = tuple(dict.fromkeys(known))[:MOST_KNOWN]
    return Target(asked.snapshot, selection, kept, by == BY_PAY, tuple(problems))
