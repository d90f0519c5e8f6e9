"""The environments as plain facts: maps, rewards, sizes; no numerical library is loaded, so the web may ask.

A map is rows of letters: S start, F floor, H hole (the episode ends), C cliff (back to the start), G goal.
Actions in a grid are left, down, right and up. Where the floor is slippery, a step goes the intended way or
to either side of it, a third of the time each. A step against the edge leaves one where one is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property

MOVES = ((0, -1), (1, 0), (0, 1), (-1, 0))  # left, down, right, up as (row, column)
ARMS = 10

# How much of an agent's life is an epoch, by family
PULLS = 20  # of each bandit problem
TABLE_STEPS = 1000  # of a tabular agent
NETWORK_STEPS = 500  # of a deep Q-learner
UPDATES = 5  # of a policy gradient
WATCHED = 20  # validation episodes that are played after each epoch


@dataclass(frozen=True)
class Rules:
    """A map and its published rewards, as plain data. Cells count row by row from 0.

    `limit` is the largest number of steps in an episode; `solved_at` the mean reward of 100 episodes from
    which the world counts as solved, `good_at` the reward of one episode that counts as solved.
    """

    rows: tuple[str, ...]
    is_slippery: bool
    step_reward: float
    goal_reward: float
    cliff_reward: float
    limit: int
    solved_at: float
    good_at: float

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def cells(self) -> str:
        """The letters of all cells, row by row."""
        return "".join(self.rows)

    @cached_property
    def start(self) -> int:
        """The cell of the start."""
        return self.cells.index("S")

    def target(self, cell: int, direction: int) -> int:
        """The cell that a step reaches, before a cliff sends one back."""
        height, width = self.size
        row, column = divmod(cell, width)
        down, right = MOVES[direction]
        return min(max(row + down, 0), height - 1) * width + min(max(column + right, 0), width - 1)

    def is_over(self, cell: int) -> bool:
        """Whether the episode ends in `cell`."""
        return self.cells[cell] in "HG"

    @cached_property
    def distances(self) -> list[int]:
        """Fewest steps from each cell to the goal, over floor; more than from any other where none lead."""
        found = {self.cells.index("G"): 0}
        waiting = deque(found)
        while waiting:
            here = waiting.popleft()
            for cell in range(len(self.cells)):
                leads = any(self.target(cell, direction) == here for direction in range(len(MOVES)))
                if leads and cell not in found and self.cells[cell] in "SF":
                    found[cell] = found[here] + 1
                    waiting.append(cell)
        farthest = max(found.values()) + 1
        return [found.get(cell, farthest) for cell in range(len(self.cells))]


GRIDS = {
    "frozen_lake@1": Rules(
        rows=("SFFF", "FHFH", "FFFH", "HFFG"),
        is_slippery=True,
        step_reward=0.0,
        goal_reward=1.0,
        cliff_reward=0.0,
        limit=100,
        solved_at=0.7,
        good_at=1.0,
    ),
    "frozen_lake_8x8@1": Rules(
        rows=(
            "SFFFFFFF",
            "FFFFFFFF",
            "FFFHFFFF",
            "FFFFFHFF",
            "FFFHFFFF",
            "FHHFFFHF",
            "FHFFHFHF",
            "FFFHFFFG",
        ),
        is_slippery=True,
        step_reward=0.0,
        goal_reward=1.0,
        cliff_reward=0.0,
        limit=200,
        solved_at=0.85,
        good_at=1.0,
    ),
    "cliff_walking@1": Rules(
        rows=("F" * 12, "F" * 12, "F" * 12, "S" + "C" * 10 + "G"),
        is_slippery=False,
        step_reward=-1.0,
        goal_reward=-1.0,
        cliff_reward=-100.0,
        limit=200,
        solved_at=-20.0,
        good_at=-20.0,
    ),
}


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers that an agent sees, actions it has, and steps of the longest episode."""

    observed: int
    actions: int
    limit: int


SIZES = {
    "cartpole@1": Size(observed=4, actions=2, limit=500),
    **{name: Size(len(rules.cells), len(MOVES), rules.limit) for name, rules in GRIDS.items()},
}
