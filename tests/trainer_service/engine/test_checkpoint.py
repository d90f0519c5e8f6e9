"""A run goes on from a checkpoint and ends as if nothing had happened, alone or in any company."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer_service.engine import checkpoint
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.checkpoint import Checkpoint
from trainer_service.engine.results import EpochPoint
from trainer_service.engine.spec import RunSpec, parse
from trainer_service.engine.train import train

IDENTITY = {"spec": "s", "arithmetic_class": "a"}
EPOCHS = 6


class KilledError(Exception):
    """The power went out."""


class Recording(Callbacks):
    """Writes a checkpoint of every row after every epoch; dies in epoch `dies_in`; resumes `from_`."""

    def __init__(self, folder: Path, dies_in: int = 99, from_: dict[int, Path] | None = None) -> None:
        self.folder, self.dies_in, self.from_ = folder, dies_in, from_ or {}
        self.points: dict[int, list[EpochPoint]] = {}

    def on_epoch(self, row: int, point: EpochPoint) -> None:
        if point.epoch == self.dies_in:
            raise KilledError
        self.points.setdefault(row, []).append(point)

    def resume(self, row: int) -> Checkpoint | None:
        return checkpoint.read(self.from_[row], IDENTITY) if row in self.from_ else None

    def is_checkpoint_due(self) -> bool:
        return True

    def on_checkpoint(self, row: int, found: Checkpoint) -> None:
        checkpoint.write(found, self.folder / f"{row}.safetensors", IDENTITY)


def carry_out(specs: list[RunSpec], folder: Path, callbacks: Callbacks | None = None):
    folders = [folder / f"out-{number}" for number in range(len(specs))]
    for path in folders:
        path.mkdir(parents=True)
    return train(specs, out_dirs=folders, callbacks=callbacks)


def outcome(result):
    """All that a grade or a learner could see differ, timings apart."""
    fields = result.as_dict()
    seconds = ("telemetry", "files")
    return {name: value for name, value in fields.items() if name not in seconds}


@st.composite
def runs(draw: st.DrawFn) -> list[RunSpec]:
    """One to four specs of one stack key, some of which stop early or diverge."""
    kind = draw(st.sampled_from(["adamw", "sgd"]))
    schedule = draw(st.sampled_from(["constant", "cosine"]))
    activation = draw(st.sampled_from(["relu", "tanh"]))

    def one() -> RunSpec:
        return parse(
            {
                "task": "classification",
                "data": {"dataset": "wine@1"},
                "preprocessing": [{"step": "standardize"}],
                "model": {"family": "mlp", "hidden": [9], "activation": activation},
                "optimizer": {"kind": kind, "learning_rate": draw(st.sampled_from([1e-3, 0.1, 10.0]))},
                "schedule": {"kind": schedule},
                "regularization": {
                    "dropout": draw(st.sampled_from([0.0, 0.3])),
                    "weight_decay": draw(st.sampled_from([0.0, 0.1])),
                    "early_stopping_patience": draw(st.sampled_from([None, 1, 3])),
                },
                "training": {"epochs": EPOCHS, "batch_size": 16, "seed": draw(st.integers(0, 99))},
            }
        )

    return [one() for _ in range(draw(st.integers(1, 4)))]


@given(data=st.data(), specs=runs(), dies_in=st.integers(2, EPOCHS))
@settings(max_examples=40, deadline=None)
def test_a_run_killed_after_any_epoch_ends_the_same_in_any_stack(data, specs, dies_in):
    with TemporaryDirectory() as name:
        folder = Path(name)
        undisturbed = carry_out(specs, folder / "undisturbed")
        with suppress(KilledError):
            carry_out(specs, folder / "killed", Recording(folder, dies_in))
        # The survivors meet again in another order; some have lost their checkpoint, some their mates.
        order = data.draw(st.permutations(range(len(specs))))[: data.draw(st.integers(1, len(specs)))]
        kept = {row for row in order if data.draw(st.booleans())}
        files = {at: folder / f"{row}.safetensors" for at, row in enumerate(order) if row in kept}
        again = Recording(folder, from_={at: path for at, path in files.items() if path.exists()})
        results = carry_out([specs[row] for row in order], folder / "resumed", again)
    for at, row in enumerate(order):
        assert outcome(results[at]) == outcome(undisturbed[row])
        assert again.points[at] == results[at].curve, "the live curve is whole"
        assert (results[at].telemetry["resumed_at_epoch"] > 0) == (at in again.from_)


def a_checkpoint() -> Checkpoint:
    row = torch.arange(4.0)
    return Checkpoint(
        kept=row,
        learning=[row + 1, row + 2, row + 3],
        steps=7,
        ended=False,
        examples=12,
        best_loss=0.1 + 0.2,
        curve=[EpochPoint(epoch=1, train_loss=None, validation_loss=1 / 3)],
        signals={"best_epoch": 1, "first_loss": 2 / 3},
    )


def test_a_checkpoint_is_read_as_it_was_written(tmp_path):
    written, path = a_checkpoint(), tmp_path / "c.safetensors"
    checkpoint.write(written, path, IDENTITY)
    found = checkpoint.read(path, IDENTITY)
    assert all(torch.equal(a, b) for a, b in zip(found.learning, written.learning, strict=True))
    assert torch.equal(found.kept, written.kept)
    assert (found.steps, found.ended, found.examples, found.best_loss) == (7, False, 12, 0.1 + 0.2)
    assert (found.curve, found.signals, found.epoch) == (written.curve, written.signals, 1)
    assert [file.name for file in tmp_path.iterdir()] == ["c.safetensors"]


@pytest.mark.parametrize("other", [{"spec": "t"}, {"arithmetic_class": "another processor"}])
def test_the_checkpoint_of_another_run_or_another_kind_of_machine_is_refused(tmp_path, other):
    checkpoint.write(a_checkpoint(), tmp_path / "c", IDENTITY)
    with pytest.raises(ValueError, match=next(iter(other))):
        checkpoint.read(tmp_path / "c", IDENTITY | other)


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_no_checkpoint(noise, cut):
    with TemporaryDirectory() as name:
        path = Path(name) / "c"
        checkpoint.write(a_checkpoint(), path, IDENTITY)
        whole = path.read_bytes()
        path.write_bytes(whole[:cut] + noise)
        if path.read_bytes() != whole:
            with pytest.raises(ValueError):
                checkpoint.read(path, IDENTITY)


def test_a_checkpoint_of_another_shape_does_not_fit():
    found = a_checkpoint()
    assert checkpoint.fits(found, row_length=4, moments=2)
    assert not checkpoint.fits(found, row_length=5, moments=2)
    assert not checkpoint.fits(found, row_length=4, moments=1)


def test_a_full_disk_is_an_os_error(tmp_path):
    with pytest.raises(OSError):
        checkpoint.write(a_checkpoint(), tmp_path / "nowhere" / "c", IDENTITY)
