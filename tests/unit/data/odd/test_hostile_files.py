"""Hostile files of the formats that are not text, each with its table or the words it is refused in."""

import bz2
import gzip
import io
import json
import lzma
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from core.data import packed, read_table
from core.data.formats import FORMATS
from core.errors import FairwayError, LimitError
from tests.unit.data.odd import bombs, sheets
from tests.unit.data.odd.bombs import MB, zstd_frame
from tests.unit.data.odd.sheets import cell, line, real, row

ROOT = Path(__file__).resolve().parents[4]
FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
CSV = b"a,b\n1,x\n2,y\n"
SAS = FORMATS["sas"].signatures[0]
FAR, LAST = 1_048_576, 16_384


def packed_feather(table: pa.Table) -> bytes:
    target = io.BytesIO()
    with pa.ipc.new_file(target, table.schema) as writer:
        writer.write_table(table)
    return target.getvalue()


def parquet(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


TABLE = pa.table({"a": [1, 2, 3], "b": pa.array(["x", "y", "z"]).dictionary_encode()})
FEATHER, PARQUET = packed_feather(TABLE), parquet(TABLE)
PARQUET_FOOTER = struct.pack("<I", struct.unpack("<I", PARQUET[-8:-4])[0])


def bad_codes() -> bytes:
    """Codes that point beyond the values they stand for."""
    codes = pa.DictionaryArray.from_arrays(pa.array([0, 1, 99], pa.int32()), pa.array(["x", "y"]), safe=False)
    return packed_feather(pa.table({"a": codes}))


def spss(*, compress: bool = False) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.sav"
        pyreadstat.write_sav(FRAME, str(path), compress=compress)
        return path.read_bytes()


def claiming(body: bytes, rows: int) -> bytes:
    """State so many rows, in the place where the head of an SPSS file has their number."""
    return body[:80] + struct.pack("<i", rows) + body[84:]


def huge_blocks() -> bytes:
    """State that each packed block of an SPSS file unpacks to 2 GB."""
    body = spss(compress=True)
    (trailer,) = struct.unpack_from("<q", body, body.rindex(b"x\x9c") - 16)
    return body[: trailer + 40] + struct.pack("<i", 2**31 - 1) + body[trailer + 44 :]


def greedy_xz() -> bytes:
    """State in its first block that unpacking needs two gigabytes of memory."""
    body = bytearray(lzma.compress(CSV))
    body[16] = 38
    body[20:24] = struct.pack("<I", zlib.crc32(bytes(body[12:20])))
    return bytes(body)


def replaced(body: bytes, old: bytes, new: bytes) -> bytes:
    assert old in body
    return body.replace(old, new)


def long_number(value: int) -> bytes:
    return struct.pack("<q", value)


GIVEN: dict[str, tuple[str, bytes, dict[str, list[object]]]] = {
    "xlsb": ("t.xlsb", sheets.xlsb(), {"a": [1.5, 2.0], "b": ["x", "y"]}),
    "ods": ("t.ods", sheets.ods(), {"a": [1, 2], "b": ["x", "y"]}),
    "ods with a row repeated": (
        "t.ods",
        sheets.ods(line(cell("a")) + line(cell("1"), more='table:number-rows-repeated="3"')),
        {"a": [1, 1, 1]},
    ),
    "ods with empty rows to its end": (
        "t.ods",
        sheets.ods(sheets.LINES + line("<table:table-cell/>", more='table:number-rows-repeated="1048573"')),
        {"a": [1, 2], "b": ["x", "y"]},
    ),
    "codes of Feather": ("t.feather", FEATHER, {"a": [1, 2, 3], "b": ["x", "y", "z"]}),
    "texts kept as views": (
        "t.arrow",
        packed_feather(pa.table({"a": pa.array(["x", None, "a text of more than twelve"], pa.string_view())})),
        {"a": ["x", None, "a text of more than twelve"]},
    ),
    "runs": (
        "t.arrow",
        packed_feather(
            pa.table({"a": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["x", "y"]))})
        ),
        {"a": ["x", "x", "y"]},
    ),
    "streams one after the other in bz2": ("t.csv.bz2", bz2.compress(CSV) + bz2.compress(b"3,z\n"), {"a": [1, 2, 3]}),
    "streams one after the other in gzip": ("t.csv.gz", gzip.compress(CSV) + gzip.compress(b"3,z\n"), {"a": [1, 2, 3]}),
    "streams one after the other in xz": ("t.csv.xz", lzma.compress(CSV) + lzma.compress(b"3,z\n"), {"a": [1, 2, 3]}),
    "a workbook in gzip": ("t.ods.gz", gzip.compress(sheets.ods()), {"a": [1, 2], "b": ["x", "y"]}),
}


