"""A signed document says what was signed, or is found out."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from courses.certificates import proofs

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = proofs.multibase(KEY.public_key())
WHEN = datetime(2026, 5, 4, 12, tzinfo=UTC)
DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:1",
    "issuer": {"id": proofs.did(PUBLIC), "name": "Yard"},
    "credentialSubject": {"name": "Lena", "points": 71.5, "runs": [{"a/b": 1}, {"a/b": 2}], "none": []},
}
SIGNED = proofs.sign(DOCUMENT, KEY, WHEN)
RAW = json.dumps(SIGNED).encode()

# The example of the specification's drafts (W3C, vc-di-eddsa, section B.2), before proofs carried a context.
PUBLISHED = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": "https://vc.example/issuers/5678#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        "proofPurpose": "assertionMethod",
        "proofValue": "z3P6rHMUaWG6e3Ac6xYFht8aEvoVXndgKTtEY8kzWYXzk8dKmAo2GJeZiJw4"
        "qoZ2PGp4ugdaHx3oQiLpeFBLDqP2M",
    },
}


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The signed document with one value replaced."""
    document: Any = copy.deepcopy(SIGNED)
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return document


def test_the_published_example_verifies() -> None:
    assert proofs.check(PUBLISHED).state == "intact"


def test_a_document_is_intact_in_whatever_layout_it_is_written() -> None:
    shuffled = dict(sorted(SIGNED.items(), reverse=True))
    verdict = proofs.check(proofs.read(json.dumps(shuffled, indent=3).encode()), {PUBLIC})
    assert (verdict.state, verdict.key, verdict.created) == ("intact", PUBLIC, "2026-05-04T12:00:00Z")


def test_the_key_must_be_one_that_is_trusted() -> None:
    verdict = proofs.check(SIGNED, {"z6Mkother"})
    assert verdict.state == "foreign" and verdict.key_id in verdict.problems[0].message


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("credentialSubject", "name"), "Sten", "/credentialSubject/name"),
        (("credentialSubject", "points"), 80, "/credentialSubject/points"),
        (("credentialSubject", "runs", 1, "a/b"), 3, "/credentialSubject/runs/1/a~1b"),
        (("credentialSubject", "more"), True, "/credentialSubject/more"),
        (("credentialSubject", "none"), [1], "/credentialSubject/none/0"),
    ],
)
def test_what_was_changed_is_named(path: tuple[Any, ...], value: Any, pointer: str) -> None:
    verdict = proofs.check(changed(path, value))
    assert verdict.state == "altered"
    assert pointer in [problem.path for problem in verdict.problems]


def test_hiding_a_change_by_new_digests_does_not_help() -> None:
    document = changed(("credentialSubject", "name"), "Sten")
    document[proofs.DIGESTS] = proofs.digests(document)
    assert proofs.check(document).state == "altered"


def test_a_proof_by_a_key_that_is_not_the_issuers_is_refused() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    document = proofs.sign(DOCUMENT, other, WHEN)  # the issuer in it is still the first key
    assert proofs.check(document).problems[0].path == "/proof/verificationMethod"


@pytest.mark.parametrize(
    "name", ["type", "cryptosuite", "proofPurpose", "proofValue", "verificationMethod", "created"]
)
@pytest.mark.parametrize("value", ["other", None, 7, "z111"])
def test_a_changed_proof_does_not_verify(name: str, value: Any) -> None:
    assert proofs.check(changed(("proof", name), value)).state == "altered"


def test_a_context_added_later_does_not_verify() -> None:
    assert (
        proofs.check(changed(("@context",), [*SIGNED["@context"], "https://example.org/mine"])).state
        == "altered"
    )


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(place: int, by: int) -> None:
    broken = bytearray(RAW)
    broken[place] ^= by
    try:
        document = proofs.read(bytes(broken))
    except proofs.NotADocument:
        return
    assert document == SIGNED or proofs.check(document, {PUBLIC}).state != "intact"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_whatever_is_signed_verifies_and_nothing_else_does(value: Any, other: Any) -> None:
    signed = proofs.sign({**DOCUMENT, "value": value}, KEY, WHEN)
    read = proofs.read(json.dumps(signed).encode())
    assert proofs.check(read, {PUBLIC}).state == "intact"
    is_same = proofs.hashed({"v": value}, {}) == proofs.hashed({"v": other}, {})
    assert (proofs.check({**read, "value": other}).state == "intact") == is_same


@given(st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_whatever_file_is_given_is_judged_in_words(raw: bytes) -> None:
    try:
        verdict = proofs.check(proofs.read(raw))
    except proofs.NotADocument as error:
        assert str(error)
    else:
        assert verdict.state == "altered" and verdict.problems[0].message


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": NaN}', "no JSON number"),
        (b"[1]", "no JSON object"),
        (b"\xff", "not JSON in UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (rb'{"\ud800": 1}', "half a character"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "more than 40 levels"),
    ],
)
def test_a_file_that_is_no_document_is_refused_with_the_reason(raw: bytes, words: str) -> None:
    with pytest.raises(proofs.NotADocument, match=words):
        proofs.read(raw)
