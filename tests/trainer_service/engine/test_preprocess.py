"""Preprocessing: learned on the training rows alone, equal to scikit-learn's; a planted leak is caught."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
    TargetEncoder,
)

from trainer_service.engine import preprocess
from trainer_service.engine.catalogue import DATASETS
from trainer_service.engine.data import Rows, TrainingRows, load, training_rows
from trainer_service.engine.preprocess.learning import LEARN
from trainer_service.engine.preprocess.steps import Affine
from trainer_service.engine.spec import RunSpec, SpecError, parse


def spec_with(
    *steps: str | dict[str, Any], dataset: str = "wine@1", family: str = "decision_tree"
) -> RunSpec:
    """A spec on `dataset` with these steps."""
    return parse(
        {
            "task": DATASETS[dataset].task,
            "data": {"dataset": dataset},
            "preprocessing": [{"step": step} if isinstance(step, str) else step for step in steps],
            "model": {"family": family},
        }
    )


def fitted(spec: RunSpec) -> preprocess.Preprocessor:
    """The steps of `spec`, learned from its training rows."""
    return preprocess.prepare(spec, training_rows(spec))[0]


def problem(*steps: str | dict[str, Any], dataset: str = "wine@1", family: str = "decision_tree") -> str:
    """Why a spec is refused."""
    with pytest.raises(SpecError) as caught:
        spec_with(*steps, dataset=dataset, family=family)
    return str(caught.value)


@pytest.mark.parametrize(
    ("step", "theirs"),
    [
        ("standardize", StandardScaler()),
        ("minmax", MinMaxScaler()),
        ("robust", RobustScaler()),
        ("polynomial", PolynomialFeatures(2, include_bias=False)),
        (
            {"step": "polynomial", "degree": 3, "interaction_only": True},
            PolynomialFeatures(3, interaction_only=True, include_bias=False),
        ),
        ({"step": "select", "k": 4}, SelectKBest(f_classif, k=4)),
    ],
)
def test_a_step_does_what_scikit_learn_does(step, theirs):
    spec = spec_with(step)
    rows = training_rows(spec).train
    theirs.fit(rows.features, rows.targets)
    unseen = load("wine@1").held_out.rows.features
    made = fitted(spec)(unseen)
    np.testing.assert_allclose(made, theirs.transform(unseen), rtol=1e-12, atol=1e-12)
    assert made.shape[1] == spec.features


def test_components_are_those_of_scikit_learn_up_to_their_signs():
    spec = spec_with("standardize", {"step": "pca", "n_components": 5})
    features = StandardScaler().fit_transform(training_rows(spec).train.features)
    theirs = PCA(5).fit(features)
    step = fitted(spec).steps[1]
    np.testing.assert_allclose(np.abs(step(features)), np.abs(theirs.transform(features)), atol=1e-9)


def test_gaps_are_filled_as_scikit_learn_fills_them_and_marked_if_asked():
    spec = spec_with({"step": "impute", "strategy": "mean", "add_indicator": True}, dataset="loans@1")
    train, unseen = training_rows(spec).train.features, load("loans@1").held_out.rows.features
    names = spec.dataset.feature_names
    made = fitted(spec)(unseen)
    numbers = [names.index(name) for name in names if name not in spec.dataset.categories]
    home = names.index("home")
    theirs = SimpleImputer().fit(train[:, numbers]).transform(unseen[:, numbers])
    np.testing.assert_allclose(made[:, numbers], theirs)
    frequent = SimpleImputer(strategy="most_frequent").fit(train[:, [home]]).transform(unseen[:, [home]])
    assert np.array_equal(made[:, [home]], frequent)
    marked = [names.index(name) for name in spec.dataset.missing]
    assert np.array_equal(made[:, len(names) :], np.isnan(unseen[:, marked]))
    assert np.isfinite(made).all() and made.shape[1] == spec.features


def test_categories_become_indicators_as_in_scikit_learn():
    spec = spec_with("impute", "one_hot", dataset="loans@1")
    filled = fitted(spec_with("impute", dataset="loans@1"))
    unseen = filled(load("loans@1").held_out.rows.features)
    theirs = OneHotEncoder(categories=[range(3), range(6), range(12)], sparse_output=False)
    expected = theirs.fit(unseen[:, 5:]).transform(unseen[:, 5:])
    made = fitted(spec)(load("loans@1").held_out.rows.features)
    assert np.array_equal(made, np.column_stack([unseen[:, :5], expected]))
    assert made.shape[1] == spec.features == 5 + 21


def test_copies_of_a_row_do_not_tell_each_other_their_target():
    spec = spec_with("impute", {"step": "target_encode", "smooth": 0.0}, dataset="loans@1")
    rows = training_rows(spec)
    order = np.tile(np.arange(len(rows.train)), 2)
    twice = rows.train.take(order)
    copies, flipped = order == 7, twice.targets.copy()
    flipped[copies] = 1 - flipped[copies]
    _, before = preprocess.prepare(spec, TrainingRows(twice, rows.validation))
    other = Rows(twice.features, flipped)
    _, after = preprocess.prepare(spec, TrainingRows(other, rows.validation))
    assert np.array_equal(before.train.features[copies], after.train.features[copies])
    assert not np.array_equal(before.train.features, after.train.features)


def test_target_means_are_those_of_scikit_learn_and_no_row_sees_its_own_target():
    spec = spec_with("impute", {"step": "target_encode", "smooth": 10.0}, dataset="loans@1")
    rows = training_rows(spec)
    filled = fitted(spec_with("impute", dataset="loans@1"))
    train, unseen = filled(rows.train.features), filled(rows.validation.features)
    theirs = TargetEncoder(smooth=10.0, target_type="binary").fit(train[:, 5:], rows.train.targets)
    preprocessor, prepared = preprocess.prepare(spec, rows)
    np.testing.assert_allclose(prepared.validation.features[:, 5:], theirs.transform(unseen[:, 5:]))
    flipped = rows.train.targets.copy()
    flipped[7] = 1 - flipped[7]
    changed = TrainingRows(Rows(rows.train.features, flipped), rows.validation)
    _, again = preprocess.prepare(spec, changed)
    assert np.array_equal(again.train.features[7], prepared.train.features[7])
    assert not np.array_equal(again.train.features, prepared.train.features)


@pytest.mark.parametrize("sublinear", [False, True])
def test_word_weights_are_those_of_scikit_learn(sublinear):
    spec = spec_with({"step": "tf_idf", "sublinear": sublinear}, dataset="reviews@1")
    words = len(spec.dataset.vocabulary)

    def counts(rows: Rows) -> np.ndarray:
        return np.array([np.bincount(text.astype(int), minlength=words + 1)[1:] for text in rows.features])

    theirs = TfidfTransformer(sublinear_tf=sublinear).fit(counts(training_rows(spec).train))
    unseen = load("reviews@1").held_out.rows
    np.testing.assert_allclose(fitted(spec)(unseen.features), theirs.transform(counts(unseen)).toarray())
    few = spec_with({"step": "tf_idf", "max_features": 9}, dataset="reviews@1")
    assert fitted(few)(unseen.features).shape[1] == few.features == 9


def test_steps_apply_in_order():
    spec = spec_with("standardize", "minmax")
    both = preprocess.prepare(spec, training_rows(spec))[1].train.features
    assert both.min() == pytest.approx(0) and both.max() == pytest.approx(1)
    spec = spec_with("minmax", "standardize")
    other_way = preprocess.prepare(spec, training_rows(spec))[1].train.features
    np.testing.assert_allclose(other_way.mean(axis=0), 0, atol=1e-12)


ALL_STEPS = [
    ("wine@1", ["standardize", "pca"]),
    ("wine@1", ["minmax", "polynomial", "select"]),
    ("wine@1", ["robust", {"step": "select", "score": "mutual_information"}]),
    ("loans@1", [{"step": "impute", "add_indicator": True}, "one_hot"]),
    ("loans@1", ["impute", "target_encode"]),
    ("reviews@1", ["tf_idf"]),
]


def leaks(spec: RunSpec) -> bool:
    """Whether what is learned changes with validation rows: wild features and other targets are planted."""
    rows = training_rows(spec)
    features = rows.validation.features.copy()
    if spec.form == "table" and spec.dataset.form == "text":
        features[:] = 1
    else:
        features[:, : 5 if spec.dataset.categories else None] *= 1e6
    wild = TrainingRows(rows.train, Rows(features, rows.validation.targets[::-1].copy()))
    before, after = (preprocess.prepare(spec, part) for part in (rows, wild))
    same = all(
        np.array_equal(one[name], other[name])
        for one, other in zip(
            (step.arrays() for step in before[0].steps),
            (step.arrays() for step in after[0].steps),
            strict=True,
        )
        for name in one
    )
    return not (same and np.array_equal(before[1].train.features, after[1].train.features))


@pytest.mark.parametrize(("dataset", "steps"), ALL_STEPS, ids=str)
def test_validation_rows_have_no_say_in_what_is_learned(dataset, steps):
    assert not leaks(spec_with(*steps, dataset=dataset))


def test_every_step_is_tried_for_leaks():
    named = {step if isinstance(step, str) else step["step"] for _, steps in ALL_STEPS for step in steps}
    assert named == set(LEARN)


def test_a_planted_leak_is_caught(monkeypatch):
    spec = spec_with("standardize")

    def greedy(described, rows, spec):
        """Standardizes by all rows there are, as people do before they split."""
        everything = np.concatenate([rows.features, TOO_MUCH[0]])
        step = Affine(everything.mean(axis=0), everything.std(axis=0))
        return step, step(rows.features)

    prepare = preprocess.prepare

    def careless(spec, rows):
        TOO_MUCH[:] = [rows.validation.features]
        return prepare(spec, rows)

    TOO_MUCH: list[np.ndarray] = []
    monkeypatch.setitem(LEARN, "standardize", greedy)
    monkeypatch.setattr(preprocess, "prepare", careless)
    assert leaks(spec)


def test_a_feature_that_never_varies_stays_finite():
    for step in ("standardize", "minmax", "robust"):
        rows = training_rows(spec_with())
        flat = dataclasses.replace(rows, train=Rows(np.ones_like(rows.train.features), rows.train.targets))
        made = preprocess.prepare(spec_with(step), flat)[1].train.features
        assert np.array_equal(made, np.zeros_like(made))


def test_steps_that_do_not_fit_are_refused_with_a_remedy():
    assert "each step may appear once" in problem("minmax", "minmax")
    assert "they come first" in problem("standardize", "impute")
    assert "choose one" in problem("impute", "one_hot", "target_encode", dataset="loans@1")
    assert "leave one_hot out" in problem("one_hot")
    assert "begin with impute" in problem(dataset="loans@1")
    assert "begin with impute" in problem("pca", dataset="loans@1", family="hist_gradient_boosting")
    assert "begin with tf_idf" in problem("standardize", dataset="reviews@1")
    assert "begin preprocessing with tf_idf" in problem(dataset="reviews@1")
    assert "put pca or select before it" in problem({"step": "polynomial", "degree": 3}, dataset="digits@1")
    assert spec_with(dataset="loans@1", family="hist_gradient_boosting").features == 8
