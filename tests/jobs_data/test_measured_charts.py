"""Charts of counted figures: intervals, few postings named, no colors of ours; maps; files for elsewhere."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from jobs_data import chart_rows, charts, counting, figures, maps
from jobs_data.importing import Request, import_file
from jobs_data.statistics import ChartKind
from tests.jobs_data.samples import SALARIES, salary, write_csv
from tests.jobs_data.test_charts import COLORS

TITLES = ("Data Engineer", "Data Analyst", "Data Scientist")


@pytest.fixture(scope="session")
def rows():
    """Three titles over four years in two countries, and a few rows in two small ones."""
    many = [
        salary(title, 60_000 + 700 * number, year=year, country=country)
        for title in TITLES
        for year in (2020, 2021, 2022, 2023)
        for country in ("US", "DE")
        for number in range(12)
    ]
    few = [
        salary("Data Engineer", 50_000 + number, country=code)
        for code in ("SG", "MT")
        for number in range(11)
    ]
    return [SALARIES, *many, *few]


@pytest.fixture
def snapshot(market, tmp_path, rows):
    return import_file(Request(write_csv(tmp_path / "a.csv", rows))).snapshot


def texts(svg):
    return {text for element in ElementTree.fromstring(svg).iter() if (text := (element.text or "").strip())}


def test_every_kind_of_chart_is_drawn_without_colors_or_width_of_ours(snapshot):
    kinds = set()
    for offer in counting.offers(snapshot):
        if offer.reason or not (figure := counting.count(snapshot, offer.measure.name)).rows:
            continue
        kinds.add(figure.statistic.chart)
        specification = charts.specification(figure)
        assert not COLORS.search(json.dumps(specification)) and "width" not in specification
        assert figure.headline.sentence in specification["description"]
        assert charts.to_svg(figure).startswith(b"<svg")
    assert {ChartKind.BARS, ChartKind.SPREADS, ChartKind.LINE, ChartKind.LINES} <= kinds


def test_a_printed_chart_names_rows_label_licence_n_and_snapshot(snapshot):
    figure = counting.count(snapshot, "countries")
    found = texts(charts.to_svg(figure))
    assert {"United States", "Germany", "Singapore (low n)"} <= found
    assert any("ai-jobs salary table (imported data). Licence: CC0 1.0" in text for text in found)
    assert any("n = 310 postings" in text for text in found)
    assert any(snapshot.short_hash in text for text in found)


def test_bars_lead_to_their_postings_on_the_page_and_nowhere_in_a_file(snapshot):
    figure = counting.count(snapshot, "countries")
    assert f"/jobs/why/{snapshot.short_hash}/countries/?group%5Bcountry%5D=US" in json.dumps(
        charts.specification(figure)
    )
    assert b"xlink:href" not in charts.to_svg(figure) and b"/jobs/why/" not in charts.to_svg(figure)


def test_only_so_many_rows_are_drawn_and_the_chart_says_so(snapshot, monkeypatch):
    monkeypatch.setattr(chart_rows, "MOST_ROWS", 2)
    figure = counting.count(snapshot, "countries")
    assert len(chart_rows.drawn(figure)) == 2
    assert "The first 2 groups are drawn, of 4" in chart_rows.note(figure)


def test_a_map_shades_countries_and_names_those_too_small_for_it(snapshot):
    figure = counting.count(snapshot, "countries")
    assert maps.can_map(figure) and maps.unmapped(figure) == ["Malta", "Singapore"]
    assert not maps.can_map(counting.count(snapshot, "positions"))
    assert not COLORS.search(json.dumps(maps.specification(figure, {"url": "/world.json"})))
    svg = charts.to_map_svg(figure)
    assert svg.count(b"<path") > 170 and any(snapshot.short_hash in text for text in texts(svg))
    assert charts.to_map_png(figure).startswith(b"\x89PNG\r\n")


def test_outlines_are_named_by_codes_that_we_know():
    from jobs_data.cleaning import places

    assert maps._mapped() - {""} <= places.names().keys()


def test_permanent_addresses_give_maps(snapshot, client):
    figure = counting.count(snapshot, "countries")
    for suffix in ("map.svg", "map.png", "csv", "vl.json"):
        response = client.get(figures.address(figure, suffix))
        assert response.status_code == 200 and response["Content-Type"] == figures.CONTENT_TYPES[suffix]


def test_what_cannot_be_drawn_is_not_there(snapshot, client):
    for address in (
        figures.address(counting.count(snapshot, "positions"), "map.svg"),
        figures.address(counting.count(snapshot, "countries"), "svg") + "&country=JP",
        figures.address(counting.count(snapshot, "countries"), "bmp"),
    ):
        assert client.get(address).status_code == 404
