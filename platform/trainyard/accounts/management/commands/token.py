"""`trainyard token EMAIL`: print a person's API token, making one if there is none."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rest_framework.authtoken.models import Token

from trainyard.accounts.models import User


class Command(BaseCommand):
    """Print an API token."""

    help = "Print the API token of a person, making one if there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose token."""
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--renew", action="store_true", help="end the old token and make a new one")

    def handle(self, *args: Any, **options: Any) -> None:
        """The token alone on standard output, for `$(trainyard token me@example.org)`."""
        user = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account of {options['email']}.")
        if options["renew"]:
            Token.objects.filter(user=user).delete()
        token, _ = Token.objects.get_or_create(user=user)
        self.stdout.write(token.key)
