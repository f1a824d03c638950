from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.large.facts import whole_facts
from core.data.large.sample import draw_rows, read_sample, working_rows
from core.data.store import as_stored, write_parquet


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [(1_000, 20, 1_000), (250_000, 20, 250_000), (10_000_000, 20, 250_000), (10_000_000, 100, 50_000), (10, 0, 10)],
)
def test_a_larger_table_is_worked_on_by_a_sample(rows: int, columns: int, expected: int) -> None:
    assert working_rows(rows, columns) == expected


def test_outcomes_keep_their_shares() -> None:
    levels = np.repeat([0, 1, 2], [900, 90, 10])
    drawn = draw_rows(1_000, 100, 7, levels)
    assert np.bincount(levels[drawn]).tolist() == [90, 9, 1]


def test_a_rare_outcome_keeps_at_least_one_row() -> None:
    levels = np.repeat([0, 1], [9_999, 1])
    assert np.bincount(levels[draw_rows(10_000, 50, 7, levels)]).tolist() == [49, 1]


@given(
    counts=st.lists(st.integers(1, 60), min_size=1, max_size=6),
    share=st.floats(0.2, 1.0),
    seed=st.integers(0, 9),
)
def test_the_rows_are_as_many_as_wanted_each_once_and_in_order(counts: list[int], share: float, seed: int) -> None:
    levels = np.repeat(np.arange(len(counts)), counts)
    size = max(len(counts), int(share * len(levels)))
    drawn = draw_rows(len(levels), size, seed, levels)
    assert len(drawn) == size
    assert (np.diff(drawn) > 0).all()
    assert np.array_equal(drawn, draw_rows(len(levels), size, seed, levels))


def table(folder: Path) -> tuple[Path, pd.DataFrame]:
    frame = pd.DataFrame(
        {
            "n": range(1_000),
            "amount": [float(number % 10) for number in range(1_000)],
            "word": pd.Series([None if number % 5 == 0 else f"w{number % 3}" for number in range(1_000)], dtype="str"),
            "y": pd.Series(["yes" if number % 20 == 0 else "no" for number in range(1_000)], dtype="str"),
        }
    )
    path = folder / "t.parquet"
    write_parquet(frame, path)
    return path, frame


def test_a_sample_holds_rows_of_the_table(tmp_path: Path) -> None:
    path, frame = table(tmp_path)
    drawn, by, rows = read_sample(path, 100, 7, target="y")
    assert by == "y"
    assert rows.tolist() == drawn["n"].tolist()
    assert drawn["y"].value_counts().to_dict() == {"no": 95, "yes": 5}
    pd.testing.assert_frame_equal(drawn, frame.loc[drawn["n"]].reset_index(drop=True))


def test_an_amount_or_a_name_that_is_not_there_is_not_stratified_by(tmp_path: Path) -> None:
    path, _frame = table(tmp_path)
    assert read_sample(path, 100, 7, target="n")[1] == ""
    assert read_sample(path, 100, 7, target="gone")[1] == ""
    assert read_sample(path, 100, 7)[1] == ""


def test_every_row_is_counted(tmp_path: Path) -> None:
    path, frame = table(tmp_path)
    facts = whole_facts(path, folder=tmp_path)
    n, amount, word, y = facts.columns
    assert facts.rows == 1_000
    assert (n.missing, n.least, n.most, n.mean) == (0, "0", "999", 499.5)
    assert n.deviation == pytest.approx(frame["n"].std())
    assert amount.distinct == 10
    assert word.missing == 200
    assert y.top == (("no", 950), ("yes", 50))


def test_a_name_with_quotation_marks_is_a_name(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = tmp_path / "t.parquet"
    pq.write_table(as_stored(pd.DataFrame({'a"; DROP TABLE x; --': [1.0, 2.0]})), path)
    assert whole_facts(path, folder=tmp_path).columns[0].mean == 1.5
