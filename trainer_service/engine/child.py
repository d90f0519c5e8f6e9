"""The training child: `python -m trainer_service.engine.child [--fd N] [--memory-bytes N] [--device cpu]`.

A worker talks to it in JSON, one message to a line. In, on standard input:

    {"kind": "train", "job": id, "specs": [canonical specs], "out_dirs": [folders],
     "tariff": {fields of engine.tariff.Tariff}, "memory_bytes": 2147483648,
     "time_limit_seconds": 600.0, "checkpoint_seconds": 10.0,
     "resume": [checkpoint file or null, for each spec]}
    {"kind": "drop", "job": id, "row": i}                                     may come while training

Out, on file descriptor N (default: standard output); `ready` comes once, when the child is warm:

    {"kind": "ready", "arithmetic_class", "device", "versions", "composable", "memory_base_bytes",
     "seconds_per_reference_second"}
    {"kind": "progress", "job": id, "row": i, "point": {...}} an epoch of a row
    {"kind": "checkpoint", "job": id, "row": i, "epoch": n}   its file lies in the row's folder
    {"kind": "done", "job": id, "results": [...]}             in the order of the specs
    {"kind": "error", "job": id, "message": text, "fault": null}
                                                              a bug; its traceback is on stderr. `fault` is
                                                              "storage" where no file can be written, "device"
                                                              where the GPU failed, and then the child ends

The child ends when its standard input ends, and with the thread of the worker that started it.
"""

from __future__ import annotations

import argparse
import errno
import json
import math
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from trainer_service.engine import processor
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.limits import Limits, die_with_parent, give_way, share_gpu
from trainer_service.engine.results import EpochPoint, RunResult, checkpoint_name
from trainer_service.engine.spec import digest, parse
from trainer_service.engine.tariff import Tariff

if TYPE_CHECKING:
    from trainer_service.engine.checkpoint import Checkpoint


DEVICE, STORAGE = "device", "storage"
CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class Child:
    """Takes jobs from one stream and answers on another; trains one job at a time."""

    def __init__(self, incoming: Iterable[str], outgoing: TextIO, *, device: str) -> None:
        self._incoming, self._outgoing, self._device = incoming, outgoing, device
        self._jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._drops: dict[str, frozenset[int]] = {}
        self._composable = True

    def run(self, memory_bytes: int | None, niceness: int = 0) -> None:
        """Warm up, say so, and train jobs until the input ends; only training gives way to others."""
        threading.Thread(target=self._read, name="jobs", daemon=True).start()
        about_itself = self._warm_up(memory_bytes)
        give_way(niceness)
        self._send(kind="ready", **about_itself)
        while True:
            self._serve(self._jobs.get())

    def drops(self, job: str) -> frozenset[int]:
        """Rows of `job` that were dropped so far."""
        return self._drops.get(job, frozenset())

    def progress(self, job: str, row: int, point: EpochPoint) -> None:
        """Tell the worker about one epoch of one row."""
        self._send(kind="progress", job=job, row=row, point=asdict(point))

    def tell_checkpoint(self, job: str, row: int, epoch: int) -> None:
        """Tell the worker that a checkpoint of one row lies in its folder."""
        self._send(kind="checkpoint", job=job, row=row, epoch=epoch)

    def _read(self) -> None:
        """Sort incoming messages while the main thread trains; leave at once when nobody is there."""
        for line in self._incoming:
            message = json.loads(line)
            if message["kind"] == "train":
                self._jobs.put(message)
            elif message["kind"] == "drop":
                job = message["job"]
                self._drops[job] = self.drops(job) | {message["row"]}
        os._exit(0)

    def _warm_up(self, memory_bytes: int | None) -> dict[str, Any]:
        # Here and not above: the thread variables must be set before these load.
        from trainer_service.engine import versions  # noqa: PLC0415 - see above
        from trainer_service.engine.probe import seconds_per_reference_second  # noqa: PLC0415 - see above
        from trainer_service.engine.selftest import is_composable  # noqa: PLC0415 - see above
        from trainer_service.engine.threads import one_thread  # noqa: PLC0415 - see above

        with one_thread():
            self._composable = is_composable(self._device)
            pace = seconds_per_reference_second()
        return {
            "arithmetic_class": versions.arithmetic_class(self._device),
            "device": self._device,
            "versions": versions.versions(self._device),
            "composable": self._composable,
            "seconds_per_reference_second": pace,
            "memory_base_bytes": self._limit(memory_bytes),
        }

    def _limit(self, memory_bytes: int | None) -> int:
        self._limits = Limits(memory_bytes)
        return self._limits.base_bytes

    def _serve(self, message: dict[str, Any]) -> None:
        job = message["job"]
        try:
            with self._limits.of_job(message.get("memory_bytes"), message.get("time_limit_seconds")):
                results = self._train(job, message)
            self._send(kind="done", job=job, results=[result.as_dict() for result in results])
        except Exception as error:  # noqa: BLE001 - the process boundary: a bug in one job must reach the worker
            with suppress(OSError):  # the log may lie on the full disk
                traceback.print_exc()
            fault = fault_of(error)
            self._send(kind="error", job=job, message=f"{type(error).__name__}: {error}", fault=fault)
            if fault == DEVICE:  # after such a fault every further call to the device fails
                os._exit(1)
        self._drops.pop(job, None)

    def _train(self, job: str, message: dict[str, Any]) -> list[RunResult]:
        from trainer_service.engine.train import train  # noqa: PLC0415 - loaded by the warm-up

        specs = [parse(raw) for raw in message["specs"]]
        folders = [Path(folder) for folder in message["out_dirs"]]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        return train(
            specs,
            out_dirs=folders,
            device=self._device,
            callbacks=_ToWorker(self, _Rows(job, message, self._device)),
            tariff=Tariff(**message.get("tariff", {})),
            # Where a stack would change bits, each run trains with its ghost only: slower, but right.
            stack_size=None if self._composable else 1,
        )

    def _send(self, **message: Any) -> None:
        self._outgoing.write(json.dumps(message, allow_nan=False) + "\n")
        self._outgoing.flush()


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a job as the worker told them."""

    job: str
    message: dict[str, Any]
    device: str

    def folder(self, row: int) -> Path:
        return Path(self.message["out_dirs"][row])

    def resume(self, row: int) -> Path | None:
        """The checkpoint to go on from, if the worker gave one."""
        files = self.message.get("resume") or []
        name = files[row] if files else None
        return Path(name) if name else None

    def identity(self, row: int) -> dict[str, str]:
        """What a checkpoint must agree in, to be one of this run."""
        from trainer_service.engine.versions import arithmetic_class  # noqa: PLC0415 - loaded by the warm-up

        spec = parse(self.message["specs"][row])
        return {"spec": digest(spec), "arithmetic_class": arithmetic_class(self.device)}


class _ToWorker(Callbacks):
    """Passes progress and checkpoints out, drops in."""

    def __init__(self, child: Child, rows: _Rows) -> None:
        self._child, self._rows = child, rows
        self._pause: float = rows.message.get("checkpoint_seconds") or math.inf
        self._due = time.monotonic() + self._pause
        self._written: dict[int, int] = {}

    def on_epoch(self, row: int, point: EpochPoint) -> None:
        self._child.progress(self._rows.job, row, point)

    def dropped(self) -> frozenset[int]:
        return self._child.drops(self._rows.job)

    def resume(self, row: int) -> Checkpoint | None:
        from trainer_service.engine import checkpoint  # noqa: PLC0415 - loaded by the warm-up

        path = self._rows.resume(row)
        if path is None:
            return None
        try:
            return checkpoint.read(path, self._rows.identity(row))
        except ValueError as error:
            _say(f"row {row} of job {self._rows.job} starts from its beginning: {error}")
            return None

    def is_checkpoint_due(self) -> bool:
        if time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + self._pause
        return True

    def on_checkpoint(self, row: int, checkpoint: Checkpoint) -> None:
        from trainer_service.engine import checkpoint as files  # noqa: PLC0415 - loaded by the warm-up

        if self._written.get(row) == checkpoint.epoch:
            return
        try:
            files.write(checkpoint, self._path(row, checkpoint.epoch), self._rows.identity(row))
        except OSError as error:  # the run can do without
            _say(f"no checkpoint of row {row} of job {self._rows.job}: {error}")
            return
        if row in self._written:
            # A slow storage may not have taken it yet; the newer one comes right after.
            self._path(row, self._written[row]).unlink(missing_ok=True)
        self._written[row] = checkpoint.epoch
        self._child.tell_checkpoint(self._rows.job, row, checkpoint.epoch)

    def _path(self, row: int, epoch: int) -> Path:
        return self._rows.folder(row) / checkpoint_name(epoch)


def _say(text: str) -> None:
    """To the worker's log, if it can be written."""
    with suppress(OSError):
        sys.stderr.write(f"training child: {text}\n")


