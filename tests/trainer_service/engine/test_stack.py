"""The stacked trainer: each row trains as if alone, to the last bit, and as torch's own modules would."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from tests.trainer_service.engine.strategies import stack_rows
from trainer_service.engine.architectures.feed_forward import ALIGNMENT, Network
from trainer_service.engine.optimizers import StepSizes
from trainer_service.engine.randomness import Stream, generator
from trainer_service.engine.stack import Blocks, Measured, Recipe, Row, Stack
from trainer_service.engine.threads import one_thread


@pytest.fixture(autouse=True)
def single_thread():
    """As every training runs."""
    with one_thread():
        yield


def noise(network: Network, rows: int, *, blocks: int = 1, validation: int = 7) -> Blocks:
    """Random data in the shape that `network` reads."""
    random = torch.Generator().manual_seed(rows)

    def targets(count: int) -> torch.Tensor:
        if network.task == "classification":
            return torch.randint(network.sizes[-1], (blocks, count), generator=random)
        return torch.randn(blocks, count, generator=random)

    features, watched = (
        network.pad(torch.randn(blocks, count, network.sizes[0], generator=random))
        for count in (rows, validation)
    )
    one = torch.ones(blocks, dtype=torch.float64)
    return Blocks(features, targets(rows), watched, targets(validation), one, one)


def outcome(stack: Stack, measured: Measured, position: int) -> tuple[bytes, list[str]]:
    """All bits of a row: its weights (any NaN is as good as another) and what was measured."""
    weights = stack.weights[position].nan_to_num(nan=7.0).numpy().tobytes()
    return weights, [repr(getattr(measured, name)[position]) for name in Measured.__dataclass_fields__]


networks = st.builds(
    lambda features, hidden, outputs, activation: Network(
        (features, *hidden, outputs or 1), activation, "classification" if outputs else "regression"
    ),
    st.sampled_from([4, 10, 13, 30, 64]),
    st.lists(st.sampled_from([1, 3, 7, 16, 17, 64, 100]), min_size=1, max_size=3),
    st.sampled_from([None, 2, 3, 10]),
    st.sampled_from(["relu", "tanh"]),
)


@settings(max_examples=30, deadline=None)
@given(
    st.data(),
    networks,
    st.sampled_from(["sgd", "adam", "adamw", "rmsprop"]),
    st.sampled_from([8, 64]),
    st.sampled_from([None, False]),
)
def test_a_row_has_the_same_bits_alone_and_in_any_company(data, network, optimizer, batch, fused):
    recipe = Recipe(network, optimizer, batch, fused)
    blocks = noise(network, data.draw(st.sampled_from([5, batch, 3 * batch + 2, 9 * batch])), blocks=2)
    company = data.draw(st.lists(stack_rows, min_size=1, max_size=9))
    stack = Stack(recipe, company, blocks)
    stack.epoch(0, 1.0)
    staying = data.draw(st.permutations(range(len(company))))[: data.draw(st.integers(1, len(company)))]
    stack = stack.keep(staying)  # the others are cancelled, have stopped early, or have diverged
    measured = stack.epoch(1, 0.5)
    position = data.draw(st.integers(0, len(staying) - 1))
    alone = Stack(recipe, [company[staying[position]]], blocks)
    alone.epoch(0, 1.0)
    assert outcome(alone, alone.epoch(1, 0.5), 0) == outcome(stack, measured, position)


def test_a_neighbour_that_diverges_spoils_nothing():
    network = Network((13, 16, 3), "relu", "classification")
    recipe, blocks = Recipe(network, "adamw", 16), noise(Network((13, 16, 3), "relu", "classification"), 50)
    sane, wild = Row(1, StepSizes(0.01, 0.0)), Row(2, StepSizes(1e30, 0.0))
    together, alone = Stack(recipe, [wild, sane], blocks), Stack(recipe, [sane, sane], blocks)
    for epoch in range(3):
        in_company, by_itself = together.epoch(epoch, 1.0), alone.epoch(epoch, 1.0)
    assert not torch.isfinite(together.weights[0]).all()
    assert outcome(together, in_company, 1) == outcome(alone, by_itself, 0)


def test_a_stack_of_one_is_refused_where_it_would_compute_otherwise(monkeypatch):
    network = Network((4, 3, 2), "relu", "classification")
    monkeypatch.setattr(Network, "smallest", lambda network, device: 2)  # as on a GPU
    with pytest.raises(ValueError, match="add a ghost row"):
        Stack(Recipe(network, "sgd", 8), [Row(0, StepSizes(0.1, 0.0))], noise(network, 20))


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("fused", [True, False])
def test_a_row_trains_like_a_plain_torch_module(task, activation, optimizer, fused):
    network = Network((13, 20, 9, 3 if task == "classification" else 1), activation, task)
    row = Row(5, StepSizes(0.01, 0.02, 0.9))
    blocks = noise(network, 70)
    stack = Stack(Recipe(network, optimizer, 16, fused), [row, row], blocks)
    model = module_of(network, network.initial(row.seed))
    plain = {
        "sgd": torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=0.02),
        "adamw": torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.02),
    }[optimizer]
    features, targets = blocks.features[0, :, :13], blocks.targets[0]
    loss_of = nn.CrossEntropyLoss() if task == "classification" else nn.MSELoss()
    for epoch in range(3):
        measured = stack.epoch(epoch, 1.0)
        order = torch.randperm(70, generator=generator(row.seed, Stream.ORDER, epoch))[:64].view(4, 16)
        losses = []
        for batch in order:
            plain.zero_grad()
            outputs = model(features[batch])
            loss = loss_of(outputs if task == "classification" else outputs[:, 0], targets[batch])
            loss.backward()
            plain.step()
            losses.append(loss.item())
        assert measured.train_loss[0] == pytest.approx(sum(losses) / 4, rel=1e-4)
        assert measured.first_loss[0] == pytest.approx(losses[0], rel=1e-4)
    for layer, linear in zip(network.trimmed(stack.weights[0]), linears(model), strict=True):
        torch.testing.assert_close(layer.weight[0].t(), linear.weight.detach(), rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(layer.bias[0, 0], linear.bias.detach(), rtol=1e-3, atol=1e-5)


def module_of(network: Network, row: torch.Tensor) -> nn.Sequential:
    """The same network as torch's own modules, with the weights of `row`."""
    parts: list[nn.Module] = []
    for layer in network.trimmed(row):
        linear = nn.Linear(layer.weight.shape[1], layer.weight.shape[2])
        with torch.no_grad():
            linear.weight.copy_(layer.weight[0].t())
            linear.bias.copy_(layer.bias[0, 0])
        parts += [linear, nn.ReLU() if network.bend == "relu" else nn.Tanh()]
    return nn.Sequential(*parts[:-1])


