"""A file read with options means the same to the reader of a bundle, which knows them from the training file."""

import io
import json
import random
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from core.data import ReadOptions
from core.data import read_table as read_as_app
from core.data.guess import guess_schema
from core.data.schema import ColumnType
from core.export.schema import input_schema
from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputSchema
from core.runtime.table import read_table

DRAW = random.Random(11)
N = 40
Z = [f"{DRAW.gauss(0, 1):.3f}" for _ in range(N)]
G = [DRAW.choice("abc") for _ in range(N)]
COMMAS = [z.replace(".", ",") for z in Z]
DATES = [f"{1 + i % 12:02d}/{1 + i % 9:02d}/2024" for i in range(N)]
WHOLE = [f"{1 + i % 9}.{100 + i}" for i in range(N)]


def rows(header: str, *columns: list[str], by: str = ",") -> str:
    return "".join(line + "\n" for line in (header, *(by.join(row) for row in zip(*columns, strict=True))))


def bare(*columns: list[str], by: str = ",") -> str:
    return rows("", *columns, by=by)[1:]


def mixed(values: list[str], word: str, every: int, *, at: int = 0) -> list[str]:
    """Put a word in the place of some values."""
    return [word if place % every == at else value for place, value in enumerate(values)]


TEXTS: dict[str, tuple[str | bytes, ReadOptions]] = {
    "a delimiter nobody guesses": (rows("a!b", Z, G, by="!"), ReadOptions(delimiter="!")),
    "a delimiter against the guess": (rows("a;x|b", [f"{g};1" for g in G], Z, by="|"), ReadOptions(delimiter="|")),
    "a space": (rows("a b", Z, G, by=" "), ReadOptions(delimiter=" ")),
    "tabs": (rows("a\tb", Z, G, by="\t"), ReadOptions(delimiter="\t")),
    "quotation marks that enclose nothing": (rows("a,b", Z, [f'{g}"' for g in G]), ReadOptions(quotes=False)),
    "single quotation marks": (rows("a,b", Z, [f"'{g},x'" for g in G]), ReadOptions(quote="'")),
    "bars as quotation marks": (rows("a,b", Z, [f"|{g},x|" for g in G]), ReadOptions(quote="|")),
    "no row of names": (bare(G, Z), ReadOptions(header=False)),
    "no row of names, guessed from the words below": (bare(Z, G), ReadOptions()),
    "no row of names, said of numbers": (bare(Z, Z[::-1]), ReadOptions(header=False)),
    "names that are numbers": (rows("2019.5,2020.5", Z, Z[::-1]), ReadOptions(header=True)),
    "lines above": ("made by someone\n\nx,y,z\n" + rows("a,b", Z, G), ReadOptions(skip_lines=3)),
    "lines above and no names": ("made by someone\n" + bare(Z, G), ReadOptions(skip_lines=1, header=False)),
    "comments above": ("# made by\n# someone\n" + rows("a,b,c", Z, G, Z), ReadOptions()),
    "a title above": ("Report of May\n\n" + rows("a,b,c", Z, G, Z), ReadOptions()),
    "a title above, no names": ("Report of May\n" + bare(Z, G, Z), ReadOptions(header=False)),
    "nothing above, said": (rows("a,b", Z, G), ReadOptions(skip_lines=0)),
    "a decimal comma, said": (rows("a;b", WHOLE, G, by=";"), ReadOptions(decimal=",")),
    "a decimal comma among tabs": (rows("a\tb", COMMAS, G, by="\t"), ReadOptions(decimal=",")),
    "a decimal point, said": (rows("a;b", WHOLE, G, by=";"), ReadOptions(decimal=".")),
    "points between groups": (rows("a;b", WHOLE, G, by=";"), ReadOptions(thousands=".", decimal=",")),
    "commas between groups": (
        rows("a;b", [w.replace(".", ",") for w in WHOLE], G, by=";"),
        ReadOptions(thousands=",", decimal="."),
    ),
    "apostrophes between groups": (
        rows("a,b", [w.replace(".", "'") + ".5" for w in WHOLE], G),
        ReadOptions(thousands="'"),
    ),
    "spaces between groups": (
        rows("a;b", [w.replace(".", " ") + ",5" for w in WHOLE], G, by=";"),
        ReadOptions(thousands=" ", decimal=","),
    ),
    "points between groups alone": (rows("a;b", WHOLE, G, by=";"), ReadOptions(thousands=".")),
    "days first": (rows("d,b,a", DATES, G, Z), ReadOptions(date_order="day first")),
    "months first": (rows("d,b,a", DATES, G, Z), ReadOptions(date_order="month first")),
    "days first with points": (
        rows("d;b;a", [d.replace("/", ".") for d in DATES], G, COMMAS, by=";"),
        ReadOptions(date_order="day first"),
    ),
    "months first with times": (
        rows("d,b,a", [f"{d} 10:30" for d in DATES], G, Z),
        ReadOptions(date_order="month first"),
    ),
    "a word for missing": (
        rows("a,b", mixed(Z, "?", 7), mixed(G, "?", 5, at=1)),
        ReadOptions(missing=("?",)),
    ),
    "a number for missing": (
        rows("a,b", mixed(Z, "-999", 7), G),
        ReadOptions(missing=("-999",)),
    ),
    "a number for missing, written otherwise": (
        rows("a,b", mixed(Z, "-999.0", 7), G),
        ReadOptions(missing=("-999",)),
    ),
    "a number for missing among decimal commas": (
        rows("a;b", mixed(COMMAS, "-9,5", 7), G, by=";"),
        ReadOptions(missing=("-9.5",)),
    ),
    "a date for missing": (
        rows("d,b,a", ["1900-01-01" if i % 7 == 0 else f"2024-01-{1 + i % 28:02d}" for i in range(N)], G, Z),
        ReadOptions(missing=("1900-01-01",)),
    ),
    "NA kept as a value": (
        rows("a,b", Z, mixed(G, "NA", 5)),
        ReadOptions(keep_na_text=True),
    ),
    "NA among numbers, kept among texts": (
        rows("a,b", mixed(Z, "NA", 5), mixed(G, "n/a", 4)),
        ReadOptions(keep_na_text=True),
    ),
    "Windows-1252": (rows("ä,b", Z, [g + "€" for g in G]).encode("cp1252"), ReadOptions(encoding="cp1252")),
    "Latin-1": (rows("ä,b", Z, [g + "ß" for g in G]).encode("latin-1"), ReadOptions(encoding="latin-1")),
    "UTF-16": (rows("ä,b", Z, G).encode("utf-16"), ReadOptions(encoding="utf-16")),
    "Cyrillic": (rows("имя,b", Z, [g + "ж" for g in G]).encode("cp1251"), ReadOptions(encoding="cp1251")),
    "Mac": (rows("ä,b", Z, [g + "é" for g in G]).encode("mac-roman"), ReadOptions(encoding="mac-roman")),
    "UTF-7": (rows("a,b", Z, [g + "+AOQ-" for g in G]).encode(), ReadOptions(encoding="utf-7")),
    "everything at once": (
        (
            "Bericht; Mai\n" + rows("Größe;Tag;b", COMMAS, DATES, mixed([f"'{g};x'" for g in G], "'k.A.'", 6), by=";")
        ).encode("cp1252"),
        ReadOptions(
            encoding="cp1252",
            delimiter=";",
            quote="'",
            skip_lines=1,
            decimal=",",
            date_order="day first",
            missing=("k.A.",),
        ),
    ),
}


