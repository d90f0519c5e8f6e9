"""The reference: complete, current, and full of examples that run."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer_service.engine.reference import example, markdown
from trainer_service.engine.spec import FAMILIES_BY_TASK, RunSpec, parse

COMMITTED = Path(__file__).parents[3] / "docs" / "configuration.md"
FAMILIES = sorted(set().union(*FAMILIES_BY_TASK.values()))


def test_the_committed_reference_is_the_one_that_the_spec_writes():
    assert COMMITTED.read_text(encoding="utf-8") == markdown(), (
        "run: python -m trainer_service.engine.reference > docs/configuration.md"
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_example_is_valid_and_in_the_reference(family):
    assert parse(example(family)).model.family == family
    assert f"### `{family}`" in markdown()


def test_no_field_is_forgotten():
    written = markdown()
    for part in RunSpec.model_json_schema()["$defs"].values():
        for name, field in part["properties"].items():
            assert f"`{name}`" in written or "const" in field, name
            assert "const" in field or field["description"] in written, name
