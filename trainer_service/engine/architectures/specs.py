"""The architecture that a spec describes."""

from __future__ import annotations

from trainer_service.engine import spec as specs
from trainer_service.engine.architectures.base import Architecture
from trainer_service.engine.architectures.convolutional import Convolutional
from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.architectures.recurrent import Recurrent
from trainer_service.engine.architectures.transformer import Transformer
from trainer_service.engine.spec import RunSpec


def architecture_of(spec: RunSpec) -> Architecture:
    """The shape of the network of `spec`; its family must be a neural one."""
    model = spec.model
    if isinstance(model, specs.MLP):
        sizes = (spec.features, *model.hidden, spec.dataset.outputs)
        return Network(sizes, model.activation, spec.task, model.initialization)
    if isinstance(model, specs.Autoencoder):
        half = (spec.features, *model.hidden)
        sizes = (*half, model.code, *reversed(half))
        return Network(sizes, model.activation, spec.task, model.initialization)
    if isinstance(model, specs.CNN):
        return _convolutional(spec, model)
    if isinstance(model, specs.Transformer):
        return Transformer(
            shape=spec.dataset.shape,
            width=model.width,
            heads=model.heads,
            feed_forward=model.feed_forward,
            layers=model.layers,
            values=spec.dataset.outputs,
            task=spec.task,
            words=_words(spec),
        )
    assert isinstance(model, specs.RNN | specs.GRU | specs.LSTM)
    return Recurrent(
        cell=model.family,
        shape=spec.dataset.shape,
        hidden=model.hidden,
        layers=model.layers,
        values=spec.dataset.outputs,
        task=spec.task,
        words=_words(spec),
    )


def _words(spec: RunSpec) -> int:
    """Numbers that a token can be: padding and the vocabulary; 0 where examples are no texts."""
    return len(spec.dataset.vocabulary) + 1 if spec.dataset.form == "text" else 0


def _convolutional(spec: RunSpec, model: specs.CNN) -> Convolutional:
    height, width, *channels = spec.dataset.shape
    return Convolutional(
        shape=(channels[0] if channels else 1, height, width),
        channels=tuple(model.channels),
        block=model.block,
        is_normalized=model.normalization == "group",
        values=spec.dataset.outputs,
        task=spec.task,
    )
