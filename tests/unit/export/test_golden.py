import json

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.export.golden import UNREADABLE, UNSEEN, golden_rows
from core.export.schema import input_schema
from core.runtime.schema import InputColumn, InputSchema

FRAME = pd.DataFrame(
    {
        "age": [20, 30, 40, 50] * 5,
        "income": [1.25, 2.5, np.nan, 10.75] * 5,
        "region": ["North", "South", None, "East"] * 5,
        "since": ["2024-01-05", "2024-02-05", None, "2024-03-05"] * 5,
        "secret": ["s1", "s2", "s3", "s4"] * 5,
    }
)
SCHEMA = Schema(
    columns=(
        ColumnSpec(name="age", type=ColumnType.NUMBER),
        ColumnSpec(name="income", type=ColumnType.NUMBER),
        ColumnSpec(name="region", type=ColumnType.CATEGORY),
        ColumnSpec(name="since", type=ColumnType.DATE),
        ColumnSpec(name="secret", type=ColumnType.IDENTIFIER),
    )
)
INPUT = input_schema(FRAME, SCHEMA, ("age", "income", "region", "since"))


def same(row: dict, frame: pd.DataFrame, schema: InputSchema) -> bool:
    """Whether a row means the same as any row of a table, told without the code under test."""
    one, _ = schema.check_rows([row])
    real, _ = schema.check_frame(frame)
    equal = [
        (real[name] == one[name].iloc[0]) | (real[name].isna() & one[name].isna().iloc[0]) for name in schema.names
    ]
    return bool(np.logical_and.reduce(equal).any())


def test_there_are_as_many_as_asked_for_and_they_are_json() -> None:
    rows = golden_rows(FRAME, INPUT, n=214)
    assert len(rows) == 214
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert all(tuple(row) == INPUT.names for row in rows)


def test_every_kind_of_trouble_is_among_them() -> None:
    rows = golden_rows(FRAME, INPUT)
    assert any(row["region"] == UNSEEN for row in rows)
    assert any(row["age"] == UNREADABLE for row in rows)
    assert any(isinstance(row["region"], float) for row in rows)
    assert any(row["age"] is None for row in rows)
    assert any(isinstance(row["age"], int) and row["age"] > 50 for row in rows)
    assert rows[-1] == dict.fromkeys(INPUT.names)


def test_columns_that_are_no_input_do_not_travel() -> None:
    assert "s1" not in json.dumps(golden_rows(FRAME, INPUT))


def test_whole_numbers_stay_whole_and_decimals_stay_as_many() -> None:
    rows = golden_rows(FRAME, INPUT)
    assert all(isinstance(row["age"], int) for row in rows if isinstance(row["age"], (int, float)))
    incomes = [row["income"] for row in rows if isinstance(row["income"], float)]
    assert all(round(income, 2) == income for income in incomes)


def test_dates_are_written_as_the_column_writes_them() -> None:
    frame = pd.DataFrame({"d": ["05/01/2024", "17/03/2024"] * 5})
    schema = InputSchema((InputColumn("d", "date", date_format="%d/%m/%Y"),))
    written = {row["d"] for row in golden_rows(frame, schema)} - {None, UNREADABLE}
    # Every date of the column is a row of this table, so that only dates beyond it are left.
    assert written == {"01/01/2100"}


def test_the_same_seed_gives_the_same_rows() -> None:
    assert golden_rows(FRAME, INPUT, seed=3) == golden_rows(FRAME, INPUT, seed=3)
    assert golden_rows(FRAME, INPUT, seed=3) != golden_rows(FRAME, INPUT, seed=4)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from([0, 1, None]), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_no_golden_row_is_a_row_of_the_table(cells: list[tuple]) -> None:
    # Two values a column: nearly every combination is in the table, so that most draws must be drawn again.
    frame = pd.DataFrame(cells, columns=["c", "n", "b"])
    kinds = {"c": ColumnType.CATEGORY, "n": ColumnType.NUMBER, "b": ColumnType.YES_NO}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in kinds.items()))
    made = input_schema(frame, schema, ("c", "n", "b"))
    assert not any(same(row, frame, made) for row in golden_rows(frame, made, n=30))


def test_the_input_has_levels_and_ranges_of_the_training_rows() -> None:
    assert INPUT.names == ("age", "income", "region", "since")
    age, _, region, since = INPUT.columns
    assert (age.type, age.low, age.high) == ("number", 20.0, 50.0)
    assert (region.type, region.levels) == ("category", ("East", "North", "South"))
    assert since.type == "date"


def test_the_input_takes_the_columns_only_a_rule_reads() -> None:
    made = input_schema(FRAME, SCHEMA, ("age",), extra=("region",), optional=("age",))
    assert [(column.name, column.required) for column in made.columns] == [("age", False), ("region", True)]


def test_codes_of_numbers_are_levels_as_text() -> None:
    frame = pd.DataFrame({"code": [2.0, 1.0, np.nan]})
    schema = Schema(columns=(ColumnSpec(name="code", type=ColumnType.CATEGORY),))
    assert input_schema(frame, schema, ("code",)).columns[0].levels == ("1", "2")


def test_an_empty_column_has_neither_levels_nor_range() -> None:
    frame = pd.DataFrame({"age": [np.nan, np.nan], "region": [None, None]})
    schema = Schema(columns=SCHEMA.columns[:1] + SCHEMA.columns[2:3])
    number, category = input_schema(frame, schema, ("age", "region")).columns
    assert (number.low, number.high, category.levels) == (None, None, ())


def test_texts_are_made_up_of_kept_and_harmless_words() -> None:
    frame = pd.DataFrame({"note": ["Mrs Miller called about the parcel"] * 8})
    schema = InputSchema((InputColumn("note", "text"),))
    rows = golden_rows(frame, schema, words={"note": ["parcel", "called about"]})
    texts = [row["note"] for row in rows if isinstance(row["note"], str)]
    assert not any("miller" in text.lower() for text in texts)
    assert any("called about" in text.lower() for text in texts)
    assert any(text.isupper() or "@example.org" in text for text in texts)
    assert any(row["note"] == 1234567.5 for row in rows)
