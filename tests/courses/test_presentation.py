"""What the run page says, in words and units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import metric_words, presentation
from courses.reading import read_config
from tests.courses.samples import definition


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("accuracy", 0.9744, "97.4 %"),
        ("r2", -0.2654, "−0.265"),
        ("mse", 7392.83, "7,392.8"),
        ("mae", 44.291, "44.3"),
        ("f1_macro", None, "not defined"),
    ],
)
def test_metrics_are_written_in_their_own_form(name: str, value: float | None, words: str) -> None:
    assert metric_words.number(name, value) == words


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=3, max_size=3))
def test_shades_of_the_matrix_follow_the_share_of_the_row(matrix: list[list[int]]) -> None:
    rows = presentation.confusion({"confusion": matrix}, ("a", "b", "c"))
    for counts, (_, cells) in zip(matrix, rows, strict=True):
        assert [cell.count for cell in cells] == counts
        assert all((cell.level == 0) == (cell.count == 0) and 0 <= cell.level <= 5 for cell in cells)
        by_count = sorted(cells, key=lambda cell: cell.count)
        assert [cell.level for cell in by_count] == sorted(cell.level for cell in cells)


def test_a_matrix_without_mistakes_says_so() -> None:
    rows = presentation.confusion({"confusion": [[3, 0], [0, 4]]}, ("a", "b"))
    assert presentation.largest_confusion(rows) == "No mistakes on the held-out rows."


@pytest.mark.parametrize("slug", ["digits", "tumours"])
def test_a_configuration_as_yaml_reads_back_as_it_was(slug: str) -> None:
    spec = definition(slug).default_spec
    assert read_config(presentation.as_yaml(spec)) == spec
