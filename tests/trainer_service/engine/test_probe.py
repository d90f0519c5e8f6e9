"""The probe: quick, and the same when asked again."""

from __future__ import annotations

import time

import pytest

from trainer_service.engine.probe import seconds_per_reference_second
from trainer_service.engine.threads import one_thread


def test_a_machine_is_measured_in_a_moment_and_about_the_same_again():
    start = time.process_time()
    with one_thread():
        first, again = seconds_per_reference_second(), seconds_per_reference_second()
    assert time.process_time() - start < 20
    assert 0.05 < first < 20 and again == pytest.approx(first, rel=0.7)
