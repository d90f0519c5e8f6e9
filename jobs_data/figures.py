"""Permanent addresses: `/jobs/figures/<hash>/<name>.<format>?v=<version>` always gives the same bytes.

The address names the snapshot, the statistic and its version, so what it answers can be computed again by
anyone who holds the snapshot; `verify` does so.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from . import counting, exports, maps, selection, series_figures, statistics
from .comparing import Comparison
from .keeping import kept
from .measures import Unavailable
from .models import SHORT_HASH, Origin, Snapshot
from .selection import EVERYTHING, BadSelection, Selection
from .snapshots import is_intact
from .statistics import Figure

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "vl.json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "map.svg": "image/svg+xml",
    "map.png": "image/png",
}
MAPS = frozenset(("map.svg", "map.png"))
DRAWN = MAPS | {"svg", "png", "vl.json"}
# Part of the cache key and ETag of drawn files: raise it when the same figure is drawn differently.
DRAWING_VERSION = 4
ADDRESS = re.compile(rf"/jobs/figures/([0-9a-f]{{{SHORT_HASH}}})/([a-z-]+)\.([a-z.]+)$")


class NoSuchFigure(LookupError):
    """Nothing was ever at this address; the message says what is wrong with it."""


class FigureGone(LookupError):
    """There was a figure at this address; the message says why it is gone."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What recomputing an address found; `sha256` is of the recomputed bytes."""

    holds: bool
    sha256: str
    message: str


def address(figure: Figure, file_format: str) -> str:
    """The permanent address of a figure's file, below the site's root."""
    return figure.address(file_format)


def at(short_hash: str, name: str, version: int | None = None, chosen: Selection = EVERYTHING) -> Figure:
    """The figure at an address; NoSuchFigure or FigureGone. Without a version, the newest."""
    try:
        snapshot = statistics.find_snapshot(short_hash)
        figure = None if snapshot.withdrawn_at else compute(snapshot, name, chosen)
    except Snapshot.DoesNotExist:
        raise NoSuchFigure(f"No snapshot's hash starts with {short_hash}.") from None
    except (statistics.UnknownStatistic, statistics.NotLoaded, Unavailable) as missing:
        raise NoSuchFigure(str(missing)) from None
    if figure is None:
        raise FigureGone(f"Snapshot {short_hash} was withdrawn: {snapshot.withdrawal_reason}")
    _check_version(figure, version)
    return figure


def check_format(figure: Figure, file_format: str) -> None:
    """NoSuchFigure when there is no such format, or the figure has nothing that it could draw."""
    if file_format not in CONTENT_TYPES:
        raise NoSuchFigure(f"{file_format!r} is no format; there are {', '.join(CONTENT_TYPES)}.")
    if file_format in MAPS and not maps.can_map(figure):
        raise NoSuchFigure(f"{figure.statistic.name} has no map: only figures by country have one.")
    if file_format in DRAWN and not figure.rows:
        raise NoSuchFigure(f"{figure.statistic.name} has no group of ten postings or more to draw.")


def compute(snapshot: Snapshot, name: str, chosen: Selection = EVERYTHING) -> Figure:
    """A snapshot's figure: as published, of a series, or counted over a selection of its postings.

    UnknownStatistic, NotLoaded or Unavailable where there is none.
    """
    if name in {measure.name for measure in series_figures.measures(snapshot)}:
        return series_figures.compute(snapshot, name, chosen)
    if snapshot.source.origin != Origin.PUBLISHED:
        return counting.count(snapshot, name, chosen)
    if chosen.chosen:
        raise Unavailable("Published figures are as their source printed them; they have no filters.")
    return statistics.compute(name, snapshot)


def render(figure: Figure, file_format: str) -> bytes:
    """The figure as bytes; what is drawn is kept in the cache under the snapshot's hash."""
    key = f"jobs:{entity_tag(figure, file_format)}"
    return kept(key, None, lambda: RENDERERS[file_format](figure))


def comparison_drawing(found: Comparison) -> dict[str, Any]:
    """The specification of a comparison's chart, for a page; kept like what is drawn of its figures."""
    tags = [entity_tag(figure, f"{found.field}.vl.json") for figure in found.figures]
    key = f"jobs:{hashlib.sha256('|'.join(tags).encode()).hexdigest()}"
    return kept(key, None, lambda: _compared(found))


def _compared(found: Comparison) -> dict[str, Any]:
    from . import charts  # noqa: PLC0415 - altair takes a second to import; only a drawing needs it

    return charts.compared(found)


