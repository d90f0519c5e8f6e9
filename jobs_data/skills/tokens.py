"""A text as tokens: words, lone signs and line ends, with their places in the text."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

LINE_END = "\n"

# A word; `c++`, `c#`, `f#` and a free-standing `.net` whole; any other sign but a hyphen by itself. Hyphens
# and blanks only separate: "scikit learn" and "scikit-learn" are the same two tokens.
_TOKEN = re.compile(r"[^\W_]+(?:(?<=\b[cf])(?:\+\+|#))?|(?<![^\W_])\.net(?![^\W_])|[^\w\s-]|\n")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_MODIFIER = "\u02bc"


class _Folding(dict[int, str]):
    """Maps a character to what is compared, one for one, so that places stay the same.

    Full-width letters and odd blanks become plain ones; a combining accent becomes a letter, since the letter
    before it is then another one.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        if unicodedata.category(character) == "Mn":
            plain = _MODIFIER
        if len(plain) != 1 or len(plain.lower()) != 1:
            plain = character if len(character.lower()) == 1 else "I"
        self[code] = plain
        return plain


_FOLDING = _Folding(_DASHES)


class Tokens(NamedTuple):
    """`words` in lower case; `starts[i]`: the place of word i in `folded`, which is as long as the text."""

    folded: str
    words: list[str]
    starts: list[int]

    def end(self, at: int) -> int:
        """Where word `at` ends."""
        return self.starts[at] + len(self.words[at])


def tokenize(text: str) -> Tokens:
    """`text` as tokens; any string will do."""
    folded = text if text.isascii() else text.translate(_FOLDING)
    found = list(_TOKEN.finditer(folded.lower()))
    return Tokens(folded, [m[0] for m in found], [m.start() for m in found])


def words_of(phrase: str) -> tuple[str, ...]:
    """The tokens of a name or phrase of the dictionary."""
    return tuple(tokenize(phrase).words)
