"""Rows that arrive over time: honest scores, drift that is seen, and models that are kept fresh."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Perceptron

from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import blocks, load
from trainer_service.engine.estimate import estimate
from trainer_service.engine.spec import RunSpec, SpecError, digest, parse


def stream_of(
    dataset: str = "stream_sudden@1", family: str = "logistic_regression", **how: object
) -> RunSpec:
    return parse(
        {
            "task": "classification",
            "data": {"dataset": dataset},
            "model": {"family": family},
            "streaming": {"retrain": "never", "blocks": 9, **how},
        }
    )


def scores(result) -> list[float]:
    return [block["score"] for block in result.stream["blocks"]]


def test_each_block_is_scored_by_the_model_that_had_not_seen_it(run):
    (result,) = run([stream_of(retrain="every", window=2)])
    parts = blocks(stream_of())
    assert [len(part) for part in parts] == [400] * 10
    seen = parts[:1]
    for number, part in enumerate(parts[1:], start=1):
        x, y = (np.concatenate([getattr(one, name) for one in seen[-2:]]) for name in ("features", "targets"))
        model = LogisticRegression(max_iter=1000).fit(x, y)
        assert result.stream["blocks"][number - 1]["score"] == pytest.approx(
            model.score(part.features, part.targets), abs=0.006
        )
        seen.append(part)
    assert result.metrics["validation"]["accuracy"] == pytest.approx(np.mean(scores(result)))
    assert result.stream["fits"] == 10


def test_a_model_that_goes_on_is_scikit_learns_partial_fit(run):
    (result,) = run([stream_of(family="perceptron", retrain="every", learn="update")])
    first, *rest = blocks(stream_of())
    model = Perceptron(random_state=0)
    model.partial_fit(first.features, first.targets, classes=[0, 1])
    for block, part in zip(result.stream["blocks"], rest, strict=True):
        assert block["score"] == pytest.approx(model.score(part.features, part.targets))
        model.partial_fit(part.features, part.targets)
    held_out = load("stream_sudden@1").held_out.rows
    assert result.metrics["held_out"]["accuracy"] == pytest.approx(
        model.score(held_out.features, held_out.targets)
    )


def test_a_sudden_drift_is_seen_and_costs_the_model_that_is_never_trained_again(run):
    (never,), (drift,), (every,) = (
        run([stream_of(retrain=how, **({} if how == "never" else {"window": 2}))])
        for how in ("never", "on_drift", "every")
    )
    accuracy = [result.metrics["held_out"]["accuracy"] for result in (never, drift, every)]
    assert accuracy[0] < 0.75 < 0.85 < min(accuracy[1:])
    assert never.stream["fits"] == 1 < drift.stream["fits"] < every.stream["fits"]
    first = next(block for block in drift.stream["blocks"] if block["retrained"])
    assert first["block"] == 4 and max(first["psi"], key=first["psi"].get) in {"temperature", "pressure"}
    assert first["score"] < scores(drift)[0] - 0.1


def test_without_drift_nothing_is_trained_again_and_nothing_is_lost(run):
    (result,) = run([stream_of("stream_steady@1", retrain="on_drift")])
    assert result.stream["fits"] == 1 and min(scores(result)) > 0.8
    assert all(max(block["ks"].values()) < 0.15 for block in result.stream["blocks"])


def test_a_gradual_drift_grows(run):
    (result,) = run([stream_of("stream_gradual@1")])
    drifted = [block["psi"]["temperature"] for block in result.stream["blocks"]]
    assert drifted[2] < drifted[4] < drifted[5] < drifted[7]


@pytest.mark.parametrize("family", ["mlp", "naive_bayes"])
def test_a_run_over_time_repeats_to_the_last_bit(run, family):
    spec = stream_of(family=family, retrain="every", blocks=3)
    first, second = (run([spec])[0] for _ in range(2))
    assert first.metrics == second.metrics and first.stream == second.stream
    assert first.telemetry["flops"] == second.telemetry["flops"] > 0


class Ended(Callbacks):
    """Cancels after the second block, and hears of both."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def on_epoch(self, row, point):
        self.heard.append(point.epoch)

    def dropped(self):
        return frozenset({0}) if len(self.heard) > 1 else frozenset()


def test_blocks_are_told_as_they_are_scored_and_a_cancelled_run_ends(run):
    ended = Ended()
    (result,) = run([stream_of(retrain="every")], ended)
    assert result.failure.code == "cancelled" and ended.heard == [1, 2]


def test_what_is_trained_again_is_counted_in_the_estimate():
    never, every = stream_of(), stream_of(retrain="every")
    assert estimate(every).seconds > estimate(never).seconds
    assert estimate(every).flops == pytest.approx(55 * estimate(never).flops)  # 1 + 2 + … + 10 blocks
    assert estimate(stream_of(retrain="every", window=1)).flops < estimate(every).flops
    assert estimate(stream_of(retrain="on_drift")).flops == estimate(every).flops


def test_fields_without_effect_change_no_digest():
    assert digest(stream_of(learn="update", window=3, threshold=1.0)) == digest(stream_of())
    off = parse(stream_of().model_dump() | {"streaming": {}})
    assert digest(off) == digest(parse(off.model_dump() | {"streaming": {"retrain": "off", "blocks": 3}}))
    assert "streaming" not in off.model_dump(exclude_defaults=True) and digest(off) != digest(stream_of())


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"data": {"dataset": "wine@1"}}, "rows of 'wine@1' have no order in time; choose one of demand@1"),
        ({"validation": {"kind": "k_fold"}}, "blocks validate, and nothing is searched"),
        (
            {"streaming": {"retrain": "every", "learn": "update"}},
            "'logistic_regression' cannot go on learning; use refit, or one of naive_bayes, perceptron",
        ),
    ],
)
def test_what_cannot_be_led_over_time_is_refused(parts, words):
    with pytest.raises(SpecError, match=words):
        parse(stream_of().model_dump() | parts)


def test_as_many_parts_are_bad_before_as_after_the_change():
    for name in ("stream_sudden@1", "stream_gradual@1", "stream_steady@1"):
        targets = np.concatenate([load(name).pool.targets, load(name).held_out.rows.targets])
        assert DATASETS[name].is_ordered and abs(targets[:1600].mean() - targets[3200:].mean()) < 0.05
