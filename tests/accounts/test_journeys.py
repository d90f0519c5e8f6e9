"""Signing up, in and out, forgetting the password, and being locked out."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.test import Client

pytestmark = pytest.mark.django_db

PASSWORD = "seventeen-sleepers"
NEWCOMER = {
    "name": "Noor Newcomer",
    "email": "Noor@Example.org",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


@pytest.fixture(autouse=True)
def no_counts_from_other_tests() -> None:
    cache.clear()


def sign_in(client, email: str, password: str, **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more}, follow=True)


def test_a_newcomer_signs_up_arrives_at_home_signs_out_and_in_again(client):
    arrived = client.post("/accounts/signup/", NEWCOMER, follow=True)
    assert arrived.redirect_chain[-1][0] == "/"
    assert "Hello, Noor Newcomer" in arrived.content.decode()

    client.post("/accounts/logout/")
    assert "Sign up" in client.get("/").content.decode()

    assert "Noor Newcomer" in sign_in(client, "noor@example.org", PASSWORD).content.decode()


def test_sign_up_keeps_name_and_lower_case_address(client):
    client.post("/accounts/signup/", NEWCOMER)
    user = get_user_model().objects.get()
    assert (user.name, user.email) == ("Noor Newcomer", "noor@example.org")


def test_sign_up_leads_on_to_where_the_visitor_wanted_to_go(client):
    page = client.post("/accounts/signup/", NEWCOMER | {"next": "/accounts/profile/"}, follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/profile/"


def test_sign_in_never_leads_to_another_site(client, learner):
    page = sign_in(client, learner.email, "a long enough passphrase", next="https://elsewhere.example/")
    assert page.redirect_chain[-1][0] == "/"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"email": "noor"}, "valid email address"),
        ({"password2": "other"}, "same password each time"),
        ({"password1": "12345", "password2": "12345"}, "too short"),
    ],
)
def test_sign_up_says_what_is_wrong_at_the_field(client, change, said):
    page = client.post("/accounts/signup/", NEWCOMER | change)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode()
    assert not get_user_model().objects.exists()


def test_a_wrong_password_is_refused_without_saying_which_part_is_wrong(client, learner):
    known = sign_in(client, learner.email, "wrong")
    unknown = sign_in(client, "nobody@example.org", "wrong")
    for page in (known, unknown):
        assert "are not correct" in page.content.decode()
        assert not page.wsgi_request.user.is_authenticated


def test_too_many_wrong_passwords_lock_the_door_and_say_what_to_do(client, learner, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        page = sign_in(client, learner.email, "wrong")
    assert page.status_code == 429
    assert "locked for 15 minutes" in page.content.decode()
    assert "/accounts/password/reset/" in page.content.decode()
    assert sign_in(client, learner.email, "a long enough passphrase").status_code == 429


def test_failures_of_one_person_lock_out_nobody_else_at_the_same_address(client, learner, stranger, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, stranger.email, "wrong")
    assert sign_in(client, stranger.email, "wrong").status_code == 429
    assert "Lena Learner" in sign_in(client, learner.email, "a long enough passphrase").content.decode()


def test_capitals_do_not_count_as_another_person(client, learner, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, learner.email, "wrong")
    assert sign_in(client, learner.email.upper(), "wrong").status_code == 429


def test_a_forgotten_password_is_set_anew_by_a_link_from_the_mail(client, learner):
    client.post("/accounts/password/reset/", {"email": learner.email})
    link = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    done = client.post(
        form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD}, follow=True
    )
    assert "Your password is set" in done.content.decode()
    assert "Lena Learner" in sign_in(client, learner.email, PASSWORD).content.decode()


def test_mail_carries_our_own_words(client, learner):
    client.post("/accounts/password/reset/", {"email": learner.email})
    assert mail.outbox[0].subject == "Set a new password for Trainyard"


def test_where_mail_is_only_printed_the_page_says_where(client, learner, settings):
    assert "web.log" not in client.get("/accounts/password/reset/done/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "logs/web.log" in client.get("/accounts/password/reset/done/").content.decode()
    settings.IS_PRODUCTION = True
    assert "web.log" not in client.get("/accounts/password/reset/done/").content.decode()


def test_a_used_reset_link_says_so_and_offers_another(client):
    page = client.get("/accounts/password/reset/key/1-nonsense/", follow=True)
    assert "no longer works" in page.content.decode()
    assert "/accounts/password/reset/" in page.content.decode()


def test_the_password_changes_only_with_the_old_one(signed_in, learner):
    client = signed_in(learner)
    wanted = {"password1": PASSWORD, "password2": PASSWORD}
    refused = client.post("/accounts/password/change/", wanted | {"oldpassword": "wrong"})
    assert "current password" in refused.content.decode()
    client.post("/accounts/password/change/", wanted | {"oldpassword": "a long enough passphrase"})
    learner.refresh_from_db()
    assert learner.check_password(PASSWORD)


def test_a_lecture_hall_behind_one_address_signs_up_within_a_minute():
    for seat in range(60):
        page = Client().post("/accounts/signup/", NEWCOMER | {"email": f"seat{seat}@example.org"})
        assert page.status_code == 302
