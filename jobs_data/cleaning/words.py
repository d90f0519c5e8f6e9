"""The small vocabularies of postings: remote, employment, education, company size, industry, specialization.

Each reader takes one cell and answers a word of its vocabulary, or "" where the cell does not say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

Rules = tuple[tuple[str, re.Pattern[str]], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((word, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)) for word, pattern in pairs)


REMOTE = _rules(
    ("hybrid", r"hybrid|partly remote|partially remote|partial|50|50\.0|flexible"),
    ("onsite", r"on-?site|on site|in[ -]office|office|0|0\.0|no remote|not remote|in[ -]person"),
    (
        "remote",
        r"remote|fully remote|100|100\.0|telecommute|work from home|wfh|anywhere|home[ -]?based|telework",
    ),
)
EMPLOYMENT = _rules(
    ("intern", r"intern|internship|trainee|apprenticeship|werkstudent"),
    ("freelance", r"freelance|freelancer|fl|b2b|self-employed|independent"),
    ("contract", r"contract|contractor|ct|fixed[ -]term|mandate"),
    ("temporary", r"temporary|temp|seasonal|per diem|provisional"),
    ("part", r"part[ -_]?time|pt|teilzeit"),
    ("full", r"full[ -_]?time|ft|permanent|regular|vollzeit|f"),
)
# The lowest level named is what is asked for: "Bachelor's or Master's" asks for a bachelor's.
EDUCATION = _rules(
    ("none", r"no degree|degree not required|no formal|none required|no education"),
    ("secondary", r"high[ -]school|secondary|ged|abitur|matura|highschool"),
    ("associate", r"associate'?s? degree|associate'?s|associate degree"),
    ("bachelor", r"bachelor'?s?|b\.?sc?\.?|b\.?a\.?|b\.?eng|undergraduate|licence|bacharel\w*|graduação"),
    ("master", r"master'?s?|m\.?sc?\.?|m\.?eng|mba|postgraduate|magister|mestrado"),
    ("doctorate", r"ph\.?\s?d\.?|doctorate|doctoral|doctor'?s degree|doutorado"),
)
OPTIONAL_DEGREE = re.compile(r"or equivalent|equivalent experience|degree preferred|preferred", re.IGNORECASE)
INDUSTRY = _rules(
    ("finance", r"financ\w*|bank\w*|insurance|fintech|investment\w*|trading|accounting|asset management"),
    ("health", r"health\w*|hospital\w*|pharma\w*|biotech\w*|medical|clinical|life sciences"),
    ("education", r"education|universit\w*|school\w*|e-?learning|academ\w*|teaching"),
    (
        "public sector",
        r"government|federal|public administration|public sector|defen[cs]e|military|nonprofit",
    ),
    ("automotive", r"automotive|automobile\w*|motor vehicles?"),
    ("manufacturing", r"manufactur\w*|industrial|aerospace|semiconductor\w*|machinery|chemicals?"),
    ("retail and trade", r"retail|e-?commerce|wholesale|consumer|grocery|fashion"),
    ("energy", r"energy|oil|gas|utilities|mining|renewable\w*"),
    ("transport", r"transport\w*|logistics|airline\w*|shipping|supply chain|travel|mobility"),
    ("media and telecom", r"media|telecom\w*|entertainment|gaming|games|advertising|marketing|publishing"),
    ("consulting", r"consult\w*|staffing|recruit\w*|outsourcing|professional services|legal"),
    (
        "technology",
        r"technolog\w*|software|internet|it services|information technology|saas|computer\w*|ai|cloud|tech",
    ),
    ("construction and property", r"construction|real estate|property|architecture|engineering services"),
)
SPECIALIZATION = _rules(
    (
        "natural language processing",
        r"nlp|natural language|llms?|language models?|conversational|speech|chatbots?",
    ),
    ("computer vision", r"computer vision|image (?:processing|recognition)|perception|vision"),
    ("generative adversarial networks", r"generative adversarial|gans?"),
    ("generative AI", r"generative(?! adversarial)|genai|gen ai|diffusion models?|prompt"),
    ("deep reinforcement learning", r"deep reinforcement learning|deep rl"),
    ("reinforcement learning", r"(?<!deep )reinforcement learning|rlhf"),
    ("recommender systems", r"recommend\w*|personali[sz]ation|ranking|search relevance"),
    ("time series and forecasting", r"time[ -]series|forecast\w*|demand planning"),
    ("robotics and autonomy", r"robot\w*|autonom\w*|slam|self-driving"),
    (
        "MLOps",
        r"ml-?ops|ml platform|ml infrastructure|machine learning (?:platform|infrastructure|operations)",
    ),
    ("data engineering", r"data engineer\w*|etl|data pipelines?|data warehouse|big data|data platform"),
    ("bioinformatics", r"bioinformatic\w*|genomic\w*|computational biolog\w*|drug discovery"),
    ("fraud and risk", r"fraud|risk model\w*|credit risk|anti-money"),
    ("experimentation and causal inference", r"a/b test\w*|causal|experimentation|uplift"),
)
SIZES = _rules(("S", r"s|small|startup|start-up"), ("M", r"m|medium|mid-?size"), ("L", r"l|large|enterprise"))
SIZE_NUMBERS = re.compile(r"\d[\d,.]*")
TRUE, FALSE = (
    frozenset(["true", "t", "yes", "y", "1", "1.0", "x"]),
    frozenset(["false", "f", "no", "n", "0", "0.0"]),
)


def parse_remote(text: str) -> str:
    """`remote`, `hybrid`, `onsite` or "". A yes-or-no cell (`t`, `False`): only yes says something.

    A source whose form defaults to "not remote" does not know, so "no" is unknown, not on site.
    """
    word = text.strip().casefold()
    if word in TRUE and word not in ("1", "1.0"):
        return "remote"
    if word in FALSE and word not in ("0", "0.0"):
        return ""
    return _first(REMOTE, text.replace("_", " "))


def parse_employment(text: str) -> str:
    """`full`, `part`, `contract`, `temporary`, `freelance`, `intern` or ""."""
    return _first(EMPLOYMENT, text.replace("_", "-"))


def parse_education(text: str) -> str:
    """The lowest level named, from `none` to `doctorate`, or ""."""
    return _first(EDUCATION, text)


def is_degree_optional(text: str) -> bool:
    """Whether the words allow experience instead of the degree."""
    return OPTIONAL_DEGREE.search(text) is not None


def parse_industry(text: str) -> str:
    """One of a dozen industries, or ""."""
    return _first(INDUSTRY, text)


def parse_specializations(text: str) -> tuple[str, ...]:
    """Every specialization the words name; a posting may have several, so shares add up to over 100 %."""
    return tuple(word for word, pattern in SPECIALIZATION if pattern.search(text))


def parse_company_size(text: str) -> str:
    """`S` (to 50 people), `M` (to 250), `L`, or "": from the letter or the numbers of a range."""
    numbers = [float(number.replace(",", "").rstrip(".")) for number in SIZE_NUMBERS.findall(text)]
    if not numbers:
        return _first(SIZES, text)
    return "S" if max(numbers) <= 50 else "M" if max(numbers) <= 250 else "L"


def parse_list(text: str) -> tuple[str, ...]:
    """The names in a cell: a Python or JSON list (`['Python', 'SQL']`), or set apart by `,`, `;` or `|`."""
    cleaned = text.strip()
    if cleaned.startswith("[") and cleaned.endswith("]") and len(cleaned) < 100_000:
        return _names(_literal(cleaned))
    return _names(re.split(r"[;|,\n]", cleaned))


def _literal(text: str) -> Sequence[object]:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return re.split(r"[,;]", text.strip("[]"))
    return value if isinstance(value, list | tuple) else (value,)


def _names(values: Sequence[object]) -> tuple[str, ...]:
    names = (str(value).strip(" \t'\"") for value in values)
    return tuple(dict.fromkeys(name for name in names if name))


def _first(rules: Rules, text: str) -> str:
    return next((word for word, pattern in rules if pattern.search(text)), "")