def fault_of(error: BaseException) -> str | None:
    """What outside the program has failed: the device, or the storage for its files; None for a bug."""
    if is_device_fault(error):
        return DEVICE
    return STORAGE if is_storage_fault(error) else None


def is_storage_fault(error: BaseException) -> bool:
    """Whether the system refused to write: a full or broken disk, a quota, a file too large."""
    if isinstance(error, OSError) and error.errno in CANNOT_WRITE:
        return True
    earlier = error.__cause__ or error.__context__
    return earlier is not None and is_storage_fault(earlier)


def is_device_fault(error: BaseException) -> bool:
    """Whether torch says that the GPU, and not the program, has failed; being out of memory is none."""
    import torch  # noqa: PLC0415 - loaded by the warm-up

    if isinstance(error, torch.OutOfMemoryError):
        return False
    return isinstance(error, torch.AcceleratorError) or "CUDA error" in str(error)


def _chosen_by_operator() -> dict[str, str]:
    return {name: os.environ[name] for name in ("OPENBLAS_CORETYPE",) if name in os.environ}


def main(arguments: Sequence[str] | None = None) -> None:
    """Start the child with the options of the command line."""
    options = argparse.ArgumentParser(prog="trainer_service.engine.child")
    options.add_argument("--fd", type=int, default=1, help="file descriptor to answer on")
    options.add_argument("--memory-bytes", type=int, help="data the process may use above its warm size")
    options.add_argument("--device", default="cpu", help="cpu, or cuda:N")
    options.add_argument("--niceness", type=int, default=0, help="how much training gives way to others")
    options.add_argument("--gpu-memory-fraction", type=float, default=1.0, help="share of the GPU's memory")
    chosen = options.parse_args(arguments)
    die_with_parent()
    os.environ.update(processor.environment() | _chosen_by_operator())
    share_gpu(chosen.device, chosen.gpu_memory_fraction)
    with open(chosen.fd, "w", encoding="utf-8", closefd=False) as outgoing:
        Child(sys.stdin, outgoing, device=chosen.device).run(chosen.memory_bytes, chosen.niceness)


if __name__ == "__main__":
    main()
