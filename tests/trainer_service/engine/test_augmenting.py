"""Changed training examples: against plain loops, fair in any company, and on training rows only."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from trainer_service.engine.augmenting import Augmenter, Changes
from trainer_service.engine.data import load
from trainer_service.engine.losses import CrossEntropy, Shape
from trainer_service.engine.spec import SpecError, digest, parse, stack_key

IMAGES = torch.from_numpy(load("digits@1").pool.features[:6].astype(np.float32))


def changed(changes: Changes, seed: int = 3) -> torch.Tensor:
    """Six images of digits, changed once, with a padding of 2."""
    augmenter = Augmenter([(0, Changes()), (seed, changes)], (8, 8, 1), steps=1, batch=6)
    augmenter.begin(0)
    inputs = functional.pad(IMAGES, (0, 2)).repeat(2, 1, 1)
    augmenter.change(0, inputs)
    assert torch.equal(inputs[0, :, :64], IMAGES) and not inputs[..., 64:].any()
    return inputs[1, :, :64].view(6, 8, 8)


def moved(image: np.ndarray, down: int, across: int) -> np.ndarray:
    """An image moved by a loop over its pixels, the edge repeated."""
    found = np.empty_like(image)
    for y in range(8):
        for x in range(8):
            found[y, x] = image[min(max(y - down, 0), 7), min(max(x - across, 0), 7)]
    return found


def test_images_are_moved_by_at_most_so_many_pixels():
    for image, before in zip(changed(Changes(shift=2)).numpy(), IMAGES.view(6, 8, 8).numpy(), strict=True):
        places = [(down, across) for down in range(-2, 3) for across in range(-2, 3)]
        assert any(np.array_equal(image, moved(before, *place)) for place in places)


def test_images_are_mirrored_or_not():
    after, before = changed(Changes(flip=True)), IMAGES.view(6, 8, 8)
    is_turned = [torch.equal(a, b.flip(1)) for a, b in zip(after, before, strict=True)]
    is_same = [torch.equal(a, b) for a, b in zip(after, before, strict=True)]
    assert any(is_turned) and any(is_same) and all(a or b for a, b in zip(is_turned, is_same, strict=True))


def test_noise_has_the_deviation_that_was_asked():
    assert (changed(Changes(noise=2.0)).flatten(1) - IMAGES).std() == pytest.approx(2.0, rel=0.15)


def test_pairs_are_mixed_in_shares_of_a_beta_distribution():
    augmenter = Augmenter([(3, Changes(mixup=0.4))], (1, 1, 1), steps=800, batch=6)
    augmenter.begin(0)
    shares = augmenter.shares.flatten()
    assert shares.mean() == pytest.approx(0.5, abs=0.05)
    assert shares.var() == pytest.approx(1 / (4 * (2 * 0.4 + 1)), rel=0.1)
    inputs = IMAGES.unsqueeze(0).clone()
    augmenter.change(5, inputs)
    share = float(shares[5])
    assert torch.allclose(inputs[0], share * IMAGES + (1 - share) * IMAGES.flip(0))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_of_mixed_targets_and_its_gradient_are_torchs(smoothing):
    outputs = torch.randn(2, 5, 4, requires_grad=True)
    targets, others = torch.randint(4, (2, 5)), torch.randint(4, (2, 5))
    shares = torch.tensor([0.3, 1.0]).view(1, 2, 1)
    loss = CrossEntropy(Shape(1, 2, 5, 4), torch.device("cpu"), [smoothing, smoothing])
    loss.mix(others.view(1, 10), shares)
    error = torch.empty(2, 5, 4)
    loss.gradient(0, outputs.detach(), targets.flatten(), error)
    wanted = torch.zeros(2)
    for row in range(2):
        parts = [
            share * functional.cross_entropy(outputs[row], labels[row], label_smoothing=smoothing)
            for labels, share in ((targets, shares[0, row, 0]), (others, 1 - shares[0, row, 0]))
        ]
        wanted[row] = sum(parts)
    wanted.sum().backward()
    assert torch.allclose(error, outputs.grad, atol=1e-6)
    assert torch.allclose(loss.epoch(torch.ones(2))[0][0], wanted.detach().double(), atol=1e-5)


def test_a_run_that_changes_its_images_is_the_same_alone_and_in_company(run, mlp):
    def spec(seed: int, **how: object):
        return mlp(
            preprocessing=[],
            augmentation={"shift": 1, **how},
            regularization={"mixup": 0.3 * (seed % 2)},
            training={"seed": seed},
        )

    alone = run([spec(5, noise=1.0)])[0]
    company = run([spec(4), spec(5, noise=1.0), spec(7, flip=True), mlp(preprocessing=[])])
    plain = run([mlp(preprocessing=[])])[0]
    assert company[1].versions["weights_sha256"] == alone.versions["weights_sha256"]
    assert company[3].versions["weights_sha256"] == plain.versions["weights_sha256"]
    assert alone.curve == company[1].curve and alone.metrics == company[1].metrics


def test_moved_images_help_where_rows_are_few(run):
    def accuracy(**how: object) -> float:
        raw = {
            "task": "classification",
            "data": {"dataset": "digits@1", "train_fraction": 0.1},
            "model": {"family": "mlp", "hidden": [64]},
            "training": {"epochs": 60, "batch_size": 16},
            "optimizer": {"kind": "adamw", "learning_rate": 0.003},
            "augmentation": how,
        }
        return run([parse(raw)])[0].metrics["held_out"]["accuracy"]

    assert accuracy(shift=1) > accuracy() + 0.01


def test_what_is_off_changes_no_digest_and_strengths_may_differ_in_a_stack(mlp):
    assert digest(mlp()) == digest(mlp(augmentation={"shift": 0}, regularization={"mixup": 0.0}))
    assert stack_key(mlp(augmentation={"shift": 1})) == stack_key(mlp(augmentation={"shift": 2}))


@pytest.mark.parametrize(
    "parts",
    [
        {"data": {"dataset": "wine@1"}, "augmentation": {"shift": 1}},
        {"model": {"family": "svm"}, "augmentation": {"flip": True}},
    ],
)
def test_only_networks_on_images_change_them(mlp, parts):
    with pytest.raises(SpecError, match="images are changed for networks that classify them"):
        parse(mlp().model_dump() | parts)
    text = {"data": {"dataset": "reviews@1"}, "preprocessing": [], "model": {"family": "gru"}}
    with pytest.raises(SpecError, match="words cannot be mixed"):
        parse(mlp().model_dump() | text | {"regularization": {"mixup": 0.1}})
