"""Coverage is what a plain count over the same postings gives, with an interval; of few nothing is said."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow.parquet as pq
import pytest

from jobs_data import store
from jobs_data.measures import Unavailable
from trainyard.careers import coverage, masks, targets
from trainyard.careers.teaching import Lesson

HELD = ["python", "sql", "machine-learning", "pytorch", "git", "docker"]


@pytest.fixture
def sets(few_postings: Any) -> dict[int, set[str]]:
    """The skills of each posting, read plainly."""
    ids = few_postings.import_record.report["skill_ids"]
    found: dict[int, set[str]] = {}
    folder = store.folder(few_postings.sha256)
    units = {row["row_no"] for row in pq.read_table(folder / "units.parquet").to_pylist()}
    for row in pq.read_table(folder / "skills.parquet").to_pylist():
        if row["row_no"] in units:
            found.setdefault(row["row_no"], set()).add(ids[row["skill"]])
    return found


def test_the_share_is_that_of_a_plain_count(demo_target: Any, sets: dict[int, set[str]]) -> None:
    found = coverage.cover(demo_target, HELD)
    whole = [one for one in sets.values() if one <= set(HELD)]
    assert found.n == len(sets)
    assert found.share == round(100 * len(whole) / len(sets), 2)
    met = sum(len(one & set(HELD)) / len(one) for one in sets.values())
    assert found.met == pytest.approx(100 * met / len(sets), abs=0.01)
    assert found.low <= found.share <= found.high
    assert coverage.cover(demo_target, HELD) == found, "a seeded bootstrap gives the same interval again"


def test_every_step_adds_what_a_count_says(demo_target: Any, sets: dict[int, set[str]]) -> None:
    found, held = coverage.cover(demo_target, HELD), set(HELD)
    assert found.steps
    for step in found.steps:
        held.add(step.skill)
        assert step.share == round(100 * sum(one <= held for one in sets.values()) / len(sets), 2)


def test_greedy_sets_cover_more_than_a_list_of_the_most_wanted(
    demo_target: Any, sets: dict[int, set[str]]
) -> None:
    found, held = coverage.cover(demo_target, HELD), set(HELD)
    wanted = Counter(skill for one in sets.values() for skill in one - held)
    listed = held.union(skill for skill, _ in wanted.most_common(len(found.steps)))
    assert found.steps[-1].share >= 100 * sum(one <= listed for one in sets.values()) / len(sets) - 0.01


def test_what_one_says_one_knows_counts_apart_from_what_is_proven(few_postings: Any) -> None:
    said = targets.read({"known": "Python, SQL"})
    assert (said.known, said.problems) == (("python", "sql"), ())
    assert coverage.cover(said, []) == coverage.cover(targets.read({}), ["python", "sql"])


def test_a_filter_and_pay_change_what_is_counted(demo_target: Any) -> None:
    some = targets.read({"position": "data-scientist"})
    paid = targets.read({"by": "pay"})
    assert 10 <= coverage.cover(some, HELD).n < coverage.cover(demo_target, HELD).n
    assert coverage.cover(paid, HELD).weighed_by == "pay"
    assert coverage.cover(paid, HELD).n < coverage.cover(demo_target, HELD).n


def test_of_fewer_than_ten_postings_nothing_is_said(few_postings: Any) -> None:
    rare = targets.read({"country": "JP", "position": "data-engineer", "pay_floor": "200000"})
    found = coverage.cover(rare, HELD)
    assert found.n < 10 and found.share is None and found.steps == ()


def test_wrong_values_of_an_address_are_named_with_a_remedy(few_postings: Any) -> None:
    read = targets.read({"country": "Atlantis", "known": "pythn", "by": "mood"})
    assert {problem.field for problem in read.problems} == {"country", "known", "by"}
    assert [problem.field for problem in targets.read({"skill": "python"}).problems] == ["skill"]
    assert "python" in next(problem.message for problem in read.problems if problem.field == "known")


def test_the_better_lesson_for_an_hour_comes_first(demo_target: Any, course: Any) -> None:
    module = course.modules.first()
    slow = Lesson(module, frozenset({"tensorflow", "computer-vision"}), 600.0, 0, ())
    quick = Lesson(module, frozenset({"tensorflow", "computer-vision"}), 30.0, 0, ())
    useless = Lesson(module, frozenset({"cobol"}), 1.0, 0, ())
    ways = coverage.outlook(demo_target, HELD, [slow, useless, quick]).ways
    assert [way.lesson for way in ways] == [quick, slow]
    assert ways[0].gain == ways[1].gain


def test_a_market_without_postings_says_what_would_help(market: Any, db: Any) -> None:
    with pytest.raises(coverage.NothingToCover, match="import"):
        coverage.cover(targets.read({}), [])


def test_bit_sets_of_other_snapshots_are_removed(demo_target: Any) -> None:
    coverage.cover(demo_target, HELD)
    assert masks.forget([demo_target.snapshot.sha256]) == 0
    assert masks.forget([]) == 2


def test_bit_sets_are_made_before_someone_asks(demo_target: Any) -> None:
    assert coverage.prepare() == 1 == coverage.prepare()
    assert masks.forget([]) == 2


def test_a_snapshot_without_skills_cannot_be_covered(few_postings: Any) -> None:
    (store.folder(few_postings.sha256) / "skills.parquet").unlink()
    with pytest.raises(Unavailable, match="skill"):
        masks.of(few_postings)
