"""Statistics that are counted over imported and generated postings.

`registry` says which there are and needs no numerical library; `queries` holds their Ibis expressions, which
`jobs_data.counting` runs on a backend.
"""

from .base import LEAST, LOW, Measure, Scene, Unavailable
from .registry import MEASURES, UnknownMeasure, get

__all__ = ["LEAST", "LOW", "MEASURES", "Measure", "Scene", "Unavailable", "UnknownMeasure", "get"]
