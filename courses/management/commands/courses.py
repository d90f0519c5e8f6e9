"""`trainyard courses check [--train] PATH`, `sync [PATH ...]`, `load-class` and `remove-class`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from courses.checking import check_course
from courses.content import Finding
from courses.gradebook import generated
from courses.gradebook.generated import Sizes
from courses.refusals import Refusal
from courses.sync import course_folders, sync_course


class Command(BaseCommand):
    """Check course folders, or make the site's courses say what they say."""

    help = "Check course folders (exit status 1 when something is wrong), or sync them into the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`check` and `sync` for folders; `load-class` and `remove-class` for a generated class."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser(
            "check", help="say what is wrong, with file, line and remedy; change nothing"
        )
        check.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="course folders")
        check.add_argument("--json", action="store_true", help="findings as JSON, for programs")
        check.add_argument("--train", action="store_true", help="also train the reference configurations")
        sync = verbs.add_parser(
            "sync", help="bring courses into the site; broken exercises stay as they were"
        )
        sync.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="course folders")
        sync.add_argument("--commit", default="", help="the version of the files, kept with every submission")
        load = verbs.add_parser(
            "load-class", help="make a generated class with drawn runs, to measure pages on"
        )
        for name, default in asdict(Sizes()).items():
            load.add_argument(f"--{name}", type=int, default=default, metavar="N")
        load.add_argument("--instructor", metavar="EMAIL", help="who teaches it")
        verbs.add_parser("remove-class", help="delete the generated class, its runs and its people")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb: over the given folders or the courses that ship, or on the generated class."""
        if options["verb"].endswith("-class"):
            return self.generated_class(options)
        paths = [path.resolve() for path in options["paths"]] or course_folders()
        for path in paths:
            if not path.is_dir():
                raise CommandError(f"{path} is not a folder")
        if options["verb"] == "check":
            self.check_folders(paths, as_json=options["json"], by_training=options["train"])
        else:
            self.sync_folders(paths, commit=options["commit"])

    def generated_class(self, options: dict[str, Any]) -> None:
        """Make or delete the generated class."""
        if options["verb"] == "remove-class":
            self.stdout.write(f"Removed the generated class with {generated.remove()} people.")
            return
        sizes = Sizes(**{name: options[name] for name in asdict(Sizes())})
        if not all(0 < number <= 100_000 for number in asdict(sizes).values()):
            raise CommandError("learners, exercises and runs: give numbers from 1 to 100000")
        people = get_user_model().objects
        instructor = people.filter(email__iexact=options["instructor"] or "").first()
        if options["instructor"] and instructor is None:
            raise CommandError(
                f"--instructor {options['instructor']}: nobody has this address; sign up first"
            )
        try:
            made = generated.load(sizes, instructor=instructor)
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"Made “{made.title}”: /teaching/{made.slug}/gradebook/")

    def check_folders(self, paths: Sequence[Path], *, as_json: bool, by_training: bool) -> None:
        """Print all findings; exit status 1 when there are any."""
        check = _prover() if by_training else check_course
        found = {path: check(path) for path in paths}
        if as_json:
            rows = [{"course": str(path), **asdict(finding)} for path in paths for finding in found[path]]
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            for path, findings in found.items():
                self.show(path, findings)
        if any(found.values()):
            raise SystemExit(1)

    def sync_folders(self, paths: Sequence[Path], *, commit: str) -> None:
        """Sync each folder; exit status 1 when a part of one could not be taken over."""
        is_whole = True
        for path in paths:
            synced = sync_course(path, commit=commit)
            self.show(path, synced.findings)
            for slug in synced.kept:
                self.stderr.write(f"{path.name}: exercise {slug} is broken and stays as it was")
            is_whole = is_whole and synced.course is not None and not synced.kept
        if not is_whole:
            raise SystemExit(1)

    def show(self, path: Path, findings: Sequence[Finding]) -> None:
        """One line for each finding, or one saying that there is none."""
        for finding in findings:
            self.stdout.write(f"{path}/{finding}")
        if not findings:
            self.stdout.write(f"{path}: nothing to mend")


def _prover() -> Callable[[Path], list[Finding]]:
    from courses.proving import prove_course  # noqa: PLC0415 - loads torch, which a plain check need not

    return prove_course
