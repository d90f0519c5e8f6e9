"""Architectures that autograd trains: each row as if alone, bit for bit, and as torch's own modules would."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.trainer_service.engine.strategies import stack_rows
from trainer_service.engine.architectures.base import Architecture
from trainer_service.engine.architectures.convolutional import Convolutional
from trainer_service.engine.architectures.recurrent import Recurrent
from trainer_service.engine.architectures.transformer import Transformer
from trainer_service.engine.optimizers import StepSizes
from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.stack import Blocks, Measured, Recipe, Row, Stack
from trainer_service.engine.threads import one_thread


@pytest.fixture(autouse=True)
def single_thread():
    """As every training runs."""
    with one_thread():
        yield


def noise(architecture: Architecture, rows: int, *, blocks: int = 1, validation: int = 7) -> Blocks:
    """Random data in the shape that `architecture` reads."""
    random = torch.Generator().manual_seed(rows)

    def targets(count: int) -> torch.Tensor:
        if architecture.task == "classification":
            return torch.randint(architecture.outputs, (blocks, count), generator=random)
        return torch.randn(blocks, count, generator=random)

    def features(count: int) -> torch.Tensor:
        if getattr(architecture, "words", 0):
            texts = torch.randint(
                1, architecture.words, (blocks, count, architecture.inputs), generator=random
            )
            length = torch.randint(0, architecture.inputs + 1, (blocks, count, 1), generator=random)
            return (texts * (torch.arange(architecture.inputs) < length)).float()
        return torch.randn(blocks, count, architecture.inputs, generator=random)

    one = torch.ones(blocks, dtype=torch.float64)
    return Blocks(features(rows), targets(rows), features(validation), targets(validation), one, one)


def outcome(stack: Stack, measured: Measured, position: int) -> tuple[bytes, list[str]]:
    """All bits of a row: its weights (any NaN is as good as another) and what was measured."""
    weights = stack.weights[position].nan_to_num(nan=7.0).numpy().tobytes()
    return weights, [repr(getattr(measured, name)[position]) for name in Measured.__dataclass_fields__]


shapes = st.sampled_from([((6, 3), 0), ((8, 8), 0), ((5, 1), 0), ((9,), 5), ((16,), 40)])
values = st.sampled_from([(3, "classification"), (2, "classification"), (1, "regression")])
recurrent = st.builds(
    lambda cell, shape, hidden, layers, value: Recurrent(
        cell, shape[0], hidden, layers, *value, words=shape[1]
    ),
    st.sampled_from(["rnn", "gru", "lstm"]),
    shapes,
    st.sampled_from([8, 16, 32]),
    st.integers(1, 2),
    values,
)
transformers = st.builds(
    lambda shape, width, heads, layers, value: Transformer(
        shape[0], width, heads, 32, layers, *value, words=shape[1]
    ),
    shapes,
    st.sampled_from([16, 32]),
    st.sampled_from([1, 2, 4, 8]),
    st.integers(1, 2),
    values,
)


@settings(max_examples=25, deadline=None)
@given(
    st.data(),
    recurrent | transformers,
    st.sampled_from(["sgd", "adam", "adamw", "rmsprop"]),
    st.sampled_from([8, 64]),
)
def test_a_row_has_the_same_bits_alone_and_in_any_company(data, architecture, optimizer, batch):
    recipe = Recipe(architecture, optimizer, batch)
    blocks = noise(
        architecture, data.draw(st.sampled_from([5, batch - 1, batch, 2 * batch + 3, 9 * batch])), blocks=2
    )
    company = data.draw(st.lists(stack_rows, min_size=1, max_size=6))
    stack = Stack(recipe, company, blocks)
    stack.epoch(0, 1.0)
    staying = data.draw(st.permutations(range(len(company))))[: data.draw(st.integers(1, len(company)))]
    stack = stack.keep(staying)  # the others are cancelled, have stopped early, or have diverged
    measured = stack.epoch(1, 0.5)
    position = data.draw(st.integers(0, len(staying) - 1))
    alone = Stack(recipe, [company[staying[position]]], blocks)
    alone.epoch(0, 1.0)
    assert outcome(alone, alone.epoch(1, 0.5), 0) == outcome(stack, measured, position)


# The same networks as torch's own modules -----------------------------------------------------------------


class Reader(nn.Module):
    """A recurrent layer of torch and a read-out of its last state."""

    def __init__(self, architecture: Recurrent) -> None:
        super().__init__()
        kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[architecture.cell]
        self.shape = architecture.shape
        self.cells = kind(architecture.shape[1], architecture.hidden, architecture.layers, batch_first=True)
        self.output = nn.Linear(architecture.hidden, architecture.outputs)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.output(self.cells(features.view(-1, *self.shape))[0][:, -1])

    @torch.no_grad()
    def take(self, architecture: Recurrent, parts: dict[str, torch.Tensor]) -> None:
        """Take over the weights; torch has a second bias for what the state says, which is zero here."""
        hidden = architecture.hidden
        order = torch.arange(parts["input.0"].shape[1])
        if architecture.cell == "lstm":  # input, forget, output, cell -> input, forget, cell, output
            order = torch.cat([order[: 2 * hidden], order[3 * hidden :], order[2 * hidden : 3 * hidden]])
        for layer in range(architecture.layers):
            getattr(self.cells, f"weight_ih_l{layer}").copy_(parts[f"input.{layer}"].t()[order])
            getattr(self.cells, f"weight_hh_l{layer}").copy_(parts[f"hidden.{layer}"].t()[order])
            getattr(self.cells, f"bias_ih_l{layer}").copy_(parts[f"bias.{layer}"][0][order])
            second = getattr(self.cells, f"bias_hh_l{layer}").zero_()
            learned = torch.zeros_like(second)
            if architecture.cell == "gru":  # the new state's own bias is there in both
                second[2 * hidden :] = parts[f"hidden_bias.{layer}"][0]
                learned[2 * hidden :] = 1
            second.register_hook(learned.mul)
        take_linear(self.output, parts, "output")


class Attending(nn.Module):
    """torch's encoder layers over projected steps with learned places, averaged and read out."""

    def __init__(self, architecture: Transformer) -> None:
        super().__init__()
        wide, (steps, channels) = architecture.width, architecture.shape
        self.shape = architecture.shape
        self.input = nn.Linear(channels, wide)
        self.places = nn.Parameter(torch.zeros(steps, wide))
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                wide,
                architecture.heads,
                architecture.feed_forward,
                dropout=0.0,
                batch_first=True,
                norm_first=True,
            )
            for _ in range(architecture.layers)
        )
        self.norm = nn.LayerNorm(wide)
        self.output = nn.Linear(wide, architecture.outputs)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        signal = self.input(features.view(-1, *self.shape)) + self.places
        for block in self.blocks:
            signal = block(signal)
        return self.output(self.norm(signal).mean(1))

    @torch.no_grad()
    def take(self, architecture: Transformer, parts: dict[str, torch.Tensor]) -> None:
        """Take over the weights."""
        self.places.copy_(parts["places"])
        for name, linear in (("input", self.input), ("output", self.output)):
            take_linear(linear, parts, name)
        take_norm(self.norm, parts, "norm")
        for layer, block in enumerate(self.blocks):
            block.self_attn.in_proj_weight.copy_(parts[f"{layer}.ask.weight"].t())
            block.self_attn.in_proj_bias.copy_(parts[f"{layer}.ask.bias"][0])
            for name, linear in (
                ("mix", block.self_attn.out_proj),
                ("inner", block.linear1),
                ("outer", block.linear2),
            ):
                take_linear(linear, parts, f"{layer}.{name}")
            take_norm(block.norm1, parts, f"{layer}.norm1")
            take_norm(block.norm2, parts, f"{layer}.norm2")


