"""Saved searches: one's own, what is new to them told once, by mail if asked, and by a secret feed."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from jobs_data import digests, loading, saved_searches, tasks
from jobs_data.importing import Request, import_file
from jobs_data.models import Digest, DigestState, Match, SavedSearch
from jobs_data.postings import searches
from tests.jobs_data import samples
from tests.jobs_data.postings.conftest import HEADER, ROWS
from tests.jobs_data.samples import write_csv

NEW = [9, "Python Developer", "Novum", "Berlin", "Germany", "mid", "", "", "2024-06-01", "Python all day."]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def site(settings) -> None:
    settings.SITE_URL = "https://trainyard.example.org"


@pytest.fixture
def bring(market, tmp_path):
    """`bring(rows)`: import a file of postings with these rows."""

    def do(rows, source="generic-postings", name="a.csv"):
        return import_file(Request(write_csv(tmp_path / name, [HEADER, *rows]), source)).snapshot

    return do


@pytest.fixture
def saved(bring, learner) -> SavedSearch:
    """The learner's mailed search for Python, saved when the first file was in."""
    bring(ROWS)
    search = searches.parse({"q": "python", "sort": "pay"})
    return saved_searches.save(owner=learner, name="Pythons", search=search, is_mailed=True)


def titles(saved: SavedSearch) -> list[str]:
    return [match.title for match in saved.matches.shown()]


def tell() -> int:
    """What beat does each minute; returns how many mails went out."""
    before = len(mail.outbox)
    tasks.tell_of_matches()
    return len(mail.outbox) - before


def a_day_later() -> None:
    Digest.objects.update(created_at=Now() - timedelta(days=1, seconds=1))


def entries(client, saved) -> list[str]:
    response = client.get(f"/jobs/feeds/{saved.feed_token}.atom")
    assert response.status_code == 200 and response["Content-Type"].startswith("application/atom+xml")
    found = ElementTree.fromstring(response.content).findall(f"{ATOM}entry")  # noqa: S314 - our own
    return [entry.findtext(f"{ATOM}title") or "" for entry in found]


# What is new


def test_what_a_search_finds_when_it_is_saved_is_no_news(saved):
    assert saved.query == "q=python"
    assert tell() == 0 and titles(saved) == []


def test_only_new_postings_that_match_become_matches(saved, bring):
    bring(
        [*ROWS, NEW, [10, "Java Developer", "Novum", "Berlin", "Germany", "", "", "", "2024-06-01", "Java"]]
    )
    tell()
    assert titles(saved) == ["Python Developer"]


def test_a_changed_posting_with_the_same_id_is_no_news(saved, bring):
    bring([[*ROWS[0][:9], "Python, and a new sentence."], *ROWS[1:]])
    tell()
    assert titles(saved) == []


def test_without_ids_a_posting_is_known_by_what_it_says(market, tmp_path, learner):
    def bring_without_ids(rows):
        path = write_csv(tmp_path / "a.csv", [HEADER[1:], *(row[1:] for row in rows)])
        import_file(Request(path, "generic-postings"))

    bring_without_ids(ROWS)
    search = searches.parse({"q": "python"})
    saved = saved_searches.save(owner=learner, name="Pythons", search=search, is_mailed=False)
    bring_without_ids([NEW, *ROWS])
    tell()
    assert titles(saved) == ["Python Developer"]


def test_a_posting_that_went_and_came_back_is_told_once(saved, bring):
    bring([*ROWS, NEW])
    assert tell() == 1
    bring(ROWS[:3])
    a_day_later()
    assert tell() == 0
    bring([*ROWS[:3], NEW])
    a_day_later()
    assert tell() == 0
    assert titles(saved) == ["Python Developer"]


def test_another_source_is_new_with_everything_that_matches(saved, tmp_path):
    rows = [[1, "Python Developer", "C", "Paris, FR", "Director", "full", "f", "", "2023-03-01", "x"]]
    import_file(Request(write_csv(tmp_path / "b.csv", [samples.NETWORK[0], *rows])))
    assert tell() == 1
    assert titles(saved) == ["Python Developer"]


def test_matches_of_a_withdrawn_snapshot_are_not_told(saved, bring, client):
    snapshot = bring([*ROWS, NEW])
    saved_searches.look()
    loading.withdraw(snapshot=snapshot, reason="Wrong file.")
    assert tell() == 0 and titles(saved) == []


def test_what_is_looked_through_twice_gives_nothing_twice(saved, bring):
    bring([*ROWS, NEW])
    assert saved_searches.look() == 1
    assert saved_searches.look() == 0
    SavedSearch.objects.get().looked_at.clear()
    saved_searches.look()
    assert Match.objects.filter(title="Python Developer").count() == 1


# Mail


