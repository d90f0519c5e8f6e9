"""Text out of HTML, as postings carry it in their descriptions."""

from __future__ import annotations

import html
import re

TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9A-Fa-f]{1,5}|[A-Za-z]{2,8});")


def plain_text(text: str) -> str:
    """The text without tags, its entities as characters; the same text where there are neither.

    "R&amp;D" has to be "R&D" before anyone looks for the language R in it.
    """
    if "<" in text:
        text = TAG.sub(" ", text)
    return html.unescape(text) if "&" in text and ENTITY.search(text) else text
