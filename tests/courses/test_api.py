"""The API of courses: its contract, and who may ask for what."""

from __future__ import annotations

import pytest
from django.test import Client

from courses import services
from courses.models import Submission
from tests.courses.samples import claim, failed, result, train
from trainer_service import queue
from trainer_service.models import RunState

EXERCISE = "/api/v1/exercises/little/digits/"
SUBMISSIONS = f"{EXERCISE}submissions/"
FAST = {"optimizer": {"learning_rate": 0.1}}


def post(client, address=SUBMISSIONS, body=None, **headers):
    return client.post(address, {"config": {}} if body is None else body, format="json", headers=headers)


# Courses and exercises


def test_courses_are_listed_for_everyone(api, course) -> None:
    answer = api().get("/api/v1/courses/").json()
    assert answer["count"] == 1
    assert answer["results"][0]["slug"] == "little"


def test_a_course_names_its_lessons_and_exercises(api, course) -> None:
    answer = api().get("/api/v1/courses/little/").json()
    assert [module["slug"] for module in answer["modules"]] == ["01-lines"]
    assert [exercise["slug"] for exercise in answer["exercises"]] == ["digits", "tumours"]
    assert answer["exercises"][0]["url"].endswith(EXERCISE)


def test_a_course_page_takes_three_queries_for_any_number_of_exercises(
    api, course, django_assert_num_queries
) -> None:
    with django_assert_num_queries(3):
        api().get("/api/v1/courses/little/")


def test_an_exercise_gives_schema_knobs_budget_and_criteria(api, course) -> None:
    answer = api().get(EXERCISE).json()
    assert answer["config_schema"]["properties"]["model"]["properties"]["hidden"]["maxItems"] == 3
    assert [knob["path"] for knob in answer["knobs"]][:2] == ["model.hidden", "model.activation"]
    assert answer["budget"]["attempts"] == 5
    assert answer["criteria"][0] == {
        "id": "accuracy",
        "title": "Reads at least 96 of 100 unseen digits",
        "metric": "held_out.accuracy",
        "direction": "at_least",
        "threshold": 0.96,
        "points": 60.0,
        "kind": "measured",
    }
    assert "debrief" not in answer
    assert "hints" not in answer


# Submitting


def test_the_default_configuration_is_accepted(api, course, learner) -> None:
    answer = post(api(learner))
    body = answer.json()
    assert answer.status_code == 201
    assert (body["state"], body["number"], body["reused"], body["grade"]) == ("queued", 1, False, None)
    assert body["attempts"] == {"allowed": 5, "spent": 1, "left": 4}
    assert body["url"] == f"http://testserver/api/v1/submissions/{body['id']}/" == answer["Location"]
    assert body["page"] == f"http://testserver/courses/runs/{body['id']}/"


def test_an_empty_body_means_the_default_configuration(api, course, learner) -> None:
    address = "/api/v1/exercises/little/digits"
    found = api(learner).post(f"{address}/preview/", {}, format="json").json()
    assert found["problems"] == [] and found["estimate"]["parameters"] > 0
    made = api(learner).post(f"{address}/submissions/", {}, format="json")
    assert made.status_code == 201
    again = api(learner).post(f"{address}/submissions/", {"config": {}}, format="json").json()
    assert (again["id"], again["reused"]) == (made.json()["id"], True)


def test_a_configuration_may_come_as_yaml_text(api, course, learner) -> None:
    body = post(api(learner), body={"config": "optimizer:\n  learning_rate: 1e-1\n"}).json()
    assert body["run"]["config"]["optimizer"]["learning_rate"] == 0.1


def test_the_same_configuration_answers_200_with_the_earlier_submission(api, course, learner) -> None:
    first, again = post(api(learner)), post(api(learner), body={"config": {"training": {"epochs": 10}}})
    assert again.status_code == 200
    assert (again.json()["id"], again.json()["reused"]) == (first.json()["id"], True)
    assert again.json()["attempts"]["spent"] == 1


