import json

import numpy as np
import pandas as pd
import pytest

from core.runtime.schema import InputColumn, InputRefused, InputSchema

SCHEMA = InputSchema(
    (
        InputColumn("age", "number", low=18, high=79),
        InputColumn("region", "category", levels=("North", "South")),
        InputColumn("member", "yes_no", levels=("False", "True")),
        InputColumn("since", "date"),
    )
)
ROW = {"age": 41, "region": "North", "member": True, "since": "2024-05-06"}


def read(**changes: object) -> tuple[pd.Series, list[str]]:
    frame, warnings = SCHEMA.check_rows([{**ROW, **changes}])
    return frame.iloc[0], warnings[0]


def refusal(**changes: object) -> str:
    with pytest.raises(InputRefused) as refused:
        SCHEMA.check_rows([{**ROW, **changes}], strict=True)
    return str(refused.value)


def test_a_row_is_read_by_type() -> None:
    row, warnings = read()
    assert row.tolist() == [41.0, "North", "True", pd.Timestamp("2024-05-06")]
    assert warnings == []


def test_the_order_of_columns_does_not_matter() -> None:
    turned = dict(reversed(ROW.items()))
    pd.testing.assert_frame_equal(SCHEMA.check_rows([turned])[0], SCHEMA.check_rows([ROW])[0])


def test_null_nan_and_blank_are_missing_without_a_warning() -> None:
    row, warnings = read(age=float("nan"), region=None, member="", since=" ")
    assert row.isna().all()
    assert warnings == []


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputRefused, match=r"^Column `age` is missing\.$"):
        SCHEMA.check_rows([{name: value for name, value in ROW.items() if name != "age"}])


def test_a_column_missing_in_one_row_names_the_row() -> None:
    with pytest.raises(InputRefused, match=r"^Row 2: column `age` is missing\.$"):
        SCHEMA.check_rows([ROW, {name: value for name, value in ROW.items() if name != "age"}])


def test_a_column_that_is_not_required_may_be_left_out() -> None:
    schema = InputSchema((InputColumn("age", "number"), InputColumn("note", "category", required=False)))
    frame, _ = schema.check_rows([{"age": 3}])
    assert frame["note"].isna().tolist() == [True]


def test_an_extra_column_is_ignored_and_reported() -> None:
    row, warnings = read(shoe=44)
    assert "shoe" not in row.index
    assert warnings == ["Column `shoe` is not used and was ignored."]


def test_an_unknown_category_is_kept_and_flagged() -> None:
    row, warnings = read(region="Mars")
    assert row["region"] == "Mars"
    assert warnings == ["`region` is 'Mars', which training never saw."]


def test_a_number_beyond_training_is_kept_and_flagged() -> None:
    row, warnings = read(age=-5)
    assert row["age"] == -5
    assert warnings == ["`age` is −5; training saw 18 to 79."]


def test_a_number_in_text_is_read_and_flagged() -> None:
    row, warnings = read(age="41")
    assert row["age"] == 41
    assert warnings == ["`age` came as text and was read as 41."]


@pytest.mark.parametrize("value", ["abc", "1e999", float("inf"), 10**400])
def test_what_is_no_number_is_refused_when_strict(value: object) -> None:
    assert refusal(age=value).startswith("Row 1: `age` is '")


def test_what_is_no_number_counts_as_missing_otherwise() -> None:
    row, warnings = read(age="abc")
    assert np.isnan(row["age"])
    assert warnings == ["`age` is 'abc', which is not a number; read as missing."]


@pytest.mark.parametrize("value", ["soon", "9999-01-01", "0001-01-01", "today", "now", 12345])
def test_what_is_no_date_is_refused_when_strict(value: object) -> None:
    assert "is not a date (YYYY-MM-DD)" in refusal(since=value)


def test_one_date_out_of_range_leaves_the_others() -> None:
    frame, warnings = SCHEMA.check_rows([{**ROW, "since": "9999-01-01"}, ROW])
    assert frame["since"].tolist() == [pd.NaT, pd.Timestamp("2024-05-06")]
    assert len(warnings[0]) == 1
    assert warnings[1] == []


@pytest.mark.parametrize("value", [[1], {"a": 1}, []])
@pytest.mark.parametrize("column", list(ROW))
def test_a_nested_value_is_refused(column: str, value: object) -> None:
    with pytest.raises(InputRefused, match=f"Row 1: `{column}` must be one value"):
        SCHEMA.check_rows([{**ROW, column: value}])


@pytest.mark.parametrize(("given", "read_as"), [(2, "2"), (2.0, "2"), ("2.0", "2"), ("02", "2"), ("1", "1")])
def test_codes_written_as_numbers_are_the_same_level(given: object, read_as: str) -> None:
    schema = InputSchema((InputColumn("code", "category", levels=("1", "2")),))
    assert schema.check_rows([{"code": given}])[0]["code"].tolist() == [read_as]


def test_a_level_seen_in_training_is_never_read_as_another() -> None:
    schema = InputSchema((InputColumn("code", "category", levels=("02", "2")),))
    assert schema.check_rows([{"code": "02"}])[0]["code"].tolist() == ["02"]


@pytest.mark.parametrize("value", [True, "true", "TRUE", "True"])
def test_true_is_true_however_it_is_written(value: object) -> None:
    assert read(member=value)[0]["member"] == "True"


def test_half_a_surrogate_pair_is_text_that_can_be_stored() -> None:
    row, warnings = read(region="a\ud800")
    assert row["region"] == "a?"
    json.dumps(warnings, ensure_ascii=False).encode("utf-8")


def test_a_long_value_is_cut_in_messages() -> None:
    _, warnings = read(region="x" * 10_000)
    assert len(warnings[0]) < 150


def test_a_refusal_names_twenty_problems_and_counts_the_others() -> None:
    with pytest.raises(InputRefused) as refused:
        SCHEMA.check_rows([{**ROW, "age": "abc"}] * 25, strict=True)
    assert str(refused.value).endswith("And 5 more.")


def test_rows_are_read_alike_alone_and_together() -> None:
    rows = [{**ROW, "age": value} for value in ("41", 41, True, None, "abc", 2**70)]
    together = SCHEMA.check_rows(rows)[0]
    alone = pd.concat([SCHEMA.check_rows([row])[0] for row in rows], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)


def test_a_table_keeps_its_index_and_loses_its_extra_columns() -> None:
    frame = pd.DataFrame([ROW, ROW], index=[7, 3]).assign(extra=1)
    read_frame, _ = SCHEMA.check_frame(frame)
    assert read_frame.index.tolist() == [7, 3]
    assert tuple(read_frame.columns) == SCHEMA.names


def test_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(InputRefused, match="Column `since` is missing"):
        SCHEMA.check_frame(pd.DataFrame([ROW]).drop(columns="since"))


def test_the_schema_survives_json() -> None:
    assert InputSchema.from_dict(json.loads(json.dumps(SCHEMA.to_dict()))) == SCHEMA
