"""A file of rows means the same to the application and to the reader that travels with a bundle."""

import random
from pathlib import Path

import pandas as pd
import pytest

from core.data import read_table as read_as_app
from core.data.guess import guess_schema
from core.data.schema import ColumnType
from core.errors import FairwayError
from core.export.schema import input_schema
from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputSchema
from core.runtime.table import read_table

DRAW = random.Random(7)
Z = [f"{DRAW.gauss(0, 1):.3f}" for _ in range(40)]
G = [DRAW.choice("abc") for _ in range(40)]
NAN_WORDS = ("NaN", "#N/A N/A", "null", "None", "NA", "N.A.", "-", "")


def rows(header: str, *columns: list[str], by: str = ",", end: str = "") -> str:
    return "".join(line + end + "\n" for line in (header, *(by.join(row) for row in zip(*columns, strict=True))))


def european(value: str) -> str:
    return f"{float(value) * 5000:,.2f}".translate(str.maketrans(",.", ".,"))


FILES: dict[str, str | bytes] = {
    "decimal comma and points between groups": rows("a;b", [european(z) for z in Z], G, by=";"),
    "groups by points alone": rows("a;b", [f"{i}.{100 + i}.{200 + i}" for i in range(1, 41)], G, by=";"),
    "a decimal comma that another column proves": rows(
        "p;i;g", [european(z) for z in Z], [f"{1 + i % 9}.{100 + i}" for i in range(40)], G, by=";"
    ),
    "columns with different decimal signs": rows("p;x;g", [european(z) for z in Z], Z, G, by=";"),
    "three decimals after a comma": rows("a\tb", [z.replace(".", ",") for z in Z], G, by="\t"),
    "codes with a decimal comma": rows(
        "code;a;g", [f"{i % 3},5" for i in range(40)], [european(z) for z in Z], G, by=";"
    ),
    "groups by commas": rows("a,b", [f'"{int(abs(float(z)) * 9000) + 100:,}"' for z in Z], G),
    "currency": rows("a,b", [f'"${abs(float(z)) * 5000:,.2f}"' for z in Z], G),
    "names that occur twice": rows("a,a,a", Z, Z[::-1], G),
    "a blank name": rows(",a,b", Z, Z, G),
    "spaces around names": rows(" a ,b ,c", Z, G, Z),
    "row names": rows("a,b", [f"r{i}" for i in range(40)], Z, G),
    "row names and blanks at the end": rows("a,b", [f"r{i}" for i in range(40)], Z, ["x", "", "y", ""] * 10),
    "a comma after every line": rows("a,b", Z, G, end=","),
    "a comma after every row": "a,b\n" + rows("a,b", Z, G, end=",").partition("\n")[2],
    "rows that are short": "a,b,c\n" + "".join(f"{z},{g}\n" for z, g in zip(Z, G, strict=True)) + "1,a,x\n",
    "empty rows at the end": rows("a,b", Z, G) + ",\n,\n",
    "blank lines": rows("a,b", Z, G).replace("\n", "\n\n"),
    "the separator named in the first line": "sep=;\n" + rows("a;b", Z, G, by=";"),
    "colons": rows("a:b:c", Z, G, Z, by=":"),
    "carets": rows("a^b", Z, G, by="^"),
    "another separator within a name": rows('"a;x","b;y",c', Z, G, Z),
    "tabs in a .csv": rows("a\tb", Z, G, by="\t"),
    "lines within values": rows("a,b", Z, [f'"{g}\nx"' for g in G]),
    "words for missing": rows("a,b", [NAN_WORDS[i % 8] if i % 2 else g for i, g in enumerate(G)], Z),
    "words for missing in numbers": rows("a,b", [NAN_WORDS[i % 5] if i % 2 else z for i, z in enumerate(Z)], G),
    "UTF-16 without a mark": rows("ä,b", Z, [g + "é" for g in G]).encode("utf-16-le"),
    "UTF-32": rows("a,b", Z, G).encode("utf-32"),
    "Windows-1252": rows("ä,b", Z, [g + "€" for g in G]).encode("cp1252"),
    "Japanese": rows("名前,b", Z, [g + "日本" for g in G]).encode("shift_jis"),
    "numbers only, no names": "".join(f"{z},{abs(float(z)):.1f}\n" for z in Z),
    "one column": rows("a", Z),
    "names and no rows": "a,b\n",
    "a quotation mark that is never closed": 'a,b\n1,"x\n2,y\n',
    "a title above": "Report of May\na,b,c\n" + "1,2,x\n" * 9,
    "no values": "a,b\n,\n,\n",
}


