"""Steps before the model, each fitted on the training rows only."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.spec.base import SpecModel


class StepSpec(SpecModel):
    """Base of the fields of a step. `keeps_form`: an image is still an image, and a sequence a sequence."""

    keeps_form: ClassVar[bool] = False

    def width(self, features: int, dataset: Dataset) -> int:
        """Numbers of an example after this step, given those before it; exact, without any row."""
        return features


class Standardize(StepSpec):
    """Shift and scale each feature to mean 0 and standard deviation 1, as measured on the training rows."""

    keeps_form = True
    step: Literal["standardize"]


class MinMax(StepSpec):
    """Scale each feature to the range 0 to 1, as measured on the training rows."""

    keeps_form = True
    step: Literal["minmax"]


PreprocessingStep = Annotated[Standardize | MinMax, Field(discriminator="step")]
STEP_SPECS: tuple[type[StepSpec], ...] = get_args(get_args(PreprocessingStep)[0])