def test_new_matches_are_mailed_once_with_an_end_to_it(saved, bring):
    bring([*ROWS, NEW])
    assert tell() == 1 and tell() == 0
    (letter,) = mail.outbox
    assert letter.to == ["lena@example.org"] and letter.subject == "1 new posting: Pythons"
    assert "Python Developer, Novum" in letter.body and "imported data" in letter.body
    assert "https://trainyard.example.org/jobs/postings/?q=python" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Digest.objects.get().state == DigestState.SENT


def test_a_second_mail_waits_for_the_next_day(saved, bring):
    bring([*ROWS, NEW])
    tell()
    bring([*ROWS, NEW, [11, "Python Lead", *NEW[2:]]])
    assert tell() == 0
    a_day_later()
    assert tell() == 1
    assert "Python Lead" in mail.outbox[1].body and "Python Developer" not in mail.outbox[1].body


def test_who_did_not_ask_gets_no_mail(saved, bring):
    saved_searches.stop_mail(saved)
    bring([*ROWS, NEW])
    assert tell() == 0 and titles(saved) == ["Python Developer"]


def test_a_closed_account_gets_no_mail_and_its_feed_is_gone(saved, bring, learner, client):
    learner.is_active = False
    learner.save()
    bring([*ROWS, NEW])
    assert tell() == 0
    assert client.get(f"/jobs/feeds/{saved.feed_token}.atom").status_code == 404


def test_a_refused_mail_is_tried_again_and_given_up_in_the_end(saved, bring, monkeypatch):
    bring([*ROWS, NEW])

    def refuse(self, **how):
        raise smtplib.SMTPServerDisconnected("no")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        for _ in range(digests.MOST_ATTEMPTS - 1):
            assert tell() == 0
        assert Digest.objects.get().state == DigestState.PENDING
        tell()
    digest = Digest.objects.get()
    assert (digest.state, digest.attempts, digest.problem) == (DigestState.FAILED, 5, "no")
    assert tell() == 0


def test_a_mail_whose_worker_was_lost_is_never_sent_again(saved, bring):
    bring([*ROWS, NEW])
    saved_searches.look()
    digests._collect(saved)
    Digest.objects.update(state=DigestState.SENDING, changed_at=timezone.now() - timedelta(hours=1))
    assert tell() == 0
    assert Digest.objects.get().state == DigestState.FAILED
    a_day_later()
    assert tell() == 0


def test_two_workers_send_one_mail(saved, bring):
    bring([*ROWS, NEW])
    saved_searches.look()
    digests._collect(saved)
    digest = Digest.objects.get()
    assert digests._send(digest) == 1 and digests._send(digest) == 0
    digests._collect(saved)
    assert Digest.objects.count() == 1 and len(mail.outbox) == 1


@pytest.mark.parametrize("is_one_click", [False, True])
def test_the_link_in_a_mail_ends_it_without_signing_in(saved, bring, is_one_click):
    bring([*ROWS, NEW])
    tell()
    address = re.search(
        r"https://trainyard.example.org(/jobs/searches/unsubscribe/\S+)", mail.outbox[0].body
    )[1]
    client = Client(enforce_csrf_checks=True)
    if not is_one_click:
        asked = client.get(address).content.decode()
        assert "Pythons" in asked
        saved.refresh_from_db()
        assert saved.is_mailed
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    saved.refresh_from_db()
    assert not saved.is_mailed


@pytest.mark.django_db
def test_an_invented_end_is_not_found(client):
    assert client.get("/jobs/searches/unsubscribe/1:abc:def/").status_code == 404
    assert client.post("/jobs/searches/unsubscribe/nothing/").status_code == 404


# Feed


def test_a_new_feed_begins_with_the_newest_postings(saved, client):
    assert entries(client, saved) == [
        "Senior Data Engineer, Acme",
        "Data Scientist, Acme",
        "ML Engineer, =cmd()",
    ]


def test_a_feed_goes_on_with_what_is_new(saved, bring, client):
    first = client.get(f"/jobs/feeds/{saved.feed_token}.atom").content.decode()
    bring([*ROWS, NEW])
    saved_searches.look()
    assert entries(client, saved) == ["Python Developer, Novum"]
    again = client.get(f"/jobs/feeds/{saved.feed_token}.atom").content.decode()
    assert "imported data" in again and "urn:trainyard:posting:" in first


def test_control_characters_in_cells_and_names_break_neither_feed_nor_mail(
    saved, bring, signed_in, learner, client
):
    signed_in(learner).post(f"/jobs/searches/{saved.pk}/", {"name": "Py\nthons\x08", "is_mailed": "on"})
    saved.refresh_from_db()
    assert saved.name == "Py thons"
    bring([*ROWS, [9, "Python\x08 Developer", "No\x0bvum", *NEW[3:]]])
    assert tell() == 1
    assert [entry.split(",")[0] for entry in entries(client, saved)][0].startswith("Python")


