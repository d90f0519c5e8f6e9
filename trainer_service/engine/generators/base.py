"""What a generator makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Made(NamedTuple):
    """Features (n, features), targets (n, *target_shape), and each row's group where there are groups."""

    features: Array
    targets: Array
    groups: NDArray[np.int64] | None = None


Generator = Callable[[np.random.RandomState], Made]
