"""Personal data out of texts, before anything is stored: e-mail addresses, phone numbers, handles."""

from __future__ import annotations

import re
from dataclasses import dataclass

EMAIL = re.compile(r"[\w.+%-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.IGNORECASE)
# Nine digits or more with separators, led by "+", "(" or a word for phone: not a pay range, not a date.
PHONE = re.compile(
    r"(?<![\w$€£.,])(?:\+\d{1,3}[\s().-]*(?:\d[\s().-]*){7,12}"
    r"|\(\d{2,4}\)\s?\d{3,5}[\s.-]?\d{3,5}|\d{3}[.-]\d{3}[.-]\d{4})(?!\w)"
)
# JSON-LD's own words look like handles: "@type".
HANDLE = re.compile(
    r"(?<![\w@.])@(?!(?:type|id|context|graph|value|language|list|set)\b)[A-Za-z_][\w.]{1,29}\w(?!\w)"
)
MARKS = (("email", EMAIL, "[e-mail]"), ("phone", PHONE, "[phone]"), ("handle", HANDLE, "[handle]"))

WORDS = {"email": ("e-mail address", "e-mail addresses"), "phone": ("phone number", "phone numbers")}


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without personal data, and how many of each kind were taken out."""

    text: str
    counts: dict[str, int]


def redact(text: str) -> Redacted:
    """Replace addresses, phone numbers and handles by what they were; the counts name only kinds found."""
    counts = {}
    for kind, pattern, mark in MARKS:
        if kind != "phone" and "@" not in text and "(at)" not in text and "[at]" not in text:
            continue
        text, number = pattern.subn(mark, text)
        if number:
            counts[kind] = number
    return Redacted(text, counts)


def counted(kind: str, number: int) -> str:
    """So many of a kind in words: `1 e-mail address`, `12 phone numbers`."""
    one, more = WORDS.get(kind, (kind, f"{kind}s"))
    return f"{number:,} {one if number == 1 else more}"


def taken_out(text: str) -> list[str]:
    """What was removed from a text before it was stored, in words."""
    counts = ((kind, text.count(mark)) for kind, _, mark in MARKS)
    return [counted(kind, number) for kind, number in counts if number]
