"""A stand-in for the training child that speaks its protocol and misbehaves on demand.

The seed of a row says what it does; the first row with a script decides for the stack.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

OBEDIENT, HANG, DIE, GARBAGE, ERROR, HOG, MISCOUNT, OOM_KILL, NAN, DROPPABLE, CHECKPOINTS, DEVICE, ALARM = (
    range(1000, 1013)
)

SIGNALS = {OOM_KILL: signal.SIGKILL, ALARM: signal.SIGALRM}

dropped: set[int] = set()


def main() -> None:
    channel = os.fdopen(int(sys.argv[sys.argv.index("--fd") + 1]), "w", buffering=1)

    def say(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")

    say(kind="ready", device="script", arithmetic_class="none", versions={})
    for line in sys.stdin:
        message = json.loads(line)
        if message["kind"] == "train":
            threading.Thread(target=train, args=(message, say, channel), daemon=True).start()
        else:
            dropped.add(message["row"])


def train(message: dict[str, Any], say: Any, channel: Any) -> None:
    seeds = [spec["training"]["seed"] for spec in message["specs"]]
    script = next((seed for seed in seeds if seed >= OBEDIENT), OBEDIENT)
    job = message["job"]
    for row in range(len(seeds)):
        say(kind="progress", job=job, row=row, point={"epoch": 1, "train_loss": 0.5, "validation_loss": 0.6})
    if script == CHECKPOINTS:
        leave_checkpoints(message, say)
    misbehave(script, say, channel, job)
    for folder in message["out_dirs"]:
        (Path(folder) / "predictions.safetensors").write_bytes(b"numbers")
    results = [{"metrics": {"held_out": {"accuracy": 0.5}}, "files": {}} for _ in seeds]
    say(kind="done", job=job, results=results[1:] if script == MISCOUNT else results)


def leave_checkpoints(message: dict[str, Any], say: Any) -> None:
    """Two more epochs than the checkpoint it was given; the first time, killed after that."""
    given = message["resume"][0]
    done = int(Path(given).read_text()) if given else 0
    for epoch in (done + 1, done + 2):
        (Path(message["out_dirs"][0]) / f"checkpoint-{epoch}.safetensors").write_text(str(epoch))
        say(kind="checkpoint", job=message["job"], row=0, epoch=epoch)
    if not given:
        time.sleep(0.3)
        os._exit(7)
    (Path(message["out_dirs"][0]) / "epochs").write_text(str(done + 2))


def misbehave(script: int, say: Any, channel: Any, job: str) -> None:
    if script == DIE:
        os._exit(7)
    if script in SIGNALS:
        os.kill(os.getpid(), SIGNALS[script])
    if script == DEVICE:
        say(kind="error", job=job, message="CUDA error: an illegal memory access", fault="device")
        os._exit(1)
    if script == GARBAGE:
        channel.write("Segmentation fault?\n")
    if script == NAN:
        channel.write('{"kind": "progress", "row": 0, "point": {"train_loss": NaN}}\n')
    if script == ERROR:
        say(kind="error", job=job, message="a bug")
    hog = bytearray(200 * 1024**2 if script == HOG else 0)
    hog[::4096] = b"x" * len(hog[::4096])
    while script in (HANG, GARBAGE, NAN, ERROR, HOG) or (script == DROPPABLE and not dropped):
        time.sleep(0.02)


if __name__ == "__main__":
    main()
