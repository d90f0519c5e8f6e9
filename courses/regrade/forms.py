"""The form in which an instructor changes a rubric for a class."""

from __future__ import annotations

from typing import Any

import pydantic
from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory

from courses import grading, metric_words
from courses.content import ExerciseDefinition
from courses.rubric import Criterion, Rubric
from trainer_service.engine import catalogue

PERSON = "person"
BOUNDS = (("at_least", "at least"), ("at_most", "at most"))


class CriterionForm(forms.Form):
    """One criterion, measured or judged by a person; with no points it is dropped."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(max_length=200)
    metric = forms.ChoiceField(initial=PERSON)
    bound = forms.ChoiceField(choices=BOUNDS, initial="at_least", label="Bound")
    threshold = forms.FloatField(required=False, widget=forms.NumberInput(attrs={"step": "any"}))
    points = forms.FloatField(min_value=0, widget=forms.NumberInput(attrs={"step": "any"}))

    def __init__(self, *args: Any, metrics: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [(PERSON, "a person judges"), *metrics]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The criterion as typed data, under `criterion`; absent where the row is left empty."""
        data = super().clean() or {}
        if self.errors or not data.get("points"):
            return data  # no points: no longer asked
        raw = {"id": data["id"] or f"{self.prefix}".replace("-", "_"), "title": data["title"]}
        raw |= {"points": data["points"]}
        if data["metric"] != PERSON:
            if data["threshold"] is None:
                self.add_error("threshold", "Give the threshold of this metric.")
                return data
            raw |= {"metric": data["metric"], data["bound"]: data["threshold"]}
        else:
            raw |= {"kind": "human"}
        data["criterion"] = self._built(raw)
        return data

    def _built(self, raw: dict[str, Any]) -> Criterion | None:
        try:
            return Criterion.model_validate(raw)
        except pydantic.ValidationError as error:
            self.add_error(None, error.errors(include_url=False)[0]["msg"].removeprefix("Value error, "))
            return None


class RegradeForm(forms.Form):
    """What holds for the whole rubric, and why it changes."""

    pass_points = forms.FloatField(
        label="Points to pass", min_value=0.01, widget=forms.NumberInput(attrs={"step": "any"})
    )
    reason = forms.CharField(
        label="Why",
        help_text="Every learner whose grade changes reads it.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RubricEditor:
    """Both forms together: `rubric` is the new one, where everything is sound."""

    def __init__(self, definition: ExerciseDefinition, rubric: Rubric, data: Any = None) -> None:
        formset = formset_factory(CriterionForm, extra=1, max_num=20)
        self._levels = {criterion.id: criterion.levels for criterion in rubric.criteria}
        self.rows: BaseFormSet[CriterionForm] = formset(
            data,
            initial=[_initial(criterion) for criterion in rubric.criteria],
            prefix="criterion",
            form_kwargs={"metrics": _metrics(definition)},
        )
        self.form = RegradeForm(data, initial={"pass_points": f"{rubric.pass_points:.12g}"})

    @property
    def rubric(self) -> Rubric | None:
        """The rubric as entered, or None with the mistakes said in the forms."""
        if not (self.rows.is_valid() & self.form.is_valid()):
            return None
        entered = [self._with_levels(c) for row in self.rows if (c := row.cleaned_data.get("criterion"))]
        criteria = _with_own_ids(entered)
        if not criteria:
            self.form.add_error(None, "At least one criterion must give points.")
            return None
        return Rubric(criteria=criteria, pass_points=self.form.cleaned_data["pass_points"])

    def add_errors(self, error: ValidationError) -> None:
        """Say what the service found beside its field."""
        for name, words in error.message_dict.items():
            self.form.add_error(name if name in self.form.fields else None, words)

    def _with_levels(self, criterion: Criterion) -> Criterion:
        """A person's levels stay while the points do."""
        levels = self._levels.get(criterion.id) or []
        fits = criterion.is_human and levels and max(level.points for level in levels) == criterion.points
        return criterion.model_copy(update={"levels": levels}) if fits else criterion


def _with_own_ids(criteria: list[Criterion]) -> list[Criterion]:
    """A new criterion is called by its row; where an earlier one is called so, it takes another name."""
    taken: set[str] = set()
    found = []
    for criterion in criteria:
        name, number = criterion.id, 1
        while name in taken:
            number += 1
            name = f"{criterion.id}_{number}"
        taken.add(name)
        found.append(criterion.model_copy(update={"id": name}))
    return found


def _initial(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "title": criterion.title,
        "metric": criterion.metric or PERSON,
        "bound": criterion.direction,
        "threshold": None if criterion.is_human else f"{criterion.threshold:.12g}",
        "points": f"{criterion.points:.12g}",
    }


def _metrics(definition: ExerciseDefinition) -> list[tuple[str, str]]:
    dataset = catalogue.DATASETS[definition.spec["data"]["dataset"]]
    names = grading.metrics_of(dataset, str(definition.spec["task"]))
    return [(name, metric_words.title(name)) for name in names]
