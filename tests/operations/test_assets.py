"""The chart library is built once for each version."""

from __future__ import annotations

from trainyard.operations import assets


def test_the_bundle_is_a_module_with_vega_in_it(settings, tmp_path):
    settings.GENERATED_STATIC_DIR = tmp_path
    text = assets.build().read_text()
    assert "window.vegaEmbed=" in text
    assert list(tmp_path.iterdir()) == [tmp_path / "vega.js"]


def test_a_bundle_of_this_version_is_kept_and_of_another_replaced(settings, tmp_path):
    settings.GENERATED_STATIC_DIR = tmp_path
    built = assets.build().stat().st_mtime_ns
    assert assets.build().stat().st_mtime_ns == built
    (tmp_path / "vega.js").write_text("/* vl-convert-python 0.1 */\n")
    assert "window.vegaEmbed=" in assets.build().read_text()
