"""Loading the demo set: labelled, apart from what is imported, free of charge the second time."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from jobs_data import importing, loading, provenance
from jobs_data.demo import postings
from jobs_data.models import Import, Origin, Snapshot


def test_the_demo_set_is_generated_data_and_never_counts_as_imported(few_postings, client):
    assert few_postings.source.origin == Origin.GENERATED
    assert few_postings.rows == 300
    assert provenance.current(Origin.IMPORTED) == []
    assert [one.snapshot for one in provenance.current(Origin.GENERATED)] == [few_postings]
    page = client.get("/jobs/sources/").content.decode()
    assert "Imported data" not in page and "Generated demo data" in page
    page = client.get(f"/jobs/market/?source={few_postings.source.slug}").content.decode()
    assert "generated demo data: nobody posted these jobs" in page


def test_a_second_start_generates_nothing(few_postings, monkeypatch):
    Import.objects.update(input_sha256=postings.SHA256)
    name = importing._name(importing.descriptors.get(postings.SOURCE), postings.SHA256, None)
    importing.store.folder(few_postings.sha256).rename(importing.store.folder(name))
    Snapshot.objects.update(sha256=name)
    monkeypatch.setattr(postings, "write", lambda path: pytest.fail("the demo set was generated again"))
    again = loading.load_demo()
    assert (again.is_new, again.snapshot) == (False, few_postings)
    loading.withdraw(snapshot=again.snapshot, reason="No invented data here.")
    assert not loading.load_demo().snapshot.is_current


@pytest.mark.django_db
def test_without_the_demo_only_the_published_figures_are_loaded(capsys):
    call_command("jobs", "load", "--no-demo")
    assert "Generated" not in capsys.readouterr().out
    assert not Snapshot.objects.filter(source__origin=Origin.GENERATED).exists()
