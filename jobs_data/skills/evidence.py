"""Whether a doubtful name is the skill here: by case, neighbors, list and the words of its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jobs_data.skills.entries import ANY, Doubt, Name, Phrases
from jobs_data.skills.tokens import LINE_END, Tokens

SENTENCE_ENDS = frozenset({".", "!", "?", LINE_END})
SEPARATORS = frozenset(
    [
        ",",
        "/",
        "&",
        ";",
        "|",
        "(",
        ")",
        "+",
        ":",
        "•",
        "·",
        "*",
        LINE_END,
        "[",
        "]",
        "\\",
        "'",
        '"',
        "’",
        "“",
        "”",
    ]
    + ["and", "or", "e", "et", "y", "und", "oder", "ou", "o", "och", "og", "i", "plus", "eg", "etc"]
)
# What may stand behind a hyphen without making another word of the name: "R-based", not "C-level".
AFTER_HYPHEN = frozenset(
    ["based", "like", "style", "powered", "driven", "native", "programming", "code", "developer"]
    + ["kenntnisse", "entwickler", "entwicklerin", "entwicklung", "programmierung"]
)
WINDOW = 14
_STEPS = 3
_ITEMS = 2


@dataclass(slots=True, eq=False)
class Candidate:
    """A name of a skill at words first..last: let in by `rule` or kept out for `reason`; one is empty."""

    name: Name
    first: int
    last: int
    rule: str = ""
    reason: str = ""


Places = Mapping[int, Candidate]


def decide(one: Candidate, tokens: Tokens, by_first: Places, by_last: Places) -> tuple[str, str]:
    """The rule that lets the doubtful `one` in, or the reason that keeps it out; one of the two is empty."""
    doubt = one.name.doubt or Doubt()
    left = _companion(one, tokens, by_last, -1, doubt)
    right = _companion(one, tokens, by_first, 1, doubt)
    if not _case_holds(one, tokens):
        touching = _touching(one, by_first, by_last)
        return _among_tags(one, tokens, doubt, (left, right, touching))
    if _hyphenated(one, tokens, left, right):
        return "", "part of a hyphenated word"
    if _is_initial(one, tokens):
        return "", "an initial of a person's name"
    return _by_evidence(one, tokens, doubt, left or right)


def _by_evidence(one: Candidate, tokens: Tokens, doubt: Doubt, companion: str) -> tuple[str, str]:
    if doubt.always:
        return "case", ""
    if phrase := _phrase_at(tokens.words, one.last + 1, doubt.after, 1):
        return f"after: {phrase}", ""
    if phrase := _phrase_at(tokens.words, one.first, doubt.before, -1):
        return f"before: {phrase}", ""
    if companion:
        return f"list: {companion}", ""
    if word := _context(one, tokens, doubt):
        return f"sentence: {word}", ""
    if doubt.proper and _is_proper(one, tokens):
        return "capital inside a sentence", ""
    if doubt.proper and _is_alone(one, tokens):
        return "a line of its own", ""
    return "", "nothing beside it says that the skill is meant"


def _case_holds(one: Candidate, tokens: Tokens) -> bool:
    seen = tokens.folded[tokens.starts[one.first] : tokens.end(one.last)]
    if one.name.case == ANY:
        return True
    return seen == one.name.spelling if one.name.case == "exact" else seen[0].isupper()


def _among_tags(
    one: Candidate, tokens: Tokens, doubt: Doubt, skills: tuple[str, str, str]
) -> tuple[str, str]:
    """A name in small letters (tags, hurried lists) counts between two skills or one and a line's end.

    `skills`: to the left, to the right, and on either side with nothing but a blank between.
    """
    left, right, touching = skills
    words = tokens.words
    if left and right:
        return f"list: {left}, {right}", ""
    if touching and doubt.proper:
        return f"list: {touching}", ""
    is_last = one.last + 1 >= len(words) or words[one.last + 1] in (LINE_END, ")")
    is_first = one.first == 0 or words[one.first - 1] in (LINE_END, "(")
    if (left and is_last and not is_first) or (right and is_first and not is_last):
        return f"list: {left or right}", ""
    return "", "not written as the skill is"


def _companion(one: Candidate, tokens: Tokens, places: Places, step: int, doubt: Doubt) -> str:
    """The skill in the next place of the list `one` stands in, to the left (-1) or right (1); else ""."""
    words = tokens.words
    at = one.last + 1 if step > 0 else one.first - 1
    for _ in range(_ITEMS):
        signs = 0
        while 0 <= at < len(words) and signs < _STEPS and words[at] in SEPARATORS:
            at, signs = at + step, signs + 1
        other = places.get(at)
        if other is not None and other.rule and other.name.skill != one.name.skill:
            is_wanted = doubt.companions is None or other.name.skill in doubt.companions
            return other.name.skill if is_wanted else ""
        if not signs or not 0 <= at < len(words):
            return ""
        # An item the dictionary lacks, or one not decided yet, may stand between: "Python, Cobalt, R".
        at = (other.last + 1 if step > 0 else other.first - 1) if other else at + step
        if not (0 <= at < len(words) and words[at] in (",", "/", ";", "|")):
            return ""
    return ""


def _hyphenated(one: Candidate, tokens: Tokens, left: str, right: str) -> bool:
    folded, before, after = tokens.folded, tokens.starts[one.first], tokens.end(one.last)
    joined_right = folded[after : after + 1] == "-" and folded[after + 1 : after + 2].isalnum()
    if joined_right and not right and tokens.words[one.last + 1] not in AFTER_HYPHEN:
        return True
    return before > 1 and folded[before - 1] == "-" and folded[before - 2].isalnum() and not left


def _is_initial(one: Candidate, tokens: Tokens) -> bool:
    """Whether a single letter stands as in "Samuel R. Jackson"."""
    start, end = tokens.starts[one.first], tokens.end(one.last)
    if end - start > 1 or one.first == 0 or tokens.folded[end : end + 1] != ".":
        return False
    following = tokens.folded[end + 1 : end + 3].strip()
    return (
        following[:1].isupper() and _capital(tokens, one.first - 1) and tokens.words[one.first - 1].isalpha()
    )


def _phrase_at(words: list[str], at: int, phrases: Phrases, step: int) -> str:
    """The phrase that begins at word `at` (step 1) or ends just before it (step -1); else ""."""
    for length in (1, 2, 3):
        start = at if step > 0 else at - length
        if start >= 0 and tuple(words[start : start + length]) in phrases:
            return " ".join(words[start : start + length])
    return ""


def _context(one: Candidate, tokens: Tokens, doubt: Doubt) -> str:
    """The first word of the sentence, at most WINDOW words away, that speaks for the skill; else ""."""
    words, context = tokens.words, doubt.context
    if not context:
        return ""
    for at in range(one.last + 1, min(one.last + 1 + WINDOW, len(words))):
        if words[at] in SENTENCE_ENDS:
            break
        if words[at] in context:
            return words[at]
    for at in range(one.first - 1, max(one.first - 1 - WINDOW, -1), -1):
        if words[at] in SENTENCE_ENDS:
            break
        if words[at] in context:
            return words[at]
    return ""


def _is_proper(one: Candidate, tokens: Tokens) -> bool:
    """Whether the capital can only come from a proper name: not at a sentence's start, nor in a title."""
    if one.first == 0 or not tokens.words[one.first - 1].isalnum() or _capital(tokens, one.first - 1):
        return False
    return one.last + 1 >= len(tokens.words) or not _capital(tokens, one.last + 1)


def _is_alone(one: Candidate, tokens: Tokens) -> bool:
    """Whether the line holds the name and at most a bullet."""
    words = tokens.words
    before = [word for word in words[max(one.first - 2, 0) : one.first] if not word.isalnum()]
    is_first = one.first == 0 or words[one.first - 1] == LINE_END
    is_bulleted = len(before) == min(one.first, 2) and (one.first == 1 or before[:1] == [LINE_END])
    is_last = one.last + 1 >= len(words) or words[one.last + 1] == LINE_END
    return is_last and (is_first or is_bulleted)


def _touching(one: Candidate, by_first: Places, by_last: Places) -> str:
    for other in (by_last.get(one.first - 1), by_first.get(one.last + 1)):
        if other is not None and other.rule:
            return other.name.skill
    return ""


def _capital(tokens: Tokens, at: int) -> bool:
    return tokens.folded[tokens.starts[at]].isupper()
