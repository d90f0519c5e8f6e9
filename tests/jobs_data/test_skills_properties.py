"""What holds for any text: no error, places inside it, no overlaps; strangers change nothing."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobs_data.skills import explain, extract
from jobs_data.skills.tokens import tokenize

PIECES = [
    *(
        "R",
        "C",
        "C++",
        "C#",
        ".NET",
        "Go",
        "go",
        "Excel",
        "Python",
        "SQL",
        "Spark",
        "Spring",
        "Boot",
        "R&D",
        "R$",
        "Ajax",
    ),
    *("JAX", ",", "/", "-", ".", "\n", " ", "and", "experience with", "the", "market", "to"),
    *("İ", "ﬁ", "e\u0301", "\u0327", "Ｒ"),
]
texts = (
    st.text(max_size=300)
    | st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
)
# Words of no language's posting: no skill, no evidence, no sign.
strangers = st.lists(
    st.sampled_from(["blorp", "wug", "Fnord", "quux", "zzyzx", "łąka", "слово", "単語"]), max_size=8
).map(" ".join)
clear = st.sampled_from(
    ["PyTorch", "Kubernetes", "scikit-learn", "C++", "C#", "SQL", "TensorFlow", "machine learning", "AWS"]
)


@given(texts)
@example("İ R, Python")
@example("\ud800 C++")
@example("c\u0327, Python")
def test_any_text_is_read_without_error_and_matches_lie_in_it_without_overlap(text: str) -> None:
    end = 0
    for match in extract(text):
        assert end <= match.start < match.end <= len(text)
        assert text[match.start : match.end] == match.surface
        assert match.rule
        end = match.end


@given(texts)
def test_every_name_seen_is_either_found_or_refused_with_a_reason(text: str) -> None:
    found, refused = explain(text)
    assert found == extract(text)
    assert all(one.reason for one in refused)
    assert not {(one.start, one.end) for one in found} & {(one.start, one.end) for one in refused}


@given(texts)
def test_folding_keeps_every_place(text: str) -> None:
    tokens = tokenize(text)
    assert len(tokens.folded) == len(tokens.folded.lower()) == len(text)


@given(before=strangers, skill=clear, after=strangers)
def test_unrelated_words_around_a_clear_skill_keep_it(before: str, skill: str, after: str) -> None:
    [alone] = extract(skill)
    [match] = extract(f"{before} {skill} {after}")
    assert (match.skill_id, match.surface) == (alone.skill_id, skill)


@given(st.lists(clear, min_size=1, max_size=6), st.sampled_from([", ", "/", "; ", "\n", " and ", " | "]))
def test_a_list_of_clear_skills_gives_each_of_them(skills: list[str], separator: str) -> None:
    assert [match.surface for match in extract(separator.join(skills))] == skills


@given(st.integers(1, 20))
@settings(max_examples=5, deadline=None)
def test_a_long_chain_of_names_that_wait_for_each_other_is_found_whole_or_left(size: int) -> None:
    chain = "Rust, Go, " * 100 * size
    assert len(extract(f"Python, {chain}")) == 200 * size + 1
    assert extract(chain) == []
