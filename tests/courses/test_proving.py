"""`courses check --train`: a reference must earn what it promises."""

from __future__ import annotations

import os
import shutil

import pytest

from courses.content import load_course
from courses.proving import prove_course
from courses.sync import course_folders
from tests.courses.samples import LITTLE


def test_references_that_keep_their_promise_are_no_findings_and_chance_is_measured(tmp_path) -> None:
    folder = shutil.copytree(LITTLE, tmp_path / "little")
    assert prove_course(folder) == []
    digits = next(one for one in load_course(folder).exercises if one.slug == "digits")
    assert digits.calibration
    assert digits.calibration.seeds == 5
    assert 0 < digits.calibration.noise["accuracy"] < 0.05


def test_a_reference_that_earns_less_than_promised_is_found_with_what_it_earned(tmp_path) -> None:
    folder = shutil.copytree(LITTLE, tmp_path / "little")
    (folder / "exercises/digits/reference/baseline.yaml").write_text(
        "config: {}\nexpect: {passed: true, points: 80}\n"
    )
    (finding,) = prove_course(folder)
    assert (finding.rule, finding.line) == ("broken-promise", 2)
    assert "Promised passed: true with 80 points; trained, it earned 20 of 80." in finding.message


@pytest.mark.skipif(not os.environ.get("PROVE_COURSES"), reason="`make test-nightly` trains all references")
@pytest.mark.parametrize("path", course_folders(), ids=lambda path: path.name)
def test_the_references_of_a_course_that_ships_keep_their_promise(path) -> None:
    assert prove_course(path) == []