def test_an_idempotency_key_is_honored(api, course, learner) -> None:
    first = post(api(learner), **{"Idempotency-Key": "k"})
    again = post(api(learner), **{"Idempotency-Key": "k"})
    other = post(api(learner), body={"config": FAST}, **{"Idempotency-Key": "k"})
    assert [answer.status_code for answer in (first, again, other)] == [201, 201, 409]
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["type"].endswith("idempotency-key-reused")


def test_attempts_spent_is_a_conflict_that_says_so(api, course, learner) -> None:
    for number in range(5):
        assert post(api(learner), body={"config": {"training": {"epochs": number + 1}}}).status_code == 201
    refused = post(api(learner), body={"config": {"training": {"epochs": 9}}})
    assert refused.status_code == 409
    assert "All 5 attempts" in refused.json()["detail"]


def test_over_budget_names_the_knob_and_spends_nothing(api, course, learner) -> None:
    refused = post(api(learner), body={"config": {"model": {"hidden": [256, 256]}}})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["path"] == "model.hidden"
    assert not Submission.objects.exists()


def test_a_preview_tells_cost_and_problems_and_spends_nothing(api, course, learner) -> None:
    fine = post(api(learner), f"{EXERCISE}preview/").json()
    wrong = post(api(learner), f"{EXERCISE}preview/", {"config": {"model": {"hidden": [10**6]}}}).json()
    assert fine["estimate"]["parameters"] == 610
    assert fine["problems"] == []
    assert [problem["path"] for problem in wrong["problems"]] == ["model.hidden.0"]
    assert not Submission.objects.exists()


def test_a_class_is_chosen_by_offering(api, classroom, learner, stranger) -> None:
    body = {"config": {}, "offering": "autumn"}
    assert post(api(learner), body=body).json()["offering"] == "autumn"
    assert post(api(stranger), body=body).status_code == 404


# Looking at submissions and runs


def test_a_graded_submission_shows_points_criteria_curve_and_cost(api, submission, learner) -> None:
    point = {"epoch": 1, "train_loss": 0.5, "validation_loss": 0.6}
    train(submission.run, result(curve=[point]))
    body = api(learner).get(f"/api/v1/submissions/{submission.pk}/").json()
    assert body["state"] == "succeeded"
    assert (body["grade"]["points"], body["grade"]["max_points"], body["grade"]["passed"]) == (80, 80, True)
    assert body["grade"]["criteria"][0]["value"] == 0.97
    assert body["run"]["metrics"]["held_out"]["accuracy"] == 0.97
    assert body["run"]["telemetry"]["parameters"] == 5000
    assert body["run"]["curve"] == [point]
    assert body["run"]["config"]["model"]["family"] == "mlp"


def test_a_failed_submission_says_whose_fault_and_what_next(api, submission, learner) -> None:
    train(submission.run, failed())
    body = api(learner).get(f"/api/v1/submissions/{submission.pk}/").json()
    assert (body["state"], body["grade"], body["is_refunded"]) == ("failed", None, True)
    assert body["failure"]["owner"] == "platform"
    assert body["failure"]["next_step"]


def test_changes_since_the_attempt_before_are_shown(api, course, learner) -> None:
    train(Submission.objects.get(pk=post(api(learner)).json()["id"]).run)
    body = post(api(learner), body={"config": FAST}).json()
    assert body["changes"] == [
        {
            "path": "optimizer.learning_rate",
            "label": "Learning rate",
            "before": 0.001,
            "after": 0.1,
            "kind": "changed",
        }
    ]


def test_the_list_is_narrowed_by_exercise_and_state(api, submit, learner) -> None:
    ended, _ = submit(FAST).submission, submit().submission
    train(ended.run)
    ask = api(learner).get
    assert ask("/api/v1/submissions/").json()["count"] == 2
    assert ask("/api/v1/submissions/?exercise=digits&state=succeeded").json()["results"][0]["id"] == ended.pk
    assert ask("/api/v1/submissions/?exercise=tumours").json()["count"] == 0
    refused = ask("/api/v1/submissions/?state=lost")
    assert (refused.status_code, refused.json()["errors"][0]["message"]) == (
        400,
        "choose one of queued, running, succeeded, failed, cancelled",
    )


