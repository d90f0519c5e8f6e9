"""The knobs' form: from an exercise to fields, and from what was sent to a configuration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from courses import services
from courses.content import Knob
from courses.forms import ConfigForm, OverrideForm, name_of
from courses.knobs import effective
from courses.models import Exercise
from tests.courses.samples import definition
from trainer_service.engine.spec import SpecError

DIGITS, TUMOURS = definition("digits"), definition("tumours")


def shown(form: ConfigForm) -> dict[str, Any]:
    """What a browser would send back untouched."""
    return {name: field.initial or "" for name, field in form.fields.items()}


def test_preprocessing_steps_with_settings_are_called_by_plain_words() -> None:
    assert name_of("impute(add_indicator=true)+one_hot") == "impute (add indicator) + one hot"
    assert name_of("standardize+pca(n_components=5)") == "standardize + pca (n components 5)"


@pytest.mark.parametrize("exercise", [DIGITS, TUMOURS], ids=lambda exercise: exercise.slug)
def test_the_untouched_form_is_the_default_configuration(exercise: Any) -> None:
    config = ConfigForm(exercise, shown(ConfigForm(exercise))).config()
    assert effective(exercise, config) == exercise.default_spec


@pytest.mark.parametrize("family", ["decision_tree", "logistic_regression", "svm", "mlp"])
def test_choosing_a_family_alone_gives_a_valid_configuration(family: str) -> None:
    sent = shown(ConfigForm(TUMOURS)) | {"model__family": family}
    spec = effective(TUMOURS, ConfigForm(TUMOURS, sent).config())
    assert spec["model"]["family"] == family


def test_knobs_of_other_families_are_not_sent_on() -> None:
    sent = shown(ConfigForm(TUMOURS)) | {"model__family": "svm", "model__hidden": "8", "model__C": "3"}
    config = ConfigForm(TUMOURS, sent).config()
    assert config["model"] == {"family": "svm", "C": 3, "gamma": config["model"]["gamma"]}
    assert "optimizer" not in config


def test_the_page_learns_when_a_knob_has_a_meaning() -> None:
    inputs = {knob.field.name: knob for group in ConfigForm(TUMOURS).groups for knob in group.inputs}
    assert json.loads(inputs["model__C"].when) == {"model__family": ["logistic_regression", "svm"]}
    assert inputs["model__family"].when == ""
    # A family that is fixed is no condition.
    assert all(not knob.when for group in ConfigForm(DIGITS).groups for knob in group.inputs)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", [64]),
        ("32, 16", [32, 16]),
        ("[32 16]", [32, 16]),
        ("32; 16", [32, 16]),
        ("abc; 12.5", ["abc", 12.5]),
        ("1e3", [1000.0]),
    ],
)
def test_hidden_layers_are_read_as_people_write_them(text: str, value: list[Any]) -> None:
    assert ConfigForm(DIGITS, {"model__hidden": text}).config()["model"]["hidden"] == value


@pytest.mark.parametrize("text", ["fast", "1e400", "nan", "9" * 5000, "-1", "7"])
def test_a_rate_that_is_none_is_refused_beside_its_field(text: str) -> None:
    form = ConfigForm(DIGITS, shown(ConfigForm(DIGITS)) | {"optimizer__learning_rate": text})
    assert form.is_valid()
    with pytest.raises(SpecError) as refused:
        effective(DIGITS, form.config())
    form.add_problems(refused.value.problems)
    assert list(form.errors) == ["optimizer__learning_rate"]


def test_all_mistakes_are_shown_at_once_each_beside_its_field() -> None:
    sent = shown(ConfigForm(DIGITS)) | {
        "model__hidden": "99999",
        "training__epochs": "2.5",
        "preprocessing": "polish",
    }
    form = ConfigForm(DIGITS, sent)
    form.is_valid()
    with pytest.raises(SpecError) as refused:
        effective(DIGITS, form.config())
    form.add_problems(refused.value.problems)
    assert set(form.errors) == {"model__hidden", "training__epochs", "preprocessing"}


def test_an_empty_knob_takes_its_default() -> None:
    assert ConfigForm(DIGITS, {"training__epochs": " "}).config() == {}


def test_an_earlier_attempt_fills_the_form() -> None:
    spec = effective(DIGITS, {"model": {"hidden": [32, 16]}, "optimizer": {"learning_rate": 0.05}})
    form = ConfigForm(DIGITS, spec=spec)
    assert form.fields["model__hidden"].initial == "32, 16"
    assert form.fields["optimizer__learning_rate"].initial == "0.05"


def test_help_tells_limits_unit_and_default() -> None:
    text = str(ConfigForm(DIGITS).fields["optimizer__learning_rate"].help_text)
    assert "Step size." in text
    assert "0.00001 to 1" in text
    assert "default 0.001" in text


def test_help_keeps_the_names_of_choices() -> None:
    text = str(ConfigForm(TUMOURS).fields["optimizer__kind"].help_text)
    assert "Default AdamW" in text


def test_entries_of_a_list_that_are_no_whole_numbers_are_named() -> None:
    form = ConfigForm(DIGITS, shown(ConfigForm(DIGITS)) | {"model__hidden": "abc; 12.5"})
    form.is_valid()
    with pytest.raises(SpecError) as refused:
        effective(DIGITS, form.config())
    form.add_problems(refused.value.problems)
    assert form.errors["model__hidden"] == ["abc: must be a whole number", "12.5: must be a whole number"]


def test_an_override_names_the_points_that_pass() -> None:
    assert OverrideForm(DIGITS.rubric).fields["points"].help_text == "0 to 80; 60 or more is a pass."


def test_the_form_and_the_api_refuse_in_the_same_words(exercise: Exercise) -> None:
    sent = shown(ConfigForm(exercise.parsed)) | {"model__hidden": "0"}
    by_form = services.preview(exercise, ConfigForm(exercise.parsed, sent).config()).problems
    by_api = services.preview(exercise, {"model": {"hidden": [0]}}).problems
    assert [(p.path, p.message) for p in by_form] == [(p.path, p.message) for p in by_api]


def test_a_choice_that_is_a_whole_number_by_value_is_the_one_that_is_selected() -> None:
    exercise = definition()
    knob = Knob(path="data.train_fraction", label="Share", help="A share.", choices=[0.5, 1.0])
    form = ConfigForm(exercise.model_copy(update={"knobs": [knob]}))
    assert 'value="1.0" selected' in str(form["data__train_fraction"])
