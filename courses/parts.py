"""What every definition of a course is made of: unknown keys refused, values immutable."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Part(BaseModel):
    """Base of all definitions: unknown keys refused, values immutable, numbers finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)
