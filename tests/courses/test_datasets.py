"""The card of each dataset: complete, true to the rows, open to all, and linked from its exercises."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from courses import datasets
from courses.models import Course
from trainer_service.engine.catalogue import DATASETS

PORTRAYED = [name for name, dataset in DATASETS.items() if dataset.task not in ("control", "generation")]


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_says_what_is_lopsided_about_it(name: str) -> None:
    assert len(datasets.biases().get(name, "")) > 30, "add a line to courses/content/dataset_biases.yaml"


def test_no_line_is_about_a_dataset_that_is_gone() -> None:
    assert set(datasets.biases()) <= set(DATASETS)


@pytest.mark.parametrize("name", PORTRAYED)
def test_a_portrait_is_that_of_the_rows(name: str) -> None:
    from trainer_service.engine.portraits import portrait

    card = datasets.card(name)
    assert card
    fresh = portrait(name)
    assert [list(target) for target in card.targets] == fresh["targets"], "run `make docs`"
    if not card.dataset.target_shape:
        assert sum(count for _, count in card.targets) == card.dataset.training_rows
    assert [feature.name for feature in card.features] == [column[0] for column in fresh["features"]]


def test_a_card_shows_origin_licence_split_and_columns(client: Client, db: None) -> None:
    page = client.get(reverse("courses:dataset", args=["loans@1"])).content.decode()
    for text in ("CC0 1.0", "720", "rents, owns, mortgage", "the region tells the group", "defaulted"):
        assert text in page


def test_an_unknown_dataset_is_not_found(client: Client, db: None) -> None:
    assert client.get(reverse("courses:dataset", args=["nothing@1"])).status_code == 404


def test_an_exercise_leads_to_the_card_of_its_data(course: Course, client: Client) -> None:
    page = client.get(reverse("courses:exercise", args=["little", "digits"])).content.decode()
    assert reverse("courses:dataset", args=["digits@1"]) in page
