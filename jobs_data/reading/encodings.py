"""Which encoding a text file is in, by its bytes: nothing is assumed from its name or the machine."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from .limits import MIB, Limits, open_binary

# Bytes without a character in Windows' tables for Western and for Central Europe.
UNDEFINED_1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
UNDEFINED_1250 = frozenset(b"\x81\x83\x88\x90\x98")
# Inside a word these are "ł", "ą" and "ż" in Central European text; in Western text they are signs.
CENTRAL = re.compile(rb"[A-Za-z][\xb3\xb9\xbf][a-z]")


def find_encoding(path: Path, limits: Limits) -> str:
    """`utf-8`, a `utf-16`, or for a file that is not valid UTF-8 a table of Windows, else `latin-1`."""
    with open_binary(path, limits) as file:
        start = file.read(4096)
        if wide := wide_encoding(start):
            return wide
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while block := file.read(MIB):
                # Ascii needs no decoding, and the check is ten times as fast.
                if not block.isascii() or decoder.getstate()[0]:
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _of_one_byte(path, limits)
    return "utf-8"


def wide_encoding(start: bytes) -> str:
    """The UTF-16 that the first bytes are in, by their mark or by the zeros beside Latin letters; or ""."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(start) // 2
    if half < 2:
        return ""
    if start[1::2].count(0) > 0.7 * half and not start[::2].count(0):
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) > 0.7 * half and not start[1::2].count(0) else ""


def _of_one_byte(path: Path, limits: Limits) -> str:
    held: set[int] = set()
    is_central = False
    with open_binary(path, limits) as file:
        while block := file.read(MIB):
            held |= set(block)
            is_central = is_central or CENTRAL.search(block) is not None
    if is_central and not held & UNDEFINED_1250:
        return "cp1250"
    return "latin-1" if held & UNDEFINED_1252 else "cp1252"
