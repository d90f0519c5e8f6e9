"""How much a file may hold, and streams that stop at the limit instead of trusting the file."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

MIB = 1024 * 1024
# Up to this much decompressed data, a high ratio is harmless and common in tiny files.
FREE_OF_RATIO = 16 * MIB


class Refused(ValueError):
    """A file that is not read further; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a file may hold. Bytes, rows and columns; `ratio` is decompressed to compressed size."""

    file_bytes: int = 20_000 * MIB
    decompressed_bytes: int = 40_000 * MIB
    ratio: int = 200
    rows: int = 100_000_000
    columns: int = 500
    row_bytes: int = 8 * MIB
    workbook_bytes: int = 1_000 * MIB
    batch_bytes: int = 256 * MIB


class Guarded(io.RawIOBase):
    """The decompressed bytes of a gzip file, refused as soon as they outgrow the limits."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the file; nothing is decompressed yet."""
        super().__init__()
        self._packed_size = path.stat().st_size
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - closed by close()
        self._limits = limits
        self._given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; Refused for a bomb or for a damaged file."""
        view = memoryview(buffer)
        try:
            data = self._file.read(len(view))
        except (EOFError, OSError, zlib.error) as damage:
            raise Refused(
                f"The gzip file is damaged after {self._given:,} bytes ({damage}). Download or pack it again."
            ) from damage
        view[: len(data)] = data
        self._given += len(data)
        self._check()
        return len(data)

    def close(self) -> None:
        """Close the file below too."""
        if not self.closed:
            self._file.close()
        super().close()

    def _check(self) -> None:
        ratio = self._given / max(self._packed_size, 1)
        if self._given > FREE_OF_RATIO and ratio > self._limits.ratio:
            raise Refused(
                f"The gzip file unpacks to more than {self._limits.ratio} times its size: that is how "
                "decompression bombs look. If you trust it, unpack it and import the unpacked file."
            )
        if self._given > self._limits.decompressed_bytes:
            raise Refused(
                f"The file unpacks to more than {self._limits.decompressed_bytes // MIB:,} MiB. "
                "Split it into smaller files and import each."
            )


def open_binary(path: Path, limits: Limits) -> IO[bytes]:
    """The file's bytes, unpacked when it is gzip by its first two bytes (names can be wrong)."""
    size = path.stat().st_size
    if size == 0:
        raise Refused(f"{path.name} is empty.")
    if size > limits.file_bytes:
        raise Refused(
            f"{path.name} has {size // MIB:,} MiB; at most {limits.file_bytes // MIB:,} are read. Split it."
        )
    if is_gzip(path):
        return io.BufferedReader(Guarded(path, limits), MIB)
    return path.open("rb")


def is_gzip(path: Path) -> bool:
    """Whether the file starts like gzip."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def check_columns(columns: list[str], limits: Limits) -> list[str]:
    """Column names that are usable: not too many, none empty, each once (a second `x` becomes `x (2)`)."""
    if len(columns) > limits.columns:
        raise Refused(
            f"The file has {len(columns)} columns; at most {limits.columns} are read. "
            "It is perhaps not a table, or its separator was not recognized."
        )
    names: list[str] = []
    for number, column in enumerate(columns, 1):
        name = (column or "").strip().lstrip("\ufeff")[:200] or f"column {number}"
        copy = 2
        unique = name
        while unique in names:
            unique, copy = f"{name} ({copy})", copy + 1
        names.append(unique)
    return names


def check_rows(rows: int, limits: Limits) -> None:
    """Refused when more rows came than are allowed."""
    if rows > limits.rows:
        raise Refused(f"The file has more than {limits.rows:,} rows. Split it and import each part.")
