"""Deep Q-learning runs per minute of one process: the stacked agents against the loop that people write.

    python -m benchmarks.agents [--repeats 3] [--epochs 3]

CartPole, 500 steps an epoch, a network 4-64-2, batches of 32, an update after every step from step 64 on; the
loop is Gymnasium's environment, an nn.Module, torch's AdamW and a list as memory. Both run with one thread in
the same process, in turns; processor time leaves out the waiting for a core. The engine's time holds the
validation episodes after each epoch, which the loop does not play.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable

import gymnasium
import numpy as np
import torch
from torch import nn

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.control.worlds import NETWORK_STEPS
from trainer_service.engine.data import training_rows
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.spec import RunSpec, parse
from trainer_service.engine.threads import one_thread

WARM_UP, BATCH, MEMORY, GAMMA = 64, 32, 2000, 0.99


def specs(count: int, epochs: int) -> list[RunSpec]:
    """`count` runs that differ in all that may differ inside a stack."""
    return [
        parse(
            {
                "task": "control",
                "data": {"dataset": "cartpole@1"},
                "model": {
                    "family": "dqn",
                    "hidden": [64],
                    "gamma": GAMMA - 0.01 * (number % 2),
                    "memory": MEMORY,
                    "warm_up": WARM_UP,
                    "update_every": 1,
                    "target_every": 200,
                    "double": False,
                },
                "optimizer": {"kind": "adamw", "learning_rate": 1e-3 * (1 + number % 3)},
                "training": {"epochs": epochs, "batch_size": BATCH, "seed": number},
            }
        )
        for number in range(count)
    ]


def by_loop(runs: list[RunSpec]) -> None:
    """One after the other with Gymnasium and nn.Module."""
    for spec in runs:
        _loop(spec, spec.training.epochs * NETWORK_STEPS)


def by_stack(runs: list[RunSpec]) -> None:
    """The engine's fit: the runs as one stack (a single run has its ghost)."""
    rows = [training_rows(spec) for spec in runs]
    FAMILIES["dqn"].fit(runs, rows, callbacks=Callbacks(), device="cpu")


def _loop(spec: RunSpec, steps: int) -> None:
    torch.manual_seed(spec.training.seed)
    choice, world = random.Random(spec.training.seed), gymnasium.make("CartPole-v1")
    online, target = (nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2)) for _ in range(2))
    target.load_state_dict(online.state_dict())
    optimizer = torch.optim.AdamW(online.parameters(), lr=spec.optimizer.learning_rate)
    memory: list[tuple[np.ndarray, int, float, np.ndarray, bool]] = []
    seen, _ = world.reset(seed=spec.training.seed)
    for step in range(steps):
        if choice.random() < max(0.05, 1 - step / (0.2 * steps)):
            action = choice.randrange(2)
        else:
            with torch.no_grad():
                action = int(online(torch.as_tensor(seen)).argmax())
        after, reward, ended, cut, _ = world.step(action)
        memory.append((seen, action, float(reward), after, ended))
        del memory[:-MEMORY]
        seen = world.reset()[0] if ended or cut else after
        if step >= WARM_UP:
            _update(online, target, optimizer, [choice.choice(memory) for _ in range(BATCH)])
            if step % 200 == 0:
                target.load_state_dict(online.state_dict())


def _update(online: nn.Module, target: nn.Module, optimizer: torch.optim.Optimizer, batch: list) -> None:
    seen, actions, rewards, after, ended = (
        torch.as_tensor(np.array(part)) for part in zip(*batch, strict=True)
    )
    with torch.no_grad():
        wanted = rewards.float() + GAMMA * target(after).amax(1) * ~ended
    loss = nn.functional.smooth_l1_loss(online(seen).gather(1, actions[:, None])[:, 0], wanted)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


METHODS: list[tuple[str, Callable[[list[RunSpec]], None], int]] = [
    ("Gymnasium + nn.Module, one by one", by_loop, 1),
    ("engine fit, alone (with its ghost)", by_stack, 1),
    ("engine fit, stack of 8", by_stack, 8),
    ("engine fit, stack of 32", by_stack, 32),
]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    cpu: dict[str, list[float]] = {name: [] for name, _, _ in METHODS}
    with one_thread():
        by_stack(specs(2, 1))
        for _ in range(options.repeats):
            for name, method, count in METHODS:
                start = time.process_time()
                method(specs(count, options.epochs))
                cpu[name].append(60 * count / (time.process_time() - start))
    print(f"| {options.epochs * NETWORK_STEPS} steps a run | runs/min by processor time | ratio |")
    print("| --- | --- | --- |")
    base = cpu[METHODS[0][0]]
    for name, _, _ in METHODS:
        ratio = statistics.median(rate / other for rate, other in zip(cpu[name], base, strict=True))
        spread = f"{statistics.median(cpu[name]):.0f} [{min(cpu[name]):.0f}..{max(cpu[name]):.0f}]"
        print(f"| {name} | {spread} | {ratio:.1f}× |")


if __name__ == "__main__":
    main()