def test_cancelled_submissions_are_found_as_cancelled(api, submit, learner) -> None:
    submission = submit().submission
    api(learner).post(f"/api/v1/submissions/{submission.pk}/cancel/")
    assert api(learner).get("/api/v1/submissions/?state=cancelled").json()["count"] == 1
    assert api(learner).get("/api/v1/submissions/?state=queued").json()["count"] == 0


def test_lists_take_a_bounded_number_of_queries(api, submit, learner, django_assert_num_queries) -> None:
    for number in range(4):
        train(submit({"training": {"epochs": number + 1}}).submission.run)
    for address in ("/api/v1/submissions/", SUBMISSIONS):
        with django_assert_num_queries(4 if address == SUBMISSIONS else 3):
            assert api(learner).get(address).json()["count"] == 4


def test_an_exercise_lists_only_ones_own_submissions(api, submission, instructor) -> None:
    assert api(instructor).get(SUBMISSIONS).json()["count"] == 0
    assert api(instructor).get("/api/v1/submissions/").json()["count"] == 1


def test_the_curve_comes_live_and_only_what_is_new_in_one_query(
    api, submission, learner, django_assert_num_queries
) -> None:
    execution = claim(submission.run)
    points = [{"epoch": epoch, "train_loss": 1 / epoch, "validation_loss": None} for epoch in (1, 2, 3)]
    queue.report_progress(points={(submission.run_id, execution): points})
    with django_assert_num_queries(1):
        answer = api(learner).get(f"/api/v1/runs/{submission.run_id}/curve/?after=2")
    curve = answer.json()
    assert 1.0 <= curve.pop("ask_again_seconds") <= 1.3
    assert curve == {
        "state": "running",
        "is_over": False,
        "epochs": 10,
        "points": points[2:],
        "position": None,
    }
    queue.finish(run_id=submission.run_id, execution=execution, result=result(curve=points), output_key="")
    answer = api(learner).get(f"/api/v1/runs/{submission.run_id}/curve/").json()
    assert (answer["is_over"], len(answer["points"])) == (True, 3)


