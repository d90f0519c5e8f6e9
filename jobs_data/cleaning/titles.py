"""Job titles: the level they name, and which of about forty canonical positions they mean.

A title that no rule knows stays unknown; the share of those is part of every import report.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

TABLE = Path(__file__).parent.parent / "reference" / "positions.yaml"
SENIORITIES = ("intern", "entry", "mid", "senior", "lead", "executive")
# From the strongest word down: "senior director" is an executive, "lead intern" does not occur.
SENIORITY_WORDS = (
    ("intern", r"intern|internship|trainee|apprentice|werkstudent|working student|stagiaire|co-op"),
    ("executive", r"chief|head of|vp|vice president|director|c[tdia]o"),
    ("lead", r"lead|principal|staff|team lead|group leader"),
    ("senior", r"senior|sr|snr|expert|iii|iv"),
    ("entry", r"junior|jr|entry[ -]level|graduate|new grad|early career|i"),
    ("mid", r"mid|mid[ -]level|intermediate|ii"),
)
SENIORITY = tuple((level, re.compile(rf"(?<![\w&])(?:{words})(?![\w&])")) for level, words in SENIORITY_WORDS)
# Marks that say who may apply or where, not what the work is.
GENDER = re.compile(r"\(?\b[mfwdx](?:\s?[/|]\s?(?:[mfwdx]|div(?:erse)?|gn))+\b\)?|\(all genders\)|\(gn\)")
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
WORD = re.compile(r"[\w+#]+", re.UNICODE)
LEVEL_WORDS = frozenset(
    [
        "senior",
        "sr",
        "snr",
        "junior",
        "jr",
        "lead",
        "principal",
        "staff",
        "entry",
        "level",
        "mid",
        "i",
        "ii",
        "iii",
    ]
    + ["iv", "remote", "hybrid"]
)
# Teaching, hiring and selling a thing is other work than doing it.
OTHER_WORK = frozenset(
    ["professor", "teacher", "lecturer", "tutor", "recruiter", "salesperson", "technician"]
)


@dataclass(frozen=True, slots=True)
class Position:
    """A canonical position with its codes in SOC 2018, O*NET-SOC and ISCO-08.

    `tier` says how near the work is to training models: core, probable or other.
    """

    slug: str
    title: str
    soc: str
    onet: str
    isco: str
    tier: str


@functools.cache
def positions() -> dict[str, Position]:
    """Every canonical position by its slug, in the order their rules are tried."""
    return {
        row["slug"]: Position(
            **{name: row[name] for name in ("slug", "title", "soc", "onet", "isco", "tier")}
        )
        for row in _table()
    }


def clean_title(text: str) -> str:
    """The title in Unicode NFKC with single spaces, without gender marks."""
    plain = unicodedata.normalize("NFKC", text)
    return " ".join(GENDER.sub(" ", plain).split()).strip(" -–,/")


def parse_seniority(title: str) -> str:
    """The level a title names, one of SENIORITIES; "" when it names none."""
    lowered = clean_title(title).casefold()
    return next((level for level, pattern in SENIORITY if pattern.search(lowered)), "")


def parse_position(title: str) -> str:
    """The slug of the first position with a rule found in the title; "" when none is.

    What stands in brackets counts only when the rest says nothing: "Program Manager (Data Scientist)". A
    survey's several answers (`Developer, QA or test;Database administrator`) count only where they agree.
    """
    lowered = clean_title(title).casefold()
    if ";" in lowered:
        found = {_match(answer) for answer in lowered.split(";")} - {""}
        return found.pop() if len(found) == 1 else ""
    return _match(ASIDE.sub(" ", lowered)) or _match(lowered)


def _match(lowered: str) -> str:
    words = WORD.findall(lowered)
    if not OTHER_WORK.isdisjoint(words):
        return ""
    with_level, without = " ".join(words), " ".join(word for word in words if word not in LEVEL_WORDS)
    rules, by_word = _rules(), _rules_by_word()
    for number in sorted({number for word in words for number in by_word.get(word, ())}):
        slug, pattern, unless = rules[number]
        if (pattern.search(without) or pattern.search(with_level)) and unless.isdisjoint(words):
            return slug
    return ""


@functools.cache
def _table() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(TABLE.read_text(encoding="utf-8"))
    return rows


@functools.cache
def _rules() -> tuple[tuple[str, re.Pattern[str], frozenset[str]], ...]:
    return tuple((row["slug"], _pattern(row["rules"]), frozenset(row.get("unless", ()))) for row in _table())


@functools.cache
def _rules_by_word() -> dict[str, list[int]]:
    """Which positions have a rule that begins with a word: the others need not be tried on a title."""
    found: dict[str, list[int]] = {}
    for number, row in enumerate(_table()):
        for word in {word for rule in row["rules"] for word in rule.split()[0].split("|")}:
            found.setdefault(word, []).append(number)
    return found


def _pattern(rules: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\S)(?:{_rule(rule)})(?!\S)" for rule in rules))


def _rule(rule: str) -> str:
    parts = []
    for word in rule.split():
        choice = "|".join(re.escape(one) for one in word.split("|"))
        parts.append(r"(?:\S+ )*?" if word == "…" else f"(?:{choice}) ")
    return "".join(parts).removesuffix(" ")
