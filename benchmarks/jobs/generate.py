"""Postings for measuring, as many as asked for, written as they are made: the same for the same number.

Titles, companies, places and skills follow steep frequencies, as in real files (a few common, a long tail);
45 % state pay. Each posting names five different skills. They say nothing about any market.
"""

# mypy: disable-error-code="import-untyped"
from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

Numbers = npt.NDArray[np.int64]
CHUNK = 250_000
SKILLS_EACH = 5


def _listed(text: str) -> tuple[str, ...]:
    """What stands between semicolons."""
    return tuple(" ".join(part.split()) for part in text.split(";"))


LEVELS = ("", "", "", "Senior ", "Senior ", "Junior ", "Lead ", "Principal ")
ROLES = _listed(
    """Data Engineer; Data Analyst; Data Scientist; Machine Learning Engineer; Software Engineer; AI
    Engineer; Analytics Engineer; Business Intelligence Analyst; Research Scientist; MLOps
    Engineer; Data Architect; Product Manager; Computer Vision Engineer; NLP Engineer; DevOps
    Engineer; Project Manager; Business Analyst; Statistician; QA Engineer; Deep Learning
    Engineer; Robotics Engineer; Solutions Architect; Frontend Developer; Database Administrator;
    Quantitative Analyst; Prompt Engineer; AI Researcher; Decision Scientist; Nurse"""
)
ENDINGS = ("", "", "", "", " (m/f/d)", " - Remote", " II", ", Payments", ", Search", " (Contract)")
TITLES = tuple(f"{level}{role}{ending}" for role in ROLES for level in LEVELS for ending in ENDINGS)
COMPANIES = tuple(f"Company {number}" for number in range(1, 60_001))
PLACES = _listed(
    """New York, NY; San Francisco, CA; Austin, TX; Seattle, WA; Boston, MA; Chicago, IL; London, United
    Kingdom; Toronto, Canada; Berlin, Germany; Paris, France; Bengaluru, India; Madrid, Spain;
    Warsaw, Poland; Sydney, Australia; Amsterdam, Netherlands; Singapore; Seoul, South Korea;
    Tokyo, Japan; São Paulo, Brazil; Zurich, Switzerland; Remote; Mexico City, Mexico; Denver, CO;
    Atlanta, GA; Los Angeles, CA"""
)
# The country of each place, in their order.
COUNTRIES = _listed(
    "US; US; US; US; US; US; GB; CA; DE; FR; IN; ES; PL; AU; NL; SG; KR; JP; BR; CH; ; MX; US; US; US"
)
CURRENCIES = ("USD", "USD", "USD", "USD", "EUR", "GBP", "CAD", "PLN")
SKILLS = _listed(
    """Python; SQL; R; Java; Spark; AWS; Azure; Tableau; Power BI; Excel; TensorFlow; PyTorch; scikit-
    learn; pandas; NumPy; Docker; Kubernetes; Airflow; Kafka; Snowflake; dbt; Scala; C++; C#; Go;
    Git; Linux; Hadoop; Hive; Databricks; BigQuery; Redshift; PostgreSQL; MySQL; MongoDB; Keras;
    JAX; XGBoost; LightGBM; MLflow; LangChain; Hugging Face; NLP; Computer Vision; Deep Learning;
    Machine Learning; SAS; SPSS; MATLAB; Julia; JavaScript; TypeScript; React; Node.js; Terraform;
    Jenkins; Elasticsearch; Redis; FastAPI; Flask; Django; GraphQL; Looker"""
)
INDUSTRIES = _listed("Software; Banking; Healthcare; Retail; Consulting; Automotive; Education; Energy")
DEGREES = ("Bachelor's degree", "Master's degree", "PhD", "High school", "")
COLUMNS = _listed(
    """id; title; company; location; country; date_posted; valid_through; employment_type; seniority;
    remote; salary_min; salary_max; currency; salary_period; industry; company_size; education;
    specialization; url; language; skills"""
)


def batches(count: int, seed: int = 5) -> Iterator[pa.RecordBatch]:
    """`count` postings of the 21 `COLUMNS`, a chunk at a time."""
    draw = np.random.default_rng(seed)
    for start in range(0, count, CHUNK):
        yield _batch(draw, start, min(CHUNK, count - start))


