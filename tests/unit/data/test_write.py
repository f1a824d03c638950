import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from core.data.write import neutralise, safe_frame, to_safe_csv, to_safe_xlsx


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_text_that_could_be_a_formula_gets_an_apostrophe(value: str) -> None:
    assert neutralise(value) == "'" + value


@pytest.mark.parametrize("value", ["a=1", " x", "", "1-2", -5, -5.5, None, True])
def test_other_values_stay_as_they_are(value: object) -> None:
    assert neutralise(value) == value


def test_csv_neutralises_cells_and_names_and_keeps_negative_numbers() -> None:
    buffer = io.StringIO()
    to_safe_csv(pd.DataFrame({"=n": [-1, 2], "t": pd.Series(["=A1", "-x"], dtype="str"), "f": [-0.5, np.nan]}), buffer)
    assert buffer.getvalue() == "'=n,t,f\n-1,'=A1,-0.5\n2,'-x,\n"


def test_categories_are_neutralised_too() -> None:
    assert safe_frame(pd.DataFrame({"c": pd.Categorical(["=1", "b"])}))["c"].tolist() == ["'=1", "b"]


def test_equal_names_all_survive() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert safe_frame(frame).shape == (1, 2)


def test_the_given_table_is_left_alone() -> None:
    frame = pd.DataFrame({"t": ["=1"]})
    safe_frame(frame)
    assert frame["t"].tolist() == ["=1"]


def test_a_workbook_holds_no_formula(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"t": ["=1+1", "x\x07"], "n": [-1.5, np.nan], "d": pd.to_datetime(["2024-01-02", None]), "b": [True, False]}
    )
    to_safe_xlsx(frame, tmp_path / "out.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "out.xlsx").active.rows)
    assert [cell.data_type for cell in rows[1]] == ["s", "n", "d", "b"]
    assert [cell.value for cell in rows[1]] == ["'=1+1", -1.5, pd.Timestamp(2024, 1, 2), True]
    assert [cell.value for cell in rows[2]] == ["x", None, None, False]
