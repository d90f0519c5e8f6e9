"""Files as streams of rows, and bombs that are refused with the reason while memory stays small."""

from __future__ import annotations

import gzip
import resource
import subprocess
import sys
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs_data.reading import Limits, Refused, open_table
from jobs_data.reading.limits import MIB
from tests.jobs_data.samples import BOARD, JSON_LD, write_csv, write_json

ROWS = [["title", "company"], ["Data Scientist", "Müller & Söhne"], ["a\nb", 'say "x", y'], ["Engineer", ""]]
CELLS = [[cell or None for cell in row] for row in ROWS[1:]]


def rows(path, limits=None):
    table = open_table(path, limits)
    held = [list(row.values()) for batch in table.batches() for row in batch.to_pylist()]
    return table, held


def peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"delimiter": ";"},
        {"delimiter": "|"},
        {"encoding": "utf-16"},
        {"encoding": "utf-8-sig"},
        {"encoding": "cp1252"},
    ],
)
def test_delimited_text_in_any_encoding_gives_the_same_rows(tmp_path, options):
    table, held = rows(write_csv(tmp_path / "a.csv", ROWS, **options))
    assert (table.columns, held) == (ROWS[0], CELLS)


def test_tabs_and_gzip_are_recognized_by_content(tmp_path):
    plain = write_csv(tmp_path / "a.tsv", ROWS, delimiter="\t")
    packed = tmp_path / "misnamed.csv"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert rows(plain)[1] == rows(packed)[1] == CELLS


def test_rows_that_do_not_fit_the_header_are_set_aside_with_their_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("title,company\na,b\na,b,c\nd,e\nonly\n")
    table, held = rows(path)
    assert held == [["a", "b"], ["d", "e"]]
    assert [(one.row, one.reason, one.raw) for one in table.rejected] == [
        (3, "3 cells where the header has 2", "a,b,c"),
        (5, "1 cells where the header has 2", "only"),
    ]


def test_json_arrays_lines_and_linked_data_become_dotted_columns(tmp_path):
    array = write_json(
        tmp_path / "a.json", [{"title": "x", "pay": {"min": 1}}, {"title": "y", "tags": ["a", "b"]}]
    )
    table, held = rows(array)
    assert table.columns == ["title", "pay.min", "tags", "other keys"]
    assert held == [["x", "1", None, None], ["y", None, '["a", "b"]', None]]
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"title": "x"}\n{"title": "y"}\n5\n')
    table, held = rows(lines)
    assert [row[0] for row in held] == ["x", "y"] and len(table.rejected) == 1
    linked, held = rows(write_json(tmp_path / "ld.json", JSON_LD))
    assert "baseSalary.value.minValue" in linked.columns and len(held) == 1


def test_keys_that_come_late_are_kept_together(tmp_path):
    objects = [{"title": "x"}] * 600 + [{"title": "y", "late": 7}]
    _, held = rows(write_json(tmp_path / "a.json", objects))
    assert held[-1] == ["y", '{"late": "7"}']


def test_workbooks_give_the_first_sheet_and_name_the_others(tmp_path):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.create_sheet("notes").append(["x"])
    book.save(tmp_path / "a.xlsx")
    table, held = rows(tmp_path / "a.xlsx")
    assert held == CELLS
    assert table.notes == ["Only the sheet 'Sheet' was read; left out: notes."]


def test_parquet_gives_text_whatever_the_types(tmp_path):
    pq.write_table(
        pa.table({"title": ["a", None], "n": [1, 2], "tags": [["x"], None]}), tmp_path / "a.parquet"
    )
    assert rows(tmp_path / "a.parquet")[1] == [["a", "1", "['x']"], [None, "2", None]]


def test_columns_of_one_name_stay_apart(tmp_path):
    table, _ = rows(write_csv(tmp_path / "a.csv", [["x", "x", ""], [1, 2, 3]]))
    assert table.columns == ["x", "x (2)", "column 3"]


