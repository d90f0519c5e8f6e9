"""The texts of the demo postings: short, and naming exactly the skills that the posting was given."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from jobs_data.demo.draws import Draws
from jobs_data.skills import dictionary, extract

VOCABULARY = Path(__file__).parent / "vocabulary.yaml"
ENGINEER_OF_DATA = "Data Engineer"


@functools.cache
def vocabulary() -> Mapping[str, Any]:
    """What postings are made of."""
    words: Mapping[str, Any] = YAML(typ="safe", pure=True).load(VOCABULARY.read_text(encoding="utf-8"))
    return words


def skills(title: str, year: int, draws: Draws) -> list[str]:
    """The skills a posting asks for beside its framework; none that did not exist in its year."""
    column = int(title == ENGINEER_OF_DATA)
    return [
        name
        for name, percent in vocabulary()["skills"].items()
        if draws.chance(percent[column]) and _since(name) <= year
    ]


def describe(row: Mapping[str, Any], draws: Draws) -> str:
    """The description of a generated posting."""
    templates = vocabulary()["texts"]
    parts = [
        draws.one(templates["opening"]).format(
            company=row["company"],
            product=templates["product"][row["industry"]],
            title=row["title"],
            city=row["place"].split(",")[0],
            team_size=3 + int(draws.between(0, 18)),
        ),
        draws.one(templates["work"]).format(field=row["specialization"].lower()),
        draws.one(templates["framework"]).format(framework=row["framework"]),
    ]
    if row["skills"]:
        parts.append(draws.one(templates["skills"]).format(skills=_listed(row["skills"])))
    parts.append(draws.one(templates["degree"]).format(degree=row["degree"].rstrip(".")))
    parts += [templates[trait] for trait in row["traits"] if trait in templates]
    if draws.chance(3):
        number = 100 + int(draws.between(0, 900))
        domain = row["company"].split(" (")[0].lower().replace(" ", "-")
        parts.append(templates["contact"].format(domain=domain, number=f"{number:04}"))
    return "\n\n".join([" ".join(parts[:2]), " ".join(parts[2:])])


def describe_quoted(row: Mapping[str, Any]) -> str:
    """What stands under a quoted listing: that it is quoted, and what was added."""
    template: str = vocabulary()["texts"]["quoted"]
    return template.format(
        framework=row["framework"], field=row["specialization"].lower(), degree=row["degree"]
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@functools.cache
def _since(name: str) -> int:
    return dictionary().skills[extract(name)[0].skill_id].since
