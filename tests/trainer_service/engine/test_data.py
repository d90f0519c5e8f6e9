"""Rows: verified, split the same way for ever, and held-out rows out of the reach of fitting code."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

import trainer_service.engine
from trainer_service.engine import catalogue, data
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import DataMismatch, HeldOut, Rows, load, training_rows
from trainer_service.engine.spec import parse

ENGINE = Path(trainer_service.engine.__file__).parent

# The held-out rows of a version are the same for everyone, for ever: these digests must never change.
HELD_OUT = {
    "digits@1": "fd68fed8b3eea406",
    "breast_cancer@1": "641a9c5e091ad16e",
    "wine@1": "0c397ecb46ffe3e1",
    "diabetes@1": "e13429a8b744608b",
    "loans@1": "78f67173f6aa163c",
    "fraud@1": "0a0ad7cca5f2d5b7",
    "demand@1": "a7c696735347ae22",
    "stream_sudden@1": "2908076bb3bc47f3",
    "stream_gradual@1": "2908076bb3bc47f3",
    "stream_steady@1": "2908076bb3bc47f3",
    "signs@1": "ba5e94507167c8c5",
    "sign_meanings@1": "de27c04538822cfe",
    "machines@1": "bdb062c11274f753",
    "moons@1": "76d0d297999d4a15",
    "reviews@1": "0229fda81ad16429",
    "postings@1": "e8ddf2edb5d4a051",
    "cartpole@1": "9320bda275ba8f43",
    "frozen_lake@1": "9a35b85fb3111888",
    "frozen_lake_8x8@1": "416d10a963e30c5f",
    "cliff_walking@1": "1326527ab6932d0b",
    "bandit@1": "e3fd73eb9f8ba7ec",
    "ring@1": "741a958124dc6a24",
    "waves@1": "4c6cb3336b95fbfb",
    "shops@1": "3cb6e2e4909cd720",
    "brackets@1": "88c7ef1d9687213b",
    "pay_ranges@1": "34af69ee14837041",
    "pay_mix@1": "85114534177f301e",
    "profiles@1": "ac78d65483fccc75",
    "matches@1": "f22a66f46428a3b1",
    "specialties@1": "fbd6744494380207",
    "shortlist@1": "0609295da606a4c6",
    "shortlist_no_club@1": "0609295da606a4c6",
    "shortlist_work_only@1": "0609295da606a4c6",
    "parts@1": "661179d35870a114",
    "wear@1": "c059903174c6aa1b",
}


STRATIFIED = [
    name
    for name, each in DATASETS.items()
    if each.is_stratified and not (each.group_parts or each.is_ordered)
]


MAKERS = {"generation": "gan"}
ACTORS = {"environment": "dqn", "grid": "q_learning", "bandit": "bandit"}


def spec_of(name: str, **parts):
    """Any valid spec of dataset `name`."""
    dataset = DATASETS[name]
    steps = [{"step": "tf_idf"}] if dataset.form == "text" else []
    return parse(
        {
            "task": dataset.task,
            "data": {"dataset": name, **parts},
            "preprocessing": [{"step": "impute"}] if dataset.missing else steps,
            "model": {"family": MAKERS.get(dataset.task, ACTORS.get(dataset.form, "decision_tree"))},
        }
    )


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_has_the_rows_that_the_catalogue_promises(name):
    dataset, loaded = DATASETS[name], load(name)
    assert loaded.pool.features.shape == (dataset.training_rows, dataset.features)
    assert loaded.held_out.rows.features.shape == (dataset.held_out_rows, dataset.features)
    assert len(dataset.feature_names) == dataset.features
    if dataset.is_stratified:
        assert sorted(set(loaded.pool.targets)) == list(range(len(dataset.classes)))


@pytest.mark.parametrize("name", DATASETS)
def test_held_out_rows_never_change(name):
    indices = load(name).held_out.indices.astype("<i8")
    assert hashlib.sha256(indices.tobytes()).hexdigest()[:16] == HELD_OUT[name]


def test_rows_that_differ_from_the_catalogue_are_refused(monkeypatch):
    changed = dataclasses.replace(DATASETS["wine@1"], sha256="0" * 64)
    monkeypatch.setitem(catalogue.DATASETS, "wine@1", changed)
    load.cache_clear()
    try:
        with pytest.raises(DataMismatch, match=r"wine@1: the rows served here have SHA-256 c7e84e8e"):
            load("wine@1")
    finally:
        load.cache_clear()


@pytest.mark.parametrize("name", STRATIFIED)
def test_each_part_of_a_classification_has_each_class_in_proportion(name):
    rows, held_out = training_rows(spec_of(name)), load(name).held_out.rows
    everything = np.concatenate([load(name).pool.targets, held_out.targets])
    shares = np.bincount(everything) / len(everything)
    for part in (rows.train, rows.validation, held_out):
        assert np.abs(np.bincount(part.targets) - shares * len(part)).max() <= 1.5


def test_the_seed_draws_the_validation_rows():
    first, again = (training_rows(spec_of("wine@1")) for _ in range(2))
    other = training_rows(parse({**spec_of("wine@1").model_dump(), "training": {"seed": 1}}))
    assert np.array_equal(first.validation.features, again.validation.features)
    assert not np.array_equal(first.validation.features, other.validation.features)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_the_smallest_training_share_still_has_every_class(name, share):
    rows = training_rows(spec_of(name, train_fraction=share, validation_fraction=0.05))
    train, validation = DATASETS[name].split(validation_fraction=0.05, train_fraction=share)
    assert (len(rows.train), len(rows.validation)) == (train, validation)
    if DATASETS[name].is_stratified:
        assert (
            set(rows.train.targets) == set(rows.validation.targets) == set(range(len(DATASETS[name].classes)))
        )


def set_of(rows: Rows) -> set[bytes]:
    """Each row by its bytes; two rows that are alike count once."""
    targets = rows.targets.reshape(len(rows), -1).astype(float)
    return {row.tobytes() for row in np.column_stack([rows.features, targets])}


@pytest.mark.parametrize("name", DATASETS)
def test_no_row_is_in_two_parts(name):
    loaded, rows = load(name), training_rows(spec_of(name))
    parts = [rows.train, rows.validation, loaded.held_out.rows]
    joined = [set_of(part) for part in parts]
    everything = [set_of(loaded.pool), set_of(loaded.held_out.rows)]
    repeated = DATASETS[name].rows - len(set().union(*everything))  # rows that the dataset itself has twice
    assert sum(len(part) for part in parts) - len(set().union(*joined)) <= repeated


def test_a_result_of_fitting_does_not_change_with_held_out_labels(monkeypatch, run, mlp):
    specs = [mlp(), spec_of("digits@1")]
    before = [run([spec])[0] for spec in specs]
    true = load("digits@1")
    planted = dataclasses.replace(
        true,
        held_out=HeldOut(
            true.held_out.indices, Rows(true.held_out.rows.features, 9 - true.held_out.rows.targets)
        ),
    )
    monkeypatch.setattr("trainer_service.engine.report.load", lambda name: planted)
    monkeypatch.setattr(data, "load", lambda name: planted)
    after = [run([spec])[0] for spec in specs]
    for old, new in zip(before, after, strict=True):
        assert new.metrics["held_out"]["accuracy"] < 0.2 < old.metrics["held_out"]["accuracy"]
        assert old.metrics["train"] == new.metrics["train"]
        assert old.metrics["validation"] == new.metrics["validation"]
        said = [np.load(result.files["held_out_predictions"]) for result in (old, new)]
        assert all(np.array_equal(said[0][name], said[1][name]) for name in ("row", "value", "probabilities"))


def test_fitting_code_does_not_even_import_held_out_rows():
    fitting = [
        *(ENGINE / "families").glob("*.py"),
        *(ENGINE / f"{name}.py" for name in ("stack", "loop")),
        *(ENGINE / "preprocess").glob("*.py"),
    ]
    assert len(fitting) >= 9
    for path in fitting:
        imported = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not imported & {"HeldOut", "load", "Loaded", "data"}, path.name