def linears(model: nn.Sequential) -> list[nn.Linear]:
    """Its layers with weights."""
    return [part for part in model if isinstance(part, nn.Linear)]


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_the_hand_written_gradient_with_dropout_is_that_of_autograd(task, activation):
    network = Network((6, 11, 5, 4 if task == "classification" else 1), activation, task)
    blocks, row = noise(network, 32), Row(3, StepSizes(0.0, 0.0), dropout=64)
    stack = Stack(Recipe(network, "sgd", 32), [row, row], blocks)
    stack.epoch(0, 1.0)  # a learning rate of zero leaves the weights, and the gradient of the only batch
    weights = network.initial(row.seed).unsqueeze(0).requires_grad_()
    order = torch.randperm(32, generator=generator(row.seed, Stream.ORDER, 0))
    signal = blocks.features[0, order]
    for number, layer in enumerate(network.layers(weights)):
        signal = signal @ layer.weight[0] + layer.bias[0]
        if number < 2:
            signal = torch.relu(signal) if activation == "relu" else torch.tanh(signal)
            signal = signal * stack._masks.of(number, 0)[0] / (1 - 64 / 256)
    outputs, targets = signal[:, : network.sizes[-1]], blocks.targets[0, order]
    loss_of = nn.CrossEntropyLoss() if task == "classification" else nn.MSELoss()
    loss_of(outputs if task == "classification" else outputs[:, 0], targets).backward()
    torch.testing.assert_close(stack._gradients[0], weights.grad[0], rtol=1e-4, atol=1e-6)


def test_dropout_silences_its_share_of_units_and_never_the_same_ones():
    network = Network((6, 64, 2), "relu", "classification")
    rows = [Row(1, StepSizes(0.1, 0.0), dropout=77), Row(2, StepSizes(0.1, 0.0), dropout=0)]
    stack = Stack(Recipe(network, "sgd", 64), rows, noise(network, 640))
    stack.epoch(0, 1.0)
    first = stack._masks._masks[0].clone()
    stack.epoch(1, 1.0)
    assert 1 - first[:, 0].float().mean().item() == pytest.approx(77 / 256, abs=0.01)
    assert first[:, 1].all()
    assert (first[:, 0] != stack._masks._masks[0][:, 0]).float().mean() > 0.3


def test_padding_stays_zero():
    network = Network((13, 17, 3), "tanh", "classification")
    stack = Stack(
        Recipe(network, "adamw", 16), [Row(s, StepSizes(0.1, 0.5), 26) for s in (1, 2)], noise(network, 40)
    )
    stack.epoch(0, 1.0)
    for row in stack.weights:
        assert int(torch.count_nonzero(row)) <= network.parameters < network.row_length
    assert all(size % ALIGNMENT == 0 for size in network.padded)


def test_rows_that_do_not_fill_a_batch_sit_out_an_epoch():
    network = Network((4, 3, 2), "relu", "classification")
    row = Row(0, StepSizes(0.1, 0.0))
    assert Stack(Recipe(network, "sgd", 32), [row] * 2, noise(network, 70)).examples_per_epoch == 64


def test_fewer_rows_than_a_batch_are_one_smaller_batch():
    network = Network((4, 3, 2), "relu", "classification")
    row = Row(0, StepSizes(0.1, 0.0))
    assert Stack(Recipe(network, "sgd", 32), [row] * 2, noise(network, 20)).examples_per_epoch == 20
