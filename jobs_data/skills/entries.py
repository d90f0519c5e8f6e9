"""The dictionary of skills: `names/*.yaml`, read once, checked, and turned into a tree of words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from jobs_data.skills.tokens import words_of

FOLDER = Path(__file__).parent / "names"
GROUPS_FILE = "evidence.yaml"
KINDS = frozenset({"language", "framework", "library", "tool", "platform", "database", "method"})
CASES = frozenset({"any", "capital", "exact"})
ANY = "any"
# Counts up when the code that reads texts changes what it finds; a part of `version`.
RULES = 1

_SKILL_KEYS = {"name", "kind", "since", "aliases", "case", "doubt", "never", "onet"}
_DOUBT_KEYS = {"names", "case", "list", "after", "before", "context", "proper", "always"}

Phrases = frozenset[tuple[str, ...]]


class DictionaryError(ValueError):
    """An entry is wrong: the message names file, skill, key, value and remedy."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a name that is also a word needs beside it to count; one kind of evidence is enough.

    `companions`: skills that prove it from the next place of a list (None: any skill). `after`, `before`:
    phrases next to it. `context`: words in its sentence. `proper`: a capital inside a sentence suffices.
    `always`: its case suffices.
    """

    companions: frozenset[str] | None = frozenset()
    after: Phrases = frozenset()
    before: Phrases = frozenset()
    context: frozenset[str] = frozenset()
    proper: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write a skill; without `doubt` it is the skill wherever it stands."""

    skill: str
    spelling: str
    case: str = ANY
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill: `since` is the year of its first version, `onet` its name in O*NET's technology skills."""

    id: str
    name: str
    kind: str
    since: int
    aliases: tuple[str, ...] = ()
    onet: str = ""
    is_doubtful: bool = False


