"""Products of stacked matrices, row by row."""

from __future__ import annotations

import torch

from trainer_service.engine.kernels import multiply, product


def test_a_product_is_written_where_it_belongs_each_time_anew():
    first, second, out = torch.randn(3, 4, 5), torch.randn(3, 5, 6), torch.zeros(3, 40)
    call = product(first, second, out[:, 8:32].view(3, 4, 6))
    call()
    first.mul_(2)
    call()
    torch.testing.assert_close(out[:, 8:32].view(3, 4, 6), torch.bmm(first, second))
    assert not out[:, :8].any() and not out[:, 32:].any()


def test_a_row_does_not_see_its_neighbours():
    first, second = torch.randn(9, 48, 32), torch.randn(9, 32, 80)
    together = multiply(first, second)
    assert all(torch.equal(multiply(first[i : i + 1], second[i : i + 1])[0], together[i]) for i in range(9))
