"""The administration of people: for operators, by the site's own sign-in."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:accounts_user_changelist")


@pytest.fixture
def operator():
    return get_user_model().objects.create_superuser("olga@example.org", "a long passphrase", name="Olga")


def test_strangers_are_led_to_the_sign_in_of_the_site(client):
    page = client.get(PEOPLE, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/")


def test_learners_are_refused(signed_in, learner):
    assert signed_in(learner).get(PEOPLE, follow=True).status_code == 403


def test_an_operator_finds_people_by_name(signed_in, operator, learner, stranger):
    page = signed_in(operator).get(PEOPLE, {"q": "Lena"}).content.decode()
    assert learner.email in page
    assert stranger.email not in page


def test_an_operator_adds_a_person_who_can_sign_in(signed_in, operator):
    person = {
        "email": "pat@example.org",
        "name": "Pat",
        "password1": "long-sleepers-9",
        "usable_password": "true",
    }
    signed_in(operator).post(
        reverse("admin:accounts_user_add"), person | {"password2": person["password1"]}, follow=True
    )
    added = get_user_model().objects.get(email="pat@example.org")
    assert added.check_password("long-sleepers-9")
    assert not added.is_staff


def test_a_second_person_with_the_same_address_in_capitals_is_refused(signed_in, operator, learner):
    person = {
        "email": learner.email.upper(),
        "name": "L",
        "password1": "long-sleepers-9",
        "usable_password": "true",
    }
    page = signed_in(operator).post(
        reverse("admin:accounts_user_add"), person | {"password2": person["password1"]}
    )
    assert page.status_code == 200
    assert get_user_model().objects.filter(email__iexact=learner.email).count() == 1
