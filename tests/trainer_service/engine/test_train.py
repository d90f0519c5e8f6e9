"""The one entry: complete results, files that can be read back, failures as data."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
import skops.io
import torch
from hypothesis import HealthCheck, given, settings
from safetensors.numpy import load_file

from courses.metric_words import METRICS
from tests.trainer_service.engine.strategies import specs
from trainer_service.engine import artifacts
from trainer_service.engine import train as train_module
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import load
from trainer_service.engine.reference import example
from trainer_service.engine.spec import FAMILIES_BY_TASK, FAMILY_SPECS, parse

MANY = int(os.environ.get("RANDOM_SPECS", "200"))  # `make test-nightly` trains ten times as many
FAMILIES = [
    (task, family)
    for task, names in FAMILIES_BY_TASK.items()
    for family in sorted(names)
    if any(
        task in dataset.tasks and dataset.form in FAMILY_SPECS[family].forms for dataset in DATASETS.values()
    )
]


def spec_of(task: str, family: str):
    """The default spec of a family on a small dataset."""
    model = example(family)["model"]
    forms = FAMILY_SPECS[family].forms
    steps = {"clustering": [{"step": "standardize"}], "multilabel": [{"step": "tf_idf"}]}.get(task, [])
    if "text" in forms:
        steps = []  # it reads the words one after the other
    dataset = next(
        name
        for name in ("wine@1", "diabetes@1", *DATASETS)
        if task in DATASETS[name].tasks and (steps or DATASETS[name].form in forms)
    )
    if task == "control":
        dataset = example(family)["data"]["dataset"]
    raw = {"task": task, "data": {"dataset": dataset}, "preprocessing": steps, "model": model}
    return parse({**raw, "training": {"epochs": 2 if task in {"control", "generation"} else 3}})


@pytest.mark.parametrize(("task", "family"), FAMILIES)
def test_a_result_is_complete_and_can_be_sent_as_json(run, task, family):
    spec = spec_of(task, family)
    (result,) = run([spec])
    assert json.loads(json.dumps(result.as_dict(), allow_nan=False))["failure"] is None
    assert set(result.metrics) == {"train", "validation", "held_out"}
    assert set(result.intervals) <= set(result.metrics["held_out"]) and result.intervals
    telemetry = result.telemetry
    assert set(telemetry["seconds"]) == {"load", "fit", "evaluate", "total"}
    assert all(telemetry[name] > 0 for name in ("examples_per_second", "parameters", "flops", "energy_kwh"))
    assert 0 < telemetry["inference_ms_p50"] <= telemetry["inference_ms_p95"]
    assert telemetry["stack_size"] == 1 and telemetry["device"] == "cpu"
    assert {"arithmetic_class", "data_sha256", "weights_sha256", "torch"} <= set(result.versions)
    if task == "classification":
        assert np.sum(result.confusion) == spec.dataset.held_out_rows
        assert set(result.per_class) == set(spec.dataset.classes) and not result.residuals
    assert (0 < len(result.residuals) <= 300) == (task == "regression")
    assert set(result.metrics["held_out"]) <= set(METRICS)


@pytest.mark.parametrize(("task", "family"), FAMILIES)
def test_a_run_repeats_to_the_last_bit(run, task, family):
    first, second = (run([spec_of(task, family)])[0] for _ in range(2))
    assert first.metrics == second.metrics and first.intervals == second.intervals
    said = [np.load(result.files["held_out_predictions"]) for result in (first, second)]
    assert all(np.array_equal(said[0][name], said[1][name]) for name in said[0].files)


def test_held_out_predictions_leave_the_labels_out(run):
    (result,) = run([spec_of("classification", "mlp")])
    saved = np.load(result.files["held_out_predictions"], allow_pickle=False)
    assert set(saved.files) == {"row", "value", "probabilities"}
    held_out = load("wine@1").held_out
    assert np.array_equal(saved["row"], held_out.indices)
    accuracy = (saved["value"] == held_out.rows.targets).mean()
    assert accuracy == pytest.approx(result.metrics["held_out"]["accuracy"])


def test_a_network_can_be_rebuilt_from_its_file_alone(run, mlp):
    (result,) = run([mlp(model={"hidden": [9, 7], "activation": "tanh"})])
    arrays = load_file(result.files["weights"])
    assert artifacts.sha256(Path(result.files["weights"])) == result.versions["weights_sha256"]
    features = load("digits@1").held_out.rows.features
    signal = (features - arrays["preprocessing.0.shift"]) / arrays["preprocessing.0.scale"]
    for number in range(3):
        signal = signal @ arrays[f"layer.{number}.weight"] + arrays[f"layer.{number}.bias"]
        signal = np.tanh(signal) if number < 2 else signal
    assert np.array_equal(signal.argmax(axis=1), np.load(result.files["held_out_predictions"])["value"])


def test_a_scikit_learn_model_can_be_read_back_without_unpickling(run):
    (result,) = run([spec_of("classification", "random_forest")])
    untrusted = skops.io.get_untrusted_types(file=result.files["weights"])
    model = skops.io.load(result.files["weights"], trusted=untrusted)["model"]
    said = model.predict(load("wine@1").held_out.rows.features)
    assert np.array_equal(said, np.load(result.files["held_out_predictions"])["value"])


def test_specs_of_different_stack_keys_are_refused(mlp, tmp_path):
    with pytest.raises(ValueError, match="group them by engine.spec.stack_key"):
        train_module.train([mlp(), mlp(model={"hidden": [8]})], out_dirs=[tmp_path] * 2)
    with pytest.raises(ValueError, match="cannot train as one stack"):
        train_module.train([spec_of("classification", "svm")] * 2, out_dirs=[tmp_path] * 2)
    with pytest.raises(ValueError, match="1 folders for 2 specs"):
        train_module.train([mlp()] * 2, out_dirs=[tmp_path])


def test_a_stack_shares_its_clock(run, mlp):
    results = run([mlp(training={"seed": seed}) for seed in range(4)])
    shares = [result.telemetry["seconds"]["fit"] for result in results]
    assert len(set(shares)) == 1 and results[0].telemetry["stack_size"] == 4


class Seen(Callbacks):
    """Which rows were told about which epochs."""

    def __init__(self) -> None:
        self.epochs: list[tuple[int, int]] = []

    def on_epoch(self, row, point):
        self.epochs.append((row, point.epoch))

    def dropped(self):
        return frozenset({3})


def test_a_stack_too_big_for_memory_trains_in_parts_with_the_same_results(run, mlp, monkeypatch):
    specs_ = [mlp(training={"seed": seed}) for seed in range(5)]
    whole = run(specs_)
    monkeypatch.setattr(train_module, "STACK_MEMORY", 1)
    seen = Seen()
    parts = run(specs_, seen)
    assert {row for row, _ in seen.epochs} == {0, 1, 2, 4}
    assert parts[3].failure.code == "cancelled"
    for row in (0, 1, 2, 4):
        assert parts[row].versions["weights_sha256"] == whole[row].versions["weights_sha256"]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: 9 bytes"
        ),
        torch.OutOfMemoryError("CUDA out of memory"),
    ],
)
def test_a_run_that_outgrows_the_memory_fails_alone_and_at_the_cost_of_the_platform(
    run, mlp, monkeypatch, error
):
    fit = train_module.FAMILIES["mlp"].fit

    def greedy(specs_, rows, **settings_):
        if any(spec.training.seed == 2 for spec in specs_):
            raise error
        return fit(specs_, rows, **settings_)

    monkeypatch.setattr(train_module.FAMILIES["mlp"], "fit", greedy)
    results = run([mlp(training={"seed": seed}) for seed in range(4)])
    assert [result.failure and (result.failure.code, result.failure.owner) for result in results] == [
        None,
        None,
        ("out_of_memory", "platform"),
        None,
    ]


def test_a_bug_is_raised_and_not_hidden(run, mlp, monkeypatch):
    def broken(*arguments, **settings_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(train_module.FAMILIES["mlp"], "fit", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        run([mlp()])


@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=specs())
def test_no_valid_spec_crashes_training(run, spec):
    (result,) = run([spec])
    assert result.failure is None or (result.failure.owner == "learner" and result.failure.next_step)
    json.dumps(result.as_dict(), allow_nan=False)
    for part in result.metrics.values():
        assert all(value is None or math.isfinite(value) for value in part.values())
