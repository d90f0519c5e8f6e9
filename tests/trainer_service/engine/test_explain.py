"""Explanations against scikit-learn, against plain loops, and against models whose reasons are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.inspection import partial_dependence, permutation_importance

from trainer_service.engine import preprocess
from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.callbacks import Callbacks
from trainer_service.engine.data import Rows, training_rows
from trainer_service.engine.estimate import estimate
from trainer_service.engine.explain import features
from trainer_service.engine.explain.pixels import integrated_gradients
from trainer_service.engine.families import FAMILIES
from trainer_service.engine.report import Finished
from trainer_service.engine.spec import RunSpec, SpecError, digest, parse
from trainer_service.engine.threads import one_thread

WINE = {
    "task": "classification",
    "data": {"dataset": "wine@1"},
    "model": {"family": "logistic_regression"},
    "preprocessing": [{"step": "standardize"}],
    "evaluation": {"explain": "features", "repeats": 30, "top": 2},
}
DIABETES = {
    "task": "regression",
    "data": {"dataset": "diabetes@1"},
    "model": {"family": "decision_tree", "max_depth": 4},
    "evaluation": {"explain": "features", "repeats": 30},
}


class Asked:
    """A finished run as scikit-learn's functions see a fitted model."""

    def __init__(self, run: Finished) -> None:
        self.run = run

    def fit(self, *_: object) -> Asked:
        """Nothing: it is fitted."""
        return self


def finished(raw: dict) -> tuple[Finished, Rows]:
    """A trained run, and its validation rows before preprocessing."""
    spec = parse(raw)
    rows = training_rows(spec)
    preprocessor, prepared = preprocess.prepare(spec, rows)
    family = FAMILIES[spec.model.family]
    with one_thread():
        (fitted,) = family.fit([spec], [prepared], callbacks=Callbacks(), device="cpu")
    return Finished.of(spec, family, fitted, preprocessor, prepared), rows.validation


@pytest.mark.parametrize("raw", [WINE, DIABETES], ids=["classification", "regression"])
def test_importance_agrees_with_scikit_learns(raw):
    run, rows = finished(raw)
    found = features.importance(run, rows)
    scoring = "accuracy" if raw is WINE else "r2"

    def scorer(model, x, y):
        return features.score(run.spec, run.predict(run.preprocessor(x)), y)

    theirs = permutation_importance(
        Asked(run), rows.features, rows.targets, scoring=scorer, n_repeats=30, random_state=1
    )
    assert found["metric"] == scoring
    by_place = {one["place"]: one for one in found["features"]}
    for place, (mean, deviation) in enumerate(
        zip(theirs.importances_mean, theirs.importances_std, strict=True)
    ):
        assert by_place[place]["mean"] == pytest.approx(mean, abs=4 * deviation * np.sqrt(2 / 30) + 1e-9)
        assert by_place[place]["low"] <= by_place[place]["mean"] <= by_place[place]["high"]
    means = [one["mean"] for one in found["features"]]
    assert means == sorted(means, reverse=True)


def test_a_feature_that_the_model_never_looks_at_is_worth_exactly_nothing():
    run, rows = finished({**DIABETES, "model": {"family": "decision_tree", "max_depth": 1}})
    used = int(run.fitted.model.tree_.feature[0])
    for one in features.importance(run, rows)["features"]:
        assert (one["mean"] == one["low"] == one["high"] == 0.0) == (one["place"] != used)


def test_dependence_is_scikit_learns_partial_dependence_at_the_same_values():
    run, rows = finished(DIABETES)
    found = features.dependence(run, rows, 8)
    theirs = partial_dependence(
        run.fitted.model, rows.features, [8], custom_values={8: np.array(found["values"])}, method="brute"
    )
    assert found["feature"] == run.spec.dataset.feature_names[8]
    assert found["lines"] == {"prediction": pytest.approx(theirs["average"][0].tolist())}