def trained_on(path: Path, options: ReadOptions) -> tuple[pd.DataFrame, InputSchema, dict[str, str]]:
    table = read_as_app(path, options)
    schema = guess_schema(table.frame, table.read_as)
    names = [c.name for c in schema.columns if c.type not in (ColumnType.IDENTIFIER, ColumnType.TEXT)]
    expected = input_schema(table.frame, schema, names)
    return expected.check_frame(table.frame)[0], expected, table.read_as


def written(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("title", TEXTS)
def test_a_text_read_with_options_gives_the_same_frame(title: str, tmp_path: Path) -> None:
    content, options = TEXTS[title]
    path = written(tmp_path, content)
    expected, schema, read_as = trained_on(path, options)
    assert len(schema.columns) >= 2
    found, warnings = schema.check_frame(read_table(path, schema, read_as=read_as))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert not any(warnings)


@pytest.mark.parametrize("title", [title for title in TEXTS if isinstance(TEXTS[title][0], str)])
def test_a_row_alone_reads_like_the_row_in_its_file(title: str, tmp_path: Path) -> None:
    content, options = TEXTS[title]
    assert isinstance(content, str)
    expected, schema, read_as = trained_on(written(tmp_path, content), options)
    lines = content.splitlines(keepends=True)
    above, body = lines[:-N], lines[-N:]
    for position, line in enumerate(body[:12]):
        alone = read_table(written(tmp_path, "".join(above) + line, "one.csv"), schema, read_as=read_as)
        found, _ = schema.check_frame(alone)
        pd.testing.assert_frame_equal(found, expected.iloc[[position]].reset_index(drop=True), check_exact=True)


def book(sheets: dict[str, list[list[object]]]) -> bytes:
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as writer:
        for name, cells in sheets.items():
            width = max(map(len, cells))
            even = [[*row, *[None] * (width - len(row))] for row in cells]
            pd.DataFrame(even, dtype=object).to_excel(writer, sheet_name=name, index=False, header=False)
    return buffer.getvalue()


BODY: list[list[object]] = [[float(z), g, f"x{g}", i] for i, (z, g) in enumerate(zip(Z, G, strict=True))]
NAMES: list[object] = ["a", "b", "c", "n"]
COVER: list[list[object]] = [["about", "this"], ["a", "cover"]]
BOOKS: dict[str, tuple[bytes, ReadOptions]] = {
    "the first sheet": (book({"Data": [NAMES, *BODY]}), ReadOptions()),
    "a sheet that is chosen": (book({"Cover": COVER, "Data": [NAMES, *BODY]}), ReadOptions(sheet="Data")),
    "no row of names": (book({"Data": BODY}), ReadOptions(header=False)),
    "rows above": (book({"Data": [["Report"], ["of", "May"], NAMES, *BODY]}), ReadOptions(skip_lines=2)),
    "a title above": (book({"Data": [["Report of May"], [None], NAMES, *BODY]}), ReadOptions()),
    "rows above and no names": (book({"Data": [["Report"], *BODY]}), ReadOptions(skip_lines=1, header=False)),
    "a word for missing": (
        book({"Data": [NAMES, *([a, "?" if i % 5 == 0 else b, *rest] for i, (a, b, *rest) in enumerate(BODY))]}),
        ReadOptions(missing=("?",)),
    ),
    "a number for missing": (
        book({"Data": [NAMES, *([-999 if i % 5 == 0 else row[0], *row[1:]] for i, row in enumerate(BODY))]}),
        ReadOptions(missing=("-999",)),
    ),
    "numbers stored as text with a decimal comma": (
        book({"Data": [NAMES, *([COMMAS[i], *row[1:]] for i, row in enumerate(BODY))]}),
        ReadOptions(decimal=","),
    ),
    "numbers stored as text with points between groups": (
        book({"Data": [NAMES, *([WHOLE[i], *row[1:]] for i, row in enumerate(BODY))]}),
        ReadOptions(decimal=",", thousands="."),
    ),
    "numbers stored as text, with currency": (
        book({"Data": [NAMES, *([f"${abs(float(Z[i])):.2f}", *row[1:]] for i, row in enumerate(BODY))]}),
        ReadOptions(),
    ),
    "dates as cells": (
        book({"Data": [NAMES, *([*row[:3], datetime(2024, 1 + i % 12, 1 + i % 28)] for i, row in enumerate(BODY))]}),
        ReadOptions(),
    ),
    "dates stored as text": (
        book({"Data": [NAMES, *([*row[:3], DATES[i]] for i, row in enumerate(BODY))]}),
        ReadOptions(date_order="day first"),
    ),
    "true and false": (
        book({"Data": [NAMES, *([*row[:3], i % 3 == 0] for i, row in enumerate(BODY))]}),
        ReadOptions(),
    ),
    "NA kept as a value": (
        book({"Data": [NAMES, *([a, "NA" if i % 5 == 0 else b, *rest] for i, (a, b, *rest) in enumerate(BODY))]}),
        ReadOptions(keep_na_text=True),
    ),
}


@pytest.mark.parametrize("title", BOOKS)
def test_a_workbook_read_with_options_gives_the_same_frame(title: str, tmp_path: Path) -> None:
    content, options = BOOKS[title]
    path = written(tmp_path, content, "t.xlsx")
    expected, schema, read_as = trained_on(path, options)
    assert len(schema.columns) >= 3
    found, warnings = schema.check_frame(read_table(path, schema, read_as=read_as))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert not any(warnings)


def test_a_sheet_of_another_name_is_read_and_said(tmp_path: Path) -> None:
    path = written(tmp_path, book({"May": [NAMES, *BODY]}), "may.xlsx")
    _, schema, read_as = trained_on(path, ReadOptions(sheet="May"))
    notes: list[str] = []
    june = written(tmp_path, book({"June": [NAMES, *BODY[:3]]}), "june.xlsx")
    assert len(read_table(june, schema, read_as=read_as, notes=notes)) == 3
    assert notes == ["june.xlsx has no sheet “May”, which training read; “June” was read."]


def test_a_row_of_a_sheet_alone_reads_like_the_row_in_its_sheet(tmp_path: Path) -> None:
    cells = [[COMMAS[i], *row[1:3], DATES[i]] for i, row in enumerate(BODY)]
    options = ReadOptions(decimal=",", date_order="day first")
    path = written(tmp_path, book({"Data": [NAMES, *cells]}), "t.xlsx")
    expected, schema, read_as = trained_on(path, options)
    for position in range(5):
        alone = written(tmp_path, book({"Data": [NAMES, cells[position]]}), "one.xlsx")
        found, _ = schema.check_frame(read_table(alone, schema, read_as=read_as))
        pd.testing.assert_frame_equal(found, expected.iloc[[position]].reset_index(drop=True), check_exact=True)


def test_parquet_has_words_for_missing_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pd.DataFrame({"a": [-999.0 if i % 5 == 0 else float(z) for i, z in enumerate(Z)], "b": G})
    frame.loc[::7, "b"] = "?"
    frame.to_parquet(path)
    expected, schema, read_as = trained_on(path, ReadOptions(missing=("?", "-999")))
    found, warnings = schema.check_frame(read_table(path, schema, read_as=read_as))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert expected["a"].isna().sum() == 8
    assert not any(warnings)


@pytest.mark.parametrize(
    "name", ["t.csv.gz", "t.zip", "t.json", "t.jsonl", "t.feather", "t.dta", "t.sav", "t.sas7bdat"]
)
def test_what_a_bundle_does_not_read_by_itself_is_refused_in_words(name: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("t.csv", rows("a,b", Z, G))
    path = written(tmp_path, buffer.getvalue(), name)
    with pytest.raises(RuntimeFault, match=r"is of a kind that this bundle does not read by itself\. Save the table"):
        read_table(path, InputSchema(()), read_as={"format": "text", "member": "t.csv", "packed": "zip"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01\x02", "looks like binary data"),
        (b'a;b\n1,5;x\n"2;y\n', "a quotation mark is not closed"),
        (b"a;b\n1728.65;x\n", "the decimal sign of the training file is a comma"),
        (b"a;b\n1,5;x;z;z\n", "row 1 below the names holds more values"),
        (b"a;b\n", "holds column names and no rows below them"),
        (b"+AOQ;b\n\xff\n", "it is no text in the encoding it names"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_in_words(content: bytes, said: str, tmp_path: Path) -> None:
    training = written(tmp_path, rows("a;b", COMMAS, G, by=";"), "train.csv")
    _, schema, read_as = trained_on(training, ReadOptions(delimiter=";"))
    given = {**read_as, "encoding": "utf-7"} if content.startswith(b"+") else read_as
    path = written(tmp_path, content)
    with pytest.raises(RuntimeFault, match=said):
        read_table(path, schema, read_as=given)


def test_every_sign_a_table_remembers_is_known_to_the_reader_of_a_bundle(tmp_path: Path) -> None:
    content, options = TEXTS["everything at once"]
    _, _, read_as = trained_on(written(tmp_path, content), options)
    assert {name: read_as[name] for name in ("encoding", "delimiter", "quote", "skip_lines", "decimal")} == {
        "encoding": "cp1252",
        "delimiter": ";",
        "quote": "'",
        "skip_lines": "1",
        "decimal": ",",
    }
    assert json.loads(read_as["missing"]) == ["k.A."]
    assert read_as["date_order"] == "day first"


def test_numbered_names_are_names_though_the_training_file_had_none(tmp_path: Path) -> None:
    expected, schema, read_as = trained_on(written(tmp_path, bare(Z, G)), ReadOptions())
    assert read_as["header"] == "no"
    named = written(tmp_path, rows("column 1,column 2", Z, G), "named.csv")
    found, _ = schema.check_frame(read_table(named, schema, read_as=read_as))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
