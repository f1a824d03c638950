import numpy as np
import pandas as pd
import pytest

from core.data.knowing.odd import ODD


@pytest.mark.parametrize(
    ("kind", "values", "rows"),
    [
        ("variants", ["Rome", "rome ", "Oslo", None], [0, 1]),
        ("rare", ["a"] * 10 + ["b", None], [10]),
        ("unusual", [0, 0, 0, 7, np.nan], [3]),
        ("unusual", [np.nan, np.nan], []),
        ("no number", ["1", "2.5", "see note", "−3", None], [2]),
        ("no date", ["2024-01-02", "soon", None], [1]),
        ("other unit", ["1 kg", "2 kg", "900 g", "?", None], [2, 3]),
        ("far heap", [70.0] * 30 + [70_000.0] * 6 + [np.nan], [30, 31, 32, 33, 34, 35]),
        ("far heap", [1.0, 2.0, 3.0], []),
        ("personal", ["a@b.org", "none", "c@d.org", None], [0, 2]),
    ],
)
def test_cells_that_stand_out_are_found(kind, values, rows):
    words, find = ODD[kind]
    assert np.flatnonzero(find(pd.Series(values, name="x"))).tolist() == rows
    assert "`x`" in words.format("x")
