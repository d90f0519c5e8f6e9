"""Permanent addresses recompute to the same bytes, or say why not."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from jobs_data import figures, loading, statistics
from jobs_data.figures import CONTENT_TYPES
from jobs_data.models import Observation


@pytest.mark.parametrize("file_format", CONTENT_TYPES.keys() - figures.MAPS)
def test_an_address_recomputes_to_the_same_bytes(figures_loaded, file_format):
    address = figures.address(statistics.compute("countries"), file_format)
    first = figures.render(*figures.parse_address(address))
    cache.clear()
    assert figures.render(*figures.parse_address(f"https://example.org{address}")) == first


def test_verify_confirms_what_the_site_serves(figures_loaded):
    verdict = figures.verify(figures.address(statistics.compute("salaries"), "csv"))
    assert verdict.holds and len(verdict.sha256) == 64


def test_verify_finds_a_row_that_was_altered(figures_loaded):
    address = figures.address(statistics.compute("salaries"), "csv")
    Observation.objects.filter(label="Data Engineer").update(value=81000)
    verdict = figures.verify(address)
    assert not verdict.holds and "no longer hash" in verdict.message


def test_verify_finds_a_download_that_was_altered(figures_loaded):
    address = figures.address(statistics.compute("salaries"), "csv")
    given = figures.render(statistics.compute("salaries"), "csv")
    assert figures.verify(address, given).holds
    verdict = figures.verify(address, given.replace(b"80000", b"90000"))
    assert not verdict.holds and "the file given" in verdict.message


def test_verify_finds_a_cache_that_was_altered(figures_loaded):
    figure = statistics.compute("salaries")
    figures.render(figure, "csv")
    cache.set(f"jobs:{figures.entity_tag(figure, 'csv')}", b"label,value\r\n")
    assert "what the site serves" in figures.verify(figures.address(figure, "csv")).message


@pytest.mark.parametrize(
    "text", ["", "countries", "/jobs/figures/xyz/countries.csv", "/jobs/figures/0123456789ab/a.exe"]
)
def test_what_is_no_address_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"One looks like /jobs/figures/"):
        figures.parse_address(text)


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("pay", None, "No statistic is called"),
        ("listings", None, "not in snapshot"),
        ("countries", 99, "no version 99"),
    ],
)
def test_what_never_was_at_an_address_is_named(figures_loaded, name, version, words):
    with pytest.raises(figures.NoSuchFigure, match=words):
        figures.at(figures_loaded.short_hash, name, version)


def test_a_withdrawn_snapshot_is_gone_with_its_reason(figures_loaded):
    loading.withdraw(snapshot=figures_loaded, reason="The source retracted it.")
    with pytest.raises(figures.FigureGone, match="The source retracted it"):
        figures.at(figures_loaded.short_hash, "countries")


def test_an_old_version_of_a_statistic_is_gone(figures_loaded, monkeypatch):
    newer = statistics.Statistic("countries", "Jobs by country", "Country", "Jobs (thousand)", version=2)
    monkeypatch.setitem(statistics.STATISTICS, "countries", newer)
    with pytest.raises(figures.FigureGone, match="version 1 is retired"):
        figures.at(figures_loaded.short_hash, "countries", 1)