def entity_tag(figure: Figure, file_format: str) -> str:
    """Names the bytes of a figure's file: snapshot, statistic, its version and the drawing's."""
    version = f"v{figure.statistic.version}.{DRAWING_VERSION}"
    query = figure.selection.query
    filters = f"-{hashlib.sha256(query.encode()).hexdigest()[:12]}" if query else ""
    return f"{figure.snapshot.short_hash}-{figure.statistic.name}-{version}{filters}-{file_format}"


def verify(permanent_address: str, given: bytes | None = None) -> Verdict:
    """Recompute an address from the stored snapshot; compare with `given`, or else with what the site serves.

    ValueError when it is no address of a figure; NoSuchFigure or FigureGone as for `at`.
    """
    figure, file_format = parse_address(permanent_address)
    fresh = RENDERERS[file_format](counting.recount(figure))
    sha256 = hashlib.sha256(fresh).hexdigest()
    if not is_intact(figure.snapshot):
        return Verdict(False, sha256, "The stored rows no longer hash to what the snapshot was made of.")
    if fresh != (render(figure, file_format) if given is None else given):
        other = "what the site serves" if given is None else "the file given"
        return Verdict(False, sha256, f"The recomputed bytes differ from {other}.")
    return Verdict(True, sha256, "The snapshot is intact and recomputes to the same bytes.")


def parse_address(text: str) -> tuple[Figure, str]:
    """The figure and format that an address (a path or a full URL) names."""
    parts = urlsplit(text)
    found = ADDRESS.search(parts.path)
    if found is None or found[3] not in CONTENT_TYPES:
        raise ValueError(
            f"{text!r} is not the address of a figure. One looks like "
            f"/jobs/figures/0123456789ab/countries.csv?v=1; formats: {', '.join(CONTENT_TYPES)}."
        )
    params = {name: values[0] for name, values in parse_qs(parts.query).items()}
    figure = at(found[1], found[2], *parse_query(params))
    check_format(figure, found[3])
    return figure, found[3]


def parse_query(params: Mapping[str, str]) -> tuple[int | None, Selection]:
    """The version and the filters in an address; NoSuchFigure when one of them cannot be."""
    try:
        chosen = selection.parse(params, ignoring=("v",))
    except BadSelection as bad:
        raise NoSuchFigure(str(bad)) from bad
    return parse_version(params.get("v", "")), chosen


def parse_version(text: str) -> int | None:
    """The version in an address; None when it names none; NoSuchFigure when it is no number."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise NoSuchFigure(f"v={text!r} is not a version; use a number such as v=1.")
    return int(text)


def _check_version(figure: Figure, version: int | None) -> None:
    known = figure.statistic.version
    if version is None or version == known:
        return
    if 0 < version < known:
        raise FigureGone(
            f"{figure.statistic.name} is now computed by version {known}; version {version} is retired."
        )
    raise NoSuchFigure(f"{figure.statistic.name} has no version {version}; the newest is {known}.")


def _csv(figure: Figure) -> bytes:
    return exports.figure_csv(exports.document(figure))


def _json(figure: Figure) -> bytes:
    return exports.figure_json(exports.document(figure))


def _parquet(figure: Figure) -> bytes:
    from . import tables  # noqa: PLC0415 - pyarrow takes a quarter of a second; only this format needs it

    return tables.figure_parquet(exports.document(figure))


def _svg(figure: Figure) -> bytes:
    from . import charts  # noqa: PLC0415 - altair takes a second to import; only the first drawing needs it

    return charts.to_svg(figure)


def _png(figure: Figure) -> bytes:
    from . import charts  # noqa: PLC0415 - altair takes a second to import; only the first drawing needs it

    return charts.to_png(figure)


def _vega_lite(figure: Figure) -> bytes:
    from . import charts  # noqa: PLC0415 - altair takes a second to import; only the first drawing needs it

    return json.dumps(charts.specification(figure), ensure_ascii=False).encode()


def _map_svg(figure: Figure) -> bytes:
    from . import charts  # noqa: PLC0415 - altair takes a second to import; only the first drawing needs it

    return charts.to_map_svg(figure)


def _map_png(figure: Figure) -> bytes:
    from . import charts  # noqa: PLC0415 - altair takes a second to import; only the first drawing needs it

    return charts.to_map_png(figure)


RENDERERS: dict[str, Callable[[Figure], bytes]] = {
    "csv": _csv,
    "json": _json,
    "svg": _svg,
    "png": _png,
    "vl.json": _vega_lite,
    "parquet": _parquet,
    "map.svg": _map_svg,
    "map.png": _map_png,
}
