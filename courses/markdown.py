"""Markdown of courses and people to safe HTML: raw HTML is off, and what comes out is sanitised again."""

from __future__ import annotations

from functools import cache, lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    **{tag: {"id", "tabindex"} for tag in ("h2", "h3", "h4")},
    "code": {"class"},
    "th": {"class"},
    "td": {"class"},
    "pre": {"tabindex"},
    "a": {"href", "title"},
}
# Lessons show no pictures from elsewhere: the content security policy would refuse them anyway.
_TAGS = nh3.ALLOWED_TAGS - {"img"}


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    parser.use(anchors_plugin, min_level=2, max_level=3, permalink=False)
    parser.add_render_rule("table_open", lambda *_: '<table tabindex="0">\n')
    parser.add_render_rule("heading_open", _lowered_heading)
    parser.add_render_rule("heading_close", _lowered_heading)
    return parser


def _lowered_heading(renderer: object, tokens: list[object], index: int, options: object, env: object) -> str:
    """A page has one h1, its title: a heading of level 1 in a text becomes level 2."""
    token = tokens[index]
    if token.tag == "h1":  # type: ignore[attr-defined]
        token.tag = "h2"  # type: ignore[attr-defined]
    rendered: str = renderer.renderToken(tokens, index, options, env)  # type: ignore[attr-defined]
    return rendered


@lru_cache(maxsize=256)
def render(text: str) -> SafeString:
    """`text` as HTML that may stand in a page as it is."""
    html = _parser().render(text)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={**_ATTRIBUTES, "table": {"tabindex"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(clean)  # noqa: S308 - sanitised on the line above
