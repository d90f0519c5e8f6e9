"""Charts show every row, in words too, and leave colors to the page."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from jobs_data import charts, statistics
from jobs_data.statistics import STATISTICS

COLORS = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgb\(")


def test_the_page_draws_without_colors_or_width_of_ours(figures_loaded):
    for figure in statistics.compute_all():
        specification = charts.specification(figure)
        assert not COLORS.search(json.dumps(specification))
        assert "width" not in specification
        assert figure.headline.sentence in specification["description"]


@pytest.mark.parametrize("name", [name for name in STATISTICS if name != "listings"])
def test_a_printed_chart_names_every_row_its_source_and_snapshot(figures_loaded, name):
    figure = statistics.compute(name)
    svg = ElementTree.fromstring(charts.to_svg(figure))
    texts = {text for element in svg.iter() if (text := (element.text or "").strip())}
    assert {str(row["label"]) for row in figure.rows} <= texts
    assert figure.statistic.title in texts
    assert any("Source: AI Model Training Jobs" in text and "not stated" in text for text in texts)
    assert any(figures_loaded.short_hash in text for text in texts)


def test_pay_in_two_currencies_shares_no_axis_and_says_so(figures_loaded):
    figure = statistics.compute("listings")
    specification = charts.specification(figure)
    assert {row["currency"] for row in specification["data"]["values"]} == {"USD"}
    assert "1 in other currencies not drawn" in charts.to_svg(figure).decode()


def test_a_png_is_a_png(figures_loaded):
    assert charts.to_png(statistics.compute("trends")).startswith(b"\x89PNG\r\n")
