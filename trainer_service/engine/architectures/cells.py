"""Recurrent cells: how they walk through time, and how an error walks back.

Signals are (N, T, width, B), gates (N, T, gates, hidden, B): each gate of a row lies in one piece, and one
product of matrices serves all gates of a step. The state before the first step is zero.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

import torch
from torch import Tensor

from trainer_service.engine.kernels import multiply, tanh

_unsigmoid = torch.ops.aten.sigmoid_backward.grad_input
_untanh = torch.ops.aten.tanh_backward.grad_input
Saved = tuple[Tensor, ...]


class _Cell(ABC):
    """One kind of cell. `loop` (N, hidden, gates·hidden) are the weights of the state before."""

    gates: int

    @abstractmethod
    def walk(self, driven: Tensor, loop: Tensor, bias: Tensor | None) -> Saved:
        """States (N, T, hidden, B), and what `back` will need, for what the inputs say to the gates."""

    @abstractmethod
    def back(self, error: Tensor, loop: Tensor, saved: Saved) -> tuple[Tensor, Tensor]:
        """Derivatives by what the inputs, and by what the state before, said to the gates."""


class Walk(torch.autograd.Function):
    """A layer of cells: `signal` (N, T, width, B) to states (N, T, hidden, B).

    `entry` (N, width, gates·hidden) are the weights of the inputs, `bias` (N, 1, gates·hidden) of the gates;
    a GRU has an `inner` bias (N, 1, hidden) beside.
    """

    @staticmethod
    def forward(
        ctx: Any, cell: _Cell, signal: Tensor, entry: Tensor, loop: Tensor, bias: Tensor, *inner: Tensor
    ) -> Tensor:
        rows, steps, _, batch = signal.shape
        driven = multiply(entry.transpose(1, 2).unsqueeze(1), signal).add_(bias.view(rows, 1, -1, 1))
        driven = driven.view(rows, steps, cell.gates, -1, batch)
        saved = cell.walk(driven, loop, inner[0].view(rows, -1, 1) if inner else None)
        ctx.cell, ctx.has_inner = cell, bool(inner)
        ctx.save_for_backward(signal, entry, loop, *saved)
        return saved[0]

    @staticmethod
    def backward(ctx: Any, error: Tensor) -> tuple[Tensor | None, ...]:
        signal, entry, loop, *saved = ctx.saved_tensors
        rows, steps, _, batch = signal.shape
        errors, by_loop = ctx.cell.back(error.contiguous(), loop, tuple(saved))
        by_gate = _example_by_example(errors.view(rows, steps, -1, batch))
        by_state = by_gate if by_loop is errors else _example_by_example(by_loop.view(rows, steps, -1, batch))
        below = None
        if ctx.needs_input_grad[1]:
            below = multiply(entry.unsqueeze(1), errors.view(rows, steps, -1, batch))
        by_entry = multiply(_step_by_step(signal), by_gate)
        # What a step adds to the gradient of the loop is weighed by the state before it.
        looped = multiply(_step_by_step(saved[0][:, :-1]), by_state[:, batch:])
        bias = by_gate.sum(1, keepdim=True)
        if not ctx.has_inner:
            return None, below, by_entry, looped, bias
        return None, below, by_entry, looped, bias, by_state.sum(1, keepdim=True)[..., -loop.shape[1] :]


def _example_by_example(signal: Tensor) -> Tensor:
    """(N, T, width, B) as (N, T·B, width)."""
    return signal.transpose(2, 3).reshape(len(signal), -1, signal.shape[2])


def _step_by_step(signal: Tensor) -> Tensor:
    """(N, T, width, B) as (N, width, T·B)."""
    return signal.transpose(1, 2).reshape(len(signal), signal.shape[2], -1)


def _heard(state: Tensor, loop: Tensor, shape: torch.Size) -> Tensor:
    """What `state` (N, hidden, B) says to all gates, in the `shape` (N, gates, hidden, B)."""
    return multiply(loop.transpose(1, 2), state).view(shape)


def _carried(errors: Tensor, loop: Tensor, before: Tensor) -> Tensor:
    """The derivative by the state before, from that by the gates (N, gates, hidden, B) and its own."""
    return multiply(loop, errors.flatten(1, 2)).add_(before)


class _Plain(_Cell):
    """tanh of what is heard."""

    gates = 1

    def walk(self, driven: Tensor, loop: Tensor, bias: Tensor | None) -> Saved:
        states = driven[:, :, 0].contiguous()
        for step in range(states.shape[1]):
            state = states[:, step]
            if step:
                state.add_(_heard(states[:, step - 1], loop, state.shape))
            tanh(state, out=state)
        return (states,)

    def back(self, error: Tensor, loop: Tensor, saved: Saved) -> tuple[Tensor, Tensor]:
        (states,) = saved
        errors = torch.empty_like(states).unsqueeze(2)
        carried = error[:, -1]
        for step in range(states.shape[1] - 1, -1, -1):
            _untanh(carried, states[:, step], grad_input=errors[:, step, 0])
            if step:
                carried = _carried(errors[:, step], loop, error[:, step - 1])
        return errors, errors


class _LongShortTerm(_Cell):
    """Gates: input, forget, output, cell."""

    gates = 4

    def walk(self, driven: Tensor, loop: Tensor, bias: Tensor | None) -> Saved:
        gates = driven
        states = torch.empty_like(gates[:, :, 0])
        cells, bent = torch.empty_like(states), torch.empty_like(states)
        for step in range(gates.shape[1]):
            gate, cell = gates[:, step], cells[:, step]
            if step:
                gate.add_(_heard(states[:, step - 1], loop, gate.shape))
            gate[:, :3].sigmoid_()
            tanh(gate[:, 3], out=gate[:, 3])
            torch.mul(gate[:, 0], gate[:, 3], out=cell)
            if step:
                cell.addcmul_(gate[:, 1], cells[:, step - 1])
            torch.mul(tanh(cell, out=bent[:, step]), gate[:, 2], out=states[:, step])
        return states, gates, cells, bent

    def back(self, error: Tensor, loop: Tensor, saved: Saved) -> tuple[Tensor, Tensor]:
        _, gates, cells, bent = saved
        errors, by_cell = torch.empty_like(gates), torch.empty_like(cells[:, 0])
        carried, kept = error[:, -1], None
        for step in range(gates.shape[1] - 1, -1, -1):
            gate, by_gate, curve = gates[:, step], errors[:, step], bent[:, step]
            _untanh(torch.mul(carried, gate[:, 2], out=by_cell), curve, grad_input=by_cell)
            if kept is not None:
                by_cell.add_(kept)
            torch.mul(by_cell, gate[:, 3], out=by_gate[:, 0])
            if step:
                torch.mul(by_cell, cells[:, step - 1], out=by_gate[:, 1])
            else:
                by_gate[:, 1].zero_()
            torch.mul(carried, curve, out=by_gate[:, 2])
            torch.mul(by_cell, gate[:, 0], out=by_gate[:, 3])
            _unsigmoid(by_gate[:, :3], gate[:, :3], grad_input=by_gate[:, :3])
            _untanh(by_gate[:, 3], gate[:, 3], grad_input=by_gate[:, 3])
            if step:
                kept = by_cell * gate[:, 1]
                carried = _carried(by_gate, loop, error[:, step - 1])
        return errors, errors


class _Gated(_Cell):
    """Gates: reset, update, new. What the state says to the new one has a bias and passes the reset."""

    gates = 3

    def walk(self, driven: Tensor, loop: Tensor, bias: Tensor | None) -> Saved:
        assert bias is not None
        gates = driven
        states = torch.empty_like(gates[:, :, 0])
        inner = torch.empty_like(states)
        for step in range(gates.shape[1]):
            gate, heard, state = gates[:, step], inner[:, step], states[:, step]
            if step:
                said = _heard(states[:, step - 1], loop, gate.shape)
                gate[:, :2].add_(said[:, :2])
                torch.add(said[:, 2], bias, out=heard)
            else:
                heard.copy_(bias.expand_as(heard))
            gate[:, :2].sigmoid_()
            fresh = gate[:, 2].addcmul_(gate[:, 0], heard)
            tanh(fresh, out=fresh)
            if step:
                torch.lerp(fresh, states[:, step - 1], gate[:, 1], out=state)
            else:
                torch.mul(fresh, 1 - gate[:, 1], out=state)
        return states, gates, inner

    def back(self, error: Tensor, loop: Tensor, saved: Saved) -> tuple[Tensor, Tensor]:
        states, gates, inner = saved
        errors, by_loop = torch.empty_like(gates), torch.empty_like(gates)
        carried = error[:, -1]
        for step in range(gates.shape[1] - 1, -1, -1):
            gate, by_gate, said = gates[:, step], errors[:, step], by_loop[:, step]
            reset, update, fresh = gate[:, 0], gate[:, 1], gate[:, 2]
            kept = carried * update
            _untanh(carried - kept, fresh, grad_input=by_gate[:, 2])
            torch.mul(by_gate[:, 2], inner[:, step], out=by_gate[:, 0])
            if step:
                torch.sub(states[:, step - 1], fresh, out=by_gate[:, 1])
            else:
                torch.neg(fresh, out=by_gate[:, 1])
            by_gate[:, 1].mul_(carried)
            _unsigmoid(by_gate[:, :2], gate[:, :2], grad_input=by_gate[:, :2])
            said[:, :2].copy_(by_gate[:, :2])
            torch.mul(by_gate[:, 2], reset, out=said[:, 2])
            if step:
                carried = _carried(said, loop, error[:, step - 1]).add_(kept)
        return errors, by_loop


Cell = Literal["rnn", "gru", "lstm"]
CELLS: dict[Cell, _Cell] = {"rnn": _Plain(), "gru": _Gated(), "lstm": _LongShortTerm()}
