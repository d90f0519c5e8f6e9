"""What an agent gets does not depend on its company: alone, in a stack, after a break."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trainer_service.engine.watching import Watching
from trainer_service.engine import checkpoint as files
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.checkpoint import Checkpoint
from trainer_service.engine.spec import digest, stack_key

FAMILIES = ["bandit", "q_learning", "dqn", "policy_gradient"]
VARIED = {
    "bandit": [{"epsilon": 0.0, "initial_value": 5.0}, {"step_size": 0.1}, {"epsilon": 0.5}],
    "q_learning": [{"learning_rate": 1.0}, {"gamma": 0.5}, {"initial_value": 1.0, "epsilon_end": 0.3}],
    "dqn": [{"gamma": 0.5}, {"epsilon_decay": 1.0}, {"epsilon_start": 0.1}],
    "policy_gradient": [{"gamma": 0.5}, {"entropy_bonus": 0.1}, {}],
}
IDENTITY = {"spec": "a", "arithmetic_class": "b"}


class Storing(Callbacks):
    """Stores every checkpoint as a file; resumes run `run` from the one after epoch `epoch`."""

    def __init__(self, folder: Path, run: int = -1, epoch: int = 0) -> None:
        self.folder, self.run, self.epoch = folder, run, epoch

    def resume(self, row: int) -> Checkpoint | None:
        return files.read(self.path(self.epoch), IDENTITY) if row == self.run else None

    def is_checkpoint_due(self) -> bool:
        return True

    def on_checkpoint(self, row: int, checkpoint: Checkpoint) -> None:
        if row == 0 and self.run < 0:
            files.write(checkpoint, self.path(checkpoint.epoch), IDENTITY)

    def path(self, epoch: int) -> Path:
        return self.folder / f"{epoch}.safetensors"


def outcome(result):
    """Everything that training decides."""
    return result.versions["weights_sha256"], result.metrics, result.curve, result.signals


@pytest.mark.parametrize("family", FAMILIES)
def test_an_agent_is_the_same_alone_and_in_any_company(agent, run, family):
    specs = [
        agent(family, model=model, training={"seed": seed})
        for seed, model in enumerate([{}, *VARIED[family]])
    ]
    assert len({stack_key(spec) for spec in specs}) == 1
    together = run(specs)
    others = run([specs[2], specs[0]])
    for number, spec in enumerate(specs):
        assert outcome(run([spec])[0]) == outcome(together[number])
    assert outcome(others[1]) == outcome(together[0])
    assert len({result.versions["weights_sha256"] for result in together}) == len(specs)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_neighbour_that_is_dropped_changes_nothing(agent, run, family):
    specs = [agent(family, training={"seed": seed, "epochs": 4}) for seed in (1, 2)]
    together = run(specs, Watching(drop=0, after=2))
    assert together[0].failure.code == "cancelled" and len(together[0].curve) == 2
    assert outcome(together[1]) == outcome(run(specs[1:])[0])


@pytest.mark.parametrize("family", ["dqn", "policy_gradient"])
def test_a_neighbour_that_diverges_ends_alone_with_its_last_finite_policy(agent, run, family):
    model = {"hidden": [8], "update_every": 1} if family == "dqn" else {}
    wild = agent(
        family,
        model=model,
        optimizer={"kind": "sgd", "learning_rate": 10.0, "momentum": 0.999},
        regularization={"weight_decay": 1.0},
        training={"epochs": 8, "seed": 3},
    )
    sane = agent(
        family, model=model, optimizer={"kind": "sgd", "learning_rate": 0.001}, training={"epochs": 8}
    )
    diverged, kept = run([wild, sane])
    assert diverged.signals["diverged_at_epoch"] == len(diverged.curve) < 8
    assert diverged.failure is None and diverged.metrics["held_out"]["mean_reward"] is not None
    assert outcome(kept) == outcome(run([sane])[0])


@pytest.mark.parametrize("family", FAMILIES)
def test_an_agent_goes_on_from_a_checkpoint_as_if_nothing_had_been(agent, run, family, tmp_path):
    spec = agent(family, training={"epochs": 5, "seed": 7})
    (whole,) = run([spec], Storing(tmp_path))
    neighbour = agent(family, model=VARIED[family][0], training={"epochs": 5, "seed": 8})
    resumed = run([neighbour, spec], Storing(tmp_path, run=1, epoch=3))[1]
    assert outcome(resumed) == outcome(whole)
    assert resumed.telemetry["resumed_at_epoch"] == 3
    assert resumed.telemetry["examples_per_second"] < 1e7


def test_a_checkpoint_of_another_shape_is_passed_over(agent, run, tmp_path):
    run([agent("dqn", model={"hidden": [32]}, training={"epochs": 3})], Storing(tmp_path))
    spec = agent("dqn", training={"epochs": 3})
    (result,) = run([spec], Storing(tmp_path, run=0, epoch=2))
    assert result.telemetry["resumed_at_epoch"] == 0
    assert outcome(result) == outcome(run([spec])[0])


@pytest.mark.parametrize("family", FAMILIES)
def test_every_epoch_is_told_with_its_reward(agent, run, family):
    watching = Watching()
    (result,) = run([agent(family)], watching)
    assert result.curve == watching.points[0] and [point.epoch for point in result.curve] == [1, 2, 3]
    assert all(isinstance(point.validation_score, float) for point in result.curve)


def test_early_stopping_keeps_the_policy_that_did_best_in_validation(agent, run):
    spec = agent("dqn", regularization={"early_stopping_patience": 4}, training={"epochs": 60, "seed": 1})
    (result,) = run([spec])
    best = max(result.curve, key=lambda point: point.validation_score)
    assert result.signals["best_epoch"] == best.epoch
    assert result.signals["stopped_at_epoch"] == best.epoch + 4 == len(result.curve)


@pytest.mark.parametrize("family", ["bandit", "q_learning"])
def test_what_has_no_digest_has_no_effect_on_an_agent_without_a_network(agent, run, family):
    impatient = {"early_stopping_patience": 1}
    spec = agent(family, schedule={"kind": "cosine"}, regularization=impatient, training={"epochs": 6})
    plain = agent(family, training={"epochs": 6})
    assert digest(spec) == digest(plain) and outcome(run([spec])[0]) == outcome(run([plain])[0])
