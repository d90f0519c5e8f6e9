"""Texts per second of one core: the skill matcher beside one compiled regex for each name, in the same run.

    python -m benchmarks.skills            prints the speed (medians of 3, in turns)
    python -m benchmarks.skills --docs     also writes the tables of docs/skills.md anew

Texts are generated postings of 150 to 300 words: prose that names no skill, and labelled sentences that do.
Processor time is counted, which on an idle core is wall time. Both find the same kind of thing; the regexes
know no context, so they do less.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jobs_data.skills import dictionary, extract
from jobs_data.skills.quality import labelled
from jobs_data.skills.report import write

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "tests" / "assets" / "skills"
SKILLSPAN = ROOT.parent / "shared" / "data" / "skillspan"
TEXTS, PEER_TEXTS, ROUNDS = 2_000, 60, 3
PROSE = """
We are a growing company with offices in four countries and customers in more than thirty.
In this role you will work closely with product, design and operations, and own what you ship.
You will make decisions together with your team and have access to a yearly training budget.
Our people come from many backgrounds, and we believe that this makes us better at what we do.
You go beyond the obvious, ask good questions and write things down so that others can build on them.
We offer flexible hours, private health insurance, thirty days of holiday and a pension plan.
The position is full time and can be done from home for up to three days a week.
You hold a degree in computer science, mathematics, physics or a related field, or have equivalent experience.
You communicate clearly in English, in writing and in conversation; other languages are welcome.
We are an equal opportunity employer and consider all applicants without regard to origin, age or belief.
Please send your application with a short cover letter and the earliest date at which you can start.
You will report to the head of the department and mentor two junior colleagues.
You enjoy solving hard problems, and you care about the quality of the result as much as about the deadline.
The team runs short weekly meetings and keeps the rest of the calendar free for work that needs attention.
Within your first six months you will have taken over one of our main components.
""".strip().split("\n")


def postings(count: int) -> list[str]:
    """`count` texts of 150 to 300 words, the same ones in every run."""
    draw = random.Random(20250101)
    named = [one.text for one in labelled(ASSETS / "sentences.yaml")]
    texts = []
    for _ in range(count):
        wanted = draw.randint(150, 300)
        lines = [draw.choice(named) for _ in range(draw.randint(6, 12))]
        while sum(len(line.split()) for line in lines) < wanted:
            lines.append(draw.choice(PROSE))
        draw.shuffle(lines)
        texts.append("\n".join(lines))
    return texts


def one_regex_per_name() -> Callable[[str], list[tuple[str, int, int]]]:
    """The peer: every name of the dictionary as its own compiled expression, tried on every text."""
    names = [name for name in dictionary().names if name.skill]
    patterns = [
        (name.skill, re.compile(rf"(?<!\w){re.escape(name.spelling)}(?![\w+#])", re.I)) for name in names
    ]

    def find(text: str) -> list[tuple[str, int, int]]:
        return [
            (skill, hit.start(), hit.end()) for skill, pattern in patterns for hit in pattern.finditer(text)
        ]

    return find


def seconds(work: Callable[[str], object], texts: list[str]) -> float:
    """Processor seconds for `work` on all `texts`."""
    begin = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - begin


def main() -> None:
    """Print the speeds; with --docs, write the tables."""
    texts = postings(TEXTS)
    peer = one_regex_per_name()
    extract(texts[0]), peer(texts[0])
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(TEXTS / seconds(extract, texts))
        theirs.append(PEER_TEXTS / seconds(peer, texts[:PEER_TEXTS]))
    words = statistics.mean(len(text.split()) for text in texts)
    found = statistics.mean(len(extract(text)) for text in texts)
    print(f"{TEXTS} texts, {words:.0f} words and {found:.1f} skills each; {len(dictionary().names)} names")
    print(f"token pass           {statistics.median(ours):8,.0f} texts/s")
    print(f"one regex per name   {statistics.median(theirs):8,.0f} texts/s")
    print(f"ratio                {statistics.median(ours) / statistics.median(theirs):8.0f}")
    if "--docs" in sys.argv:
        write(ROOT / "docs" / "skills.md", assets=ASSETS, skillspan=SKILLSPAN)


if __name__ == "__main__":
    main()
