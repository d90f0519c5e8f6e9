"""One thread for all arithmetic: it makes results the same everywhere, and leaves other cores to others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch
from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for torch and for every math library: more of them only fight over the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with _thread_pools().limit(limits=1):
            yield
    finally:
        torch.set_num_threads(before)


# Private functions --------------------------------------------------------------------------------------


@cache
def _thread_pools() -> ThreadpoolController:
    return ThreadpoolController()
