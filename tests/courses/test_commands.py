"""The command line: checking and syncing courses, and submitting against a running site."""

from __future__ import annotations

import io
import json
import shutil
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.authtoken.models import Token

from courses.models import Course, Submission
from tests.courses.samples import LITTLE, failed, result
from trainer_service import queue


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def broken(tmp_path):
    """A copy of the little course with one broken exercise."""
    folder = shutil.copytree(LITTLE, tmp_path / "little")
    (folder / "exercises/digits/exercise.yaml").write_text("title: [\n")
    return folder


# courses


def test_check_says_that_nothing_is_wrong() -> None:
    assert run("courses", "check", str(LITTLE)) == (0, f"{LITTLE}: nothing to mend\n", "")


def test_check_prints_file_line_and_rule_and_fails(broken) -> None:
    status, out, _ = run("courses", "check", str(broken))
    assert status == 1
    assert f"{broken}/exercises/digits/exercise.yaml:2:1: yaml:" in out


def test_check_speaks_json(broken) -> None:
    status, out, _ = run("courses", "check", "--json", str(broken))
    (finding,) = json.loads(out)
    assert (status, finding["file"], finding["line"]) == (1, "exercises/digits/exercise.yaml", 2)


def test_a_path_that_is_no_folder_is_refused() -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("courses", "check", "/no/such/folder")


def test_sync_brings_the_sound_part_and_fails_for_the_broken_one(db, broken) -> None:
    status, _, err = run("courses", "sync", str(broken))
    assert status == 1
    assert "digits is broken" in err
    assert [exercise.slug for exercise in Course.objects.get().exercises.all()] == ["tumours"]


def test_sync_without_a_path_takes_the_courses_that_ship(db) -> None:
    run("courses", "sync")
    assert Course.objects.filter(slug="foundations").exists()


# token


def test_a_token_is_printed_and_stays(learner) -> None:
    first, again = run("token", "Lena@example.org")[1], run("token", "lena@example.org")[1]
    assert first == again == f"{Token.objects.get(user=learner).key}\n"


def test_a_renewed_token_is_another(learner) -> None:
    first = run("token", "lena@example.org")[1]
    assert run("token", "lena@example.org", "--renew")[1] != first


def test_nobody_has_no_token(db) -> None:
    with pytest.raises(CommandError, match="no active account"):
        call_command("token", "nobody@example.org")


# submit


class Worker(threading.Thread):
    """Ends each run it finds with the same result, until it is stopped."""

    def __init__(self, outcome: Any) -> None:
        super().__init__(daemon=True)
        self.outcome, self.stopped = outcome, threading.Event()

    def run(self) -> None:
        from django.db import connection

        while not self.stopped.wait(0.05):
            for taken in queue.claim(worker="w", queues=["cpu"], limit=1):
                queue.finish(run_id=taken.pk, execution=taken.execution, result=self.outcome, output_key="")
        connection.close()


@pytest.fixture
def worker():
    """`worker(outcome)`: a worker beside the test."""
    started: list[Worker] = []

    def start(outcome: Any) -> None:
        started.append(Worker(outcome))
        started[0].start()

    yield start
    for each in started:
        each.stopped.set()
        each.join()


@pytest.fixture
def send(live_server, exercise, learner, tmp_path):
    """`send(config, ...)`: the command against a real site, with the learner's token."""
    token = Token.objects.create(user=learner).key

    def submit(config: str = "", *more: str, url: str = live_server.url) -> tuple[int, str, str]:
        file = tmp_path / "config.yaml"
        file.write_text(config)
        return run("submit", "little/digits", str(file), "--url", url, "--token", token, *more)

    return submit


@pytest.mark.parametrize(("accuracy", "status", "words"), [(0.97, 0, ": passed"), (0.5, 1, "not passed")])
def test_submit_waits_prints_criteria_and_ends_by_the_grade(send, worker, accuracy, status, words) -> None:
    worker(result(accuracy=accuracy))
    ended, out, err = send("model: {hidden: [16]}", "--wait")
    assert (ended, err) == (status, "")
    assert words in out
    assert "\nsucceeded\n" in out
    assert "Reads at least 96 of 100 unseen digits" in out
    assert "5,000" in out


def test_submit_without_wait_only_sends(send) -> None:
    status, out, _ = send()
    assert (status, Submission.objects.count()) == (0, 1)
    assert "attempt 1" in out
    assert f"/courses/runs/{Submission.objects.get().pk}/" in out


def test_submit_tells_a_failed_run_and_what_to_do(send, worker) -> None:
    worker(failed())
    status, out, _ = send("", "--wait")
    assert status == 3
    assert "It broke. Submit again." in out


def test_submit_tells_every_problem_of_a_refused_configuration(send) -> None:
    status, _, err = send("training: {epochs: 0}\nwat: 1\n", "--wait")
    assert status == 2
    assert "training.epochs: Epochs must be at least 1" in err
    assert "wat: unknown" in err


def test_submit_tells_the_place_of_a_yaml_mistake(send) -> None:
    status, _, err = send("model: {}\nmodel: {}\n")
    assert status == 2
    assert "line 2, column 1" in err


def test_submit_with_a_wrong_token_is_refused(send) -> None:
    assert send("", "--token", "nonsense")[0] == 2


def test_submit_to_nowhere_says_so(send) -> None:
    status, _, err = send(url="http://127.0.0.1:9")
    assert status == 4
    assert "No server answers at http://127.0.0.1:9: start it with `make run`" in err
    assert "Errno" not in err


def test_submit_needs_a_file_and_a_whole_name(tmp_path) -> None:
    for arguments in (("little/digits", str(tmp_path / "none.yaml")), ("digits", "-")):
        with pytest.raises(CommandError) as refused:
            call_command("submit", *arguments)
        assert refused.value.returncode == 2
        assert "Errno" not in str(refused.value)


def test_submit_says_in_plain_words_why_a_file_cannot_be_read(tmp_path) -> None:
    (tmp_path / "latin1.yaml").write_bytes(b"note: \xe9")
    for name, why in (("none.yaml", "no such file"), (".", "is a directory"), ("latin1.yaml", "not UTF-8")):
        with pytest.raises(CommandError, match=f"cannot be read: .*{why}"):
            call_command("submit", "little/digits", str(tmp_path / name))
