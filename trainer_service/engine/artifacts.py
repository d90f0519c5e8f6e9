"""Files that a run leaves: weights and held-out predictions, in formats that cannot carry code.

Networks are safetensors, scikit-learn models are skops files, predictions are plain arrays. Nothing here is
ever pickled, and nothing that was stored is ever unpickled.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from safetensors.numpy import save

from trainer_service.engine.data import HeldOut
from trainer_service.engine.families.base import HasArrays, Prediction
from trainer_service.engine.preprocess import Preprocessor


def save_weights(folder: Path, model: Any, preprocessor: Preprocessor) -> Path:
    """Write model and preprocessing to `folder`; returns the file."""
    steps = {
        f"preprocessing.{number}.{name}": array
        for number, step in enumerate(preprocessor.steps)
        for name, array in step.arrays().items()
    }
    if isinstance(model, HasArrays):
        path = folder / "weights.safetensors"
        # By way of memory: the library's own writing to files hides which error the system gave.
        path.write_bytes(save(steps | model.arrays()))
        return path
    path = folder / "weights.skops"
    skops.io.dump({"model": model, **steps}, path)
    return path


def save_predictions(folder: Path, prediction: Prediction, held_out: HeldOut) -> Path:
    """Write what the run says about the held-out rows, and which rows they are; their labels stay out."""
    path = folder / "held_out_predictions.npz"
    arrays: dict[str, NDArray[Any]] = {"row": held_out.indices, "value": prediction.values}
    if prediction.probabilities is not None:
        arrays["probabilities"] = prediction.probabilities
    elif prediction.scores is not None:
        arrays["scores"] = prediction.scores
    np.savez(path, allow_pickle=False, **arrays)
    return path


def sha256(path: Path) -> str:
    """Digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