class Convolving(nn.Module):
    """Stages of torch's convolutions with relu and max-pooling, read out."""

    def __init__(self, architecture: Convolutional) -> None:
        super().__init__()
        self.architecture, below, stages = architecture, architecture.shape[0], []
        for wide in architecture.channels:
            stages.append(nn.ModuleDict(self.stage(below, wide)))
            below = wide
        self.stages = nn.ModuleList(stages)
        self.output = nn.LazyLinear(architecture.outputs)

    def stage(self, below: int, wide: int) -> dict[str, nn.Module]:
        """The modules of a stage by the names of its parts."""
        if self.architecture.block == "separable":
            found = {
                "depth": nn.Conv2d(below, below, 3, padding=1, groups=below),
                "point": nn.Conv2d(below, wide, 1),
            }
        else:
            found = {"first": nn.Conv2d(below, wide, 3, padding=1)}
        if self.architecture.block == "residual":
            found["second"] = nn.Conv2d(wide, wide, 3, padding=1)
            found["around"] = nn.Conv2d(below, wide, 1) if below != wide else nn.Identity()
        found["norm"] = nn.GroupNorm(wide // 8, wide) if self.architecture.is_normalized else nn.Identity()
        return found

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        signal = features.view(-1, *self.architecture.shape)
        for stage in self.stages:
            if self.architecture.block == "residual":
                inner = stage["norm"](stage["second"](stage["first"](signal).relu()))
                signal = (inner + stage["around"](signal)).relu()
            elif self.architecture.block == "separable":
                signal = stage["norm"](stage["point"](stage["depth"](signal))).relu()
            else:
                signal = stage["norm"](stage["first"](signal)).relu()
            if min(signal.shape[2:]) > 1:
                signal = nn.functional.max_pool2d(signal, 2)
        return self.output(signal.flatten(1))

    @torch.no_grad()
    def take(self, architecture: Convolutional, parts: dict[str, torch.Tensor]) -> None:
        """Take over the weights."""
        self(torch.zeros(1, architecture.inputs))
        for number, stage in enumerate(self.stages):
            for name, module in stage.items():
                if isinstance(module, nn.Conv2d):
                    module.weight.copy_(parts[f"{number}.{name}.weight"])
                    module.bias.copy_(parts[f"{number}.{name}.bias"])
                elif isinstance(module, nn.GroupNorm):
                    module.weight.copy_(parts[f"{number}.scale"])
                    module.bias.copy_(parts[f"{number}.shift"])
        take_linear(self.output, parts, "output")


def take_linear(linear: nn.Linear, parts: dict[str, torch.Tensor], name: str) -> None:
    linear.weight.copy_(parts[f"{name}.weight"].t())
    linear.bias.copy_(parts[f"{name}.bias"][0])


def take_norm(norm: nn.LayerNorm, parts: dict[str, torch.Tensor], name: str) -> None:
    norm.weight.copy_(parts[f"{name}.scale"][0])
    norm.bias.copy_(parts[f"{name}.shift"][0])


CASES = [
    (Reader, Recurrent("rnn", (6, 3), 16, 2, 3, "classification")),
    (Reader, Recurrent("gru", (6, 3), 16, 2, 3, "classification")),
    (Reader, Recurrent("lstm", (6, 3), 16, 2, 1, "regression")),
    (Reader, Recurrent("lstm", (8, 8), 8, 1, 10, "classification")),
    (Attending, Transformer((6, 3), 16, 2, 32, 2, 3, "classification")),
    (Attending, Transformer((8, 8), 32, 4, 16, 1, 1, "regression")),
    (Convolving, Convolutional((1, 8, 8), (8, 16), "plain", False, 10, "classification")),
    (Convolving, Convolutional((3, 8, 6), (16, 16, 8), "residual", True, 1, "regression")),
    (Convolving, Convolutional((2, 8, 8), (8, 16), "separable", True, 3, "classification")),
]


@pytest.mark.parametrize(("kind", "architecture"), CASES, ids=lambda case: getattr(case, "cell", ""))
def test_a_row_trains_like_a_plain_torch_module(kind, architecture):
    row = Row(5, StepSizes(0.003, 0.02))
    blocks = noise(architecture, 70)
    stack = Stack(Recipe(architecture, "adamw", 16), [row], blocks)
    model = kind(architecture)
    start = architecture.views(architecture.initial(row.seed).unsqueeze(0))
    model.take(architecture, {name: part[0] for name, part in start.items()})
    plain = torch.optim.AdamW(model.parameters(), lr=0.003, weight_decay=0.02)
    is_classes = architecture.task == "classification"
    loss_of = nn.CrossEntropyLoss() if is_classes else nn.MSELoss()
    features, targets = blocks.features[0], blocks.targets[0]
    for epoch in range(3):
        measured = stack.epoch(epoch, 1.0)
        order = torch.randperm(70, generator=generator(row.seed, Stream.ORDER, epoch))[:64].view(4, 16)
        losses = []
        for batch in order:
            plain.zero_grad()
            outputs = model(features[batch])
            loss = loss_of(outputs if is_classes else outputs[:, 0], targets[batch])
            loss.backward()
            plain.step()
            losses.append(loss.item())
        assert measured.train_loss[0] == pytest.approx(sum(losses) / 4, rel=1e-3)
    with torch.no_grad():
        expected = model(blocks.validation_features[0])
    answered = architecture.answer(stack.weights[0], blocks.validation_features[0])
    torch.testing.assert_close(answered, expected, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("architecture", [case[1] for case in CASES])
def test_parameters_are_counted_as_torch_counts_them(architecture):
    held = architecture.arrays(architecture.initial(0))
    assert sum(part.numel() for part in held.values()) == architecture.parameters <= architecture.row_length


@pytest.mark.parametrize(
    "architecture",
    [
        Recurrent("gru", (12,), 8, 1, 2, "classification", words=9),
        Transformer((12,), 16, 2, 16, 1, 2, "classification", words=9),
    ],
)
def test_padding_behind_a_text_says_nothing(architecture):
    row = architecture.initial(1)
    text = torch.tensor([[1.0, 5, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    parts = architecture.views(row.unsqueeze(0))
    before = architecture.answer(row, text)
    parts["embedding"][0, 0] = 100.0
    torch.testing.assert_close(architecture.answer(row, text), before)
    parts["embedding"][0, 5] = 100.0
    assert not torch.allclose(architecture.answer(row, text), before)


def test_a_text_without_words_has_an_answer():
    for architecture in (
        Recurrent("lstm", (4,), 8, 1, 2, "classification", words=3),
        Transformer((4,), 16, 2, 16, 1, 2, "classification", words=3),
    ):
        assert torch.isfinite(architecture.answer(architecture.initial(1), torch.zeros(2, 4))).all()


def test_dropout_changes_training_and_not_the_answer():
    architecture = Recurrent("gru", (6, 3), 16, 2, 3, "classification")
    blocks = noise(architecture, 64)
    with_it, without = (Row(1, StepSizes(0.01, 0.0), dropout=share) for share in (128, 0))
    stack = Stack(Recipe(architecture, "sgd", 32), [with_it, without], blocks)
    plain = Stack(Recipe(architecture, "sgd", 32), [without], blocks)
    stack.epoch(0, 1.0)
    plain.epoch(0, 1.0)
    assert torch.equal(stack.weights[1], plain.weights[0])
    assert not torch.equal(stack.weights[0], plain.weights[0])
    answers = [architecture.answer(stack.weights[0], blocks.features[0]) for _ in range(2)]
    assert torch.equal(*answers)
