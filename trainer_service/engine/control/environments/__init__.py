"""The environments that a spec may name."""

from __future__ import annotations

from trainer_service.engine.control.environments.base import Environment, Step
from trainer_service.engine.control.environments.cartpole import CartPole
from trainer_service.engine.control.environments.grid import Bonus, GridWorld
from trainer_service.engine.control.worlds import GRIDS

__all__ = ["Bonus", "CartPole", "Environment", "GridWorld", "Step", "environment"]


def environment(name: str, bonus: Bonus | None = None) -> Environment:
    """The environment `name`; `bonus` changes what agents are told in a grid world."""
    return CartPole() if name == "cartpole@1" else GridWorld(GRIDS[name], bonus)
