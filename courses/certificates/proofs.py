"""Signed JSON documents that anyone can check without asking us: pure, no Django.

A document carries an embedded W3C Data Integrity proof of the cryptosuite `eddsa-jcs-2022`: Ed25519 over the
SHA-256 of the proof's options and of the document, each in the canonical form of RFC 8785. The verification
method is a `did:key`, so the public key is inside the file; whether it is *ours* is for a pinned key to say.

`fieldDigests` names the digest of every single value. It is signed like all else, and lets a reader be told
*which* value was changed; the signature alone says only that something was.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import base58
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SUITE = "eddsa-jcs-2022"
MULTICODEC = b"\xed\x01"  # ed25519-pub
KEY_BYTES, SIGNATURE_BYTES = 32, 64
DIGESTS = "fieldDigests"
DIGEST_BYTES = 12
MOST_BYTES = 2 * 1024**2
MOST_LEVELS = 40
MOST_PROBLEMS = 20

Document = dict[str, Any]


class NotADocument(ValueError):
    """What was given is no signed document at all; the message is for its reader."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place: `path` is a JSON pointer, empty for the whole document."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a document found.

    `intact`: it says what was signed. `altered`: it does not; `problems` say where. `foreign`: intact, but
    signed by none of the keys that the reader trusts. `key` is the public key as multibase.
    """

    state: Literal["intact", "altered", "foreign"]
    key: str = ""
    created: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def key_id(self) -> str:
        """The short name of the key, or an empty string."""
        return key_id(self.key) if self.key else ""


# Keys ---------------------------------------------------------------------------------------------------


def multibase(public: Ed25519PublicKey) -> str:
    """A public key as Multikey: `z6Mk…`."""
    return "z" + base58.b58encode(MULTICODEC + public.public_bytes_raw()).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """The key that `text` (`z6Mk…`) writes; `ValueError` where it writes none."""
    if not text.startswith("z"):
        raise ValueError("a key begins with z")
    raw = base58.b58decode(text[1:])
    if len(raw) != len(MULTICODEC) + KEY_BYTES or not raw.startswith(MULTICODEC):
        raise ValueError("this is no Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(raw.removeprefix(MULTICODEC))


def key_id(key: str) -> str:
    """A key's short name: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public_key(key).public_bytes_raw()).hexdigest()[:16]


def did(key: str) -> str:
    """The identity that the key itself is: `did:key:z6Mk…`."""
    return f"did:key:{key}"


# Signing ------------------------------------------------------------------------------------------------


def sign(document: Document, key: Ed25519PrivateKey, created: datetime) -> Document:
    """`document` with digests of its values and a proof; `created` needs a time zone."""
    public = multibase(key.public_key())
    unsecured = {**document, DIGESTS: digests(document)}
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "verificationMethod": f"{did(public)}#{public}",
        "proofPurpose": "assertionMethod",
    }
    if "@context" in document:
        options["@context"] = document["@context"]
    value = "z" + base58.b58encode(key.sign(hashed(unsecured, options))).decode()
    return {**unsecured, "proof": {**options, "proofValue": value}}


def hashed(unsecured: Document, options: Document) -> bytes:
    """What is signed: the hash of the proof's options, then that of the document."""
    parts = (rfc8785.dumps(options), rfc8785.dumps(unsecured))
    return b"".join(hashlib.sha256(part).digest() for part in parts)


def digests(document: Document) -> dict[str, str]:
    """The digest of each value of the document, by JSON pointer; of proof and digests none."""
    return {path: _digest(value) for path, value in _leaves(_payload(document), "")}


def _payload(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in ("proof", DIGESTS)}


def _digest(value: Any) -> str:
    digest = hashlib.sha256(rfc8785.dumps(value)).digest()[:DIGEST_BYTES]
    return base64.urlsafe_b64encode(digest).decode()


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Everything in `value` that holds nothing further, by JSON pointer."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}/{place}")
    else:
        yield path, value


# Reading ------------------------------------------------------------------------------------------------


def read(raw: bytes) -> Document:
    """A document from a file, read strictly; `NotADocument` says what is wrong with the file."""
    if len(raw) > MOST_BYTES:
        raise NotADocument(f"The file is larger than {MOST_BYTES // 1024**2} MiB, so it is no proof of ours.")
    try:
        found = json.loads(raw.decode(), object_pairs_hook=_without_twice, parse_constant=_no_constant)
    except NotADocument:
        raise
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NotADocument(f"The file is not JSON in UTF-8: {error}") from error
    return sound(found)


