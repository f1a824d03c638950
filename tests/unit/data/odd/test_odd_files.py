"""Odd and hostile files, one line a case, each with the table it holds or the words it is refused in."""

import bz2
import gzip
import io
import itertools
import json
import lzma
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from core.data import read_table
from core.errors import DataError

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "caret": "^", "tilde": "~"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


def zipped(body: bytes, name: str = "t.csv") -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return kept.getvalue()


def zstandard(body: bytes) -> bytes:
    return bytes(pa.compress(body, codec="zstd", asbytes=True))


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    ".gz": lambda body: gzip.compress(body, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard,
    ".zip": zipped,
}


@pytest.mark.parametrize("packing", PACKINGS, ids=lambda ending: ending or "plain")
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("sign", DELIMITERS.values(), ids=DELIMITERS)
def test_a_table_is_read_however_it_is_written(sign: str, encoding: str, packing: str, tmp_path: Path) -> None:
    lines = (
        ["town", "n", "note"],
        ["Köln", "1", "a b"],
        ["Zürich", "2", "é"],
        ["Łódź" if "utf" in encoding else "Ulm", "3", ""],
    )
    text = "".join(sign.join(line) + "\r\n" for line in lines)
    path = tmp_path / f"t.csv{packing}"
    path.write_bytes(PACKINGS[packing](text.encode(encoding)))
    table = read_table(path)
    expected = pd.DataFrame({"town": ["Köln", "Zürich", lines[3][0]], "n": [1, 2, 3], "note": ["a b", "é", None]})
    pd.testing.assert_frame_equal(table.frame, expected.astype({"town": "str", "note": "str"}))
    assert any("separated by" in warning for warning in table.warnings) == (sign != ",")
    assert any("encoding was guessed" in warning for warning in table.warnings) == (encoding == "cp1252")


VALUES = {
    "decimal comma": ("a;b\n1,5;x\n2,25;y\n", [1.5, 2.25]),
    "grouped by points": ("a;b\n1.234,50;x\n2.000,00;y\n", [1234.5, 2000.0]),
    "grouped by commas": ('a,b\n"1,234.50",x\n"2,000.00",y\n', [1234.5, 2000.0]),
    "grouped by spaces": ("a;b\n1 234,5;x\n2 000,0;y\n", [1234.5, 2000.0]),
    "grouped by apostrophes": ("a;b\n1'234.5;x\n2'000.5;y\n", [1234.5, 2000.5]),
    "true minus sign": ("a,b\n\u22121.5,x\n2,y\n", [-1.5, 2.0]),
    "currency": ("a,b\n$1.50,x\n$2.00,y\n", [1.5, 2.0]),
    "per cent": ("a,b\n1.5%,x\n2%,y\n", [1.5, 2.0]),
    "exponents": ("a,b\n1e3,x\n2.5E-1,y\n", [1000.0, 0.25]),
    "leading zeros": ("a,b\n007,x\n012,y\n", ["007", "012"]),
    "beyond 2^53": ("a,b\n9007199254740993,x\n1,y\n", ["9007199254740993", "1"]),
    "plus signs": ("a,b\n+1,x\n+2,y\n", [1, 2]),
    "outer spaces": ("a,b\n 1 , x\n 2 , y\n", [1, 2]),
    "blank lines": ("a,b\n\n1,x\n\n2,y\n\n", [1, 2]),
    "old line ends": ("a,b\r1,x\r2,y\r", [1, 2]),
    "no last line end": ("a,b\n1,x\n2,y", [1, 2]),
    "a comma too many at each line": ("a,b,\n1,x,\n2,y,\n", [1, 2]),
    "a formula": ("a,b\n=1+1,x\n@SUM(A1),y\n", ["=1+1", "@SUM(A1)"]),
    "markup": ("a,b\n<script>alert(1)</script>,x\n<b>,y\n", ["<script>alert(1)</script>", "<b>"]),
    "a hint for Excel": ("sep=;\na;b\n1;x\n2;y\n", [1, 2]),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_a_value_keeps_its_meaning(text: str, expected: list[object], tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    assert read_table(path).frame["a"].tolist() == expected


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("t.csv", b"", "0 bytes"),
    "blank": ("t.csv", b"\n \n\n", "blank lines only"),
    "names alone": ("t.csv", b"a,b\n", "no rows below"),
    "gaps alone": ("t.csv", b"a,b\n,\nNA,\n", "no usable rows"),
    "open quote": ("t.csv", b'a,b\n1,2\n3,"x\n' + b"4,5\n" * 20, "line 3"),
    "ragged": ("t.csv", b"a,b\n" + b"1,2,3\n1,2\n" * 5, "more values than"),
    "pickle": ("t.csv", pickle.dumps({"a": 1}), "a Python pickle"),
    "old pickle": ("t.csv", pickle.dumps([1, 2], protocol=0), "a Python pickle"),
    "packed pickle": ("t.csv.gz", gzip.compress(pickle.dumps([1]), mtime=0), "pickle"),
    "web page": ("t.csv", b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
    "entities": ("t.csv", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a/>', "XML"),
    "PDF": ("t.csv", b"%PDF-1.7 ...", "a PDF document"),
    "picture": ("t.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a PNG picture"),
    "program": ("t.csv", b"\x7fELF" + b"\0" * 50, "a program"),
    "binary": ("t.csv", bytes(range(256)) * 20, "binary"),
    "false Parquet": ("t.parquet", b"a,b\n1,2\n", "looks like"),
    "cut Parquet": ("t.parquet", b"PAR1" + b"\0" * 40, "cut off"),
    "false workbook": ("t.xlsx", b"a,b\n1,2\n", "looks like"),
    "cut workbook": ("t.xlsx", zipped(b"x" * 500)[:80], "cut off or damaged"),
    "database": ("t.csv", b"SQLite format 3\x00" + b"\0" * 80, "an SQLite database"),
    "unknown ending": ("t.exe", b"a,b\n1,2\n", "are not read"),
    "no ending": ("table", b"a,b\n1,2\n", "are not read"),
    "cut gzip": ("t.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 500, mtime=0)[:-12], "cut off or damaged"),
    "broken JSON": ("t.json", b'[{"a": 1}, {"a": ', "JSON"),
    "a single value in JSON": ("t.json", json.dumps("towns").encode(), "no records"),
}


@pytest.mark.parametrize(("name", "body", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_right_is_refused_in_words(name: str, body: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(DataError) as refusal:
        read_table(path)
    said = refusal.value.message
    assert words in said
    assert name in said
    assert str(tmp_path) not in said
    assert refusal.value.next_step


def test_there_are_more_than_150() -> None:
    written = list(itertools.product(DELIMITERS, ENCODINGS, PACKINGS))
    assert len(written) + len(VALUES) + len(REFUSED) > 150
