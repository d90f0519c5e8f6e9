"""A stored model answers as it did when it was measured, for every family, without the training process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.pipeline import Pipeline

from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import load
from trainer_service.engine.serving import MOST_EXAMPLES, Answer, BadArtifact, BadExample, answer, checked
from trainer_service.engine.spec import FAMILIES_BY_TASK, FAMILY_SPECS, RunSpec, parse

FAMILIES = [
    (task, family)
    for task in sorted(FAMILIES_BY_TASK)
    for family in sorted(FAMILIES_BY_TASK[task])
    if (task, family) != ("regression", "cnn")  # no dataset of images has numbers as targets
]
STEPS = {
    "table": [{"step": "standardize"}, {"step": "pca", "n_components": 4}, {"step": "polynomial"}],
    "image": [{"step": "minmax"}],
}
SMALL = {"bagging": {"n_estimators": 3}, "random_forest": {"n_estimators": 3}}


def spec_of(task: str, family: str, **parts: object) -> RunSpec:
    """The family's example on the first dataset that it can learn from, in few epochs."""
    model = dict(FAMILY_SPECS[family].example) | {"family": family} | SMALL.get(family, {})
    forms = FAMILY_SPECS[family].forms
    dataset = next(
        dataset
        for dataset in (DATASETS["wine@1"], DATASETS["diabetes@1"], *DATASETS.values())
        if task in dataset.tasks and not dataset.missing
        if dataset.form in forms or (dataset.form == "text" and "table" in forms)
    )
    steps = [] if task in {"control", "generation"} else STEPS.get(dataset.form, [])
    if dataset.form == "text" and "text" not in forms:
        steps = [{"step": "tf_idf"}]
    raw = {
        "task": task,
        "data": {"dataset": dataset.name},
        "preprocessing": steps if dataset.form != "image" or task != "clustering" else [],
        "model": model,
        "training": {"epochs": 1, "seed": 7},
    }
    return parse(raw | parts)


def stored(run, spec: RunSpec) -> tuple[Path, dict[str, np.ndarray]]:
    """The folder of a trained run, and what it said about the held-out rows."""
    (result,) = run([spec])
    return Path(result.files["weights"]).parent, dict(np.load(result.files["held_out_predictions"]))


@pytest.mark.parametrize(("task", "family"), FAMILIES)
def test_every_family_answers_from_its_file_as_it_did_when_it_was_measured(run, task, family):
    spec = spec_of(task, family)
    folder, said = stored(run, spec)
    examples = load(spec.data.dataset).held_out.rows.features[:MOST_EXAMPLES]
    found = answer(folder, spec, examples)
    assert np.array_equal(np.array(found.values), said["value"][: len(examples)])
    if "probabilities" in said:
        assert np.array_equal(np.array(found.probabilities), said["probabilities"][: len(examples)])
    assert set(found.seconds) == {"load", "preprocess", "forward", "answer"}
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["values"] == found.values
    is_named = task == "classification"
    assert found.labels == ([spec.dataset.classes[value] for value in found.values] if is_named else [])


@pytest.mark.parametrize(
    "steps",
    [
        ["impute", "one_hot", "minmax"],
        ["impute", "target_encode", "robust", "pca"],
    ],
)
def test_every_step_is_stored_as_it_was_fitted(run, steps):
    dataset = next(d for d in DATASETS.values() if d.missing and d.categories and d.task == "classification")
    spec = parse(
        {
            "task": "classification",
            "data": {"dataset": dataset.name},
            "preprocessing": [{"step": step} for step in steps],
            "model": {"family": "logistic_regression", "max_iter": 20},
        }
    )
    folder, said = stored(run, spec)
    found = answer(folder, spec, load(dataset.name).held_out.rows.features[:MOST_EXAMPLES])
    assert np.array_equal(np.array(found.values), said["value"][:MOST_EXAMPLES])


@pytest.fixture
def wine() -> RunSpec:
    return spec_of("classification", "decision_tree")


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ([], "0 examples; send 1 to 1000"),
        ([[0.0] * 12], "example 0: 12 numbers; wine@1 has 13"),
        ([[0.0] * 13, [0.0] * 12 + [float("inf")]], "example 1, proline: inf is not a finite number"),
        ([[None] * 13], "example 0, alcohol: nan is not a finite number"),
        ([["red"] * 13], "no number"),
    ],
)
def test_an_example_that_cannot_be_answered_is_refused_with_its_place(wine, examples, words):
    with pytest.raises(BadExample, match=words):
        checked(wine, examples)


def test_gaps_are_answered_only_where_the_dataset_has_them():
    dataset = next(d for d in DATASETS.values() if d.missing and d.categories and d.task == "classification")
    spec = parse(
        {
            "task": "classification",
            "data": {"dataset": dataset.name},
            "preprocessing": [{"step": "impute"}],
            "model": {"family": "decision_tree"},
        }
    )
    example = np.nan_to_num(load(dataset.name).pool.features[0])
    gap = dataset.feature_names.index(dataset.missing[0])
    example[gap] = np.nan
    assert np.isnan(checked(spec, [example])[0, gap])
    named = next(iter(dataset.categories))
    example[dataset.feature_names.index(named)] = 0.5
    with pytest.raises(BadExample, match=f"{named}: 0.5 is not a whole number from 0 to"):
        checked(spec, [example])


def test_a_text_is_answered_only_in_words_of_its_dataset():
    spec = spec_of("classification", "gru")
    spec = parse({**spec.model_dump(), "data": {"dataset": _text()}, "preprocessing": []})
    words = len(spec.dataset.vocabulary)
    with pytest.raises(BadExample, match=f"is not the number of a word, 0 to {words}"):
        checked(spec, [[words + 1.0] * spec.dataset.features])


def _text() -> str:
    return next(d.name for d in DATASETS.values() if d.form == "text" and d.task == "classification")


def test_a_file_that_is_no_model_of_this_run_is_refused(tmp_path, wine, run):
    example = [[0.0] * 13]
    with pytest.raises(BadArtifact, match="no trained model here"):
        answer(tmp_path, wine, example)
    (tmp_path / "weights.skops").write_bytes(b"nonsense")
    with pytest.raises(BadArtifact, match="no skops file"):
        answer(tmp_path, wine, example)
    (tmp_path / "weights.safetensors").write_bytes(b"nonsense")
    with pytest.raises(BadArtifact, match="no safetensors file"):
        answer(tmp_path, wine, example)
    folder, _ = stored(run, spec_of("classification", "mlp"))
    with pytest.raises(BadArtifact, match="not the model of this run"):
        answer(folder, spec_of("classification", "mlp", model={"family": "mlp", "hidden": [5]}), example)


def test_a_file_that_holds_more_than_a_model_is_refused(tmp_path, wine):
    skops.io.dump({"model": Pipeline([("odd", Answer)])}, tmp_path / "weights.skops")
    with pytest.raises(BadArtifact, match="which no model consists of"):
        answer(tmp_path, wine, [[0.0] * 13])
