"""Parts that charts of published and of counted figures share: a list of names with a mark below each."""

from __future__ import annotations

from typing import Any

import altair as alt

from .sentences import Record


def inline(rows: list[Record]) -> Any:
    """Rows as data of a chart."""
    # Data, not InlineData: altair would move that to the top, out of reach when charts are put together.
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def line_for_each_label() -> Any:
    """Rows below each other, in their order."""
    return alt.Y("label:N", sort=None, axis=None)


def names(base: Any, field: str = "label") -> Any:
    """Each row's name above its mark."""
    return base.mark_text(align="left", yOffset=-10).encode(x=alt.value(0), text=f"{field}:N")


def amounts_in_words(base: Any) -> Any:
    """Each row's value at the right."""
    return base.mark_text(align="right", yOffset=-10, fontWeight=600).encode(
        x=alt.value("width"), text="shown:N"
    )