# Bombs ----------------------------------------------------------------------------------------------------


def test_a_gzip_that_unpacks_a_thousandfold_is_refused_early(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as file:
        file.write(b"title,company\n")
        for _ in range(64):
            file.write(b"a,b\n" * (MIB // 4))
    before = peak_mib()
    with pytest.raises(Refused, match="more than 200 times its size"):
        rows(path)
    assert peak_mib() - before < 100


def test_unpacked_size_has_a_cap_whatever_the_ratio(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"title\n" + b"a\n" * 10_000))
    with pytest.raises(Refused, match="unpacks to more than"):
        rows(path, Limits(decompressed_bytes=1000))


def test_a_cut_gzip_is_refused_as_damaged(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"title\n" + bytes(range(33, 120)) * 9000)[:-40])
    with pytest.raises(Refused, match="damaged"):
        rows(path)


def test_a_cell_of_two_hundred_megabytes_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b'title,company\nx,"')
        for _ in range(200):
            file.write(b"y" * MIB)
        file.write(b'"\n')
    before = peak_mib()
    with pytest.raises(Refused, match="a row is longer than 8 MiB"):
        rows(path)
    assert peak_mib() - before < 150


def test_a_workbook_that_defines_entities_is_refused(tmp_path):
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["title"])
    book.save(good)
    lol = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                at = text.index(b"<worksheet")
                text = text[:at] + lol.encode() + text[at:]
            target.writestr(name, text)
    with pytest.raises(Refused, match="defines entities"):
        rows(bad)


def test_a_workbook_that_unpacks_a_thousandfold_is_refused_unopened(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/workbook.xml", "<x/>")
        target.writestr("xl/worksheets/sheet1.xml", b" " * (50 * MIB))
    with pytest.raises(Refused, match="unpacks to"):
        rows(path)


def test_a_parquet_whose_pages_unfold_without_end_is_refused(tmp_path):
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 300_000, pa.int32()), ["x" * 100_000])
    pq.write_table(pa.table({"title": once}), tmp_path / "a.parquet")
    with pytest.raises(Refused, match="unfolded to 200 times its size"):
        rows(tmp_path / "a.parquet")


@pytest.mark.parametrize("cut", [9, 20, 60])
def test_a_parquet_with_a_broken_footer_is_refused(tmp_path, cut):
    pq.write_table(pa.table({"title": ["a", "b"] * 50}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[: -cut - 8] + whole[-8:])
    with pytest.raises(Refused, match="Parquet"):
        rows(tmp_path / "a.parquet")


def test_a_parquet_that_claims_more_rows_than_are_read_is_refused_by_its_footer(tmp_path):
    pq.write_table(pa.table({"title": ["a"] * 100}), tmp_path / "a.parquet")
    with pytest.raises(Refused, match="more than 50 rows"):
        rows(tmp_path / "a.parquet", Limits(rows=50))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\x00\x01\x02", "is no CSV"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        ("a.zip", b"PK\x03\x04rest", "damaged"),
        ("a.json", b'[{"a": 1}, {"a": ', "broken"),
        ("a.json", b'[{"a":' + b"[" * 200_000, "nested too deeply|broken or longer"),
        ("a.json", b"[1, 2, 3]", "no JSON objects"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=reason):
        rows(tmp_path / name)


def test_too_many_columns_are_refused(tmp_path):
    path = write_csv(tmp_path / "a.csv", [[f"c{number}" for number in range(600)], [1] * 600])
    with pytest.raises(Refused, match="600 columns"):
        rows(path)


def test_the_site_starts_without_the_libraries_that_read_files():
    code = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'trainyard.settings'; "
        "django.setup(); import trainyard.urls, jobs_data.importing; "
        "print([name for name in ('pyarrow', 'duckdb', 'ibis', 'openpyxl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_sample_of_a_board_keeps_line_breaks_in_cells(tmp_path):
    assert rows(write_csv(tmp_path / "a.csv", BOARD))[1][0][5] == "Healthfirst\n3.1"
