"""What all parts of a configuration are made of, and what can be declared about their fields.

A field says in its annotation what `identity` must know of it: `OnlyIf` (it has no effect beside other
choices), `AddedLater` (its default leaves older digests as they were), `PerRow` (it may differ between runs
that train as one stack). Nothing about a field is written down anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from trainer_service.engine.tasks import Form, Task

SPEC_VERSION: Literal[1] = 1
ENGINE_VERSION = "3"  # raise when the same spec would give other numbers


class OnlyIf:
    """The field matters only where every named sibling (or the run's `task`) has one of the given values."""

    def __init__(self, **allowed: tuple[Any, ...]) -> None:
        self.allowed = allowed

    def holds(self, part: BaseModel, task: str) -> bool:
        """Whether the field of `part` matters in a run of `task`."""
        return all(
            (task if name == "task" else getattr(part, name)) in values
            for name, values in self.allowed.items()
        )


@dataclass(frozen=True, slots=True)
class AddedLater:
    """The field is left out of the canonical form where it has its default: older digests still hold."""


@dataclass(frozen=True, slots=True)
class PerRow:
    """Runs of one stack may differ in this field: each row has its own value."""


VARIANTS: set[str] = set()  # names of variants of a part: `mlp`, `adamw`, …, as their classes are defined


class SpecModel(BaseModel):
    """Base of all parts: unknown keys refused, values immutable, numbers finite, no silent conversion."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Note the name of the variant, if the class is one."""
        for field in cls.model_fields.values():
            values = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
            if len(values) == 1 and isinstance(values[0], str):
                VARIANTS.add(values[0])


FLAT: frozenset[Form] = frozenset({"table", "image", "sequence"})


class FamilySpec(SpecModel):
    """Base of the fields of a model family, and what is true of the family as a whole.

    tasks          what it can do
    forms          examples it can learn from; a form whose numbers mean nothing side by side (texts) must
                   first be turned into a table by a preprocessing step
    is_neural      optimizer, schedule, regularization and epochs have an effect
    has_epochs     it trains by epochs; so do all networks
    has_batches    a network whose steps are of `training.batch_size` rows
    is_seeded      the seed has an effect on the model, and not only on the split of the rows
    is_stacked     runs of one stack key train as one
    takes_weights  its rows may be weighted, so that classes can be balanced
    splits_rows    it cuts its training rows into folds of its own
    has_probabilities  it says how likely each class is
    takes_missing  it can learn from rows with missing values
    is_transferable  it can begin with what another dataset taught
    is_incremental  it can go on learning from new rows alone
    is_quantizable  its weights can be stored as whole numbers of 8 bits
    example        fields of the example in the documentation
    """

    tasks: ClassVar[frozenset[Task]]
    forms: ClassVar[frozenset[Form]] = FLAT
    is_neural: ClassVar[bool] = False
    has_epochs: ClassVar[bool] = False
    has_batches: ClassVar[bool] = True
    is_seeded: ClassVar[bool] = False
    is_stacked: ClassVar[bool] = False
    takes_missing: ClassVar[bool] = False
    takes_weights: ClassVar[bool] = False
    splits_rows: ClassVar[bool] = False
    has_probabilities: ClassVar[bool] = False
    is_transferable: ClassVar[bool] = False
    is_incremental: ClassVar[bool] = False
    is_quantizable: ClassVar[bool] = False
    example: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def name(cls) -> str:
        """The family's name in a spec."""
        return tag(cls, "family")

    def says_probabilities(self) -> bool:
        """Whether it says how likely each class is, with these fields."""
        return self.has_probabilities

    def problem(self, task: Task) -> str:
        """What is wrong with the fields beside each other, as `path: what and what to do`, or ""."""
        return ""


def tag(part: type[BaseModel], key: str) -> str:
    """The one value of the field `key` that names a variant, such as `mlp` for `family`."""
    (value,) = get_args(part.model_fields[key].annotation)
    return str(value)


def declared(field: FieldInfo, kind: type[Any]) -> Any:
    """What a field declares of `kind`, or None."""
    return next((item for item in field.metadata if isinstance(item, kind)), None)
