"""One vocabulary of skills: the market's dictionary, as lessons and exercises name its entries."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping

from jobs_data.skills import dictionary

NEAR = 3


def code_of(name: str) -> str | None:
    """The skill that `name` means: an id, a name or another spelling, in any case; None for none."""
    return _codes().get(name.strip().casefold())


def codes_of(names: Iterable[str]) -> list[str]:
    """The skills that these names mean, each once, in order; what is no skill is left out."""
    return list(dict.fromkeys(code for code in map(code_of, names) if code))


def name_of(code: str) -> str:
    """A skill as it is written for readers; a code that the dictionary no longer has stays as it is."""
    held = dictionary().skills.get(code)
    return held.name if held else code


def title(name: str) -> str:
    """How a skill is written for readers, however a lesson writes it; what is no skill stays as it is."""
    code = code_of(name)
    return name_of(code) if code else name


def remedy(name: str) -> str:
    """What to do about a name that is no skill; "" for one that is."""
    if code_of(name):
        return ""
    near = difflib.get_close_matches(name.strip().casefold(), _codes(), NEAR, 0.6)
    codes = list(dict.fromkeys(_codes()[one] for one in near))
    hint = f"Did you mean {' or '.join(codes)}? " if codes else ""
    return f"{hint}docs/skills.md tells of the dictionary; a skill that it does not have is left out."


@functools.cache
def _codes() -> Mapping[str, str]:
    """Every way to write a skill, in small letters; an id wins over a name, a name over another spelling."""
    skills = dictionary().skills.values()
    aliases = {alias.casefold(): skill.id for skill in skills for alias in skill.aliases}
    names = {skill.name.casefold(): skill.id for skill in skills}
    return aliases | names | {skill.id: skill.id for skill in skills}