@dataclass(slots=True)
class Node:
    """A place in the tree of words: what may follow, and the name that ends here."""

    following: dict[str, Node] = field(default_factory=dict)
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Skills by id, the tree of their names, and the version to store beside what was extracted.

    `decoys` is the tree of phrases that hold a name and are not the skill.
    """

    skills: Mapping[str, Skill]
    names: tuple[Name, ...]
    tree: Mapping[str, Node]
    decoys: Mapping[str, Node]
    version: str


@cache
def dictionary() -> Dictionary:
    """The dictionary that ships."""
    return load(FOLDER)


def load(folder: Path) -> Dictionary:
    """The dictionary in `folder`. Raises DictionaryError for the first thing wrong."""
    files = sorted(folder.glob("*.yaml"))
    digest = hashlib.sha256(str(RULES).encode())
    contents: dict[str, dict[str, Any]] = {}
    for file in files:
        data = file.read_bytes()
        digest.update(data)
        contents[file.name] = YAML(typ="safe").load(data)
    groups = contents.pop(GROUPS_FILE)
    entries = [(file, id, entry) for file, of_file in contents.items() for id, entry in of_file.items()]
    skills: dict[str, Skill] = {}
    for source, id, entry in entries:
        if id in skills:
            raise DictionaryError(f"{source}: {id}: stands twice; keep one")
        skills[id] = _skill(f"{source}: {id}", id, entry)
    names = [name for source, id, entry in entries for name in _names(f"{source}: {id}", id, entry, groups)]
    _check_companions(names, skills)
    decoys = [Name("", str(phrase)) for _, _, entry in entries for phrase in entry.get("never", ())]
    return Dictionary(skills, tuple(names), _tree(names), _tree(decoys), digest.hexdigest()[:12])


def _skill(where: str, id: str, entry: Mapping[str, Any]) -> Skill:
    if unknown := set(entry) - _SKILL_KEYS:
        raise DictionaryError(
            f"{where}: unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_SKILL_KEYS))}"
        )
    if missing := {"name", "kind", "since"} - set(entry):
        raise DictionaryError(f"{where}: {sorted(missing)[0]} is missing")
    if entry["kind"] not in KINDS:
        raise DictionaryError(f"{where}: kind {entry['kind']!r} is none of {', '.join(sorted(KINDS))}")
    return Skill(
        id=id,
        name=entry["name"],
        kind=entry["kind"],
        since=entry["since"],
        aliases=tuple(map(str, entry.get("aliases", ()))),
        onet=entry.get("onet", ""),
        is_doubtful="doubt" in entry,
    )


def _names(where: str, id: str, entry: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Iterator[Name]:
    """Every name of a skill, the doubtful ones first."""
    raw = entry.get("doubt")
    doubtful: list[str] = []
    if raw is not None:
        doubtful = raw.get("names", [entry["name"]])
        doubt, case = _doubt(where, raw, groups), _case(where, raw)
        yield from (Name(id, name, case, doubt) for name in doubtful)
    case = _case(where, entry)
    by_case = Doubt(companions=None, proper=True, always=True)
    for name in _without_repeats([entry["name"], *map(str, entry.get("aliases", ()))]):
        if words_of(name) in {words_of(other) for other in doubtful}:
            continue
        # An entry's case rule is for its single words; a phrase ("AWS Cloud") is plain enough in any case.
        if case == ANY or len(words_of(name)) > 1:
            yield Name(id, name)
        else:
            yield Name(id, name, case, by_case)


def _doubt(where: str, raw: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Doubt:
    if unknown := set(raw) - _DOUBT_KEYS:
        raise DictionaryError(
            f"{where}: doubt: unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_DOUBT_KEYS))}"
        )
    companions = raw.get("list", ())
    context = _phrases(where, raw.get("context", ()), groups)
    if long := [phrase for phrase in context if len(phrase) > 1]:
        raise DictionaryError(
            f"{where}: doubt.context: {' '.join(long[0])!r} is not one word; use before or after"
        )
    return Doubt(
        companions=None if companions == ANY else frozenset(companions),
        after=_phrases(where, raw.get("after", ()), groups),
        before=_phrases(where, raw.get("before", ()), groups),
        context=frozenset(phrase[0] for phrase in context),
        proper=raw.get("proper", False),
        always=raw.get("always", False),
    )


def _case(where: str, raw: Mapping[str, Any]) -> str:
    case = str(raw.get("case", ANY))
    if case not in CASES:
        raise DictionaryError(f"{where}: case {case!r} is none of {', '.join(sorted(CASES))}")
    return case


def _phrases(where: str, raw: Iterable[Any], groups: Mapping[str, list[str]]) -> Phrases:
    """Phrases as words; `$group` stands for a group of evidence.yaml."""
    found: set[tuple[str, ...]] = set()
    for item in map(str, raw):
        if not item.startswith("$"):
            found.add(words_of(item))
        elif item[1:] in groups:
            found.update(map(words_of, groups[item[1:]]))
        else:
            raise DictionaryError(
                f"{where}: {item} is no group of {GROUPS_FILE}; known are {', '.join(sorted(groups))}"
            )
    return frozenset(found)


def _check_companions(names: Iterable[Name], skills: Mapping[str, Skill]) -> None:
    for name in names:
        companions = (name.doubt.companions if name.doubt else None) or frozenset()
        if unknown := companions - skills.keys():
            raise DictionaryError(
                f"{name.skill}: doubt.list names {sorted(unknown)[0]!r}, which is no skill's id"
            )


def _tree(names: Iterable[Name]) -> dict[str, Node]:
    root = Node()
    for name in names:
        node = root
        for word in words_of(name.spelling):
            node = node.following.setdefault(word, Node())
        if node.name is not None and node.name.skill != name.skill:
            raise DictionaryError(
                f"{name.spelling!r} is a name of {node.name.skill} and of {name.skill}; keep one"
            )
        node.name = node.name or name
    return root.following


def _without_repeats(names: Iterable[str]) -> Iterator[str]:
    seen: set[tuple[str, ...]] = set()
    for name in names:
        words = words_of(name)
        if words not in seen:
            seen.add(words)
            yield name
