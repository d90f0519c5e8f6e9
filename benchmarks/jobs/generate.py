"""Postings for measuring, as many as asked for, written as they are made: the same for the same number.

Titles, companies, places and skills follow steep frequencies, as in real files (a few common, a long tail); 45 % state pay. Each posting names five different skills. They are generated and say nothing about any market.
"""

# mypy: disable-error-code="import-untyped"
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

CHUNK = 250_000
SKILLS_EACH = 5
LEVELS = ("", "", "", "Senior ", "Senior ", "Junior ", "Lead ", "Principal ")
ROLES = (
    "Data Engineer,Data Analyst,Data Scientist,Machine Learning Engineer,Software Engineer,AI Engineer,Analytics "
    "Engineer,Business Intelligence Analyst,Research Scientist,MLOps Engineer,Data Architect,Product Manager,"
    "Computer Vision Engineer,NLP Engineer,DevOps Engineer,Project Manager,Business Analyst,Statistician,QA "
    "Engineer,Deep Learning Engineer,Robotics Engineer,Solutions Architect,Frontend Developer,Database "
    "Administrator,Quantitative Analyst,Prompt Engineer,AI Researcher,Decision Scientist,Security Engineer,Nurse"
).split(",")
ENDINGS = ("", "", "", "", " (m/f/d)", " - Remote", " II", ", Payments", ", Search", " (Contract)")
PLACES = (
    "New York, NY;San Francisco, CA;Austin, TX;Seattle, WA;Boston, MA;Chicago, IL;London, United Kingdom;Toronto, "
    "Canada;Berlin, Germany;Paris, France;Bengaluru, India;Madrid, Spain;Warsaw, Poland;Sydney, Australia;"
    "Amsterdam, Netherlands;Singapore;Seoul, South Korea;Tokyo, Japan;São Paulo, Brazil;Zurich, Switzerland;"
    "Remote;Mexico City, Mexico;Denver, CO;Atlanta, GA;Los Angeles, CA"
).split(";")
COUNTRIES = ("US", "GB", "CA", "DE", "IN", "FR", "ES", "PL", "AU", "NL", "SG", "KR", "JP", "BR", "CH", "MX")
CURRENCIES = ("USD", "USD", "USD", "USD", "EUR", "GBP", "CAD", "PLN")
SKILLS = (
    "Python,SQL,R,Java,Spark,AWS,Azure,Tableau,Power BI,Excel,TensorFlow,PyTorch,scikit-learn,pandas,NumPy,Docker,"
    "Kubernetes,Airflow,Kafka,Snowflake,dbt,Scala,C++,C#,Go,Git,Linux,Hadoop,Hive,Databricks,BigQuery,Redshift,"
    "PostgreSQL,MySQL,MongoDB,Keras,JAX,XGBoost,LightGBM,MLflow,Hugging Face,LangChain,NLP,Computer Vision,Deep "
    "Learning,Machine Learning,SAS,SPSS,MATLAB,Julia,JavaScript,TypeScript,React,Node.js,Terraform,Jenkins,"
    "Elasticsearch,Redis,FastAPI,Flask,Django,GraphQL,Looker,Qlik"
).split(",")
INDUSTRIES = (
    "Software",
    "Banking",
    "Healthcare",
    "Retail",
    "Consulting",
    "Automotive",
    "Education",
    "Energy",
)
DEGREES = ("Bachelor's degree", "Master's degree", "PhD", "High school", "")
COLUMNS = (
    "id title company location country date_posted valid_through employment_type seniority remote salary_min "
    "salary_max currency salary_period industry company_size education specialization url language skills"
).split()


def batches(count: int, seed: int = 5) -> Iterator[pa.RecordBatch]:
    """`count` postings of the 21 `COLUMNS`, a chunk at a time."""
    draw = np.random.default_rng(seed)
    for start in range(0, count, CHUNK):
        yield _batch(draw, start, min(CHUNK, count - start))


def write(path: Path, count: int, seed: int = 5) -> Path:
    """The postings as a CSV file; about 260 bytes each."""
    schema = pa.schema([(column, pa.string()) for column in COLUMNS])
    # Cells that hold a comma are quoted; an empty cell stands for what is not stated.
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    with pyarrow.csv.CSVWriter(path, schema, write_options=options) as writer:
        for batch in batches(count, seed):
            writer.write_batch(batch)
    return path


def _batch(draw: np.random.Generator, start: int, size: int) -> pa.RecordBatch:
    numbers = pa.array(np.arange(start + 1, start + size + 1)).cast(pa.string())
    days = np.datetime64("2021-01-01") + draw.integers(0, 1_460, size)
    low, high = _pay(draw, size)
    cells = {
        "id": numbers,
        "title": _picked(draw, size, TITLES),
        "company": _picked(draw, size, COMPANIES),
        "location": _picked(draw, size, PLACES),
        "country": _picked(draw, size, COUNTRIES),
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


TITLES = [f"{level}{role}{ending}" for role in ROLES for level in LEVELS for ending in ENDINGS]
COMPANIES = [f"Company {number}" for number in range(1, 60_001)]


def _picked(draw: np.random.Generator, size: int, values: Sequence[str], exponent: float = 1.1) -> pa.Array:
    """Values by rank: the k-th is drawn in proportion to 1 / k^exponent."""
    weights = np.arange(1, len(values) + 1) ** -exponent
    numbers = np.searchsorted(np.cumsum(weights / weights.sum()), draw.random(size)).clip(0, len(values) - 1)
    return pa.array(values, pa.string()).take(pa.array(numbers))


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
