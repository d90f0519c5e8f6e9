"""The site's signing key: a file that only its owner may read, made at first use unless a setting names one.

Several machines share one key: put the same file on each and name it by `TRAINYARD_SIGNING_KEY_FILE`.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models.functions import Now

from courses.certificates import proofs
from courses.certificates.models import SigningKey


def path() -> Path:
    """Where the private key lies."""
    given: str = settings.SIGNING_KEY_FILE
    return Path(given) if given else Path(settings.DATA_DIR) / "keys" / "signing.pem"


def current() -> Ed25519PrivateKey:
    """The key that signs now, its public half on record; made where the data folder has none yet."""
    kept = path()
    if not kept.exists():
        if settings.SIGNING_KEY_FILE:
            raise ImproperlyConfigured(
                f"TRAINYARD_SIGNING_KEY_FILE names {kept}, which is not there. Put the key of the site there."
            )
        _make(kept)
    key = _load(kept)
    _register(key)
    return key


def rotate() -> SigningKey:
    """Sign with a fresh key from now on. The old private key is gone, its public half stays on record."""
    if settings.SIGNING_KEY_FILE:
        raise ImproperlyConfigured(
            "The key is given by TRAINYARD_SIGNING_KEY_FILE: put another file there on every machine; it is "
            "taken up, and the old one retired, by the next signature."
        )
    current()
    _make(path(), replace=True)
    return _register(_load(path()))


def trusted() -> set[str]:
    """Every public key that ever signed here, as multibase."""
    return set(SigningKey.objects.values_list("multibase", flat=True))


def as_pem(key: Ed25519PrivateKey) -> bytes:
    """The key as it is kept in its file."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load(kept: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(kept.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ImproperlyConfigured(f"{kept} holds no private key that can be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{kept} holds another kind of key; an Ed25519 key in PEM is wanted.")
    return key


def put(pem: bytes) -> None:
    """Keep a key that was backed up, where there is none yet."""
    _write(path(), pem)


def _make(kept: Path, *, replace: bool = False) -> None:
    _write(kept, as_pem(Ed25519PrivateKey.generate()), replace=replace)


def _write(kept: Path, pem: bytes, *, replace: bool = False) -> None:
    """Write a key under a name of its own first: of several processes one wins, and none reads half."""
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=kept.parent, prefix=".signing-")  # for its owner only
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        if replace:
            os.replace(made, kept)
            return
        with suppress(FileExistsError):
            os.link(made, kept)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(made)


@transaction.atomic
def _register(key: Ed25519PrivateKey) -> SigningKey:
    public = proofs.multibase(key.public_key())
    kept, is_new = SigningKey.objects.get_or_create(
        key_id=proofs.key_id(public), defaults={"multibase": public}
    )
    if is_new:
        SigningKey.objects.exclude(pk=kept.pk).filter(retired_at=None).update(retired_at=Now())
    return kept