def write(path: Path, count: int, seed: int = 5) -> Path:
    """The postings as a CSV file, quoted only where a cell needs it; about 230 bytes each."""
    schema = pa.schema([(column, pa.string()) for column in COLUMNS])
    generated = pa.RecordBatchReader.from_batches(schema, batches(count, seed))
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute("SET enable_progress_bar = false; SET threads = 1")
        connection.register("generated", generated)
        connection.execute(f"COPY (FROM generated) TO '{path}' (FORMAT csv, HEADER)")
    return path


def _batch(draw: np.random.Generator, start: int, size: int) -> pa.RecordBatch:
    numbers = pa.array(np.arange(start + 1, start + size + 1)).cast(pa.string())
    days = np.datetime64("2021-01-01") + draw.integers(0, 1_460, size)
    low, high = _pay(draw, size)
    places = _ranks(draw, size, len(PLACES))
    cells = {
        "id": numbers,
        "title": _picked(draw, size, TITLES),
        "company": _picked(draw, size, COMPANIES),
        "location": pa.array(PLACES).take(pa.array(places)),
        "country": pa.array(COUNTRIES).take(pa.array(places)),
        "date_posted": pa.array(days).cast(pa.string()),
        "valid_through": pa.array(days + 30).cast(pa.string()),
        "employment_type": _picked(draw, size, ("Full-time", "Contract", "Part-time", "Internship")),
        "seniority": _picked(draw, size, ("", "senior", "mid", "junior", "lead")),
        "remote": _picked(draw, size, ("", "Hybrid", "Remote", "On-site")),
        "salary_min": low,
        "salary_max": high,
        "currency": _picked(draw, size, CURRENCIES, exponent=0.0),
        "salary_period": _picked(draw, size, ("year",)),
        "industry": _picked(draw, size, INDUSTRIES),
        "company_size": _picked(draw, size, ("51-200", "1-50", "1000-5000", "")),
        "education": _picked(draw, size, DEGREES),
        "specialization": _picked(draw, size, ("", "NLP", "Computer Vision", "MLOps", "Forecasting")),
        "url": pa.compute.binary_join_element_wise("https://jobs.example/", numbers, ""),
        "language": _picked(draw, size, ("en", "de", "fr")),
        "skills": _skills(draw, size),
    }
    return pa.RecordBatch.from_arrays([cells[column] for column in COLUMNS], names=COLUMNS)


def _picked(draw: np.random.Generator, size: int, values: Sequence[str], exponent: float = 1.1) -> pa.Array:
    """Values by rank: the k-th is drawn in proportion to 1 / k^exponent."""
    return pa.array(values, pa.string()).take(pa.array(_ranks(draw, size, len(values), exponent)))


def _ranks(draw: np.random.Generator, size: int, count: int, exponent: float = 1.1) -> Numbers:
    weights = np.arange(1, count + 1) ** -exponent
    return np.searchsorted(np.cumsum(weights / weights.sum()), draw.random(size)).clip(0, count - 1)


def _pay(draw: np.random.Generator, size: int) -> tuple[pa.Array, pa.Array]:
    """Lowest and highest pay in hundreds; empty in 55 % of rows."""
    middle = np.exp(draw.normal(11.6, 0.35, size))
    is_hidden = draw.random(size) > 0.45
    ends = (np.round(middle * factor / 100).astype("int64") * 100 for factor in (0.85, 1.2))
    low, high = (pa.array(end, mask=is_hidden).cast(pa.string()) for end in ends)
    return low, high


def _skills(draw: np.random.Generator, size: int) -> pa.Array:
    """Five different skills a row, the common ones more often, separated by "; "."""
    scores = draw.random((size, len(SKILLS))) ** np.sqrt(np.arange(1, len(SKILLS) + 1))
    chosen = np.argpartition(-scores, SKILLS_EACH, axis=1)[:, :SKILLS_EACH]
    names = pa.array(SKILLS, pa.string()).take(pa.array(chosen.ravel()))
    rows = pa.ListArray.from_arrays(pa.array(np.arange(0, size + 1, dtype="int32") * SKILLS_EACH), names)
    return pa.compute.binary_join(rows, "; ")
