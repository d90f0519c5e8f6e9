"""The bench of spoiled runs, in its small form: trained for real, the fault is named."""

from __future__ import annotations

import pytest

from benchmarks.diagnosis import CASES, examine


@pytest.mark.slow
def test_a_dozen_spoiled_runs_are_named_right() -> None:
    outcomes = examine([case for case in CASES if case.is_small], [1])
    wrong = [(one.case.family, one.case.name, one.code) for one in outcomes if not one.is_right]
    assert len(outcomes) >= 12
    assert len(wrong) <= 1, wrong
