"""What a remark is about: a knob, a range of epochs, a criterion, or a learner's inquiry; pure.

As kept: `{"kind": "knob", "path": …}`, `{"kind": "epochs", "first": …, "last": …}`,
`{"kind": "criterion", "id": …}`, `{"kind": "inquiry", "id": …}`. As typed and as the value of a form:
`knob:optimizer.learning_rate`, `epochs:5-12`, `criterion:accuracy`, `inquiry:7`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from courses.content import Knob
from courses.rubric import Criterion

Anchor = dict[str, Any]

_EPOCHS = re.compile(r"(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?")


class BadAnchor(ValueError):
    """An anchor that names nothing here; the message says what could be named."""


def read(text: str, knobs: Iterable[Knob], criteria: Iterable[Criterion]) -> Anchor | None:
    """The anchor that `text` names, None for the whole run; raises `BadAnchor`."""
    kind, _, rest = text.strip().partition(":")
    if not kind:
        return None
    if kind == "knob" and rest in {knob.path for knob in knobs}:
        return {"kind": "knob", "path": rest}
    if kind == "criterion" and rest in {criterion.id for criterion in criteria}:
        return {"kind": "criterion", "id": rest}
    if kind == "inquiry" and rest.isdecimal():
        return {"kind": "inquiry", "id": int(rest)}
    if kind == "epochs" and (found := _EPOCHS.fullmatch(rest.strip())):
        first, last = int(found[1]), int(found[2] or found[1])
        if first <= last:
            return {"kind": "epochs", "first": first, "last": last}
    raise BadAnchor(f"“{text}” names nothing here; write knob:PATH, epochs:FIRST-LAST or criterion:ID.")


def written(anchor: Mapping[str, Any] | None) -> str:
    """The anchor as `read` reads it."""
    if not anchor:
        return ""
    if anchor["kind"] == "epochs":
        return f"epochs:{anchor['first']}-{anchor['last']}"
    return f"{anchor['kind']}:{anchor.get('path') or anchor.get('id')}"


def said(
    anchor: Mapping[str, Any] | None, knobs: Iterable[Knob] = (), criteria: Iterable[Criterion] = ()
) -> str:
    """The anchor in words: “Learning rate”, “epochs 5 to 12”."""
    if not anchor:
        return ""
    if anchor["kind"] == "knob":
        labels = {knob.path: knob.label for knob in knobs}
        return labels.get(anchor["path"], str(anchor["path"]))
    if anchor["kind"] == "criterion":
        titles = {criterion.id: criterion.title for criterion in criteria}
        return titles.get(anchor["id"], str(anchor["id"]))
    if anchor["kind"] == "epochs":
        first, last = anchor["first"], anchor["last"]
        return f"epoch {first}" if first == last else f"epochs {first} to {last}"
    return "inquiry"