def test_dependence_on_a_category_has_a_value_for_each_and_a_line_for_the_positive_class():
    run, rows = finished(
        {
            "task": "classification",
            "data": {"dataset": "loans@1"},
            "preprocessing": [{"step": "impute"}, {"step": "one_hot"}],
            "model": {"family": "decision_tree", "max_depth": 3},
            "evaluation": {"explain": "features"},
        }
    )
    found = features.dependence(run, rows, run.spec.dataset.feature_names.index("purpose"))
    assert found["names"] == list(run.spec.dataset.categories["purpose"])
    assert list(found["lines"]) == ["defaulted"] and len(found["lines"]["defaulted"]) == len(found["values"])


@pytest.mark.parametrize("bend", ["relu", "tanh"])
def test_integrated_gradients_add_up_to_the_difference_of_the_scores(bend):
    network = Network((64, 24, 10), bend, "classification")
    row = network.initial(3)
    random = torch.Generator().manual_seed(1)
    images, empty = torch.rand(5, 64, generator=random), torch.zeros(5, 64)
    columns = torch.tensor([0, 3, 9, 2, 2])
    given = integrated_gradients(network, row, images, empty, columns)
    gained = network.answer(row, images) - network.answer(row, empty)
    assert torch.allclose(given.sum(1), gained.gather(1, columns.unsqueeze(1))[:, 0], atol=2e-3)


def test_of_a_linear_model_integrated_gradients_are_weights_times_pixels():
    network = Network((9, 3), "relu", "classification")
    row = network.initial(3)
    images, columns = torch.rand(4, 9), torch.tensor([0, 1, 2, 1])
    given = integrated_gradients(network, row, images, torch.zeros(4, 9), columns)
    assert torch.allclose(given, network.trimmed(row)[0].weight[0].T[columns] * images, atol=1e-6)


@pytest.mark.parametrize("family", ["mlp", "cnn", "gru"])
def test_six_images_show_which_pixels_speak_for_the_answer(run, mlp, family):
    raw = mlp().model_dump() | {"model": {"family": family}, "evaluation": {"explain": "pixels"}}
    (result,) = run([parse(raw)])
    images = result.explanation["images"]
    assert len(images) == 6 and len({image["true"] for image in images}) == 6
    for image in images:
        for part in ("pixels", "saliency", "attribution"):
            assert np.shape(image[part]) == (8, 8)
        assert np.min(image["saliency"]) >= 0 and np.any(image["attribution"])


def test_an_explanation_is_the_same_alone_and_in_a_stack_and_changes_no_other_byte(run, mlp):
    asked = {"explain": "features", "repeats": 3}

    def spec(seed: int, **parts: object) -> RunSpec:
        return parse({**WINE, "model": {"family": "mlp"}, "training": {"epochs": 3, "seed": seed}, **parts})

    alone = run([spec(4, evaluation=asked)])[0]
    stacked = run([spec(seed, evaluation=asked) for seed in (1, 4, 2)])[1]
    plain = run([spec(4, evaluation={})])[0]
    assert alone.explanation == stacked.explanation and plain.explanation == {}
    assert alone.metrics == plain.metrics
    assert alone.versions["weights_sha256"] == plain.versions["weights_sha256"]
    assert len(alone.explanation["dependence"]) == 3
    assert Path(alone.files["weights"]).exists()


def test_what_explains_is_counted_in_the_estimate_and_what_is_off_changes_no_digest():
    whole, plain = parse(WINE), parse({**WINE, "evaluation": {}})
    assert estimate(whole).seconds > estimate(plain).seconds
    off = {"explain": "none", "repeats": 20, "top": 5}  # without effect
    assert digest(plain) == digest(parse({**WINE, "evaluation": off})) != digest(whole)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({**WINE, "evaluation": {"explain": "pixels"}}, "where a network classifies images"),
        ({**WINE, "data": {"dataset": "digits@1"}}, "features are explained in tables with targets"),
    ],
)
def test_what_cannot_be_explained_is_refused(raw, words):
    with pytest.raises(SpecError, match=words):
        parse(raw)
