"""Files that a run leaves: weights and held-out predictions, in formats that cannot carry code.

Networks are safetensors, scikit-learn models are skops files, predictions are plain arrays. Nothing here is
ever pickled, and nothing that was stored is ever unpickled.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import skops.io
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from trainer_service.engine.data import HeldOut
from trainer_service.engine.families.base import HasArrays, Prediction
from trainer_service.engine.preprocess import Preprocessor

# All that scikit-learn's models consist of and skops does not know by itself; it carries no code.
TRUSTED = (
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
)


class BadArtifact(ValueError):
    """A stored model that cannot be read; the message says which file and why."""


def save_weights(folder: Path, model: Any, preprocessor: Preprocessor) -> Path:
    """Write model and preprocessing to `folder`; returns the file."""
    # By way of memory: the libraries' own writing to files hides which error the system gave.
    name = "weights.safetensors" if isinstance(model, HasArrays) else "weights.skops"
    path = folder / name
    path.write_bytes(_packed(model, preprocessor))
    return path


def size_bytes(model: Any, preprocessor: Preprocessor) -> int:
    """Bytes of the file that `save_weights` writes."""
    return len(_packed(model, preprocessor))


def load_weights(folder: Path) -> dict[str, Any]:
    """What `save_weights` wrote to `folder`: arrays by name, and `model` where scikit-learn made it.

    Raises `BadArtifact` where there is no such file or where it holds anything else.
    """
    for name, read in (("weights.safetensors", _read_arrays), ("weights.skops", _read_skops)):
        path = folder / name
        if path.is_file():
            return read(path)
    raise BadArtifact(f"{folder}: there is no trained model here; train the run again")


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


# Private functions --------------------------------------------------------------------------------------


def _packed(model: Any, preprocessor: Preprocessor) -> bytes:
    steps = {
        f"preprocessing.{number}.{name}": array
        for number, step in enumerate(preprocessor.steps)
        for name, array in step.arrays().items()
    }
    if isinstance(model, HasArrays):
        return save(steps | model.arrays())
    packed: bytes = skops.io.dumps({"model": model, **steps})
    return packed


def _read_arrays(path: Path) -> dict[str, Any]:
    try:
        return dict(load(path.read_bytes()))
    except (SafetensorError, ValueError) as error:
        raise BadArtifact(f"{path}: this is no safetensors file ({error}); train the run again") from error


def _read_skops(path: Path) -> dict[str, Any]:
    try:
        strangers = set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED)
        if strangers:
            raise BadArtifact(f"{path}: it holds {', '.join(sorted(strangers))}, which no model consists of")
        return dict(skops.io.load(path, trusted=TRUSTED))
    except (BadZipFile, KeyError, TypeError) as error:
        raise BadArtifact(f"{path}: this is no skops file ({error}); train the run again") from error
