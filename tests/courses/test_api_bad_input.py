"""What people send by mistake or on purpose: each has its clear answer, and none costs an attempt."""

from __future__ import annotations

import json

import pytest

from courses.models import Allowance, Submission
from courses.reading import CONFIG_LIMIT_BYTES

ADDRESS = "/api/v1/exercises/little/digits/submissions/"
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


@pytest.fixture
def refused(api, course, learner):
    """`refused(body)`: the problem details of a POST of `body`; nothing was kept or spent."""

    def send(body: str | bytes, status: int = 400, content_type: str = "application/json"):
        answer = api(learner).generic("POST", ADDRESS, body, content_type=content_type)
        assert answer.status_code == status, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert not Submission.objects.exists()
        assert not Allowance.objects.exists()
        return answer.json()

    return send


def config(value) -> str:
    return json.dumps({"config": value})


@pytest.mark.parametrize(
    ("asked", "path", "words"),
    [
        ({"model": {"hiden": [8]}}, "model.hiden", "did you mean model.hidden"),
        ({"learning_rate": 0.1}, "learning_rate", "did you mean optimizer.learning_rate"),
        ({"training": {"epochs": "ten"}}, "training.epochs", "whole number"),
        ({"training": {"epochs": True}}, "training.epochs", "whole number"),
        ({"model": {"hidden": 8}}, "model.hidden", "list"),
        ({"model": {"hidden": [1_000_000]}}, "model.hidden.0", "at most 256"),
        ({"model": {"hidden": [1] * 10_000}}, "model.hidden", "at most 3 entries"),
        ({"model": "svm"}, "model", "mapping"),
        ({"model": {"family": "svm", "C": 1.0}}, "model.family", "fixed by this exercise to mlp"),
        ({"data": {"dataset": "mnist@1"}}, "data.dataset", "fixed by this exercise to digits@1"),
        ({"task": "regression"}, "task", "fixed by this exercise to classification"),
        ({"optimizer": {"learning_rate": 10**30}}, "optimizer.learning_rate", "at most 1"),
        ({"optimizer": {"learning_rate": None}}, "optimizer.learning_rate", "number"),
        ({"preprocessing": "whiten"}, "preprocessing", "one of none, standardize, minmax"),
        ([1, 2], "", "mapping"),
        (None, "config", "null"),
        (7, "", "mapping"),
    ],
)
def test_a_wrong_configuration_names_field_value_and_remedy(refused, asked, path, words) -> None:
    problem = refused(config(asked))
    (error,) = problem["errors"]
    assert error["path"] == path
    assert words in error["message"]
    assert words in problem["detail"]


def test_all_mistakes_come_at_once(refused) -> None:
    problem = refused(config({"wat": 1, "training": {"epochs": 0}, "model": {"activation": "gelu"}}))
    assert {error["path"] for error in problem["errors"]} == {"wat", "training.epochs", "model.activation"}
    assert {error["path"]: error["value"] for error in problem["errors"]}["training.epochs"] == 0


def test_ten_thousand_unknown_keys_are_answered_briefly(refused) -> None:
    problem = refused(config({f"k{number}": 1 for number in range(4000)}))
    assert len(problem["errors"]) <= 50


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"config": {"optimizer": {"learning_rate": NaN}}}', "NaN"),
        ('{"config": {"optimizer": {"learning_rate": Infinity}}}', "Infinity"),
        ('{"config": {"optimizer": {"learning_rate": 1e400}}}', "too large"),
        ('{"config": {"a": 1, "a": 2}}', "'a' is given twice"),
        ('{"config": {}, "config": {}}', "'config' is given twice"),
        ('{"config": ', "line 1, column 12"),
        ("[" * 5000, "nested deeper"),
        ('{"config": ' + '{"a": ' * 50 + "1" + "}" * 51, "nested deeper"),
        ("[1]", "JSON object"),
        ('"text"', "JSON object"),
        ('{"config": {"seed": ' + "9" * 5000 + "}}", "digits"),
        (b'{"config": "\xff"}', "UTF-8"),
        ("model: {hidden: [8]}", "not well-formed JSON"),
    ],
)
def test_unsafe_or_broken_json_is_refused_with_the_reason(refused, body, words) -> None:
    assert words in refused(body)["detail"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("optimizer: {learning_rate: .nan}", ".nan"),
        ("optimizer: {learning_rate: .inf}", ".inf"),
        ("optimizer: {learning_rate: 1e400}", "too large"),
        ("model: {}\nmodel: {}", "line 2, column 1: the key 'model' is given twice"),
        (LAUGHS, "anchors"),
        ("a: *b", "anchors"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("base: {a: 1}\nb: {<<: {a: 1}}", "merge keys"),
        ("a: [", "line 1"),
        ("- 1\n- 2", "mapping"),
        ("a: " + "{b: " * 20 + "1" + "}" * 20, "nested deeper"),
        ("--- {}\n--- {}", "one document"),
    ],
)
def test_unsafe_or_broken_yaml_is_refused_with_the_place(refused, text, words) -> None:
    assert words in refused(config(text))["errors"][0]["message"]


def test_200_kb_of_json_are_too_large(refused) -> None:
    problem = refused(config({"note": "x" * 200_000}), status=413)
    assert f"{CONFIG_LIMIT_BYTES:,}" in problem["detail"]


def test_200_kb_of_yaml_are_too_large(refused) -> None:
    refused(config("# " + "x" * 200_000), status=413)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/yaml", "multipart/form-data; boundary=x"]
)
def test_other_media_types_are_refused(refused, content_type) -> None:
    assert refused("config: {}", status=415, content_type=content_type)["status"] == 415


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"config": None}, "config"),
        ({"config": {}, "attempts": 99}, "attempts"),
        ({"config": {}, "note": "x" * 4001}, "note"),
        ({"config": {}, "note": "a\u0000b"}, "note"),
        ({"config": {}, "offering": "no spaces please"}, "offering"),
    ],
)
def test_wrong_keys_beside_the_configuration_are_named(refused, body, path) -> None:
    assert refused(json.dumps(body))["errors"][0]["path"] == path


def test_a_configuration_of_another_exercise_is_refused(api, course, learner) -> None:
    tree = {"model": {"family": "decision_tree", "max_depth": 3}}
    assert api(learner).post(ADDRESS, {"config": tree}, format="json").status_code == 400
    other = ADDRESS.replace("digits", "tumours")
    assert api(learner).post(other, {"config": tree}, format="json").status_code == 201


@pytest.mark.parametrize(
    "address", [ADDRESS.replace("digits", "nothing"), ADDRESS.replace("little", "nothing")]
)
def test_an_unknown_exercise_or_course_is_not_found(api, course, learner, address) -> None:
    assert api(learner).post(address, {"config": {}}, format="json").status_code == 404


def test_an_endless_idempotency_key_is_refused(api, course, learner) -> None:
    headers = {"Idempotency-Key": "k" * 256}
    answer = api(learner).post(ADDRESS, {"config": {}}, format="json", headers=headers)
    assert answer.json()["errors"][0]["path"] == "Idempotency-Key"
