"""The words of generated texts; a word's number is its place, from 1, and 0 is padding."""

from __future__ import annotations

GOOD = ("clear", "helpful", "great", "useful", "fun", "excellent", "inspiring", "solid", "fair", "lively")
BAD = ("confusing", "boring", "slow", "useless", "poor", "sloppy", "tedious", "broken", "unfair", "dull")
INTENSE = ("very", "really", "quite", "rather", "truly")
NOT = "not"
SUBJECTS = (
    "course", "teacher", "exercise", "lesson", "feedback", "pace", "material", "video", "project", "grading",
)  # fmt: skip
FILLING = (
    "the", "this", "our", "every", "a", "and", "with", "for", "in", "of", "to", "we", "you", "from", "on",
)  # fmt: skip
TOPICS: dict[str, tuple[str, ...]] = {
    "vision": ("image", "camera", "segmentation", "detection", "pixels", "video", "convolution", "opencv"),
    "language": ("text", "translation", "tokens", "chatbot", "transformer", "summaries", "speech"),
    "data": ("pipeline", "warehouse", "sql", "spark", "airflow", "etl", "schema", "kafka"),
    "operations": ("kubernetes", "docker", "monitoring", "deployment", "pipeline", "gpu", "cluster", "cloud"),
    "research": ("paper", "publication", "theory", "transformer", "experiments", "phd", "convolution"),
    "analytics": ("dashboard", "sql", "forecast", "statistics", "experiments", "excel", "metrics"),
}  # fmt: skip
REVIEW_WORDS = tuple(dict.fromkeys((*FILLING, *SUBJECTS, "was", NOT, *INTENSE, *GOOD, *BAD)))
POSTING_WORDS = tuple(dict.fromkeys((*FILLING, *(word for words in TOPICS.values() for word in words))))

SPECIALTIES: dict[str, tuple[str, ...]] = {
    "computer vision": ("image", "camera", "segmentation", "detection", "pixels", "video", "opencv"),
    "language processing": ("text", "translation", "tokens", "chatbot", "summaries", "speech", "corpus"),
    "reinforcement learning": ("reward", "policy", "simulator", "bandit", "planning", "control", "agent"),
    "generative networks": ("generator", "synthesis", "discriminator", "style", "samples", "image", "latent"),
    "deep reinforcement learning": ("reward", "policy", "replay", "atari", "network", "agent", "gradient"),
}  # fmt: skip
_FIRST = ("bright", "north", "prime", "next", "true", "open", "swift", "core", "blue", "new")
_SECOND = ("hire", "works", "minds")
AGENCY_WORDS = tuple(
    tuple(f"{first}{second}{end}" for end in ("", "team", "jobs")) for first in _FIRST for second in _SECOND
)
SPECIALTY_WORDS = tuple(
    dict.fromkeys(
        (
            *FILLING,
            *(word for words in SPECIALTIES.values() for word in words),
            *(word for words in AGENCY_WORDS for word in words),
        )
    )
)