def trained_on(path: Path) -> tuple[pd.DataFrame, InputSchema, dict[str, str]]:
    table = read_as_app(path)
    schema = guess_schema(table.frame)
    names = [c.name for c in schema.columns if c.type not in (ColumnType.IDENTIFIER, ColumnType.TEXT)]
    expected = input_schema(table.frame, schema, names)
    return expected.check_frame(table.frame)[0], expected, table.read_as


def written(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("title", FILES)
def test_the_frames_are_equal_or_both_refuse(title: str, tmp_path: Path) -> None:
    path = written(tmp_path, FILES[title])
    try:
        expected, schema, read_as = trained_on(path)
    except FairwayError:
        with pytest.raises(RuntimeFault, match=r"^t\.csv .*\."):
            read_table(path, InputSchema(()))
        return
    found, warnings = schema.check_frame(read_table(path, schema, read_as=read_as))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert not any(warnings)


@pytest.mark.parametrize(
    "title",
    [
        "decimal comma and points between groups",
        "groups by points alone",
        "a decimal comma that another column proves",
        "columns with different decimal signs",
        "three decimals after a comma",
        "codes with a decimal comma",
        "groups by commas",
        "row names and blanks at the end",
        "words for missing",
    ],
)
def test_a_row_alone_reads_like_the_row_in_its_file(title: str, tmp_path: Path) -> None:
    text = FILES[title]
    assert isinstance(text, str)
    expected, schema, read_as = trained_on(written(tmp_path, text))
    header, *lines = text.splitlines(keepends=True)
    for position, line in enumerate(lines):
        alone, _ = schema.check_frame(read_table(written(tmp_path, header + line, "one.csv"), schema, read_as=read_as))
        pd.testing.assert_frame_equal(alone, expected.iloc[[position]].reset_index(drop=True), check_exact=True)


def test_a_file_with_another_separator_is_announced_and_read_anew(tmp_path: Path) -> None:
    _, schema, read_as = trained_on(written(tmp_path, rows("a;b", [european(z) for z in Z], G, by=";")))
    notes: list[str] = []
    frame = read_table(written(tmp_path, "a,b\n1.5,a\n2.25,b\n"), schema, read_as=read_as, notes=notes)
    assert frame["a"].tolist() == [1.5, 2.25]
    assert [note.partition(".")[0] for note in notes] == ["t"]
    assert "separates its values with another sign" in notes[0]


def test_numbers_with_the_other_decimal_sign_are_refused(tmp_path: Path) -> None:
    _, schema, read_as = trained_on(written(tmp_path, rows("a;b", [european(z) for z in Z], G, by=";")))
    with pytest.raises(RuntimeFault, match=r"column `a` holds “1728\.65”, but the decimal sign .* is a comma"):
        read_table(written(tmp_path, "a;b\n1728.65;a\n1.5;b\n"), schema, read_as=read_as)


def test_a_row_with_values_too_many_never_moves_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "1,x\n" * 300 + "1,2,x\n")
    _, schema, read_as = trained_on(path)
    assert len(read_table(path, schema, read_as=read_as, skip_long=True)) == 300
    with pytest.raises(RuntimeFault, match="row 301 below the names holds more values than the 2 columns"):
        read_table(path, schema, read_as=read_as)


def test_an_alphabet_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFault, match="Save it as UTF-8"):
        read_table(written(tmp_path, rows("имя,b", Z, ["привет"] * 40).encode("cp1251")), InputSchema(()))


def test_a_workbook_gives_the_same_names_and_values(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame().to_excel(book, sheet_name="Empty", index=False)
        table = [["a", "a", None], *([float(z), g, i] for i, (z, g) in enumerate(zip(Z, G, strict=True)))]
        pd.DataFrame(table).to_excel(book, sheet_name="Data", index=False, header=False, startrow=2)
    expected, schema, read_as = trained_on(path)
    found, _ = schema.check_frame(read_table(path, schema, read_as=read_as))
    pd.testing.assert_frame_equal(found, expected)
