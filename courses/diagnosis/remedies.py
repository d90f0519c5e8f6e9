"""Next experiments by cause: the first that the exercise's knobs allow is the one that is offered."""

from __future__ import annotations

from courses.diagnosis.moves import Move, below, times, to

_RATES = ("optimizer.learning_rate", "model.learning_rate")

COOLER: tuple[Move, ...] = (
    *(times(path, 0.1, "The loss falls from the first epoch on, without a spike.") for path in _RATES),
    to("preprocessing", "standardize", "The first loss is near that of a guess.", only_from=("none",)),
    to("regularization.gradient_clip", 1.0, "No batch's loss spikes any more.", only_from=(None,)),
    to("optimizer.momentum", 0.5, "The loss no longer climbs."),
)
SCALE_FIRST: tuple[Move, ...] = (COOLER[2], *COOLER)
HOTTER: tuple[Move, ...] = (
    *(times(path, 10, "The loss leaves the level of a constant answer.") for path in _RATES),
    times("training.epochs", 3, "The loss goes on falling."),
    times("model.max_iter", 5, "The loss goes on falling."),
    to(
        "preprocessing",
        "standardize",
        "Features on one scale make the same step go further.",
        only_from=("none",),
    ),
)
CALMER: tuple[Move, ...] = (
    times(_RATES[0], 0.3, "The curve shakes less and ends lower."),
    times("training.batch_size", 2, "Steps that average more rows shake less."),
    to("schedule.kind", "cosine", "The curve settles as the steps get smaller.", only_from=("constant",)),
    times(_RATES[1], 0.3, "The curve shakes less."),
)
LONGER: tuple[Move, ...] = (
    times("training.epochs", 2, "The validation loss goes on falling past the old end."),
    times("model.max_iter", 2, "The validation loss goes on falling past the old end."),
    times(_RATES[0], 3, "The same level is reached in a third of the epochs."),
    times(_RATES[1], 3, "The same level is reached in a third of the rounds."),
)
FASTER: tuple[Move, ...] = (LONGER[2], LONGER[3], LONGER[0], LONGER[1])
BIGGER: tuple[Move, ...] = (
    times("model.hidden", 2, "The training score rises, not only the validation score."),
    times("model.channels", 2, "The training score rises."),
    times("model.units", 2, "The training score rises."),
    times("model.max_depth", 2, "The training score rises.", least=4),
    times("model.max_leaf_nodes", 2, "The training score rises."),
    times("model.min_samples_leaf", 0.25, "The training score rises."),
    times("model.C", 10, "The training score rises."),
    times("model.alpha", 0.1, "The training score rises."),
    times("model.n_neighbors", 0.33, "The training score rises."),
    times("model.max_iter", 2, "The training score rises."),
    times("model.n_estimators", 2, "The training score rises."),
    times("optimizer.learning_rate", 3, "The training loss gets past where it was stuck."),
    times("training.epochs", 2, "The training loss gets past where it was stuck."),
)
TAMER: tuple[Move, ...] = (
    times("model.max_depth", 0.5, "The gap between training and validation narrows.", least=4),
    times("model.min_samples_leaf", 5, "The gap between training and validation narrows."),
    times("regularization.weight_decay", 10, "The validation loss stops rising.", least=0.01),
    times("regularization.dropout", 1.5, "The validation loss stops rising.", least=0.3),
    times("model.alpha", 10, "The gap between training and validation narrows."),
    times("model.C", 0.1, "The gap between training and validation narrows."),
    times("model.l2_regularization", 10, "The gap between training and validation narrows.", least=1.0),
    times("model.max_leaf_nodes", 0.5, "The gap between training and validation narrows."),
    times("model.n_neighbors", 3, "The gap between training and validation narrows."),
    times("model.hidden", 0.5, "The gap between training and validation narrows."),
    times("data.train_fraction", 2, "More rows leave less to learn by heart."),
)
BALANCED: tuple[Move, ...] = (
    to("data.balance", "class_weights", "The rare class gets named; precision pays for some of it."),
    to("data.balance", "oversample", "The rare class gets named; precision pays for some of it."),
    times("model.min_samples_leaf", 5, "Leaves that hold several rows have something to weigh."),
)
HONEST: tuple[Move, ...] = (
    to("validation.kind", "grouped", "The validation score falls to about the held-out score."),
    to("validation.kind", "time_ordered", "The validation score falls to about the held-out score."),
)
AGENT: tuple[Move, ...] = (
    times("model.step_size", 0.3, "The reward settles."),
    times("model.target_every", 4, "The reward settles."),
    times("model.epsilon_end", 0.3, "The last epochs earn what the best ones did."),
)
CALIBRATED: tuple[Move, ...] = (
    times("training.epochs", 0.5, "The calibration error falls, the accuracy hardly."),
    times("model.min_samples_leaf", 5, "The calibration error falls."),
    times("model.C", 0.1, "The calibration error falls."),
    to("model.family", "logistic_regression", "The calibration error falls.", only_from=("naive_bayes",)),
)


def freer(paths: list[str]) -> tuple[Move, ...]:
    """Switch off the regularization at `paths`, one at a time, strongest suspect first."""
    return tuple(
        times(path, 0.1, "The training loss falls below its old level.")
        if path.startswith("model.")
        else to(path, 0.0, "The training loss falls below its old level.")
        for path in paths
    )


def shorter(epochs: int, rounds: bool) -> tuple[Move, ...]:
    """End the training near its best epoch or round."""
    path = "model.max_iter" if rounds else "training.epochs"
    return (below(path, max(1, epochs), "The end of the curve is its lowest point."),)
