from pathlib import Path

import pytest

from core.runtime.batch import neutral, predict_file
from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputColumn, InputSchema
from core.runtime.table import read_table

SCHEMA = InputSchema((InputColumn("n", "number"), InputColumn("c", "category", levels=("a", "NA"))))


def cells(tmp_path: Path, text: str, *, encoding: str = "utf-8", schema: InputSchema = SCHEMA) -> dict[str, list]:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    frame, _ = schema.check_frame(read_table(path, schema))
    return {name: [None if value != value else value for value in frame[name]] for name in frame}


def test_plain_numbers_and_text(tmp_path: Path) -> None:
    assert cells(tmp_path, "c,n\na,1.5\n,-2\n") == {"n": [1.5, -2.0], "c": ["a", None]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n;c\n1.234,50;a\n2,5;a\n", [1234.5, 2.5]),
        ('n,c\n"1,234.50",a\n"2,000",a\n', [1234.5, 2000.0]),
        ("n\tc\n$5\ta\n$7.25\ta\n", [5.0, 7.25]),
        ("n|c\n12 %|a\n-3 %|a\n", [12.0, -3.0]),
        ("n;c\n1\u202f234,5;a\n\u22122;a\n", [1234.5, -2.0]),
        ("n,c\n5,a\nabc,a\n", [5.0, None]),
    ],
)
def test_numbers_in_the_style_of_the_file(tmp_path: Path, text: str, expected: list) -> None:
    assert cells(tmp_path, text)["n"] == expected


def test_na_is_missing_unless_training_saw_it_as_a_value(tmp_path: Path) -> None:
    assert cells(tmp_path, "n,c\nNA,NA\n1,N/A\n2,None\n") == {"n": [None, 1.0, 2.0], "c": ["NA", None, "None"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    schema = InputSchema((InputColumn("café", "category"), InputColumn("n", "number")))
    assert cells(tmp_path, "café,n\nä,1\n", encoding=encoding, schema=schema)["café"] == ["ä"]


def test_rows_with_too_many_cells_refuse_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("n,c\n1,a\n2,a,b\n3,a\n")
    for skip_long in (False, True):
        with pytest.raises(RuntimeFault, match=r"t\.csv cannot be read as a table: row 2"):
            read_table(path, SCHEMA, skip_long=skip_long)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(RuntimeFault):
        read_table(tmp_path / "t.csv", SCHEMA)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("=1+1", "'=1+1"), ("@a", "'@a"), ("-x", "'-x"), ("-5", "-5"), ("yes", "yes"), (-2.5, -2.5)],
)
def test_no_cell_is_a_formula(value: object, expected: object) -> None:
    assert neutral(value) == expected


def test_a_file_is_answered_row_by_row(binary_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("region,age,extra\nNorth,44,1\nMars,,2\n")
    assert predict_file(binary_folder, [str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]) == 0
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "prediction,probability_no,probability_yes"
    assert len(lines) == 3


@pytest.mark.parametrize("text", [None, "age\n3\n"])
def test_a_file_that_cannot_be_answered_is_a_mistake_of_the_caller(
    binary_folder: Path, tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "in.csv").write_text(text)
    assert predict_file(binary_folder, [str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]) == 2
    told = capsys.readouterr().err
    assert told.strip()
    assert str(tmp_path) not in told
