"""A pole on a cart, to be kept upright by pushing the cart left or right.

Dynamics of Barto, Sutton and Anderson (1983), "Neuronlike adaptive elements that can solve difficult learning
control problems", with the constants, Euler steps and limits of Gymnasium's CartPole-v1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from trainer_service.engine.control.environments.base import Environment, Step

GRAVITY, CART_KG, POLE_KG, HALF_LENGTH, FORCE, SECONDS = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
FARTHEST, STEEPEST = 2.4, 12 * 2 * math.pi / 360
USUAL_SPEED = 2.0  # of the cart in m/s, of the pole in rad/s: networks see parts of it
_TOTAL_KG, _POLE_MOMENT = CART_KG + POLE_KG, POLE_KG * HALF_LENGTH


class CartPole(Environment):
    """States are position (m), speed (m/s), angle (rad) and turning speed (rad/s); each step earns 1."""

    width = observed = 4
    actions = 2
    limit = 500
    solved_at = good_at = 475.0
    _parts = torch.tensor([1 / FARTHEST, 1 / USUAL_SPEED, 1 / STEEPEST, 1 / USUAL_SPEED])

    def step(self, states: Tensor, actions: Tensor, chance: Tensor, gamma: Tensor) -> Step:
        _, speed, angle, spin = states.unbind(1)
        cosine, sine = angle.cos(), angle.sin()
        force = actions.to(states.dtype).mul_(2 * FORCE).sub_(FORCE)
        push = (force + _POLE_MOMENT * spin * spin * sine) / _TOTAL_KG
        lever = HALF_LENGTH * (4.0 / 3.0 - POLE_KG * cosine * cosine / _TOTAL_KG)
        turning = (GRAVITY * sine - cosine * push) / lever
        thrust = push - _POLE_MOMENT * turning * cosine / _TOTAL_KG
        after = torch.add(states, torch.stack([speed, thrust, spin, turning], 1), alpha=SECONDS)
        ended = (after[:, 0].abs() > FARTHEST) | (after[:, 2].abs() > STEEPEST)
        ones = torch.ones(len(states), device=states.device)
        return Step(after, ones, ones, ended)

    def observe(self, states: Tensor) -> Tensor:
        """Each number in parts of its limit, or of a usual speed: all of a size, as networks learn best."""
        return (states * self._parts).to(torch.float32)
