"""What an agent is told for what it does, where that is not the truth."""

from __future__ import annotations

from pydantic import Field

from trainer_service.engine.spec.base import SpecModel


class Rewards(SpecModel):
    """What an agent is told on top of the world's own reward, in grid worlds. Results count the world's own.

    With all zeros it is told the truth. An agent that is told something else learns that instead.
    """

    step: float = Field(0.0, ge=-100.0, le=100.0, description="Added to the reward of every step.")
    fall: float = Field(
        0.0, ge=-1000.0, le=1000.0, description="Added for a step into a hole or off the cliff."
    )
    goal: float = Field(0.0, ge=-1000.0, le=1000.0, description="Added for reaching the goal.")
    progress: float = Field(
        0.0,
        ge=-100.0,
        le=100.0,
        description="Added for each step that ends nearer to the goal; going back and forth earns it again.",
    )
    potential: float = Field(
        0.0,
        ge=-100.0,
        le=100.0,
        description="Times the change in nearness to the goal: a hint that leaves the best way the best "
        "(potential-based shaping).",
    )