def sound(found: Any) -> Document:
    """What was read as JSON, if it is an object that can be checked; else `NotADocument`."""
    if not isinstance(found, dict):
        raise NotADocument("The file holds no JSON object, so there is nothing signed in it.")
    if _levels(found) > MOST_LEVELS:
        raise NotADocument(f"The file nests more than {MOST_LEVELS} levels; no proof of ours does.")
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise NotADocument("The file holds half a character (a lone surrogate), which is no text.") from error
    return found


def _without_twice(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotADocument(f"“{twice}” stands twice in one object: which of them was signed cannot be told.")
    return found


def _no_constant(name: str) -> Any:
    raise NotADocument(f"{name} is no JSON number.")


def _levels(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        found, level = waiting.pop()
        deepest = max(deepest, level)
        inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
        waiting.extend((one, level + 1) for one in inner)
    return deepest


# Checking -----------------------------------------------------------------------------------------------


def check(document: Document, trusted: Collection[str] | None = None) -> Verdict:
    """Whether the document is what was signed, and by one of the `trusted` keys (None: any key)."""
    proof = document.get("proof")
    if not isinstance(proof, dict):
        return Verdict("altered", problems=[Problem("/proof", "There is no proof in this document.")])
    if wrong := list(_wrong_in_proof(document, proof)):
        return Verdict("altered", problems=wrong)
    key = proof["verificationMethod"].rpartition("#")[2]
    found = _Checked(key, str(proof.get("created", "")))
    if problem := _signature_problem(document, proof, key):
        return found.altered([*_changed_values(document), problem])
    if trusted is not None and key not in trusted:
        message = f"It is signed by the key {key_id(key)}, which is none of the keys you trust."
        return Verdict("foreign", found.key, found.created, [Problem("/proof/verificationMethod", message)])
    return Verdict("intact", found.key, found.created)


@dataclass(frozen=True, slots=True)
class _Checked:
    key: str
    created: str

    def altered(self, problems: list[Problem]) -> Verdict:
        return Verdict("altered", self.key, self.created, problems[:MOST_PROBLEMS])


def _wrong_in_proof(document: Document, proof: Document) -> Iterator[Problem]:
    """What keeps the proof from being one of ours, before any signature is looked at."""
    wanted = {"type": "DataIntegrityProof", "cryptosuite": SUITE, "proofPurpose": "assertionMethod"}
    for name, value in wanted.items():
        if proof.get(name) != value:
            yield Problem(f"/proof/{name}", f"It must be “{value}”, but is {_shown(proof.get(name))}.")
    if "@context" in proof and proof["@context"] != document.get("@context"):
        yield Problem("/@context", "It is not the context that was signed.")
    if not _is_method(proof.get("verificationMethod"), document.get("issuer")):
        shown = _shown(proof.get("verificationMethod"))
        yield Problem("/proof/verificationMethod", f"It must name the issuer's Ed25519 key, but is {shown}.")
    if _signature(proof) is None:
        shown = _shown(proof.get("proofValue"))
        yield Problem("/proof/proofValue", f"It must be a signature of 64 bytes in base58, but is {shown}.")


def _is_method(method: Any, issuer: Any) -> bool:
    """Whether `method` is a key of the issuer's own: its identity, then `#z6Mk…`."""
    if not isinstance(method, str):
        return False
    controller, _, key = method.rpartition("#")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if controller != named or (controller.startswith("did:key:") and controller != did(key)):
        return False
    try:
        public_key(key)
    except ValueError:
        return False
    return True


def _signature(proof: Document) -> bytes | None:
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        return None
    try:
        signature = base58.b58decode(value[1:])
    except ValueError:
        return None
    return signature if len(signature) == SIGNATURE_BYTES else None


def _signature_problem(document: Document, proof: Document, key: str) -> Problem | None:
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        public_key(key).verify(_signature(proof) or b"", hashed(unsecured, options))
    except InvalidSignature:
        return Problem(
            "", "The signature is not of this document: something in it was changed after signing."
        )
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        return Problem("", f"It holds a value that no signed document can hold: {error}")
    return None


def _changed_values(document: Document) -> list[Problem]:
    """The values that do not have the digest that the document itself names."""
    named = document.get(DIGESTS)
    if not isinstance(named, Mapping):
        return [Problem(f"/{DIGESTS}", "The digests of the values are missing.")] if named is None else []
    found = dict(_leaves(_payload(document), ""))
    problems = [Problem(path, "This value was added.") for path in found if path not in named]
    problems += [Problem(path, "This value was taken out.") for path in named if path not in found]
    for path, value in found.items():
        if path in named and not _has_digest(value, named[path]):
            problems.append(Problem(path, f"This value was changed; it now says {_shown(value)}."))
    return problems


def _has_digest(value: Any, digest: Any) -> bool:
    try:
        return bool(_digest(value) == digest)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return False


def _shown(value: Any) -> str:
    return "missing" if value is None else f"“{json.dumps(value)[:80].strip(chr(34))}”"
