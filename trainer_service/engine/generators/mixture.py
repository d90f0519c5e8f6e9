"""Points of mixtures whose parts are known."""

from __future__ import annotations

import numpy as np

from trainer_service.engine.generation.mixtures import MIXTURES
from trainer_service.engine.generators.base import Made

ROWS = 4000


def ring(random: np.random.RandomState) -> Made:
    """A centre of the ring, each as likely, and normal numbers around it."""
    mixture = MIXTURES["ring@1"]
    centres = np.array(mixture.centres)[random.randint(len(mixture.centres), size=ROWS)]
    return Made((centres + mixture.deviation * random.normal(size=(ROWS, 2))).round(5), np.zeros(ROWS))
