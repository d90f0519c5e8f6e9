"""Markdown of courses and people never brings in markup of its own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.markdown import render


def test_headings_carry_anchors_and_leave_the_first_level_to_the_page() -> None:
    html = render("# Title\n\n## Why scales matter\n")
    assert "<h1" not in html
    assert '<h2 id="why-scales-matter"' in html


def test_tables_can_be_scrolled_by_keyboard() -> None:
    assert '<table tabindex="0">' in render("| a | b |\n| - | - |\n| 1 | 2 |\n")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://elsewhere.example/pixel.png)",
        '<a href="https://e.example" onclick="x()">x</a>',
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
    ],
)
def test_nothing_that_runs_or_loads_gets_through(text: str) -> None:
    html = render(text)
    assert not re.search(r"<(script|img|iframe)|<[^>]+\son\w+=|href=\"(javascript|data):", html)


@given(st.text(alphabet="<>/\"'=[]()#|`*_ \n:abonjrscipt!-&;", max_size=80))
def test_no_text_makes_a_script_or_a_handler(text: str) -> None:
    assert not re.search(r"<(script|style|iframe|img|svg|form)\b|<[^>]*\s(on\w+|style)\s*=", render(text))


def test_links_of_a_lesson_stay_relative() -> None:
    assert 'href="../04-neural-networks/"' in render("[next](../04-neural-networks/)")