@pytest.mark.parametrize(("name", "body", "expected"), GIVEN.values(), ids=GIVEN)
def test_what_is_odd_but_whole_is_read(
    name: str, body: bytes, expected: dict[str, list[object]], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    frame = read_table(path).frame
    found = {column: [None if pd.isna(value) else value for value in frame[column]] for column in expected}
    assert found == expected


FAR_CELL = r"row 1,048,576 and column 16,384"
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "xlsb cut": ("t.xlsb", sheets.xlsb()[:-60], "cut off or damaged"),
    "xlsb with a far cell": ("t.xlsb", sheets.xlsb(sheets.TABLE + row(FAR - 1) + real(LAST - 1, 1)), FAR_CELL),
    "xlsb that claims to be huge": ("t.xlsb", sheets.xlsb(size=sheets.dimension(FAR, LAST)), FAR_CELL),
    "xlsb with a column beyond all": ("t.xlsb", sheets.xlsb(row(0) + real(2**31, 1)), "reaches to row"),
    "xlsb whose text is longer than it": (
        "t.xlsb",
        sheets.xlsb(row(0) + sheets.record(sheets.TEXT, struct.pack("<III", 0, 0, 2**31 - 1) + b"a\0")),
        "cut off, damaged",
    ),
    "xlsb of empty records": ("t.xlsb", sheets.xlsb(b"\x00\x00" * 200_000), "damaged"),
    "xlsb of many records": ("t.xlsb", sheets.xlsb(sheets.record(300) * 600_000), "damaged"),
    "xlsb whose sheet is a pickle": ("t.xlsb", sheets.xlsb(b"\x80\x04K\x01."), "damaged"),
    "ods cut": ("t.ods", sheets.ods()[:-60], "cut off or damaged"),
    "ods with a far cell": (
        "t.ods",
        sheets.ods(
            line("<table:table-cell/>", more=f'table:number-rows-repeated="{FAR - 1}"')
            + line(cell("1", more=f'table:number-columns-repeated="{LAST}"'))
        ),
        FAR_CELL,
    ),
    "ods repeated beyond all": (
        "t.ods", sheets.ods(line(cell("1"), more='table:number-rows-repeated="99999999999"')), "damaged",
    ),
    "ods repeated a minus": (
        "t.ods", sheets.ods(line(cell("1"), more='table:number-rows-repeated="-1"')), "damaged",
    ),
    "ods with entities": (
        "t.ods", sheets.ods(line(cell("&a;")), prolog='<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "entities",
    ),
    "ods with a password": ("t.ods", sheets.ods(manifest="<m:encryption-data/>"), "password"),
    "ods that is no XML": ("t.ods", sheets.ods("<table:table-row>"), "damaged"),
    "SAS of a head alone": ("t.sas7bdat", SAS, "cut off"),
    "SAS of zeros": ("t.sas7bdat", SAS + b"\0" * 5_000, "SAS file"),
    "SAS that claims to be huge": ("t.sas7bdat", SAS + b"\xff" * 5_000, "SAS file"),
    "SAS of another magic": ("t.sas7bdat", b"\0" * 12 + b"\x01" * 5_000, "looks like"),
    "SAS with pages of 2 GB": (
        "t.sas7bdat",
        SAS + b"\x22\x22\x00\x32\x33\x01\x00" + b"\0" * 157 + struct.pack("<II", 1024, 2**31 - 1) + b"\0" * 900,
        "SAS file",
    ),
    "Arrow without its end": ("t.feather", FEATHER[:-30], "cut off or damaged"),
    "Arrow of its magic alone": ("t.feather", b"ARROW1\0\0", "cut off or damaged"),
    "Arrow whose footer is longer than it": (
        "t.feather", FEATHER[:-10] + struct.pack("<i", 2**31 - 1) + b"ARROW1", "cut off or damaged",
    ),
    "Arrow whose footer is a minus": (
        "t.feather", FEATHER[:-10] + struct.pack("<i", -1) + b"ARROW1", "cut off or damaged",
    ),
    "Arrow that claims 2^62 rows": ("t.feather", replaced(FEATHER, long_number(3), long_number(2**62)), "rows or more"),
    "Arrow with a minus of rows": (
        "t.feather", replaced(FEATHER, long_number(3), long_number(-3)), "cut off or damaged",
    ),
    "codes beyond their values": ("t.feather", bad_codes(), "cut off or damaged"),
    "stream that ends in a head": ("t.arrows", b"\xff\xff\xff\xff" + struct.pack("<I", 2**31 - 8), "cut off"),
    "Feather of the first version": ("t.feather", b"FEA1" + b"\0" * 40, "first version"),
    "Parquet without its end": ("t.parquet", PARQUET[:-20], "cut off"),
    "Parquet of its magic alone": ("t.parquet", b"PAR1PAR1", "cut off"),
    "Parquet whose footer is longer than it": (
        "t.parquet", PARQUET[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1", "cut off",
    ),
    "Parquet whose footer is empty": ("t.parquet", PARQUET[:-8] + struct.pack("<I", 0) + b"PAR1", "cut off"),
    "Parquet whose footer begins too late": (
        "t.parquet", PARQUET[:-8] + struct.pack("<I", PARQUET_FOOTER[0] // 2) + b"PAR1", "cut off",
    ),
    "encrypted Parquet": ("t.parquet", b"PARE" + b"\0" * 40 + b"PARE", "encrypted"),
    "gzip in gzip": ("t.csv.gz", gzip.compress(gzip.compress(CSV)), "holds another one"),
    "zip in zip": ("t.zip", sheets.zipped({"inner.zip": sheets.zipped({"t.csv": CSV})}), "holds no table"),
    "zip in zip under another name": (
        "t.zip", sheets.zipped({"t.csv": sheets.zipped({"t.csv": CSV})}), "holds another one",
    ),
    "bzip2 in zip": ("t.zip", sheets.zipped({"t.csv": bz2.compress(CSV)}), "holds another one"),
    "zip in xz": ("t.csv.xz", lzma.compress(sheets.zipped({"t.csv": CSV})), "holds another one"),
    "many files in a zip": ("t.zip", sheets.zipped({f"{n}.csv": b"" for n in range(1_001)}), "1,001 files"),
    "path of a zip": ("t.zip", sheets.zipped({"../../t.txt.sh": CSV}), "holds no table"),
    "pickle in a zip": ("t.zip", sheets.zipped({"t.csv": b"\x80\x04K\x01."}), "a Python pickle"),
    "xz that asks for 2 GB": ("t.csv.xz", greedy_xz(), "asks for more than 128 MB"),
    "SPSS of a head alone": ("t.sav", spss()[:176], "cut off"),
    "SPSS cut": ("t.sav", spss()[:-8], "SPSS file"),
    "packed SPSS cut": ("t.zsav", spss(compress=True)[:-30], "SPSS file"),
    "SPSS that claims two rows more": ("t.sav", claiming(spss(), 5), "SPSS file"),
    "SPSS that claims a billion rows": ("t.sav", claiming(spss(), 10**9), "1,000,000,000 rows|more than"),
    "packed SPSS that claims a billion rows": (
        "t.zsav", claiming(spss(compress=True), 10**9), "1,000,000,000 rows|more than",
    ),
    "packed SPSS whose blocks claim 2 GB": ("t.zsav", huge_blocks(), "SPSS file"),
    "SPSS under another ending": ("t.csv", spss(), "an SPSS file"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "body", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_hostile_is_refused_in_words(name: str, body: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(FairwayError, match=words) as refusal:
        read_table(path)
    said = refusal.value.message
    assert name in said
    assert str(tmp_path) not in said
    assert "Error" not in said
    assert refusal.value.next_step


def far_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.cell(FAR, LAST, 1)
    book.save(path)


def false_xlsx(path: Path) -> None:
    """State that a sheet of two cells reaches to the far corner."""
    plain = path.with_name("plain.xlsx")
    pd.DataFrame({"a": [1]}).to_excel(plain, index=False)
    with zipfile.ZipFile(plain) as read:
        parts = {name: read.read(name) for name in read.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', parts[sheet])
    path.write_bytes(sheets.zipped(parts))


FAR_SHEETS: dict[str, tuple[Callable[[Path], object], str]] = {
    "far.xlsx": (far_xlsx, "LimitError"),
    "false.xlsx": (false_xlsx, "Table"),
    "far.xlsb": (lambda path: path.write_bytes(REFUSED["xlsb with a far cell"][1]), "LimitError"),
    "false.xlsb": (lambda path: path.write_bytes(REFUSED["xlsb that claims to be huge"][1]), "LimitError"),
    "far.ods": (lambda path: path.write_bytes(REFUSED["ods with a far cell"][1]), "LimitError"),
}
BOMBS: dict[str, Callable[[Path], object]] = {**bombs.PACKED, **bombs.COLUMNS}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Read every bomb, each in a process of its own, and measure it."""
    folder = tmp_path_factory.mktemp("bombs")
    written = {**BOMBS, **{name: write for name, (write, _) in FAR_SHEETS.items()}}
    for name, write in written.items():
        write(folder / name)
    given = [sys.executable, "-m", "tests.unit.data.odd.measured", *(str(folder / name) for name in written)]
    lines = subprocess.run(given, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
    return {found["file"]: found for found in map(json.loads, lines)}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_three_seconds_and_300_megabytes(
    name: str, told: dict[str, dict[str, object]]
) -> None:
    found = told[name]
    kind, words = "LimitError", r"limit of 1,024 MB|more than 1,024 MB|at most 2[\d,]+"
    if name.startswith("lying"):
        kind, words = "DataError", "cut off or damaged"
    assert found["kind"] == kind
    assert re.search(words, str(found["said"]))
    assert float(str(found["seconds"])) < 3
    assert float(str(found["mb"])) < 300


@pytest.mark.parametrize(
    ("kind", "pack"), [("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress), ("zstd", zstd_frame)]
)
def test_a_packed_table_as_large_as_the_limit_is_unpacked_whole_and_a_larger_one_foreseen(
    kind: str, pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "FORESEEN_BYTES", 2 * MB)
    path, piece = tmp_path / "t.csv.packed", pack(bombs.SPARSE)
    room = packed.Room(8 * len(bombs.SPARSE))
    path.write_bytes(piece * 8)
    with packed.unpacked(path, kind, "t.csv.packed", endings=("csv",), room=room) as inside:
        assert inside.path.stat().st_size == 8 * len(bombs.SPARSE)
    path.write_bytes(piece * 12)
    refused = pytest.raises(LimitError, match=r"would unpack to about (8|9|10|11) MB, beyond the limit of 7 MB")
    with refused, packed.unpacked(path, kind, "t.csv.packed", endings=("csv",), room=room):
        pass


@pytest.mark.parametrize("name", FAR_SHEETS)
def test_a_far_cell_and_a_false_size_stay_under_800_megabytes(name: str, told: dict[str, dict[str, object]]) -> None:
    assert told[name]["kind"] == FAR_SHEETS[name][1]
    assert float(str(told[name]["mb"])) < 800
