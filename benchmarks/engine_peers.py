"""The same runs as people write them: torch's modules in a loop, scikit-learn, skorch, Lightning."""

from __future__ import annotations

import logging
import tempfile

import torch
from sklearn.neural_network import MLPClassifier
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from trainer_service.engine.spec import RunSpec


class Recurrent(nn.Module):
    """A recurrent layer over the rows of an image, and a read-out of its last state."""

    def __init__(self, kind: type[nn.RNNBase], hidden: int) -> None:
        super().__init__()
        self.cells, self.output = kind(8, hidden, batch_first=True), nn.Linear(hidden, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.output(self.cells(images.view(-1, 8, 8))[0][:, -1])


class Attending(nn.Module):
    """torch's encoder over the rows of an image."""

    def __init__(self, width: int, heads: int, layers: int, feed_forward: int) -> None:
        super().__init__()
        self.input, self.places = nn.Linear(8, width), nn.Parameter(torch.randn(8, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width, heads, feed_forward, dropout=0.0, batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.output = nn.Linear(width, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.output(self.blocks(self.input(images.view(-1, 8, 8)) + self.places).mean(1))


def module(spec: RunSpec) -> nn.Module:
    """The network of `spec` as torch's own modules."""
    model, dropout = spec.model, spec.regularization.dropout
    match model.family:
        case "mlp":
            parts: list[nn.Module] = []
            for below, wide in zip((64, *model.hidden), model.hidden, strict=False):
                parts += [nn.Linear(below, wide), nn.ReLU(), nn.Dropout(dropout)]
            return nn.Sequential(*parts, nn.Linear(model.hidden[-1], 10))
        case "transformer":
            return Attending(model.width, model.heads, model.layers, model.feed_forward)
        case "cnn":
            first, second = model.channels
            return nn.Sequential(
                nn.Unflatten(1, (1, 8, 8)),
                *(nn.Conv2d(1, first, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
                *(nn.Conv2d(first, second, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
                *(nn.Flatten(), nn.Linear(4 * second, 10)),
            )
        case family:
            return Recurrent({"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[family], model.hidden)


def by_dataloader(spec: RunSpec, rows) -> None:
    """DataLoader, nn.Module and AdamW: the loop of the tutorials."""
    torch.manual_seed(spec.training.seed)
    model = module(spec)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=spec.optimizer.learning_rate, weight_decay=spec.regularization.weight_decay
    )
    loss_of = nn.CrossEntropyLoss()
    inputs, wanted = _tensors(rows.validation)
    for _ in range(spec.training.epochs):
        model.train()
        for features, targets in _loader(spec, rows):
            optimizer.zero_grad()
            loss = loss_of(model(features), targets)
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            outputs = model(inputs)
            loss_of(outputs, wanted).item(), (outputs.argmax(1) == wanted).float().mean().item()


def by_scikit_learn(spec: RunSpec, rows) -> None:
    """scikit-learn's MLPClassifier, same sizes, batches and epochs (it has no dropout)."""
    model = MLPClassifier(
        tuple(spec.model.hidden),
        batch_size=spec.training.batch_size,
        max_iter=spec.training.epochs,
        tol=0,
        n_iter_no_change=10 * spec.training.epochs,
        learning_rate_init=spec.optimizer.learning_rate,
        alpha=spec.regularization.weight_decay,
        random_state=spec.training.seed,
    )
    model.fit(rows.train.features, rows.train.targets)
    model.score(rows.validation.features, rows.validation.targets)


def by_skorch(spec: RunSpec, rows) -> None:
    """skorch's classifier with its own valid split switched off, and a score at the end."""
    from skorch import NeuralNetClassifier  # noqa: PLC0415 - optional

    net = NeuralNetClassifier(
        module(spec),
        criterion=nn.CrossEntropyLoss,
        optimizer=torch.optim.AdamW,
        lr=spec.optimizer.learning_rate,
        optimizer__weight_decay=spec.regularization.weight_decay,
        max_epochs=spec.training.epochs,
        batch_size=spec.training.batch_size,
        iterator_train__shuffle=True,
        iterator_train__drop_last=True,
        train_split=None,
        verbose=0,
    )
    features, targets = _tensors(rows.train)
    net.fit(features, targets)
    net.score(_tensors(rows.validation)[0], rows.validation.targets)


def by_lightning(spec: RunSpec, rows) -> None:
    """Lightning's Trainer with its default logger and checkpoints, validation every epoch."""
    import lightning  # noqa: PLC0415 - optional

    class Learner(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net, self.loss_of = module(spec), nn.CrossEntropyLoss()

        def training_step(self, batch, _):
            return self.loss_of(self.net(batch[0]), batch[1])

        def validation_step(self, batch, _):
            outputs = self.net(batch[0])
            self.log("loss", self.loss_of(outputs, batch[1]))
            self.log("accuracy", (outputs.argmax(1) == batch[1]).float().mean())

        def configure_optimizers(self):
            decay = spec.regularization.weight_decay
            return torch.optim.AdamW(self.parameters(), lr=spec.optimizer.learning_rate, weight_decay=decay)

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        trainer = lightning.Trainer(
            max_epochs=spec.training.epochs,
            accelerator="cpu",
            default_root_dir=folder,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        watched = DataLoader(TensorDataset(*_tensors(rows.validation)), batch_size=512)
        trainer.fit(Learner(), _loader(spec, rows), watched)


def _tensors(rows) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(rows.features).float(), torch.tensor(rows.targets)


def _loader(spec: RunSpec, rows) -> DataLoader:
    data = TensorDataset(*_tensors(rows.train))
    return DataLoader(data, batch_size=spec.training.batch_size, shuffle=True, drop_last=True)
