"""Networks in 8 bits: exact products, a quarter of the size; the model that is deployed is graded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.data import load, training_rows
from trainer_service.engine.families.quantized import QuantizedLayer, QuantizedNetwork
from trainer_service.engine.serving import answer
from trainer_service.engine.spec import SpecError, digest, parse

INT8 = {"quantization": "int8"}


def by_hand(signal: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """One layer in 8 bits, a number at a time."""
    found = np.empty((len(signal), weight.shape[1]))
    for row, numbers in enumerate(signal):
        step = np.abs(numbers).max() / np.float32(127)
        for unit in range(weight.shape[1]):
            scale = np.abs(weight[:, unit]).max() / np.float32(127)
            total = 0
            for number, factor in zip(numbers, weight[:, unit], strict=True):
                total += int(np.rint(number / step)) * int(np.rint(factor / scale))
            found[row, unit] = total * float(step) * float(scale) + bias[unit]
    return found


def test_a_layer_in_8_bits_is_what_a_plain_loop_over_whole_numbers_says():
    random = np.random.RandomState(3)
    signal, weight = (random.normal(size=shape).astype(np.float32) for shape in ((5, 13), (13, 4)))
    bias = random.normal(size=4).astype(np.float32)
    layer = QuantizedLayer.of(torch.from_numpy(weight), torch.from_numpy(bias))
    assert layer.weight.dtype is torch.int8
    assert np.allclose(layer(torch.from_numpy(signal)), by_hand(signal, weight, bias), rtol=1e-5, atol=1e-6)


def test_a_row_gets_the_same_answer_alone_and_among_others():
    network = Network((64, 40, 24, 10), "relu", "classification")
    rounded = QuantizedNetwork.of(network, network.initial(5))
    features = torch.from_numpy(load("digits@1").pool.features[:50].astype(np.float32))
    together = rounded.answer(features)
    assert all(torch.equal(rounded.answer(features[row : row + 1])[0], together[row]) for row in range(50))


@pytest.mark.parametrize("weights", [0.0, float("nan"), float("inf")])
def test_weights_of_nothing_and_weights_gone_astray_are_answered_all_the_same(weights):
    network = Network((3, 2, 2), "tanh", "classification")
    row = torch.full((network.row_length,), weights)
    answers = QuantizedNetwork.of(network, row).answer(torch.ones(4, 3))
    assert answers.shape == (4, 2) and torch.isfinite(answers).all() == (weights == 0.0)


def test_the_deployed_model_is_graded_and_what_it_cost_and_gained_is_told(run, mlp):
    plain, small = mlp(model={"hidden": [64, 64]}), mlp(model={"hidden": [64, 64]}, deployment=INT8)
    (before,), (after,) = run([plain]), run([small])
    told = after.deployment
    assert before.deployment == {} and told["quantization"] == "int8" and told["metric"] == "accuracy"
    assert told["before"]["score"] == before.metrics["validation"]["accuracy"]
    assert told["after"]["score"] == after.metrics["validation"]["accuracy"]
    assert told["before"]["size_bytes"] == before.telemetry["size_bytes"]
    assert told["after"]["size_bytes"] == after.telemetry["size_bytes"]
    assert told["after"]["size_bytes"] == Path(after.files["weights"]).stat().st_size
    assert told["after"]["size_bytes"] < 0.4 * told["before"]["size_bytes"]
    assert all(
        0 < told[part]["inference_ms_p50"] <= told[part]["inference_ms_p95"] for part in ("before", "after")
    )
    # The weights were the same before they were rounded.
    assert [point.train_loss for point in after.curve] == [point.train_loss for point in before.curve]
    assert load_file(after.files["weights"])["layer.0.weight"].dtype == np.int8
    assert abs(after.metrics["held_out"]["accuracy"] - before.metrics["held_out"]["accuracy"]) < 0.02


@pytest.mark.parametrize("family", ["mlp", "autoencoder"])
def test_a_model_in_8_bits_answers_from_its_file_as_it_did_when_it_was_measured(run, mlp, family):
    task = "classification" if family == "mlp" else "reconstruction"
    raw = mlp().model_dump() | {"task": task, "model": {"family": family}, "deployment": INT8}
    (result,) = run([spec := parse(raw)])
    folder = Path(result.files["weights"]).parent
    said = np.load(result.files["held_out_predictions"])["value"]
    assert np.array_equal(answer(folder, spec, load("digits@1").held_out.rows.features).values, said)


def test_all_models_of_folds_are_validated_as_they_are_deployed(run, mlp):
    spec = mlp(deployment=INT8, validation={"kind": "k_fold", "folds": 2})
    (result,) = run([spec])
    folder = Path(result.files["weights"]).parent
    rows = training_rows(spec).validation
    said = np.array(answer(folder, spec, rows.features).values)
    assert (said == rows.targets).mean() == pytest.approx(result.folds[-1]["accuracy"])


def test_only_feed_forward_networks_can_be_stored_in_8_bits(mlp):
    with pytest.raises(SpecError, match="'cnn' cannot be stored in 8 bits; use none, or choose one of"):
        parse(mlp().model_dump() | {"model": {"family": "cnn"}, "deployment": INT8})


def test_a_deployment_as_it_always_was_changes_no_digest(mlp):
    assert digest(mlp()) == digest(mlp(deployment={"quantization": "none"})) != digest(mlp(deployment=INT8))
