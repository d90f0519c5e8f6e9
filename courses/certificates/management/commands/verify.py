"""`trainyard verify FILE`: check a certificate or portfolio without the site that signed it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management.base import BaseCommand, CommandError

from courses.certificates import proofs

TIMEOUT_SECONDS = 10.0


class Command(BaseCommand):
    """Says whether a file is what was signed; reads no database and, without an address, no network."""

    help = "Check a signed certificate or portfolio: offline, against the key inside or one that you trust."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and the keys to trust."""
        parser.add_argument("file", type=Path, help="the downloaded JSON file")
        parser.add_argument(
            "--key",
            default="",
            help="what to trust: a file or address of keys.json, a public key in PEM, or a key written z6Mk…",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say; exit status 0 intact, 1 not, 2 where nothing could be checked."""
        try:
            document = proofs.read(options["file"].read_bytes())
        except (OSError, proofs.NotADocument) as error:
            raise CommandError(f"{options['file']}: {error}", returncode=2) from error
        given = options["key"]
        verdict = proofs.check(document, trusted(given) if given else None)
        for problem in verdict.problems:
            self.stderr.write(f"{problem.path or 'document'}: {problem.message}")
        if verdict.state != "intact":
            raise CommandError(f"{options['file']} does not verify ({verdict.state}).", returncode=1)
        self.stdout.write(f"{options['file']} is intact: signed {verdict.created} by key {verdict.key_id}.")
        self.stdout.write(_about_trust(given))
        if status := document.get("credentialStatus"):
            self.stdout.write(f"Whether it was revoked since is told at {status.get('id', '')}.")


def _about_trust(given: str) -> str:
    if given:
        return f"The key is one of those in {given}."
    return "Whose key it is was not checked: name the site's keys by --key, as from /certificates/keys.json."


def trusted(source: str) -> set[str]:
    """The keys of `source`: a file, an address, or a key itself; `CommandError` where there are none."""
    if source.startswith("z6Mk"):
        return {source}
    text = _text(source)
    try:
        if "BEGIN PUBLIC KEY" in text:
            key = serialization.load_pem_public_key(text.encode())
            if not isinstance(key, Ed25519PublicKey):
                raise ValueError("it is no Ed25519 key")
            return {proofs.multibase(key)}
        keys = {str(one["publicKeyMultibase"]) for one in json.loads(text)["keys"]}
    except (ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{source} holds no keys that can be read: {error}", returncode=2) from error
    return keys


def _text(source: str) -> str:
    try:
        if source.startswith(("http://", "https://")):
            answer = httpx.get(source, timeout=TIMEOUT_SECONDS, follow_redirects=True)
            return answer.raise_for_status().text
        return Path(source).read_text()
    except (OSError, UnicodeDecodeError, httpx.HTTPError) as error:
        raise CommandError(f"The keys cannot be read from {source}: {error}", returncode=2) from error
