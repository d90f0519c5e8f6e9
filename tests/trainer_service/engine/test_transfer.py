"""Networks that begin with what another dataset taught."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from trainer_service.engine.architectures.specs import architecture_of
from trainer_service.engine.estimate import estimate
from trainer_service.engine.families.transfer import frozen_length
from trainer_service.engine.spec import RunSpec, SpecError, digest, parse, stack_key

MLP = {"family": "mlp", "hidden": [32, 16]}
PRETRAIN = {"use": "pretrain", "source": "signs@1", "epochs": 10}


def spec_of(
    model: dict = MLP, *, seed: int = 0, epochs: int = 10, share: float = 1.0, **parts: object
) -> RunSpec:
    return parse(
        {
            "task": "classification",
            "data": {"dataset": "sign_meanings@1", "train_fraction": share},
            "model": model,
            "training": {"epochs": epochs, "batch_size": 32, "seed": seed},
            "optimizer": {"kind": "adamw", "learning_rate": 0.003},
            **parts,
        }
    )


@pytest.mark.parametrize(("model", "layers"), [(MLP, 2), ({"family": "cnn", "channels": [8, 8]}, 2)])
def test_frozen_layers_stay_as_the_source_taught_them(run, model, layers):
    short = PRETRAIN | {"epochs": 1}
    both = run([spec_of(model, epochs=1, share=0.2, transfer=short | {"freeze": layers})])
    (source,) = run([spec_of(model, transfer=short).first_training()])
    taught, kept = (load_file(result.files["weights"]) for result in (source, both[0]))
    last = {"mlp": "layer.2", "cnn": "output"}[model["family"]]
    for name in taught:
        if name.startswith(("preprocessing", "target")):
            continue
        assert np.array_equal(taught[name], kept[name]) != name.startswith(last), name


def test_nothing_is_frozen_where_nothing_is_asked_and_never_the_last_layer():
    architecture = architecture_of(spec_of())
    ends = [frozen_length(architecture, layers) for layers in range(5)]
    assert ends[0] == 0 < ends[1] < ends[2] == ends[4] < architecture.row_length
    row = torch.arange(float(architecture.row_length))
    assert architecture.named(row)["layer.1.weight"][0, 0] == ends[1]


@pytest.mark.slow  # two networks from nothing and two first trainings
def test_with_few_rows_what_another_dataset_taught_beats_starting_from_nothing(run):
    model = {"family": "cnn", "channels": [16, 32]}

    def accuracy(**parts: object) -> float:
        found = [
            run([spec_of(model, seed=seed, share=0.12, epochs=30, **parts)])[0].metrics["held_out"][
                "accuracy"
            ]
            for seed in range(2)
        ]
        return float(np.mean(found))

    assert accuracy(transfer=PRETRAIN | {"freeze": 1}) > accuracy() + 0.1


def test_a_pretrained_run_is_the_same_alone_and_in_company(run):
    specs = [spec_of(seed=seed, epochs=3, transfer=PRETRAIN | {"freeze": 1}) for seed in (3, 4, 5)]
    together, alone = run(specs)[1], run(specs[1:2])[0]
    assert together.versions["weights_sha256"] == alone.versions["weights_sha256"]
    assert together.metrics == alone.metrics and together.curve == alone.curve


def test_the_first_training_is_counted_in_cost_and_estimate(run):
    plain, pretrained = spec_of(), spec_of(transfer=PRETRAIN)
    (without,), (with_it,) = run([plain]), run([pretrained])
    assert with_it.telemetry["flops"] > 1.5 * without.telemetry["flops"]
    assert with_it.telemetry["flops"] == pytest.approx(estimate(pretrained).flops, rel=0.05)
    assert estimate(pretrained).seconds > 1.3 * estimate(plain).seconds


def test_what_is_off_changes_no_digest():
    off = {"use": "none", "source": "signs@2", "epochs": 3, "freeze": 2}
    assert digest(spec_of()) == digest(spec_of(transfer=off)) != digest(spec_of(transfer=PRETRAIN))
    assert stack_key(spec_of(transfer=PRETRAIN)) != stack_key(spec_of())


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"model": {"family": "svm"}}, "'svm' cannot be pretrained here; use none, or choose mlp or cnn"),
        ({"transfer": PRETRAIN | {"source": "sign_meanings@1"}}, "is no other dataset for classification"),
        ({"transfer": PRETRAIN | {"source": "cats@1"}}, "'cats@1' is no other dataset"),
        ({"transfer": PRETRAIN | {"source": "wine@1"}}, "examples of 'wine@1' have another shape"),
    ],
)
def test_what_cannot_be_transferred_is_refused(parts, words):
    with pytest.raises(SpecError, match=words):
        parse(spec_of(transfer=PRETRAIN).model_dump() | parts)
