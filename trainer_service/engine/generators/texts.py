"""Short texts from templates: reviews of courses, and postings with several topics each.

The words and their numbers are in `catalogue.vocabularies`; here they are only put together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer_service.engine.catalogue.vocabularies import (
    BAD,
    FILLING,
    GOOD,
    INTENSE,
    NOT,
    POSTING_WORDS,
    REVIEW_WORDS,
    SUBJECTS,
    TOPICS,
)
from trainer_service.engine.generators.base import Array, Made

_REVIEWS, _REVIEW_LENGTH = 1600, 24
_POSTINGS, _POSTING_LENGTH = 1600, 32


def reviews(random: np.random.RandomState) -> Made:
    """Reviews that like or dislike. One opinion in four is negated, so that single words are not enough."""
    numbers = {word: number for number, word in enumerate(REVIEW_WORDS, 1)}
    likes = random.randint(0, 2, _REVIEWS)
    texts = [_review(random, bool(like)) for like in likes]
    return Made(numbered(texts, numbers, _REVIEW_LENGTH), likes.astype(float))


def postings(random: np.random.RandomState) -> Made:
    """Postings on one to three topics; every topic has words of its own, some of which two topics share."""
    numbers = {word: number for number, word in enumerate(POSTING_WORDS, 1)}
    labels = np.zeros((_POSTINGS, len(TOPICS)))
    texts = []
    for row in range(_POSTINGS):
        chosen = random.permutation(len(TOPICS))[: random.randint(1, 4)]
        labels[row, chosen] = 1
        texts.append(_posting(random, [list(TOPICS.values())[topic] for topic in chosen]))
    return Made(numbered(texts, numbers, _POSTING_LENGTH), labels)


def pick(random: np.random.RandomState, words: Sequence[str]) -> str:
    """One of the words, each as likely."""
    return words[random.randint(len(words))]


def numbered(texts: Sequence[Sequence[str]], numbers: dict[str, int], length: int) -> Array:
    """Numbers of words, cut to `length` and padded with 0."""
    tokens = np.zeros((len(texts), length))
    for row, text in enumerate(texts):
        for place, word in enumerate(text[:length]):
            tokens[row, place] = numbers[word]
    return tokens


# Private functions --------------------------------------------------------------------------------------


def _review(random: np.random.RandomState, like: bool) -> list[str]:
    text: list[str] = []
    for _ in range(random.randint(2, 5)):
        negated = random.random_sample() < 0.25
        # One opinion in eight goes against the verdict: nobody likes everything.
        is_good = (like != negated) if random.random_sample() < 0.875 else (like == negated)
        text += [pick(random, FILLING), pick(random, SUBJECTS), "was"]
        text += [NOT] if negated else []
        text += [pick(random, INTENSE)] if random.random_sample() < 0.4 else []
        text += [pick(random, GOOD if is_good else BAD)]
    return text


def _posting(random: np.random.RandomState, topics: Sequence[Sequence[str]]) -> list[str]:
    text = []
    for _ in range(random.randint(10, 30)):
        is_topical = random.random_sample() < 0.45
        text.append(pick(random, topics[random.randint(len(topics))] if is_topical else FILLING))
    return text
