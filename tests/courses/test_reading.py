"""Reading what people send: safe, bounded, and with the place of each mistake."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.reading import CONFIG_LIMIT_BYTES, Unreadable, read_config, read_document, read_json
from trainer_service.engine.spec import SpecError

numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)
plain = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def test_yaml_1_2_words_and_numbers() -> None:
    text = "a: 1e-3\nb: yes\nc: 010\nd: 'on'\ne: ~\nf: true\ng: 2020-01-01\nh: .5\n"
    assert read_config(text) == {
        "a": 0.001, "b": "yes", "c": 10, "d": "on", "e": None, "f": True, "g": "2020-01-01", "h": 0.5,
    }  # fmt: skip


def test_a_configuration_may_be_json_or_yaml() -> None:
    text = '{"model": {"hidden": [8, 4]}}'
    assert read_config(text) == read_document(text).data == {"model": {"hidden": [8, 4]}}


@pytest.mark.parametrize("text", ["", "# nothing", "---\n", "null"])
def test_no_text_is_the_empty_configuration(text) -> None:
    assert read_config(text) == {}


def test_positions_point_to_keys_and_elements() -> None:
    document = read_document("a:\n  b: [1, 2]\n")
    assert document.position(("a", "b")) == (2, 3)
    assert document.position(("a", "b", 1)) == (2, 10)
    assert document.position(("a", "missing", "deeper")) == (1, 1)


def test_an_alias_bomb_is_refused_at_its_first_anchor_and_at_once() -> None:
    bomb = "a: &a [lol, lol]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise("abcdefghi"))
    with pytest.raises(Unreadable) as refused:
        read_config(bomb)
    assert (refused.value.line, refused.value.column) == (1, 4)


def test_the_limit_counts_bytes_not_characters() -> None:
    read_config("# " + "x" * (CONFIG_LIMIT_BYTES - 2))
    with pytest.raises(Unreadable, match="65,"):
        read_config("# " + "ä" * (CONFIG_LIMIT_BYTES // 2))


@given(st.text(max_size=300))
def test_any_text_gives_a_mapping_or_a_reason(text: str) -> None:
    try:
        assert isinstance(read_config(text), dict)
    except SpecError as error:
        assert error.problems[0].message


@given(plain)
def test_json_reads_as_python_reads_it(value) -> None:
    assert read_json(json.dumps(value)) == value


@given(st.dictionaries(st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1), st.floats()))
def test_no_number_that_is_read_is_infinite_or_nan(mapping) -> None:
    text = "".join(f"{key}: {value!r}\n" for key, value in mapping.items())
    try:
        found = read_config(text)
    except Unreadable:
        return
    assert all(math.isfinite(value) for value in found.values() if isinstance(value, float))


@pytest.mark.parametrize("text", ["? [a]\n: 1\n", "&x a: 1\n", "? {a: 1}\n: 1\n"])
def test_a_key_is_a_plain_word(text) -> None:
    with pytest.raises(Unreadable, match="a key must be a plain word"):
        read_config(text)


@pytest.mark.parametrize(
    "text", ['{"\\ud800": 1}', '{"a": "\\u0000"}', '{"a": ["\\udfff"]}', 'a: "\\0"', '"\\0": 1']
)
def test_what_no_database_can_hold_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="zero byte or half a character"):
        read_config(text)
