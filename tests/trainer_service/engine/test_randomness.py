"""Random numbers are a function of seed, stream and epoch."""

from __future__ import annotations

import torch

from trainer_service.engine.randomness import Stream, generator


def draw(*key: int) -> tuple[float, ...]:
    """Some numbers of the generator of `key`."""
    return tuple(torch.rand(4, generator=generator(*key)).tolist())


def test_the_same_key_draws_the_same_numbers():
    assert draw(7, Stream.ORDER, 3) == draw(7, Stream.ORDER, 3)


def test_no_two_keys_draw_the_same_numbers():
    keys = [
        (seed, stream, epoch)
        for seed in (0, 1, 2, 2**31 - 1)
        for stream in (1, 2, 16, 17)
        for epoch in range(50)
    ]
    assert len({draw(*key) for key in keys}) == len(keys)


def test_the_numbers_of_a_key_never_change():
    assert torch.randperm(8, generator=generator(42, Stream.ORDER, 1)).tolist() == [2, 1, 0, 6, 3, 7, 5, 4]
