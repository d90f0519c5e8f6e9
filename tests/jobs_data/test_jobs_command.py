"""`trainyard jobs`."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from jobs_data import figures, statistics
from jobs_data.models import Snapshot


def jobs(capsys, *arguments: str) -> str:
    call_command("jobs", *arguments)
    return capsys.readouterr().out


@pytest.mark.django_db
def test_load_says_what_is_new_and_then_that_nothing_changed(capsys):
    assert jobs(capsys, "load", "--no-demo").count("new snapshot") == 2
    assert jobs(capsys, "load", "--no-demo").count("unchanged") == 2


@pytest.mark.django_db
def test_list_without_figures_names_the_remedy(capsys):
    with pytest.raises(CommandError, match="trainyard jobs load"):
        jobs(capsys, "list")


def test_list_prints_one_line_for_each_statistic(figures_loaded, capsys):
    assert len(jobs(capsys, "list").splitlines()) == len(statistics.STATISTICS)


def test_verify_confirms_a_cited_address(figures_loaded, capsys, tmp_path):
    figure = statistics.compute("countries")
    address = figures.address(figure, "csv")
    assert "recomputes to the same bytes" in jobs(capsys, "verify", f"https://example.org{address}")
    kept = tmp_path / "countries.csv"
    kept.write_bytes(figures.render(figure, "csv"))
    assert "same bytes" in jobs(capsys, "verify", address, "--file", str(kept))
    kept.write_bytes(b"label,value\r\n")
    with pytest.raises(CommandError, match="differ from the file given"):
        jobs(capsys, "verify", address, "--file", str(kept))


@pytest.mark.parametrize("address", ["nonsense", "/jobs/figures/000000000000/countries.csv"])
def test_verify_refuses_what_is_no_figure(figures_loaded, capsys, address):
    with pytest.raises(CommandError):
        jobs(capsys, "verify", address)


def test_withdraw_takes_a_snapshot_back(figures_loaded, capsys):
    jobs(capsys, "withdraw", figures_loaded.short_hash, "--reason", "Retracted.")
    assert Snapshot.objects.get(pk=figures_loaded.pk).withdrawal_reason == "Retracted."
    with pytest.raises(CommandError, match="No snapshot"):
        jobs(capsys, "withdraw", "000000000000", "--reason", "Retracted.")
    with pytest.raises(CommandError, match="reason"):
        jobs(capsys, "withdraw", figures_loaded.short_hash, "--reason", " ")
