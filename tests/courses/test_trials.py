"""Trials, folds and groups of a run, as its page shows them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from courses import trials
from courses.models import Submission
from tests.courses.samples import result, train

SPEC: dict[str, Any] = {"task": "classification", "tuning": {"kind": "grid", "metric": None}}
TRIALS = [
    {
        "number": 0,
        "values": {"model.C": 0.0123456},
        "score": 0.9,
        "state": "complete",
        "why": "",
        "is_best": True,
    },
    {
        "number": 1,
        "values": {"model.C": 5},
        "score": None,
        "state": "pruned",
        "why": "worse",
        "is_best": False,
    },
]


def test_every_trial_is_shown_with_what_it_tried_and_what_became_of_it() -> None:
    first, second = trials.trial_rows({"trials": TRIALS}, SPEC)
    assert (first.number, first.values, first.score) == (1, [("model.C", "0.01235")], "90.0 %")
    assert (second.state, second.score, second.why) == ("pruned", "", "worse")
    assert trials.trial_rows({}, {"task": "classification"}) == []


def test_the_metric_that_decided_is_the_one_asked_for_or_the_tasks_own() -> None:
    assert trials.search_metric(SPEC) == "accuracy"
    assert trials.search_metric({**SPEC, "tuning": {"metric": "log_loss"}}) == "log_loss"
    assert trials.search_title({**SPEC, "tuning": {"metric": "f1"}}) == "F1 of the positive class"


def test_folds_are_summed_up_where_all_of_them_have_the_metric() -> None:
    folds = [{"accuracy": 0.9, "roc_auc": None}, {"accuracy": 1.0, "roc_auc": 0.5}]
    (row,) = trials.fold_rows({"folds": folds})
    assert (row.title, row.mean, row.lowest, row.highest) == ("Accuracy", "95.0 %", "90.0 %", "100.0 %")
    assert row.spread == "7.1 %" and trials.fold_rows({"folds": folds[:1]}) == []


def test_the_page_of_a_run_shows_what_it_tried(submission: Submission, learner: Any, signed_in: Any) -> None:
    run = submission.run
    run.spec = {**run.spec, "tuning": SPEC["tuning"]}
    run.save()
    group = {"rows": 20.0, "accuracy": 0.9, "positive_share": 0.25, "recall": 0.5}
    outcome = result(
        trials=TRIALS,
        folds=[{"accuracy": 0.9}, {"accuracy": 1.0}],
        per_group={"group A": group},
        pictures={"clusters": [[0.1, 0.2, 0.0], [1.5, 0.3, -1.0]]},
    )
    train(run, outcome)
    page = signed_in(learner).get(reverse("courses:submission", args=[submission.pk]))
    text = page.content.decode()
    for said in ("Every trial", "model.C", "ended early", "How much it varies", "group A", "What it grouped"):
        assert said in text
