"""Loading publications: once, again, changed, and taken back."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from jobs_data import loading, publications, snapshots, statistics
from jobs_data.models import Listing, Observation, Snapshot, Source

pytestmark = pytest.mark.django_db


def changed(label: str, value: float):
    """The first shipped publication with one country's figure altered."""
    original = publications.shipped()[0]
    data = original.model_dump()
    row = next(row for row in data["statistics"]["countries"]["rows"] if row["label"] == label)
    row["value"] = value
    return publications.Publication.model_validate(data)


def reworded():
    data = publications.shipped()[0].model_dump()
    data["statistics"]["countries"]["explanation"] = "Other words."
    return publications.Publication.model_validate(data)


def test_loading_stores_every_row():
    loaded = loading.load_published()
    assert all(one.is_new and one.snapshot.is_current for one in loaded)
    assert Observation.objects.count() == 43
    assert Listing.objects.count() == 6
    assert sum(one.snapshot.rows for one in loaded) == 49


def test_loading_again_changes_nothing():
    first = loading.load_published()
    before = (
        list(Snapshot.objects.values()),
        list(Observation.objects.values()),
        list(Listing.objects.values()),
    )
    second = loading.load_published()
    after = (
        list(Snapshot.objects.values()),
        list(Observation.objects.values()),
        list(Listing.objects.values()),
    )
    assert [one.snapshot for one in second] == [one.snapshot for one in first]
    assert not any(one.is_new for one in second)
    assert before == after


def test_a_changed_figure_makes_a_new_snapshot_and_keeps_the_old_one():
    old = loading.load_published()[0].snapshot
    new = loading.load_published((changed("Japan", 33),))[0].snapshot
    old.refresh_from_db()
    assert new != old and new.is_current and not old.is_current
    assert statistics.compute("countries").rows[-1]["value"] == 33
    assert statistics.compute("countries", old).rows[-1]["value"] == 32


def test_going_back_to_earlier_content_makes_the_earlier_snapshot_current_again():
    old = loading.load_published()[0].snapshot
    loading.load_published((changed("Japan", 33),))
    again = loading.load_published()[0]
    assert again.snapshot == old and again.snapshot.is_current and not again.is_new


def test_mending_our_words_does_not_rename_the_figures():
    old = loading.load_published()[0].snapshot
    assert loading.load_published((reworded(),))[0].snapshot == old


def test_a_withdrawn_snapshot_is_shown_no_more_and_loading_does_not_bring_it_back():
    snapshot = loading.load_published()[0].snapshot
    loading.withdraw(snapshot=snapshot, reason="The source retracted it.")
    loading.load_published()
    snapshot.refresh_from_db()
    assert not snapshot.is_current
    with pytest.raises(statistics.NotLoaded, match="trainyard jobs load"):
        statistics.compute("countries")


def test_withdrawing_without_a_reason_is_refused():
    snapshot = loading.load_published()[0].snapshot
    with pytest.raises(ValueError, match="reason"):
        loading.withdraw(snapshot=snapshot, reason="  ")
    assert Snapshot.objects.get(pk=snapshot.pk).withdrawn_at is None


def test_a_failure_in_the_middle_leaves_nothing_behind():
    wrong = publications.shipped()[1].model_dump()
    wrong["listings"]["rows"][3]["salary"] = "plenty"
    with pytest.raises(ValueError, match="plenty"):
        loading.load_published((publications.shipped()[0], publications.Publication.model_validate(wrong)))
    assert not Source.objects.exists() and not Observation.objects.exists()


def test_a_snapshot_knows_when_its_rows_were_altered():
    snapshot = loading.load_published()[0].snapshot
    assert snapshots.is_intact(snapshot)
    Observation.objects.filter(label="Japan").update(value=33)
    assert not snapshots.is_intact(snapshot)


def test_the_database_refuses_two_current_snapshots_of_one_source():
    snapshot = loading.load_published()[0].snapshot
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.create(source=snapshot.source, sha256="0" * 64, rows=0, is_current=True)
