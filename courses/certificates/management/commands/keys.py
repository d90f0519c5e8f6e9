"""`trainyard keys`: the keys that sign certificates and portfolios."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from courses.certificates import keys
from courses.certificates.models import SigningKey


class Command(BaseCommand):
    """Lists the public keys, or makes a fresh one to sign with."""

    help = (
        "List the keys that sign certificates and portfolios, or rotate: sign with a fresh one from now on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do."""
        parser.add_argument("action", choices=("list", "rotate"), nargs="?", default="list")

    def handle(self, *args: Any, **options: Any) -> None:
        """List, after rotating where that is asked."""
        try:
            keys.rotate() if options["action"] == "rotate" else keys.current()
        except (ImproperlyConfigured, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The private key lies in {keys.path()}.")
        for key in SigningKey.objects.all():
            state = f"retired {key.retired_at:%Y-%m-%d}" if key.retired_at else "signs"
            self.stdout.write(f"{key.key_id}  {key.multibase}  {state}")
