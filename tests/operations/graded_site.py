"""Fills the site of this process with a learner, graded runs and a file; `tamper` spoils the grade."""

from __future__ import annotations

import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django first
from django.core.files.base import ContentFile  # noqa: E402 - Django first
from django.core.files.storage import default_storage  # noqa: E402 - Django first

from courses import services  # noqa: E402 - Django first
from courses.certificates import keys  # noqa: E402 - Django first
from courses.models import GradeEvent  # noqa: E402 - Django first
from courses.sync import sync_course  # noqa: E402 - Django first
from tests.courses.samples import LITTLE, train  # noqa: E402 - Django first
from trainer_service.models import Worker  # noqa: E402 - Django first


def fill() -> None:
    """A course, a learner, a graded run, a waiting run, a signing key, and the outputs of the first."""
    course = sync_course(LITTLE).course
    learner = get_user_model().objects.create_user("lena@example.org", "x", name="Lena")
    place = {"exercise": course.exercises.get(slug="digits"), "offering": course.offerings.get(is_open=True)}
    train(services.submit(learner=learner, config={}, **place).submission.run)
    services.submit(learner=learner, config={"optimizer": {"learning_rate": 0.05}}, **place)
    keys.current()
    default_storage.save("runs/1/1/predictions.bin", ContentFile(bytes(range(256)) * 5000))


ACTIONS = {
    "fill": fill,
    "tamper": lambda: GradeEvent.objects.update(points=1.5),
    "work": lambda: Worker.objects.create(name="w", host="h", pid=1, state="warm", queues=["cpu"]),
}
for action in sys.argv[1:]:
    ACTIONS[action]()
