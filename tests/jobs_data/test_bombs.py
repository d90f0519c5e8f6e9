"""Files made to harm: refused with the reason, in a process whose memory is measured from its start."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MIB = 1024 * 1024
ROOT = Path(__file__).parents[2]
# Python with pyarrow and openpyxl takes about 150 MiB before it opens anything.
MOST_MIB = 400
READ = r"""
import re, sys
from pathlib import Path
from jobs_data import descriptors
from jobs_data.reading import Refused, open_table
try:
    table = open_table(Path(sys.argv[1]))
    descriptors.choose(table.columns)
    for batch in table.batches():
        pass
    print("read whole")
except (Refused, descriptors.UnknownFormat) as refused:
    print(str(refused).replace("\n", " "))
# Not getrusage: its peak begins with that of the process that started this one.
print(int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def gzip_of_a_thousand_to_one(path: Path) -> None:
    """Two hundred megabytes of the same row in two hundred kilobytes."""
    with gzip.open(path, "wb") as file:
        file.write(b"title,company\n")
        for _ in range(200):
            file.write(b"a,b\n" * (MIB // 4))


def field_of_two_hundred_megabytes(path: Path) -> None:
    """A quotation mark that is never closed, and a long text."""
    with path.open("wb") as file:
        file.write(b'title,company\nx,"')
        for _ in range(200):
            file.write(b"y" * MIB)
        file.write(b'"\n')


def json_of_one_endless_text(path: Path) -> None:
    """A wrapped list whose one object never ends."""
    with path.open("wb") as file:
        file.write(b'{"results": [{"title": "')
        for _ in range(100):
            file.write(b"y" * MIB)


def parquet_that_unfolds(path: Path) -> None:
    """A long text once, and three hundred thousand pointers to it."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 300_000, pa.int32()), ["x" * 100_000])
    pq.write_table(pa.table({"title": once}), path)


def parquet_with_a_lying_footer(path: Path) -> None:
    """A footer of whole rows over pages that were cut out."""
    pq.write_table(pa.table({"title": [f"title {number}" for number in range(50_000)]}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + bytes(len(whole) - 5_200) + whole[-5_000:])


def workbook_with_an_entity_bomb(path: Path) -> None:
    """A billion laughs in the sheet."""
    plain = path.with_suffix(".plain")
    book = openpyxl.Workbook()
    book.active.append(["title"])
    book.save(plain)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                at = text.index(b"<worksheet")
                text = text[:at] + f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode() + text[at:]
            target.writestr(name, text)


def hundred_column_mess(path: Path) -> None:
    """More than a hundred columns of which one has a common name."""
    header = ["title", *(f"c{number}" for number in range(130))]
    path.write_text(",".join(header) + "\n" + (",".join(["x"] * len(header)) + "\n") * 1_000)


BOMBS = [
    (gzip_of_a_thousand_to_one, "a.csv.gz", "more than 200 times its size"),
    (field_of_two_hundred_megabytes, "a.csv", "a row is longer than 8 MiB"),
    (json_of_one_endless_text, "a.json", "broken or longer than 8 MiB"),
    (parquet_that_unfolds, "a.parquet", "unfolded to 200 times its size"),
    (parquet_with_a_lying_footer, "a.parquet", "Parquet file is damaged"),
    (workbook_with_an_entity_bomb, "a.xlsx", "defines entities"),
    (hundred_column_mess, "a.csv", "No source has these 131 columns"),
]


@pytest.mark.parametrize(("make", "name", "reason"), BOMBS, ids=[make.__name__ for make, _, _ in BOMBS])
def test_it_is_refused_and_memory_stays_bounded(tmp_path, make, name, reason):
    make(tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path / name)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    message, peak = done.stdout.strip().split("\n")
    assert reason in message
    assert int(peak) < MOST_MIB
