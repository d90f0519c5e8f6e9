"""How far a run has come, as one file that another machine can go on from.

A checkpoint is a safetensors file: tensors as they lie in the stack, and the rest as JSON in its header. It
names the configuration and the arithmetic class it was made with: a run goes on only where it would also
have got there, bit for bit. Anything else is no checkpoint, and the run starts from its beginning.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from trainer_service.engine.results import EpochPoint

_FORMAT = "trainyard checkpoint 1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One run after some epochs. All tensors are on the CPU; those of networks are flat rows (row_length,).

    `kept` are the weights that count so far; `learning` are the present weights and then the optimizer's
    memory, after `steps` steps, and empty where the run has `ended` and only waits for its mates.
    """

    kept: Tensor
    learning: list[Tensor]
    steps: int
    ended: bool
    examples: int
    best_loss: float | None
    curve: list[EpochPoint] = field(default_factory=list)
    signals: dict[str, Any] = field(default_factory=dict)

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.curve)


def write(checkpoint: Checkpoint, path: Path, identity: Mapping[str, str]) -> None:
    """Write the file in one piece: a reader sees this checkpoint or the one before. OSError when it fails."""
    notes = {
        "steps": checkpoint.steps,
        "ended": checkpoint.ended,
        "examples": checkpoint.examples,
        "best_loss": checkpoint.best_loss,
        "curve": [asdict(point) for point in checkpoint.curve],
        "signals": checkpoint.signals,
    }
    tensors = {"kept": checkpoint.kept.contiguous()}
    tensors |= {f"learning.{number}": part.contiguous() for number, part in enumerate(checkpoint.learning)}
    half = path.with_suffix(".part")
    try:
        save_file(tensors, half, {"format": _FORMAT, "notes": json.dumps(notes), **identity})
    except SafetensorError as error:  # a full disk, in this library's words
        raise OSError(str(error)) from error
    os.replace(half, path)


def read(path: Path, identity: Mapping[str, str]) -> Checkpoint:
    """Read a file that `write` made with the same `identity`; ValueError for any other file."""
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            _compare(header, {"format": _FORMAT, **identity})
            names = sorted(file.keys(), key=lambda name: (len(name), name))  # learning.2 before learning.10
            tensors = {name: file.get_tensor(name) for name in names}
        notes = json.loads(header["notes"])
        curve = [EpochPoint(**point) for point in notes.pop("curve")]
        kept = tensors.pop("kept")
        return Checkpoint(kept=kept, learning=list(tensors.values()), curve=curve, **notes)
    except (SafetensorError, OSError, KeyError, TypeError) as error:
        raise ValueError(f"not a whole checkpoint: {error}") from error


def fits(checkpoint: Checkpoint, *, row_length: int, moments: int) -> bool:
    """Whether the tensors are those of a network with `row_length` numbers and its optimizer's memory."""
    expected = 0 if checkpoint.ended else 1 + moments
    rows = [checkpoint.kept, *checkpoint.learning]
    return len(checkpoint.learning) == expected and all(
        row.shape == (row_length,) and row.dtype == torch.float32 for row in rows
    )


def _compare(header: Mapping[str, str], expected: Mapping[str, str]) -> None:
    for name, value in expected.items():
        if header.get(name) != value:
            raise ValueError(f"{name} is {header.get(name)!r}, but this run has {value!r}")
