"""Nothing of a learner is public before they publish what they saw, and nothing after they unpublish."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from courses.certificates import keys, proofs
from courses.models import Submission
from tests.courses.samples import result, train
from trainyard.careers.proofs import proven
from trainyard.portfolio import services
from trainyard.portfolio.models import Portfolio
from trainyard.privacy.models import Consent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Any) -> None:
    """Each test has a data folder without a key."""
    settings.DATA_DIR = tmp_path
    settings.SIGNING_KEY_FILE = ""


@pytest.fixture
def passed(submit: Any, exercise: Any) -> Submission:
    """A passed run of an exercise that proves a skill."""
    exercise.definition = {**exercise.definition, "skills": ["python"]}
    exercise.save()
    submission: Submission = submit(note="my own words").submission
    train(submission.run, result(0.97))
    return submission


def draft(address: str = "lena-l", **more: Any) -> services.Draft:
    values = {"headline": "Trains models", "about": "", "skills": ["python"], "runs": [], **more}
    return services.Draft(address=address, **values)


def test_nothing_is_public_until_it_is_published_and_nothing_after(
    passed: Submission, learner: Any, signed_in: Any, client: Any
) -> None:
    own = signed_in(learner)
    sent = {"address": "lena-l", "headline": "Trains models", "skills": ["python"], "runs": [passed.pk]}
    assert own.post("/portfolio/", sent).status_code == 302
    assert "Trains models" in own.get("/portfolio/preview/").content.decode()
    assert client.get("/people/lena-l/").status_code == 404
    assert own.post("/portfolio/publish/").status_code == 302  # without agreeing
    assert client.get("/people/lena-l/").status_code == 404
    own.post("/portfolio/publish/", {"agreed": "on"})
    page = client.get("/people/lena-l/").content.decode()
    assert "Python" in page and "Accuracy" in page
    assert learner.email not in page and "my own words" not in page
    own.post("/portfolio/unpublish/")
    for address in ("/people/lena-l/", "/people/lena-l/proof.json", "/api/v1/portfolios/lena-l/"):
        assert client.get(address).status_code == 404
    consent = Consent.objects.get(user=learner)
    assert consent.text and consent.withdrawn_at


def test_the_downloaded_proof_verifies_and_a_changed_one_does_not(
    passed: Submission, learner: Any, client: Any
) -> None:
    services.save(learner, draft(runs=[passed.pk]))
    services.publish(learner)
    raw = client.get("/people/lena-l/proof.json").content
    document = proofs.read(raw)
    assert proofs.check(document, keys.trusted()).state == "intact"
    run = document["credentialSubject"]["portfolio"]["runs"][0]
    run["points"] = 1000
    verdict = proofs.check(document)
    assert verdict.problems[0].path == "/credentialSubject/portfolio/runs/0/points"


def test_later_changes_are_public_only_when_published_again(
    passed: Submission, learner: Any, client: Any
) -> None:
    services.save(learner, draft())
    services.publish(learner)
    services.save(learner, draft(headline="Something else"))
    assert "Something else" not in client.get("/people/lena-l/").content.decode()
    services.publish(learner)
    assert "Something else" in client.get("/people/lena-l/").content.decode()


def test_only_ones_own_runs_and_proven_skills_are_shown(
    passed: Submission, learner: Any, stranger: Any
) -> None:
    services.save(stranger, draft("sten", skills=["python"], runs=[passed.pk]))
    with pytest.raises(services.NotPublishable, match="proves nothing"):
        services.publish(stranger)
    assert [proof.skill for proof in proven(learner)] == ["python"]


@pytest.mark.parametrize("address", ["admin", "lena-l"])
def test_an_address_that_is_taken_is_refused(learner: Any, stranger: Any, address: str) -> None:
    services.save(learner, draft("lena-l"))
    with pytest.raises(ValidationError, match="is taken"):
        services.save(stranger, draft(address))


def test_a_known_address_is_not_changed_under_its_readers(passed: Submission, learner: Any) -> None:
    services.save(learner, draft())
    services.publish(learner)
    with pytest.raises(ValidationError, match="Unpublish the page first"):
        services.save(learner, draft("other"))


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("address", "")])
def test_what_the_page_needs_is_asked_for(passed: Submission, learner: Any, field: str, value: str) -> None:
    services.save(learner, draft("" if field == "address" else "lena-l"))
    if field == "name":
        learner.name = value
        learner.save()
    with pytest.raises(services.NotPublishable, match=field):
        services.publish(learner)


def test_an_account_that_is_closed_shows_nothing(passed: Submission, learner: Any, client: Any) -> None:
    services.save(learner, draft())
    services.publish(learner)
    learner.is_active = False
    learner.save()
    assert client.get("/people/lena-l/").status_code == 404


def test_the_api_saves_publishes_and_takes_back(passed: Submission, learner: Any, api: Any) -> None:
    mine = api(learner)
    body = {"address": "lena-l", "skills": ["python"], "runs": [passed.pk]}
    kept = mine.put("/api/v1/portfolio/", body, "json").json()
    assert kept["published_at"] is None and kept["preview"]["skills"][0]["code"] == "python"
    assert mine.post("/api/v1/portfolio/publication/", {"version": "old"}, "json").status_code == 400
    version = kept["terms"]["version"]
    assert mine.post("/api/v1/portfolio/publication/", {"version": version}, "json").status_code == 200
    document = api().get("/api/v1/portfolios/lena-l/").json()
    assert proofs.check(document, keys.trusted()).state == "intact"
    assert mine.delete("/api/v1/portfolio/publication/").status_code == 204
    assert api().get("/api/v1/portfolios/lena-l/").status_code == 404
    assert api().get("/api/v1/portfolio/").status_code == 401


def test_a_portfolio_goes_with_its_account(passed: Submission, learner: Any) -> None:
    from trainyard.privacy import erasing

    services.save(learner, draft())
    services.publish(learner)
    erasing.erase(learner)
    assert not Portfolio.objects.exists()
    assert "Lena" not in json.dumps(list(Submission.objects.values("note", "config")))
