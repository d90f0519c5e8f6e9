"""The small vocabularies of postings: remote, employment, education, company size, industry, specialization.

Each reader takes one cell and answers a word of its vocabulary, or "" where the cell does not say.
"""

from __future__ import annotations

import ast
import json
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
    ("contract", r"contract|contractor|ct|ftc|fixed[ -]term|mandate"),
    ("temporary", r"temporary|temp|seasonal|per diem|provisional"),
    ("part", r"part[ _-]?time|pt|teilzeit"),
    ("full", r"full[ _-]?time|ft|permanent|regular|vollzeit|f"),
)
# The lowest level named is what is asked for: "Bachelor's or Master's" asks for a bachelor's.
EDUCATION = _rules(
    (
        "none",
        r"no degree|degree not required|none required"
        r"|no formal (?:education|qualifications?) (?:required|needed)",
    ),
    ("secondary", r"high[ -]school|secondary|ged|abitur|matura|highschool"),
    ("associate", r"associate['’]?s? degree|associate['’]?s"),
    (
        "bachelor",
        r"bachelor['’]?s?|baccalaureate|b\.?\s?tech|b\.?sc?\.?|b\.?a\.?|b\.?eng|undergraduate|licence"
        r"|bacharel\w*|graduação",
    ),
    ("master", r"master['’]?s?|m\.?\s?tech|m\.?sc?\.?|m\.?eng|mba|postgraduate|magister|mestrado"),
    ("doctorate", r"ph\.?\s?d\.?|doctorate|doctoral|doctor'?s degree|doutorado"),
)
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
SIZES = _rules(
    ("S", r"small|startup|start-up|just me|sole proprietor"),
    ("M", r"medium|mid-?size"),
    ("L", r"large|enterprise"),
)
NO_JOB = re.compile(r"\s*(?:student|not employed|retired|unemployed|i prefer)", re.IGNORECASE)
# A survey's bracket of several degrees of different height says none of them.
NO_LEVEL = re.compile(r"professional degree|without earning|never completed", re.IGNORECASE)
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
    if word in TRUE:
        return "remote"
    return "" if word in FALSE else _first(REMOTE, text.replace("_", " "))


def parse_share_remote(text: str) -> str:
    """The same for the cell of a column of percentages: 0 is on site, 100 remote, between them hybrid."""
    try:
        share = float(text)
    except ValueError:
        return parse_remote(text)
    return "onsite" if share <= 0 else "remote" if share >= 100 else "hybrid"


def parse_employment(text: str) -> str:
    """`full`, `part`, `contract`, `temporary`, `freelance`, `intern` or "": the one that is named first."""
    if NO_JOB.match(text):
        return ""
    words = text.replace("_", "-")
    found = [(hit.start(), word) for word, pattern in EMPLOYMENT if (hit := pattern.search(words))]
    # An internship is one, full-time or not.
    if any(word == "intern" for _, word in found):
        return "intern"
    return min(found, key=lambda one: one[0])[1] if found else ""


def parse_education(text: str) -> str:
    """The lowest level named, from `none` to `doctorate`, or ""."""
    return "" if NO_LEVEL.search(text) else _first(EDUCATION, text)


def parse_industry(text: str) -> str:
    """One of a dozen industries, or ""."""
    return _first(INDUSTRY, text)


def parse_specializations(text: str) -> tuple[str, ...]:
    """Every specialization the words name; a posting may have several, so shares add up to over 100 %."""
    return tuple(word for word, pattern in SPECIALIZATION if pattern.search(text))


def parse_company_size(text: str) -> str:
    """`S` (to 50 people), `M` (to 250), `L`, or "": from the letter or the numbers of a range."""
    if text.strip().upper() in ("S", "M", "L"):
        return text.strip().upper()
    numbers = [float(number.replace(",", "").rstrip(".")) for number in SIZE_NUMBERS.findall(text)]
    if not numbers:
        return _first(SIZES, text)
    return "S" if max(numbers) <= 50 else "M" if max(numbers) <= 250 else "L"


NAME_KEYS = ("name", "title", "value", "skill")


def parse_list(text: str) -> tuple[str, ...]:
    """The names in a cell: a Python or JSON list (`['Python', 'SQL']`), or set apart by `,`, `;` or `|`.

    Of objects in a list, their name: `[{"name": "Java", "level": 4}]`.
    """
    cleaned = text.strip()
    if cleaned.startswith("[") and cleaned.endswith("]") and len(cleaned) < 100_000:
        return _names([_name(value) for value in _literal(cleaned)])
    return _names(re.split(r"[;|,\n]", cleaned))


def _name(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return next((value[key] for key in NAME_KEYS if isinstance(value.get(key), str)), "")


def _literal(text: str) -> Sequence[object]:
    try:
        value = json.loads(text) if '"' in text else ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        # Names without quotation marks; also JSON's and Python's brackets mixed.
        return re.split(r"[,;]", text.strip("[]"))
    return value if isinstance(value, list | tuple) else (value,)


def _names(values: Sequence[object]) -> tuple[str, ...]:
    names = (str(value).strip(" \t'\"") for value in values)
    return tuple(dict.fromkeys(name for name in names if name))


def _first(rules: Rules, text: str) -> str:
    return next((word for word, pattern in rules if pattern.search(text)), "")
