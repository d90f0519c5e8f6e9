"""The dictionary that ships is sound, and a wrong entry says what is wrong with it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from jobs_data.skills import dictionary, extract
from jobs_data.skills.entries import KINDS, DictionaryError, load

ONET = Path(__file__).resolve().parents[3] / "shared" / "data" / "onet-29.2" / "Technology Skills.txt"
GOOD = "rust: {name: Rust, kind: language, since: 2015}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "evidence.yaml").write_text("works: [developer]\n")
    return tmp_path


def test_it_holds_at_least_200_skills_of_every_kind() -> None:
    skills = dictionary().skills.values()
    assert len(skills) >= 200
    assert {skill.kind for skill in skills} == KINDS


def test_years_are_plausible() -> None:
    assert all(1700 < skill.since <= 2026 for skill in dictionary().skills.values())


def test_every_sure_name_is_found_inside_a_sentence() -> None:
    sure = [name for name in dictionary().names if name.doubt is None or name.doubt.always]
    sentences = {name.spelling: f"You bring {name.spelling} to us." for name in sure}
    missed = {
        name.spelling
        for name in sure
        if (name.skill, name.spelling)
        not in {(m.skill_id, m.surface) for m in extract(sentences[name.spelling])}
    }
    assert missed == set()


def test_every_doubtful_name_can_be_let_in_by_some_evidence() -> None:
    doubts = [name.doubt for name in dictionary().names if name.doubt is not None]
    assert all(
        one.always or one.proper or one.after or one.before or one.context or one.companions != frozenset()
        for one in doubts
    )


def test_names_among_onet_technology_skills_exist_there() -> None:
    if not ONET.exists():
        pytest.skip("O*NET's technology skills are not beside this checkout")
    with ONET.open(encoding="utf-8", newline="") as file:
        known = {row["Example"] for row in csv.DictReader(file, delimiter="\t")}
    named = [skill.onet for skill in dictionary().skills.values() if skill.onet]
    assert len(named) >= 50
    assert set(named) <= known


def test_the_version_changes_with_the_entries(folder: Path) -> None:
    (folder / "a.yaml").write_text(GOOD)
    before = load(folder).version
    (folder / "a.yaml").write_text(GOOD.replace("2015", "2014"))
    assert load(folder).version != before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rust: {name: Rust, kind: metal, since: 2015}", "kind 'metal' is none of"),
        ("rust: {name: Rust, kind: language}", "since is missing"),
        ("rust: {name: Rust, kind: language, since: 2015, colour: red}", "unknown key 'colour'"),
        (
            "rust: {name: Rust, kind: language, since: 2015, case: loud}",
            "case 'loud' is none of any, capital, exact",
        ),
        (
            "rust: {name: Rust, kind: language, since: 2015, doubt: {nearby: [x]}}",
            "doubt: unknown key 'nearby'",
        ),
        (
            "rust: {name: Rust, kind: language, since: 2015, doubt: {after: [$words]}}",
            "$words is no group of evidence.yaml",
        ),
        (
            "rust: {name: Rust, kind: language, since: 2015, doubt: {context: [two words]}}",
            "'two words' is not one word",
        ),
        (
            "rust: {name: Rust, kind: language, since: 2015, doubt: {list: [iron]}}",
            "'iron', which is no skill's id",
        ),
        (
            GOOD + "iron: {name: Iron, kind: tool, since: 1, aliases: [rust]}",
            "'rust' is a name of rust and of iron",
        ),
    ],
)
def test_a_wrong_entry_names_the_skill_and_the_remedy(folder: Path, text: str, message: str) -> None:
    (folder / "a.yaml").write_text(text)
    with pytest.raises(DictionaryError) as raised:
        load(folder)
    assert message in str(raised.value)
    assert "rust" in str(raised.value)


def test_the_same_skill_in_two_files_is_refused(folder: Path) -> None:
    (folder / "a.yaml").write_text(GOOD)
    (folder / "b.yaml").write_text(GOOD)
    with pytest.raises(DictionaryError, match="b.yaml: rust: stands twice"):
        load(folder)
