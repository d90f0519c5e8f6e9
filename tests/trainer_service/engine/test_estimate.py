"""Estimates: instant, finite, and near what runs cost."""

from __future__ import annotations

import math
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings

from tests.trainer_service.engine.strategies import specs
from trainer_service.engine.estimate import estimate
from trainer_service.engine.spec import parse


def network(**parts):
    """The estimate of a network on digits."""
    raw = {"task": "classification", "data": {"dataset": "digits@1"}, "model": {"family": "mlp"}, **parts}
    return estimate(parse(raw))


@settings(max_examples=200, deadline=None)
@given(specs())
def test_every_valid_spec_has_a_finite_estimate(spec):
    found = estimate(spec).as_dict()
    assert set(found) == {"parameters", "memory_bytes", "flops", "seconds"}
    assert all(math.isfinite(value) and value > 0 for value in found.values())
    assert isinstance(found["parameters"], int) and isinstance(found["memory_bytes"], int)


def test_the_largest_spec_is_estimated_in_no_time():
    start = time.process_time()
    found = network(model={"family": "mlp", "hidden": [1024] * 8}, training={"epochs": 300, "batch_size": 8})
    assert time.process_time() - start < 0.01
    assert found.parameters == 65 * 1024 + 7 * 1025 * 1024 + 1025 * 10
    assert found.seconds > 100 and found.memory_bytes > 200e6


def test_a_bag_of_forests_holds_every_tree_of_every_copy():
    forest = {"family": "random_forest", "n_estimators": 50}
    single = network(model=forest)
    bag = network(model={"family": "bagging", "member": forest, "n_estimators": 20})
    assert 10 * single.memory_bytes < bag.memory_bytes < 25 * single.memory_bytes


def test_a_small_absolute_penalty_on_many_features_takes_its_passes():
    def line(alpha):
        model = {"family": "linear_regression", "penalty": "l1", "alpha": alpha}
        steps = [{"step": "standardize"}, {"step": "polynomial", "degree": 3}]
        data = {"dataset": "diabetes@1"}
        return estimate(parse({"task": "regression", "data": data, "preprocessing": steps, "model": model}))

    assert 0.1 < line(1e-6).seconds < 0.5  # measured: 0.23
    assert line(100.0).seconds < 0.05


def test_more_work_costs_more():
    small = network()
    for larger in (
        network(model={"family": "mlp", "hidden": [128]}),
        network(training={"epochs": 40}),
        network(training={"batch_size": 8}),
    ):
        assert larger.seconds > small.seconds
    assert network(model={"family": "mlp", "hidden": [128]}).memory_bytes > small.memory_bytes


@pytest.mark.parametrize(
    ("model", "training"),
    [
        ({"family": "mlp", "hidden": [256, 256]}, {"epochs": 20}),
        ({"family": "logistic_regression"}, {}),
        ({"family": "decision_tree"}, {}),
        ({"family": "random_forest", "n_estimators": 100}, {}),
        ({"family": "svm"}, {}),
    ],
)
def test_an_estimate_is_near_what_a_run_costs(run, model, training):
    spec = parse(
        {
            "task": "classification",
            "data": {"dataset": "digits@1"},
            "preprocessing": [{"step": "standardize"}],
            "model": model,
            "training": training,
        }
    )
    start = time.process_time()
    (result,) = run([spec])
    seconds = time.process_time() - start
    found = estimate(spec)
    # Other machines are faster or slower than the reference core; within one family the form is what counts.
    assert 0.1 < found.seconds / seconds < 10
    assert 0.2 < found.parameters / result.telemetry["parameters"] < 5
    assert found.memory_bytes > result.telemetry["peak_memory_bytes"] / 5


def test_the_flops_of_a_network_are_those_it_spends(run, mlp):
    spec = mlp(model={"hidden": [20, 12]}, training={"epochs": 2})
    (result,) = run([spec])
    assert estimate(spec).flops == result.telemetry["flops"]


@pytest.mark.parametrize("module", ["spec", "estimate", "catalogue", "results", "reference"])
def test_what_the_web_imports_loads_no_numerical_library(module):
    code = (
        f"import sys, trainer_service.engine.{module}\n"
        "sys.exit(bool({'torch', 'numpy', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
