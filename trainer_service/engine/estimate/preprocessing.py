"""Cost of the steps before the model."""

from __future__ import annotations

from trainer_service.engine.spec import Components, RunSpec, Select, TfIdf


def preprocessing_seconds(spec: RunSpec, train: int) -> float:
    """Seconds to learn all steps and to apply them to every row."""
    rows = spec.dataset.rows
    seconds, width = 0.0, spec.dataset.features
    for step in spec.preprocessing:
        before, width = width, step.width(width, spec.dataset)
        seconds += 2e-4 + 4e-9 * rows * (before + width)
        if isinstance(step, Components):
            seconds += 2.5e-9 * train * before * min(train, before) + 0.4e-9 * rows * before * width
        elif isinstance(step, Select) and step.score == "mutual_information":
            seconds += before * (1e-3 + 2.5e-6 * train)
        elif isinstance(step, TfIdf):
            seconds += 20e-9 * rows * (before + len(spec.dataset.vocabulary))
        elif step.step == "polynomial":
            seconds += 6e-9 * rows * width + 8e-6 * width
    return seconds
