"""What is looked for: words, filters, source and order, out of an address and back into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from .. import selection
from ..models import Origin
from ..selection import EVERYTHING, BadSelection, Problem, Selection
from . import words

Order = Literal["newest", "relevance", "pay"]
ORDERS: Mapping[str, str] = {
    "newest": "newest first",
    "relevance": "best match first",
    "pay": "highest pay first",
}
ORIGINS = (Origin.IMPORTED.value, Origin.GENERATED.value)
# What else may stand in an address of the list or its API.
PAGING = ("page", "page_size", "format")


@dataclass(frozen=True, slots=True)
class Search:
    """Words (`q`), filters, the slug of a source, where postings come from ("" = as there are), the order."""

    words: str = ""
    selection: Selection = field(default=EVERYTHING)
    source: str = ""
    origin: str = ""
    order: str = ""

    @property
    def chosen(self) -> dict[str, str]:
        """Everything that is set, as text, in the order of an address."""
        own = {"q": self.words, **self.selection.chosen, "source": self.source, "origin": self.origin}
        return {name: value for name, value in (own | {"sort": self.order}).items() if value}

    @property
    def query(self) -> str:
        """As a query string; "" when nothing is set."""
        return urlencode(self.chosen)

    @property
    def effective_order(self) -> str:
        """The order in use: words are ranked, everything else is newest first, unless one is chosen."""
        return self.order or ("relevance" if self.words else "newest")

    @property
    def orders(self) -> dict[str, str]:
        """The orders to choose from, in words: "" is the usual one for this search."""
        usual = "relevance" if self.words else "newest"
        others = {key: text for key, text in ORDERS.items() if key not in (usual, "relevance")}
        return {"": ORDERS[usual], **others}

    @property
    def title(self) -> str:
        """In words, such as `“pytorch”, United States, senior`; `all postings` when nothing is set."""
        said = [f"“{self.words}”"] if self.words else []
        said += [self.selection.words] if self.selection.words else []
        said += [self.source] if self.source else []
        return ", ".join(said) or "all postings"

    def having(self, name: str, value: str) -> Search:
        """The same with one thing set or, for "", let go."""
        return parse({**self.chosen, name: value})

    def newest(self) -> Search:
        """The same, the newest postings first."""
        return replace(self, order="newest")

    def without_order(self) -> Search:
        """The same without its order: what is found, not how it is shown."""
        return replace(self, order="")


def parse(params: Mapping[str, str], *, is_strict: bool = False) -> Search:
    """The search of an address; BadSelection names all that is wrong in it.

    Names that mean nothing here are mistakes only where `is_strict`.
    """
    problems: list[Problem] = []
    own = ("q", "source", "origin", "sort", *PAGING)
    try:
        chosen = selection.parse(params, ignoring=own if is_strict else None)
    except BadSelection as wrong:
        problems += wrong.problems
        chosen = EVERYTHING
    text = " ".join(params.get("q", "").replace("\x00", " ").split())
    if text:
        try:
            words.parts(text)
        except words.BadWords as bad:
            problems.append(Problem("q", text[:80], str(bad)))
    problems += _among(params, "origin", ORIGINS)
    problems += _among(params, "sort", ORDERS)
    if problems:
        raise BadSelection(problems)
    return Search(text, chosen, params.get("source", ""), params.get("origin", ""), params.get("sort", ""))


def from_query(query: str) -> Search:
    """The search of a query string, as `Search.query` writes it; BadSelection when it is none."""
    return parse(dict(parse_qsl(query)))


def _among(
    params: Mapping[str, str], name: str, allowed: Mapping[str, str] | tuple[str, ...]
) -> list[Problem]:
    value = params.get(name, "")
    if not value or value in allowed:
        return []
    return [Problem(name, value[:80], f"{name}={value[:80]!r}: use one of {', '.join(allowed)}.")]
