"""Log lines carry ids and never an address."""

from __future__ import annotations

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as some

from trainer_service import queue
from trainer_service.engine.results import RunResult
from trainyard.operations import logs


@pytest.fixture
def lines():
    """Everything logged, parsed."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_is_one_json_object_with_the_message(lines) -> None:
    logging.getLogger("trainyard.test").warning("two\nlines of %s", "text")
    (line,) = lines()
    assert (line["level"], line["logger"], line["message"]) == (
        "warning",
        "trainyard.test",
        "two\nlines of text",
    )
    assert line["time"].endswith("+00:00")


def test_what_else_is_attached_to_a_record_stays_out(lines) -> None:
    logging.getLogger("trainyard.test").info("sent", extra={"config": {"secret": 1}, "run": 7})
    (line,) = lines()
    assert set(line) == {"time", "level", "logger", "message", "run"}


def test_addresses_are_removed_even_from_exceptions(lines) -> None:
    try:
        raise ValueError("no such person: lena@example.org")
    except ValueError:
        logging.getLogger("trainyard.test").exception("sign-in:\nlena@example.org")
    (line,) = lines()  # still JSON, also where an address follows a line break
    assert "lena@" not in json.dumps(line)
    assert line["message"] == "sign-in:\n<e-mail>" and "<e-mail>" in line["exception"]


def test_text_lines_lose_addresses_and_name_the_request() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "to %s", ("omar@example.org",), None)
    token = logs.request_id.set("abc")
    try:
        assert logs.TextFormatter("%(message)s").format(record) == "to <e-mail> [request abc]"
    finally:
        logs.request_id.reset(token)


@given(some.emails(domains=some.sampled_from(["example.org", "a-b.example.co"])))
def test_no_plain_address_survives(address: str) -> None:
    local, domain = address.rsplit("@", 1)
    assert domain not in logs.without_addresses(f"to {address}.")


@pytest.mark.django_db
def test_a_run_is_followed_by_its_ids_from_acceptance_to_a_refused_end(lines, accept) -> None:
    run = accept()
    queue.claim(worker="w", queues=["cpu"], limit=1)
    queue.finish(run_id=run.pk, execution=7, result=RunResult(), output_key="")
    accepted, refused = lines()
    assert (accepted["run"], accepted["message"]) == (run.pk, f"run {run.pk} is accepted")
    assert (refused["run"], refused["execution"]) == (run.pk, 7)


# Requests -----------------------------------------------------------------------------------------------


def test_every_answer_names_its_request(client) -> None:
    first, second = client.get("/livez"), client.get("/livez")
    assert len(first.headers["X-Request-ID"]) == 32
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_a_sound_id_of_the_caller_is_kept(client) -> None:
    assert (
        client.get("/livez", headers={"X-Request-ID": "proxy-17.a"}).headers["X-Request-ID"] == "proxy-17.a"
    )


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, 'a"b', "ü"])
def test_an_unsound_one_is_replaced(client, bad) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
    assert answer != bad and len(answer) == 32


@pytest.mark.django_db
def test_lines_of_a_request_carry_its_id(client, lines) -> None:
    client.get("/no/such/page", headers={"X-Request-ID": "trace-me"})
    logging.getLogger("trainyard.test").info("after it")
    assert [line.get("request") for line in lines() if line["message"] == "after it"] == [None]
    assert {line["request"] for line in lines() if "no/such" in line["message"]} <= {"trace-me"}
