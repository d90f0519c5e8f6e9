"""Two countries, positions or years side by side, in one figure of one source."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from . import answers, choices, comparing, counting, figures, market, measured_table, measures
from .choices import Choices
from .comparing import COMPARED, Comparison
from .market import Asked
from .measures import Measure, Unavailable, UnknownMeasure
from .models import Snapshot
from .selection import FIELDS, BadSelection, Problem

SIDES = ("first", "second")
OWN = ("by", *SIDES)


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: a filter, and two of its values ("" where none can be chosen)."""

    by: str
    values: tuple[str, str]
    offered: Choices

    @property
    def title(self) -> str:
        """The filter's title."""
        return FIELDS[self.by].title


@require_safe
def compare(request: HttpRequest, name: str) -> HttpResponse:
    """A figure over both values, their difference with its interval, and which differences are clear."""
    try:
        measure = measures.get(name)
    except UnknownMeasure as unknown:
        return answers.missing(request, str(unknown), status=404)
    params = request.GET.dict()
    asked = market.read(params, ignoring=OWN)
    context: dict[str, object] = {"measure": measure, "asked": asked, "compared": _titles()}
    problems = list(asked.problems)
    if asked.snapshot:
        by = params.get("by") or _comparable(measure)
        if by not in COMPARED:
            problems.append(Problem("by", by[:80], f"by={by[:80]!r}: use one of {', '.join(COMPARED)}."))
        else:
            sides = _sides(asked.snapshot, by, params)
            context |= {"sides": sides, "offers": _offers(asked.snapshot)}
            problems += _try(context, asked, measure, sides) if not problems else []
    context["problems"] = problems
    status = 400 if problems else 200
    response = answers.page_or_part(request, "compare", "_compare", context, status)
    if answers.is_part(request) and not problems and "query" in context:
        response["HX-Push-Url"] = f"{request.path}?{context['query']}"
    return response


def _try(context: dict[str, object], asked: Asked, measure: Measure, sides: Sides) -> list[Problem]:
    """Put the comparison into the context, or why there is none; problems of the values are returned."""
    assert asked.snapshot is not None, "asked for with a snapshot"
    if not all(sides.values):
        context["unavailable"] = f"This source has fewer than two values of {sides.title.lower()} to compare."
        return []
    try:
        found = comparing.compare(asked.snapshot, measure.name, sides.by, sides.values, asked.selection)
    except BadSelection as bad:
        return list(bad.problems)
    except Unavailable as reason:
        context["unavailable"] = str(reason)
        return []
    table = measured_table.comparison(found)
    context |= {
        "found": found,
        "table": table,
        "lead": next((row for row in table if row.interval), None),
        "spec": figures.comparison_drawing(found) if found.rows else None,
        "files": [(figure.selection.words, figures.address(figure, "csv")) for figure in found.figures],
        "query": _query(asked, sides, found),
    }
    return []


def _query(asked: Asked, sides: Sides, found: Comparison) -> str:
    return "&".join(
        [asked.query, urlencode({"by": found.field, **dict(zip(SIDES, sides.values, strict=True))})]
    )


def _sides(snapshot: Snapshot, by: str, params: dict[str, str]) -> Sides:
    """The values of the address, or the two with most postings (of years: the last two, in their order)."""
    offered = next(one for one in choices.choices(snapshot) if one.field == by)
    ranked = [one.value for one in sorted(offered.options, key=lambda one: -one.n)]
    if by == "year":
        ranked = [one.value for one in offered.options][1::-1]
    given = [params.get(side, "").strip()[:80] for side in SIDES]
    left = (value for value in ranked if value not in given)
    first, second = (value or next(left, "") for value in given)
    return Sides(by, (first, second), offered)


def _comparable(measure: Measure) -> str:
    """The first filter that is not the very thing the measure tells apart."""
    columns = [column.name for column in measure.dimensions]
    return next(field for field in COMPARED if columns != [field])


def _offers(snapshot: Snapshot) -> list[Measure]:
    return [offer.measure for offer in counting.offers(snapshot) if not offer.reason]


def _titles() -> list[tuple[str, str]]:
    return [(field, FIELDS[field].title) for field in COMPARED]
