"""Descriptors: read strictly, and told apart by columns."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from jobs_data import descriptors
from jobs_data.descriptors import Descriptor, UnknownFormat
from tests.jobs_data import samples


@pytest.mark.parametrize(
    ("columns", "slug"),
    [
        (samples.BOARD[0], "salary-estimate-scrape"),
        (samples.NETWORK[0], "level-and-type-listing"),
        (samples.POLISH[0], "polish-board"),
        (samples.CITY[0], "city-postings"),
        (samples.LISTS[0], "data-jobs"),
        (samples.SURVEY[0], "developer-survey"),
        (samples.SALARIES, "ai-jobs-salaries"),
        (["date", "jobcountry", "AI_share_postings"], "hiring-lab-ai-share"),
        (["date", "jobcountry", "GenAI_share_postings"], "hiring-lab-genai-share"),
        (["Title", "Company", "Location"], "generic-postings"),
        (["Job Title", "Pay"], "generic-postings"),
        (["title", "company", "country", "date_posted", "salary", "type"], "generic-postings"),
        (["title", "hiring_organization", "country", "date_posted", "salary"], "generic-postings"),
        (["@type", "title", "datePosted", "hiringOrganization.name", "description"], "schema-org"),
    ],
)
def test_a_file_is_recognized_by_its_columns(columns, slug):
    assert descriptors.recognize(columns).slug == slug


def test_case_spaces_and_underscores_in_names_do_not_matter():
    mapping = descriptors.get("generic-postings").mapping(["Job Title", "companyName", "SALARY_MIN"])
    assert mapping == {"title": "Job Title", "company": "companyName", "pay_min": "SALARY_MIN"}


def test_unknown_columns_are_refused_with_what_to_do():
    with pytest.raises(UnknownFormat, match=r"2 columns: sector, note.*--source"):
        descriptors.choose(["sector", "note"])


def test_a_hundred_columns_of_no_known_format_are_not_guessed_at():
    with pytest.raises(UnknownFormat, match="151 columns"):
        descriptors.choose(["title", *(f"c{number}" for number in range(150))])


def test_a_named_source_must_fit_the_file():
    with pytest.raises(UnknownFormat, match="No source is called 'nobody'"):
        descriptors.choose(["title"], "nobody")
    with pytest.raises(UnknownFormat, match="control_number"):
        descriptors.choose(["title"], "usajobs")


def test_the_search_country_of_a_scraper_is_never_the_country_of_work():
    for slug, descriptor in descriptors.shipped().items():
        assert "search_country" not in str(descriptor.columns), slug


@pytest.mark.parametrize(
    "change",
    [
        {"recognize": {}},
        {"unknown": 1},
        {"columns": {}},
        {"columns": {"title": ["t"], "colour": ["c"]}},
        {"record_kind": "aggregate"},
        {"pay": {"basis": "rumor"}},
    ],
)
def test_a_descriptor_with_a_mistake_is_refused(change):
    good = descriptors.get("usajobs").model_dump()
    Descriptor.model_validate(good)
    with pytest.raises(ValidationError):
        Descriptor.model_validate(good | change)


def test_other_rules_are_another_digest():
    one = descriptors.get("usajobs")
    assert one.digest() != one.model_copy(update={"default_country": "CA"}).digest()
