"""The self-test passes on this machine, and notices a kernel whose bits depend on the company."""

from __future__ import annotations

import numpy as np

from trainer_service.engine import selftest
from trainer_service.engine.threads import one_thread


def test_this_machine_keeps_the_promise():
    with one_thread():
        assert selftest.is_composable()


def test_a_kernel_that_looks_at_its_neighbours_is_noticed(monkeypatch):
    product = np.matmul

    def neighbourly(first, second, out=None):
        return np.multiply(product(first, second, out=out), 1 + 1e-6 * len(first), out=out)

    monkeypatch.setattr(np, "matmul", neighbourly)
    with one_thread():
        assert not selftest.is_composable()
