"""How differently a classifier treats groups of people.

demographic parity  the largest difference between groups in the share of rows that are named positive
equal opportunity   the same of recall: the share of truly positive rows that are named positive
(Hardt, Price and Srebro, 2016, Equality of Opportunity in Supervised Learning)
"""

from __future__ import annotations

import numpy as np

from trainer_service.engine.catalogue import Dataset
from trainer_service.engine.data import Rows
from trainer_service.engine.families.base import Prediction
from trainer_service.engine.metrics.base import Array

_COLUMNS = 5  # rows, truly positive, truly and named positive, named positive, right


def has_fair_groups(dataset: Dataset) -> bool:
    """Whether rows belong to groups that ought to be treated alike."""
    return bool(dataset.groups) and not dataset.group_parts and dataset.positive_class is not None


def group_cells(dataset: Dataset, prediction: Prediction, rows: Rows) -> Array:
    """What each row adds to the counts of its group, (n, groups x 5)."""
    assert rows.groups is not None
    positive, named = rows.targets == dataset.positive_class, prediction.values == dataset.positive_class
    added = np.column_stack(
        [np.ones(len(rows)), positive, positive & named, named, rows.targets == prediction.values]
    )
    cells = np.zeros((len(rows), len(dataset.groups), _COLUMNS))
    cells[np.arange(len(rows)), rows.groups] = added
    return cells.reshape(len(rows), -1)


def gaps(counts: Array, dataset: Dataset) -> dict[str, Array]:
    """Gaps of one or many sums of cells, (resamples, groups x 5) -> (resamples,); nan with one group only."""
    rows, positive, hits, named, _ = _by_column(counts, dataset)
    with np.errstate(all="ignore"):
        return {
            "demographic_parity_gap": _spread(np.where(rows > 0, named / rows, np.nan)),
            "equal_opportunity_gap": _spread(np.where(positive > 0, hits / positive, np.nan)),
        }


def by_group(counts: Array, dataset: Dataset) -> dict[str, dict[str, float]]:
    """Figures of each group that has rows."""
    found = {}
    columns = _by_column(counts[None], dataset)
    for number, name in enumerate(dataset.groups):
        rows, positive, hits, named, right = (float(column[0, number]) for column in columns)
        if rows:
            found[name] = {
                "rows": rows,
                "accuracy": right / rows,
                "positive_share": named / rows,
                "recall": hits / max(positive, 1.0),
            }
    return found


# Private functions --------------------------------------------------------------------------------------


def _by_column(counts: Array, dataset: Dataset) -> list[Array]:
    """(resamples, groups) for each column of the cells."""
    return list(np.moveaxis(counts.reshape(-1, len(dataset.groups), _COLUMNS), -1, 0))


def _spread(values: Array) -> Array:
    known = (~np.isnan(values)).sum(axis=1)
    high, low = np.where(np.isnan(values), -np.inf, values), np.where(np.isnan(values), np.inf, values)
    spread: Array = np.where(known >= 2, high.max(axis=1) - low.min(axis=1), np.nan)
    return spread
