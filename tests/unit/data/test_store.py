from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.store import content_hash, read_parquet, write_parquet


def example() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n": [1.5, np.nan, -0.0],
            "i": [1, -2, 2**60],
            "t": pd.Series(["x", None, "ü"], dtype="str"),
            "big": pd.Series(["9007199254740993", "1", None], dtype="str"),
            "b": [True, False, True],
            "d": pd.Series(pd.to_datetime(["2024-01-02 03:04:05", None, "1999-12-31 00:00:00"])).astype(
                "datetime64[ns]"
            ),
            "none": [np.nan] * 3,
            "<b>": pd.Series([None] * 3, dtype="str"),
        }
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_parquet(example(), tmp_path / "t.parquet")
    read = read_parquet(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(read, example(), check_column_type=False)
    assert content_hash(read) == content_hash(example())


def test_some_columns_are_read_in_the_order_wanted(tmp_path: Path) -> None:
    write_parquet(example(), tmp_path / "t.parquet")
    assert read_parquet(tmp_path / "t.parquet", ["d", "n"]).columns.tolist() == ["d", "n"]


def test_the_row_index_and_the_way_text_is_stored_do_not_count() -> None:
    frame = example()
    moved = frame.set_axis([5, 6, 7]).astype({"t": object, "big": "category"})
    assert content_hash(moved) == content_hash(frame)


@pytest.mark.parametrize(
    "other",
    [
        pd.DataFrame({"a": ["ab", "d"]}),
        pd.DataFrame({"a": ["a", "bc"]}),
        pd.DataFrame({"b": ["a", "b"]}),
        pd.DataFrame({"a": ["a", None]}),
        pd.DataFrame({"a": ["b", "a"]}),
        pd.DataFrame({"a": ["a", "b"], "c": [1, 2]}),
        pd.DataFrame({"a": [0, 1]}),
        pd.DataFrame({"a": [0.0, 1.0]}),
        pd.DataFrame({"a": [False, True]}),
        pd.DataFrame({"a": ["0", "1"]}),
        pd.DataFrame({"a": ["a", ""]}),
    ],
)
def test_other_content_has_another_name(other: pd.DataFrame) -> None:
    assert content_hash(other) != content_hash(pd.DataFrame({"a": ["a", "b"]}))


def test_minus_zero_and_kinds_of_missing_do_not_count() -> None:
    assert content_hash(pd.DataFrame({"a": [0.0, np.nan]})) == content_hash(pd.DataFrame({"a": [-0.0, -np.nan]}))


def test_the_name_of_a_table_does_not_change_between_versions() -> None:
    assert content_hash(pd.DataFrame({"a": [1, 2], "b": ["x", None]})) == (
        "df49b45727c990db6c7f5bb58b2d951b6c0aa65cdf5ffaa7990e450d5fdad3e1"
    )


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=1, max_size=6))
def test_any_text_survives_the_disk(tmp_path_factory: pytest.TempPathFactory, values: list[str | None]) -> None:
    path = tmp_path_factory.mktemp("store") / "t.parquet"
    frame = pd.DataFrame({"a": pd.Series(values, dtype="str")})
    write_parquet(frame, path)
    assert content_hash(read_parquet(path)) == content_hash(frame)
