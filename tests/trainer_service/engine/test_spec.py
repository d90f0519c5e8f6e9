"""Specs: bounded, closed, and named by what they train."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings

from tests.trainer_service.engine.strategies import specs
from trainer_service.engine.spec import SpecError, cache_key, canonical, digest, parse, stack_key


def raw(**parts):
    """A network on digits, with these parts replaced."""
    return {
        "task": "classification",
        "data": {"dataset": "digits@1"},
        "model": {"family": "mlp", "hidden": [8]},
        **parts,
    }


def problems(given_) -> dict[str, str]:
    """Path -> message of all that is wrong."""
    with pytest.raises(SpecError) as caught:
        parse(given_)
    return {problem.path: problem.message for problem in caught.value.problems}


@settings(max_examples=200, deadline=None)
@given(specs())
def test_a_canonical_spec_survives_the_trip_through_json(spec):
    sent = json.loads(json.dumps(canonical(spec), allow_nan=False))
    arrived = parse(sent)
    assert canonical(arrived) == canonical(spec)
    assert (digest(arrived), cache_key(arrived), stack_key(arrived)) == (
        digest(spec),
        cache_key(spec),
        stack_key(spec),
    )


def test_what_has_no_effect_has_no_digest():
    tree = {"model": {"family": "decision_tree"}}
    assert digest(parse(raw(**tree))) == digest(parse(raw(**tree, training={"epochs": 7})))
    assert digest(parse(raw())) != digest(parse(raw(training={"epochs": 7})))
    linear = {"family": "svm", "kernel": "linear"}
    assert digest(parse(raw(model=linear))) == digest(parse(raw(model={**linear, "gamma": 5.0})))


def test_an_agent_that_plays_whole_episodes_knows_no_batches():
    agent = {"task": "control", "data": {"dataset": "cartpole@1"}, "model": {"family": "policy_gradient"}}
    assert digest(parse(agent)) == digest(parse({**agent, "training": {"batch_size": 8}}))
    deep = {**agent, "model": {"family": "dqn"}}
    assert digest(parse(deep)) != digest(parse({**deep, "training": {"batch_size": 8}}))


@pytest.mark.parametrize("kind", ["hold_out", "k_fold"])
def test_where_there_are_no_classes_their_shares_have_no_effect(kind):
    line = {"task": "regression", "data": {"dataset": "diabetes@1"}, "model": {"family": "linear_regression"}}
    fair, any_rows = ({"validation": {"kind": kind, "stratified": each}} for each in (True, False))
    assert digest(parse({**line, **fair})) == digest(parse({**line, **any_rows}))
    assert digest(parse(raw(**fair))) != digest(parse(raw(**any_rows)))


def test_runs_that_differ_by_row_share_a_stack_key():
    first = parse(raw())
    for other in (
        raw(training={"seed": 9}),
        raw(optimizer={"kind": "adamw", "learning_rate": 0.5}),
        raw(regularization={"dropout": 0.5, "weight_decay": 0.1, "early_stopping_patience": 3}),
    ):
        assert stack_key(parse(other)) == stack_key(first)
    for other in (
        raw(training={"epochs": 9}),
        raw(model={"family": "mlp", "hidden": [9]}),
        raw(optimizer={"kind": "sgd"}),
        raw(schedule={"kind": "cosine"}),
        raw(preprocessing=[{"step": "minmax"}]),
    ):
        assert stack_key(parse(other)) != stack_key(first)
    assert stack_key(parse(raw(model={"family": "svm"}))) == ""


@pytest.mark.parametrize("wide", [10**9, 2**70, 1025])
def test_a_layer_far_too_wide_is_refused_at_once(wide):
    start = time.perf_counter()
    found = problems(raw(model={"family": "mlp", "hidden": [wide]}))
    assert time.perf_counter() - start < 0.05
    assert found == {"model.hidden.0": "Input should be less than or equal to 1024"}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize(
    ("part", "field"),
    [("optimizer", "learning_rate"), ("regularization", "dropout"), ("data", "train_fraction")],
)
def test_numbers_that_are_not_finite_are_refused(number, part, field):
    base = {"optimizer": {"kind": "sgd"}, "regularization": {}, "data": {"dataset": "digits@1"}}[part]
    found = problems(raw(**{part: {**base, field: number}}))
    assert list(found) == [f"{part}.{field}"]


def test_all_mistakes_are_told_at_once_with_their_paths():
    found = problems(
        raw(
            model={"family": "mlp", "hidden": ["8"], "width": 3},
            training={"epochs": 0, "batch_size": 63, "seed": True},
            flavour="sweet",
        )
    )
    assert set(found) == {
        "model.hidden.0",
        "model.width",
        "training.epochs",
        "training.batch_size",
        "training.seed",
        "flavour",
    }


@pytest.mark.parametrize(
    ("parts", "path", "said"),
    [
        ({"data": {"dataset": "mnist@1"}}, "data.dataset", "choose one of bandit@1, "),
        ({"task": "regression"}, "task", "'digits@1' is for classification"),
        ({"model": {"family": "linear_regression"}}, "model.family", "cannot do classification"),
        ({"preprocessing": [{"step": "minmax"}, {"step": "minmax"}]}, "preprocessing", "may appear once"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused_with_a_remedy(parts, path, said):
    found = problems(raw(**parts))
    assert list(found) == [path] and said in found[path]