def test_a_search_of_more_letters_than_are_kept_is_refused_by_name(saved, signed_in, learner):
    query = searches.parse({"q": "😀 python " + "é" * 180}).query
    response = signed_in(learner).post("/jobs/searches/save/", {"name": "b", "query": query}, follow=True)
    assert "too long to be saved" in response.content.decode()
    assert SavedSearch.objects.count() == 1


def test_a_renewed_feed_has_another_address(saved, signed_in, learner, client):
    old = saved.feed_token
    signed_in(learner).post(f"/jobs/searches/{saved.pk}/feed/")
    saved.refresh_from_db()
    assert client.get(f"/jobs/feeds/{old}.atom").status_code == 404
    assert len(entries(client, saved)) == 3
    for token in ("x", "x" * 43, "%00" * 43):
        assert client.get(f"/jobs/feeds/{token}.atom").status_code == 404


# Pages


def test_a_search_is_saved_from_the_list_and_stands_among_ones_own(bring, signed_in, learner):
    bring(ROWS)
    client = signed_in(learner)
    assert "Save this search" in client.get("/jobs/postings/?q=python&country=DE").content.decode()
    answer = client.post(
        "/jobs/searches/save/", {"query": "q=python&country=DE", "name": "German snakes", "is_mailed": "on"}
    )
    assert answer["Location"] == "/jobs/searches/"
    made = SavedSearch.objects.get(owner=learner)
    assert (made.query, made.is_mailed) == ("q=python&country=DE", True)
    page = client.get("/jobs/searches/").content.decode()
    assert "German snakes" in page and "“python”, Germany" in page and made.feed_token in page


def test_a_stranger_is_asked_to_sign_in(bring, client):
    bring(ROWS)
    assert "to save this search" in client.get("/jobs/postings/").content.decode()
    for address in ("/jobs/searches/save/", "/jobs/searches/1/", "/jobs/searches/1/delete/"):
        assert client.post(address)["Location"].startswith("/accounts/login/")
    assert client.get("/jobs/searches/")["Location"].startswith("/accounts/login/")


def test_ones_own_search_is_renamed_mailed_and_deleted(saved, signed_in, learner):
    client = signed_in(learner)
    client.post(f"/jobs/searches/{saved.pk}/", {"name": "Snakes"})
    saved.refresh_from_db()
    assert (saved.name, saved.is_mailed) == ("Snakes", False)
    client.post(f"/jobs/searches/{saved.pk}/", {"name": ""})
    assert SavedSearch.objects.get().name == "Snakes"
    client.post(f"/jobs/searches/{saved.pk}/delete/")
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("action", ["", "feed/", "delete/"])
def test_someone_elses_search_is_not_found_and_stays(saved, signed_in, stranger, action):
    client = signed_in(stranger)
    before = (saved.name, saved.is_mailed, saved.feed_token)
    assert client.post(f"/jobs/searches/{saved.pk}/{action}", {"name": "Mine"}).status_code == 404
    saved.refresh_from_db()
    assert (saved.name, saved.is_mailed, saved.feed_token) == before
    assert "Pythons" not in client.get("/jobs/searches/").content.decode()


def test_a_name_is_taken_once_by_a_person_and_free_for_others(saved, signed_in, learner, stranger):
    body = {"query": "", "name": "Pythons"}
    page = signed_in(learner).post("/jobs/searches/save/", body, follow=True).content.decode()
    assert "called Pythons already" in page and SavedSearch.objects.count() == 1
    signed_in(stranger).post("/jobs/searches/save/", body)
    assert SavedSearch.objects.count() == 2


def test_what_cannot_be_looked_for_is_not_saved(market, signed_in, learner):
    client = signed_in(learner)
    body = {"query": "country=Narnia", "name": "x"}
    assert "cannot be saved" in client.post("/jobs/searches/save/", body, follow=True).content.decode()
    assert not SavedSearch.objects.exists()


def test_one_person_saves_so_many(market, learner, monkeypatch):
    monkeypatch.setattr(saved_searches, "MOST_PER_PERSON", 1)
    saved_searches.save(owner=learner, name="a", search=searches.Search(), is_mailed=False)
    with pytest.raises(saved_searches.NotSaved, match="delete one first"):
        saved_searches.save(owner=learner, name="b", search=searches.Search(), is_mailed=False)


def test_a_search_that_is_no_longer_understood_says_so_and_tells_nothing(saved, bring, signed_in, learner):
    SavedSearch.objects.update(query="skill=gone-from-the-dictionary")
    bring([*ROWS, NEW])
    assert tell() == 0
    assert "no longer understood" in signed_in(learner).get("/jobs/searches/").content.decode()


def test_changes_are_posted(saved, signed_in, learner):
    client = signed_in(learner)
    for action in ("", "feed/", "delete/"):
        assert client.get(f"/jobs/searches/{saved.pk}/{action}").status_code == 405