def test_an_unchanged_curve_is_not_sent_again(api, submission, learner) -> None:
    address = f"/api/v1/runs/{submission.run_id}/curve/"
    waiting = api(learner).get(address)
    assert (waiting.json()["position"], waiting.json()["points"]) == (1, [])
    again = api(learner).get(address, headers={"If-None-Match": waiting["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", waiting["ETag"])
    execution = claim(submission.run)
    queue.report_progress(points={(submission.run_id, execution): [{"epoch": 1, "train_loss": 1.0}]})
    news = api(learner).get(address, headers={"If-None-Match": waiting["ETag"]})
    assert (news.status_code, len(news.json()["points"])) == (200, 1)


def test_a_submission_is_accepted_in_few_queries(api, submit, learner, django_assert_num_queries) -> None:
    """The learner's second attempt; a savepoint and its release stand for the transaction."""
    submit({"training": {"epochs": 3}})
    with django_assert_num_queries(14):  # one of them asks for the deadline
        answer = post(api(learner), body={"config": FAST})
    body = answer.json()
    assert (answer.status_code, body["attempts"]) == (201, {"allowed": 5, "spent": 2, "left": 3})
    assert (body["grade"], body["comments"], body["changes"]) == (None, [], [])
    stored = api(learner).get(body["url"]).json()
    assert stored == {key: value for key, value in body.items() if key in stored}


def test_a_curve_after_nonsense_is_refused(api, submission, learner) -> None:
    answer = api(learner).get(f"/api/v1/runs/{submission.run_id}/curve/?after=soon")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "after"


def test_a_run_shows_what_it_trains(api, submission, learner) -> None:
    body = api(learner).get(f"/api/v1/runs/{submission.run_id}/").json()
    assert (body["state"], body["config"]["data"]["dataset"]) == ("queued", "digits@1")


# Instructors


def test_an_instructor_overrides_with_a_reason_that_the_learner_sees(
    api, submission, learner, instructor
) -> None:
    train(submission.run)
    address = f"/api/v1/submissions/{submission.pk}/"
    answer = post(api(instructor), f"{address}grade/", {"points": 12.5, "reason": "Seed hunting."})
    grade = api(learner).get(address).json()["grade"]
    assert answer.status_code == 201
    assert (grade["kind"], grade["points"], grade["passed"]) == ("override", 12.5, False)
    assert (grade["reason"], grade["decided_by"]) == ("Seed hunting.", "Ines Instructor")


def test_an_override_out_of_range_names_the_field(api, submission, instructor) -> None:
    answer = post(
        api(instructor), f"/api/v1/submissions/{submission.pk}/grade/", {"points": 99, "reason": "x"}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "points"


def test_a_learner_may_not_grade(api, submission, learner) -> None:
    answer = post(api(learner), f"/api/v1/submissions/{submission.pk}/grade/", {"points": 80, "reason": "x"})
    assert answer.status_code == 403
    assert answer.json()["status"] == 403


def test_comments_are_shown_with_their_author(api, submission, learner, instructor) -> None:
    address = f"/api/v1/submissions/{submission.pk}/"
    answer = post(api(instructor), f"{address}comments/", {"text": "Try 0.1."})
    assert answer.status_code == 201
    (remark,) = api(learner).get(address).json()["comments"]
    assert (remark["author"], remark["text"]) == ("Ines Instructor", "Try 0.1.")


# Refusals


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/api/v1/submissions/{pk}/"),
        ("post", "/api/v1/submissions/{pk}/cancel/"),
        ("post", "/api/v1/submissions/{pk}/grade/"),
        ("post", "/api/v1/submissions/{pk}/comments/"),
        ("get", "/api/v1/runs/{run}/"),
        ("get", "/api/v1/runs/{run}/curve/"),
    ],
)
def test_someone_elses_submission_does_not_exist(api, submission, stranger, method, address) -> None:
    body = (
        {"points": 1, "reason": "x"} if "grade" in address else {"text": "x"} if "comments" in address else {}
    )
    path = address.format(pk=submission.pk, run=submission.run_id)
    ask = api(stranger)
    answer = ask.get(path) if method == "get" else ask.post(path, body, format="json")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("post", SUBMISSIONS),
        ("get", SUBMISSIONS),
        ("post", f"{EXERCISE}preview/"),
        ("get", "/api/v1/submissions/"),
        ("get", "/api/v1/submissions/1/"),
        ("post", "/api/v1/submissions/1/cancel/"),
        ("post", "/api/v1/submissions/1/grade/"),
        ("post", "/api/v1/submissions/1/comments/"),
        ("get", "/api/v1/runs/1/"),
        ("get", "/api/v1/runs/1/curve/"),
    ],
)
def test_nobody_is_asked_to_sign_in(api, course, method, address) -> None:
    answer = getattr(api(), method)(address)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["status"] == 401


def test_an_expired_session_is_told_to_sign_in(course, learner) -> None:
    client = Client()
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    client.session.flush()
    answer = client.post(SUBMISSIONS, {"config": {}}, content_type="application/json")
    assert answer.status_code == 401
    assert not Submission.objects.exists()


def test_a_cancelled_submission_cannot_be_cancelled_again(api, submission, learner) -> None:
    services.cancel(submission=submission, by=learner)
    answer = api(learner).post(f"/api/v1/submissions/{submission.pk}/cancel/")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("not-cancellable")


def test_an_instructor_sees_but_does_not_cancel(api, submission, instructor) -> None:
    assert api(instructor).get(f"/api/v1/submissions/{submission.pk}/").status_code == 200
    assert api(instructor).post(f"/api/v1/submissions/{submission.pk}/cancel/").status_code == 403
    submission.run.refresh_from_db()
    assert submission.run.state == RunState.QUEUED


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/runs/99999999999999999999999/",
        "/api/v1/runs/99999999999999999999999/curve/",
        "/api/v1/submissions/99999999999999999999999/",
        "/api/v1/submissions/?page=999999999999999999999999",
        "/api/v1/submissions/?exercise=%00",
        "/api/v1/submissions/?state=%F0%9F%98%80",
        "/api/v1/courses/?format=xml",
        "/api/v1/%00/",
    ],
)
def test_odd_addresses_are_refused_and_never_a_fault_of_the_site(api, submission, learner, path) -> None:
    answer = api(learner).get(path)
    assert answer.status_code in (400, 404)
    assert answer["Content-Type"] == "application/problem+json"
