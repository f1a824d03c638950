"""A later file is read by the signs of the training file, not by what it alone looks like."""

import gzip

import pandas as pd
import pytest

from core.data import ReadOptions, read_table
from core.data.guess import guess_schema
from core.errors import DataError
from core.export.schema import input_schema
from core.monitor import later
from core.monitor.later import read_later
from core.runtime.errors import RuntimeFault

LINES = [f"{1000 + i}.{i % 10}{i % 7};{'abc'[i % 3]};{i % 28 + 1:02d}/{i % 12 + 1:02d}/2024" for i in range(60)]
EUROPEAN = "amount;code;day\n" + "\n".join(line.replace(".", ",", 1) for line in LINES) + "\n"


def trained(path, options=None):
    table = read_table(path, options)
    schema = guess_schema(table.frame)
    return input_schema(table.frame, schema, list(table.frame.columns)), table


@pytest.fixture
def european(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(EUROPEAN)
    return trained(path)


@pytest.mark.parametrize("limit", [later.INLINE_BYTES, 0])
def test_one_row_is_read_with_the_decimal_sign_of_training(european, tmp_path, monkeypatch, limit):
    schema, table = european
    monkeypatch.setattr(later, "INLINE_BYTES", limit)
    path = tmp_path / "later.csv"
    path.write_text("amount;code;day\n1,234;a;03/04/2024\n")
    # Alone, this file would be read with a comma between groups, or the numbers left as text.
    frame, _ = schema.check_frame(read_later(path, table.read_as, schema).frame)
    assert frame["amount"].tolist() == [1.234]
    assert frame["day"].tolist() == [pd.Timestamp("2024-04-03")]


def test_a_packed_file_is_read_alike(european, tmp_path):
    schema, table = european
    path = tmp_path / "upload.part"
    path.write_bytes(gzip.compress(b"amount;code;day\n1,5;a;03/04/2024\n"))
    read = read_later(path, table.read_as, schema, name="later.csv.gz")
    assert read.frame["amount"].tolist() == [1.5]


def test_another_separator_is_said(european, tmp_path):
    schema, table = european
    path = tmp_path / "upload.part"
    path.write_text("amount,code,day\n1.5,a,03/04/2024\n")
    read = read_later(path, table.read_as, schema, name="later.csv")
    assert read.frame["amount"].tolist() == [1.5]
    assert read.notes == (
        "later.csv separates its values with another sign than the training file. Its decimal sign was found out "
        "anew: check numbers with a comma or a point.",
    )


def test_the_other_decimal_sign_refuses_the_file_by_its_own_name(european, tmp_path):
    schema, table = european
    path = tmp_path / "upload.part"
    path.write_text("amount;code;day\n1728.65;a;03/04/2024\n")
    with pytest.raises(RuntimeFault, match=r"^later\.csv: column `amount` holds “1728\.65”"):
        read_later(path, table.read_as, schema, name="later.csv")


@pytest.mark.parametrize("limit", [later.INLINE_BYTES, 0])
def test_words_for_missing_and_lines_above_are_those_of_training(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(later, "INLINE_BYTES", limit)
    path = tmp_path / "train.csv"
    path.write_text("Report\nof May\nn,c\n" + "\n".join(f"{i},{'xy'[i % 2]}" for i in range(40)) + "\n-9,x\n")
    schema, table = trained(path, ReadOptions(skip_lines=2, missing=("-9",)))
    (tmp_path / "later.csv").write_text("Report\nof June\nn,c\n1,x\n-9,y\n")
    frame, _ = schema.check_frame(read_later(tmp_path / "later.csv", table.read_as, schema).frame)
    assert frame["n"].isna().tolist() == [False, True]
    (tmp_path / "bare.csv").write_text("n,c\n7,x\n-9,y\n")
    frame, _ = schema.check_frame(read_later(tmp_path / "bare.csv", table.read_as, schema).frame)
    assert frame["n"].tolist()[0] == 7


def workbook(path, sheets):
    with pd.ExcelWriter(path) as book:
        for name, frame in sheets.items():
            frame.to_excel(book, sheet_name=name, index=False)


def test_the_sheet_is_that_of_training_and_another_is_said(tmp_path):
    data = pd.DataFrame({"n": [float(i) for i in range(30)], "c": ["a", "b", "c"] * 10})
    cover = pd.DataFrame({"about": ["Quarterly report"], "by": ["someone"]})
    workbook(tmp_path / "train.xlsx", {"Cover": cover, "Data": data})
    schema, table = trained(tmp_path / "train.xlsx", ReadOptions(sheet="Data"))
    workbook(tmp_path / "later.xlsx", {"Cover": cover, "Data": data.head(3)})
    assert read_later(tmp_path / "later.xlsx", table.read_as, schema).frame["n"].tolist() == [0.0, 1.0, 2.0]
    workbook(tmp_path / "june.xlsx", {"June": data.head(2), "Cover": cover})
    read = read_later(tmp_path / "june.xlsx", table.read_as, schema)
    assert read.frame["n"].tolist() == [0.0, 1.0]
    assert read.notes == (
        "The workbook has 2 sheets; the first that is not empty, `June`, was read. Left aside: `Cover`.",
    )


def test_records_are_looked_for_where_training_found_them(tmp_path):
    rows = ",".join(f'{{"n": {i}.5, "c": "{"ab"[i % 2]}"}}' for i in range(30))
    (tmp_path / "train.json").write_text(f'{{"other": [{{"z": 1}}], "data": {{"items": [{rows}]}}}}')
    schema, table = trained(tmp_path / "train.json", ReadOptions(records="data.items"))
    (tmp_path / "later.json").write_text('{"data": {"items": [{"n": 2.5, "c": "a"}]}, "other": [{"z": 1}, {"z": 2}]}')
    assert read_later(tmp_path / "later.json", table.read_as, schema).frame["n"].tolist() == [2.5]
    (tmp_path / "bare.json").write_text('[{"n": 3.5, "c": "b"}]')
    assert read_later(tmp_path / "bare.json", table.read_as, schema).frame["n"].tolist() == [3.5]


def test_a_file_that_is_not_there_is_named(european, tmp_path):
    schema, table = european
    with pytest.raises(DataError, match=r"There is no file none\.csv"):
        read_later(tmp_path / "none.csv", table.read_as, schema)
