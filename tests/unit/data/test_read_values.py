from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import ReadOptions, Table, read_table
from core.data.names import unique_names


def read(folder: Path, text: str, options: ReadOptions | None = None) -> Table:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path, options)


def column(folder: Path, values: list[str], options: ReadOptions | None = None) -> tuple[pd.Series, list[str]]:
    quoted = "\n".join(f'"{value}",k' for value in values)
    table = read(folder, f"v,other\n{quoted}\n", options)
    return table.frame["v"], table.warnings


@pytest.mark.parametrize(
    ("values", "expected", "dtype"),
    [
        (["1", "2", "-3"], [1, 2, -3], "int64"),
        (["1.5", ".5", "2"], [1.5, 0.5, 2.0], "float64"),
        (["1e3", "2E-1"], [1000.0, 0.2], "float64"),
        (["TRUE", "false"], [True, False], "bool"),
        (["a", " b "], ["a", "b"], "str"),
        (["007", "010"], ["007", "010"], "str"),
        (["0", "10"], [0, 10], "int64"),
        (["0.5", "-0.25"], [0.5, -0.25], "float64"),
        (["9007199254740993", "1"], ["9007199254740993", "1"], "str"),
        (["123456789012345678901234567890", "1"], ["123456789012345678901234567890", "1"], "str"),
        (["9007199254740992", "1"], [9007199254740992, 1], "int64"),
        (
            ["9007199254740992", "9007199254740993", "18446744073709551616"],
            ["9007199254740992", "9007199254740993", "18446744073709551616"],
            "str",
        ),
        (["1,234", "5"], [1234, 5], "int64"),
        (["1,234,567.5", "12.25"], [1234567.5, 12.25], "float64"),
        (["1.234,50", "2,5"], [1234.5, 2.5], "float64"),
        (["0,123", "0,5"], [0.123, 0.5], "float64"),
        (["1.234.567", "12"], [1234567, 12], "int64"),
        (["1 234,5", "12,25"], [1234.5, 12.25], "float64"),
        (["1'234.50", "3"], [1234.5, 3.0], "float64"),
        (["$1,200", "-$5"], [1200, -5], "int64"),
        (["12 %", "7.5 %"], [12.0, 7.5], "float64"),
        (["12 €", "1.000,50 €"], [12.0, 1000.5], "float64"),
        (["−5", "3"], [-5, 3], "int64"),
        (["1,23,456", "5"], ["1,23,456", "5"], "str"),
        (["1,5.5", "2"], ["1,5.5", "2"], "str"),
        (["1.234,50", "1,234.50"], ["1.234,50", "1,234.50"], "str"),
        (["03/04/2023", "13/04/2023"], ["03/04/2023", "13/04/2023"], "str"),
        (["0x1F", "2"], ["0x1F", "2"], "str"),
        (["1_000", "2"], ["1_000", "2"], "str"),
    ],
)
def test_values_become_what_they_are(tmp_path: Path, values: list[str], expected: list[object], dtype: str) -> None:
    read_values, _ = column(tmp_path, values)
    assert read_values.tolist() == expected
    assert str(read_values.dtype) == dtype


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["007", "010"], "leading zeros"),
        (["1E5", "24", "3E10"], "kept as text, not read as powers of 10"),
        (["9007199254740993", "1"], "every digit"),
        (["1,234,567", "5"], "groups of three digits"),
        (["1,234", "5"], "two ways"),
        (["1,5", "2,25"], "decimal commas"),
        (["1.234,50", "1,234.50"], "different ways"),
        (["$5", "$7"], "sign beside each number"),
        (["inf", "1"], "infinite"),
    ],
)
def test_what_was_decided_is_announced(tmp_path: Path, values: list[str], says: str) -> None:
    _, warnings = column(tmp_path, values)
    assert [warning for warning in warnings if says in warning and "`v`" in warning]


def test_codes_with_an_e_keep_what_they_say_and_powers_of_ten_stay_numbers(tmp_path: Path) -> None:
    assert column(tmp_path, ["1E5", "24", "3E10"])[0].tolist() == ["1E5", "24", "3E10"]
    assert column(tmp_path, ["1E+05", "24", "3E10"])[0].tolist() == [1e5, 24, 3e10]
    assert column(tmp_path, ["1.5E5", "2e3"])[0].tolist() == [1.5e5, 2e3]


def test_plain_values_announce_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b,c\n1,1.5,x\n2,,y\n").warnings == []


@pytest.mark.parametrize("value", ["inf", "-inf", "Infinity", "1e999"])
def test_infinities_are_missing(tmp_path: Path, value: str) -> None:
    values, _ = column(tmp_path, [value, "1.5"])
    assert np.isnan(values.iloc[0])
    assert values.iloc[1] == 1.5


def test_one_column_proves_the_decimal_comma_for_another(tmp_path: Path) -> None:
    table = read(tmp_path, "count;price\n1.234;1,50\n12;2,75\n")
    assert table.frame["count"].tolist() == [1234, 12]
    assert table.frame["price"].tolist() == [1.5, 2.75]


def test_one_column_proves_the_decimal_point_for_another(tmp_path: Path) -> None:
    table = read(tmp_path, 'a;b\n"1,234";"1,234.5"\n"5,678";"2.5"\n')
    assert table.frame["a"].tolist() == [1234, 5678]


