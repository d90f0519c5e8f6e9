"""Cost of networks that autograd trains: recurrent, attention, convolutional."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from trainer_service.engine import spec as specs
from trainer_service.engine.estimate.base import MEGABYTE, Estimate
from trainer_service.engine.estimate.networks import changing_seconds
from trainer_service.engine.spec import RunSpec


@dataclass(frozen=True, slots=True)
class _Work:
    """What one step of a network does.

    `products` are multiplications and `units` numbers written for one example, forward; `first` of the
    products lead to no gradient. `calls` are calls of the library for one batch, forward and backward.
    """

    parameters: int
    products: int
    first: int
    units: int
    calls: int


@dataclass(frozen=True, slots=True)
class _Pace:
    """Seconds of a run for nothing, of a call, and of a parameter, a unit and a product in one step."""

    run: float
    call: float
    parameter: float
    unit: float
    product: float


_RECURRENT = _Pace(run=0.021, call=2.7e-6, parameter=9e-9, unit=1.7e-9, product=2.7e-11)
_ATTENDING = _Pace(run=0.04, call=4.9e-6, parameter=4.7e-9, unit=2.2e-9, product=2.4e-11)
_CONVOLVING = _Pace(run=0.028, call=12e-6, parameter=1e-9, unit=2.9e-9, product=1.2e-11)


def recurrent(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Each step and layer is walked by itself, forward and back."""
    model = spec.model
    assert isinstance(model, specs.RNN | specs.GRU | specs.LSTM)
    gates, calls = {"rnn": (1, 12), "gru": (3, 38), "lstm": (4, 40)}[model.family]
    steps, channels = _steps(spec)
    hidden, outputs = model.hidden, spec.dataset.outputs
    below, table = _entry(spec, channels, hidden)
    wide = gates * hidden
    entry = steps * below * wide
    inner = steps * (model.layers * hidden + (model.layers - 1) * hidden) * wide
    biases = (wide + (hidden if model.family == "gru" else 0)) * model.layers
    weights = (below + hidden + (model.layers - 1) * 2 * hidden) * wide
    work = _Work(
        parameters=table + weights + biases + (hidden + 1) * outputs,
        products=entry + inner + hidden * outputs,
        first=0 if table else entry,
        units=steps * model.layers * (wide + 3 * hidden),
        calls=60 + steps * model.layers * calls,
    )
    return _cost(spec, train, validation, work, _RECURRENT)


def transformer(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Attention compares every step with every other."""
    model = spec.model
    assert isinstance(model, specs.Transformer)
    steps, channels = _steps(spec)
    wide, inner, outputs = model.width, model.feed_forward, spec.dataset.outputs
    below, table = _entry(spec, channels, wide)
    entry = 0 if table else steps * below * wide
    block = 4 * wide * wide + 2 * wide * inner
    block_parameters = block + 9 * wide + inner
    work = _Work(
        parameters=(table or (below + 1) * wide)
        + steps * wide
        + model.layers * block_parameters
        + 2 * wide
        + (wide + 1) * outputs,
        products=entry + model.layers * steps * (block + 2 * steps * wide) + wide * outputs,
        first=entry,
        units=steps * model.layers * (14 * wide + 2 * inner + 2 * steps * model.heads),
        calls=80 + 90 * model.layers,
    )
    return _cost(spec, train, validation, work, _ATTENDING)


def convolutional(spec: RunSpec, train: int, validation: int) -> Estimate:
    """Filters at every place of an image, stage by stage."""
    model = spec.model
    assert isinstance(model, specs.CNN)
    height, width, *channels = spec.dataset.shape
    below, outputs = (channels[0] if channels else 1), spec.dataset.outputs
    parameters = products = first = units = 0
    for wide in model.channels:
        weights, held = _stage(model, below, wide)
        places = height * width
        parameters += held
        products += weights * places
        first = first or weights * places
        units += 3 * wide * places * (2 if model.block == "residual" else 1)
        if min(height, width) > 1:
            height, width = height // 2, width // 2
        below = wide
    seen = below * height * width
    work = _Work(
        parameters=parameters + (seen + 1) * outputs,
        products=products + seen * outputs,
        first=first,
        units=units,
        calls=40 + 24 * len(model.channels) * (1 if model.block == "plain" else 2),
    )
    return _cost(spec, train, validation, work, _CONVOLVING)


# Private functions --------------------------------------------------------------------------------------


def _cost(spec: RunSpec, train: int, validation: int, work: _Work, pace: _Pace) -> Estimate:
    epochs, batch = spec.training.epochs, min(spec.training.batch_size, train)
    steps = epochs * (train // batch)
    multiplied = work.products * (3.0 * batch * steps + validation * epochs)
    per_step = work.calls * pace.call + work.parameters * pace.parameter + work.units * batch * pace.unit
    per_step += 60e-6 * bool(spec.regularization.mixup) + changing_seconds(spec, batch)
    seen = max(batch, min(validation, 256))
    return Estimate(
        parameters=work.parameters,
        memory_bytes=8 * MEGABYTE + 28 * work.parameters + 24 * work.units * seen,
        flops=(6.0 * work.products - 2.0 * work.first) * batch * steps,
        seconds=pace.run + steps * per_step + pace.product * multiplied,
    )


def _steps(spec: RunSpec) -> tuple[int, int]:
    shape = spec.dataset.shape
    return shape[0], prod(shape[1:])


def _entry(spec: RunSpec, channels: int, wide: int) -> tuple[int, int]:
    """Numbers of a step as the first layer reads it, and the size of the table of words (texts only)."""
    if spec.dataset.form == "text":
        return wide, (len(spec.dataset.vocabulary) + 1) * wide
    return channels, 0


def _stage(model: specs.CNN, below: int, wide: int) -> tuple[int, int]:
    """Weights that slide over the image in a stage, and all its parameters."""
    if model.block == "separable":
        weights, biases = 9 * below + below * wide, below + wide
    else:
        weights, biases = 9 * below * wide, wide
    if model.block == "residual":
        weights, biases = weights + 9 * wide * wide, biases + wide
        if below != wide:
            weights, biases = weights + below * wide, biases + wide
    return weights, weights + biases + (2 * wide if model.normalization == "group" else 0)
