"""How the course pages write texts, times, sizes and values."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from courses import bill, metric_words, presentation
from courses.content import ExerciseDefinition
from courses.forms import name_of
from courses.markdown import render
from courses.review import anchors
from courses.rubric import Criterion
from courses.vocabulary import title

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as safe HTML."""
    return render(text)


@register.filter
def skill_name(name: str) -> str:
    """A skill as readers know it."""
    return title(name)


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds in the unit that reads best."""
    return bill.duration(seconds)


@register.filter
def memory(count: float | None) -> str:
    """Bytes in kB or MB."""
    return bill.size(count)


@register.filter
def said(value: Any) -> str:
    """A value of a configuration in words."""
    return presentation.said(value)


@register.filter
def called(choice: object) -> str:
    """How a choice of a knob is called."""
    return name_of(choice)


@register.filter
def points(value: float) -> str:
    """Points without needless decimals."""
    return f"{value:g}"


@register.filter
def figure(value: object) -> str:
    """A published figure as printed, with separators in large whole numbers."""
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.filter
def metric_value(criterion: dict[str, Any]) -> str:
    """The value of a graded criterion, in the form of its metric."""
    return metric_words.number(_name(criterion["metric"]), criterion.get("value"))


@register.filter
def metric_threshold(criterion: dict[str, Any]) -> str:
    """The threshold of a criterion, in the form of its metric."""
    return metric_words.limit(_name(criterion["metric"]), criterion["threshold"])


@register.filter
def asked(criterion: Criterion) -> str:
    """What a criterion asks for, in words."""
    if criterion.is_human:
        return "a person reviews it"
    words = "at least" if criterion.direction == "at_least" else "at most"
    return f"{words} {metric_words.limit(_name(criterion.metric), criterion.threshold)}"


@register.filter
def about(anchor: dict[str, Any], definition: ExerciseDefinition) -> str:
    """What a remark is about, in words."""
    return anchors.said(anchor, definition.knobs, definition.criteria)


def _name(metric: str) -> str:
    return metric.split(".", 1)[1]