def test_a_semicolon_file_makes_the_decimal_comma_likelier(tmp_path: Path) -> None:
    table = read(tmp_path, "a;b\n1,234;x\n5,678;y\n")
    assert table.frame["a"].tolist() == [1.234, 5.678]
    assert any("two ways" in warning for warning in table.warnings)


def test_points_before_three_digits_in_a_semicolon_file_are_announced(tmp_path: Path) -> None:
    text = "id;v\na;2.007\nb;3.014\n"
    table = read(tmp_path, text)
    assert table.frame["v"].tolist() == [2.007, 3.014]
    assert any(
        "`v`: points were read as decimal points" in told and "“2.007” is 2007" in told for told in table.warnings
    )
    assert read(tmp_path, text, ReadOptions(decimal=",")).frame["v"].tolist() == [2007, 3014]
    assert read(tmp_path, text.replace(";", ",")).warnings == []


@pytest.mark.parametrize(
    ("value", "told"),
    [("0.123456789012345678", True), ("12345678901234567.89", True), ("0.12345678901234568", False),
     ("1.50000000000000000000", False), ("0.00000000000000000001", False)],
)  # fmt: skip
def test_decimals_with_more_digits_than_a_number_holds_are_announced(tmp_path: Path, value: str, told: bool) -> None:
    warnings = column(tmp_path, [value, "1.5"])[1]
    assert warnings == (["`v`: decimal numbers were rounded to about 16 digits."] if told else [])


def test_every_sign_that_was_removed_is_named(tmp_path: Path) -> None:
    table = read(tmp_path, "p,m\n5%,$1.50\n6%,$2.50\n")
    assert table.warnings == ["`p`, `m`: the sign beside each number was removed (%, $)."]


def test_the_decimal_sign_can_be_chosen(tmp_path: Path) -> None:
    assert column(tmp_path, ["1,234"], ReadOptions(decimal=","))[0].tolist() == [1.234]
    assert column(tmp_path, ["1,234"], ReadOptions(decimal="."))[0].tolist() == [1234]
    assert column(tmp_path, ["1.234"], ReadOptions(decimal=","))[0].tolist() == [1234]


@pytest.mark.parametrize("word", ["", "NA", "N/A", "nan", "NULL", "None", "#N/A", "<NA>"])
def test_missing_words_in_a_column_of_numbers(tmp_path: Path, word: str) -> None:
    values, _ = column(tmp_path, ["1", word, "3"])
    assert values.isna().tolist() == [False, True, False]
    assert str(values.dtype) == "float64"


def test_na_in_text_is_missing_announced_and_can_be_kept(tmp_path: Path) -> None:
    values, warnings = column(tmp_path, ["gravel", "NA", "paved"])
    assert values.isna().tolist() == [False, True, False]
    assert any("“NA” were read as missing" in warning for warning in warnings)
    kept, _ = column(tmp_path, ["gravel", "NA", "paved"], ReadOptions(keep_na_text=True))
    assert kept.tolist() == ["gravel", "NA", "paved"]


def test_na_among_country_codes_is_namibia(tmp_path: Path) -> None:
    values, warnings = column(tmp_path, ["DE", "FR", "NA", "US", "GB", "ZA"])
    assert values.tolist() == ["DE", "FR", "NA", "US", "GB", "ZA"]
    assert any("kept as a value" in warning for warning in warnings)


def test_none_in_text_is_a_level(tmp_path: Path) -> None:
    values, warnings = column(tmp_path, ["Stone", "None", "Brick"])
    assert values.tolist() == ["Stone", "None", "Brick"]
    assert any("“None” were kept" in warning for warning in warnings)


def test_flags_with_missing_cells_stay_text_in_one_spelling(tmp_path: Path) -> None:
    values, _ = column(tmp_path, ["TRUE", "", "false"])
    assert values.tolist()[::2] == ["True", "False"]
    assert values.isna().tolist() == [False, True, False]


def test_a_column_without_a_value_is_kept(tmp_path: Path) -> None:
    frame = read(tmp_path, "a,b\n1,\n2,NA\n").frame
    assert frame["b"].isna().all()
    assert str(frame["b"].dtype) == "float64"


def test_many_columns_share_one_sentence(tmp_path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(30))
    table = read(tmp_path, f"{names}\n{','.join(['007'] * 30)}\n")
    assert len(table.warnings) == 1
    assert "and 25 more" in table.warnings[0]


@given(st.lists(st.text(max_size=4), min_size=1, max_size=12))
def test_names_become_unique_and_non_empty_and_keep_their_order(raw: list[str]) -> None:
    names, _ = unique_names(raw)
    assert len(set(names)) == len(raw)
    assert all(names)


@given(st.lists(st.integers(-(10**30), 10**30), min_size=2, max_size=8))
def test_no_digit_of_a_whole_number_is_ever_lost(tmp_path_factory: pytest.TempPathFactory, values: list[int]) -> None:
    folder = tmp_path_factory.mktemp("digits")
    found, _ = column(folder, [str(value) for value in values])
    assert [int(value) for value in found] == values
