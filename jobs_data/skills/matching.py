"""The pass over a text's words: the longest name at each place, then evidence for the doubtful ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from jobs_data.skills.entries import Dictionary, Name, Node, dictionary
from jobs_data.skills.evidence import Candidate, decide
from jobs_data.skills.tokens import LINE_END, Tokens, tokenize

_MAX_ROUNDS = 4
# How many words before a name a phrase that holds it may begin.
_DECOY_REACH = 6


class Match(NamedTuple):
    """A skill at `text[start:end]` and the rule that let it in: what the site says when asked why."""

    skill_id: str
    start: int
    end: int
    surface: str
    rule: str


class Refusal(NamedTuple):
    """A skill's name at `text[start:end]` that did not count, and the reason."""

    skill_id: str
    start: int
    end: int
    surface: str
    reason: str


def extract(text: str) -> list[Match]:
    """The skills in `text`, in order, without overlaps."""
    tokens = tokenize(text)
    return [_match(one, tokens, text) for one in _candidates(tokens, dictionary()) if one.rule]


def explain(text: str) -> tuple[list[Match], list[Refusal]]:
    """What `extract` finds, and beside it every name that was seen and refused."""
    tokens = tokenize(text)
    seen = _candidates(tokens, dictionary())
    refused = [Refusal(*_match(one, tokens, text)[:4], one.reason) for one in seen if not one.rule]
    return [_match(one, tokens, text) for one in seen if one.rule], refused


def _match(one: Candidate, tokens: Tokens, text: str) -> Match:
    start, end = tokens.starts[one.first], tokens.end(one.last)
    return Match(one.name.skill, start, end, text[start:end], one.rule)


def _candidates(tokens: Tokens, names: Dictionary) -> list[Candidate]:
    """Every name in the text, longest first at each place, each decided.

    A decision may rest on the neighbor's ("R" in "Rust, R"), so rounds go on while one changed something.
    """
    found = _named(tokens, names)
    pending = [one for one in found if not one.rule and not one.reason]
    if not pending:
        return found
    by_first = {one.first: one for one in found}
    by_last = {one.last: one for one in found}
    for _ in range(_MAX_ROUNDS):
        for one in pending:
            one.rule, one.reason = decide(one, tokens, by_first, by_last)
        still = [one for one in pending if not one.rule]
        if len(still) == len(pending) or not still:
            break
        pending = still
    return found


def _named(tokens: Tokens, names: Dictionary) -> list[Candidate]:
    words, tree = tokens.words, names.tree
    found: list[Candidate] = []
    free = 0
    for first in [i for i, word in enumerate(words) if word in tree]:
        if first < free:
            continue
        name, last = _longest(words, first, tree[words[first]])
        if name is None:
            continue
        free = last + 1
        if decoy := _decoy(words, first, last, names.decoys):
            found.append(Candidate(name, first, last, reason=f"part of “{decoy}”"))
        else:
            found.append(Candidate(name, first, last, "name" if name.doubt is None else ""))
    return found


def _decoy(words: list[str], first: int, last: int, decoys: Mapping[str, Node]) -> str:
    """The phrase around words first..last that makes them something else ("go to market"); else ""."""
    for begin in range(first, max(first - _DECOY_REACH, -1), -1):
        node = decoys.get(words[begin])
        if node is not None:
            decoy, end = _longest(words, begin, node)
            if decoy is not None and end >= last:
                return decoy.spelling
    return ""


def _longest(words: list[str], first: int, node: Node) -> tuple[Name | None, int]:
    """The longest name that begins at word `first`, and its last word. It may be broken over two lines."""
    name, last = node.name, first
    at, count = first + 1, len(words)
    while node.following and at < count:
        if words[at] == LINE_END and at + 1 < count:
            at += 1
        following = node.following.get(words[at])
        if following is None:
            break
        node = following
        if node.name is not None:
            name, last = node.name, at
        at += 1
    return name, last
