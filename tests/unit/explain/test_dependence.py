import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType
from core.explain.dependence import LEVELS, OTHERS, dependence
from core.explain.explanation import Explanation
from core.framing.frame import Task


def explained(values, contributions):
    y = np.asarray(contributions, dtype=float)[:, None]
    return Explanation(
        task=Task.REGRESSION,
        columns=("c",),
        values=y,
        base=np.asarray(0.0),
        output=y[:, 0],
        predictions=y[:, 0],
        scale="units",
        rows=np.arange(len(y)),
        X=pd.DataFrame({"c": values}),
        classes=(),
        positive=None,
        method="",
        sampled_of=len(y),
        seed=1,
    )


def test_a_category_has_one_effect_a_level_most_frequent_first():
    found = dependence(
        explained(["a", "b", "b", None], [1.0, 2.0, 4.0, 9.0]), ColumnSpec(name="c", type=ColumnType.CATEGORY)
    )
    assert [(effect.label, effect.rows, effect.mean) for effect in found.effects] == [("b", 2, 3.0), ("a", 1, 1.0)]
    assert found.missing.mean == 9.0


def test_an_effect_has_students_interval():
    found = dependence(explained(["b", "b"], [2.0, 4.0]), ColumnSpec(name="c", type=ColumnType.CATEGORY))
    # Mean 3, standard error 1, t of one degree of freedom 12.706.
    assert (found.effects[0].low, found.effects[0].high) == pytest.approx((3 - 12.7062, 3 + 12.7062), abs=1e-3)


def test_few_numbers_have_one_mean_each_at_their_own_place():
    found = dependence(
        explained([1.0, 1.0, 2.0, 6.0], [1.0, 3.0, 5.0, 0.0]), ColumnSpec(name="c", type=ColumnType.NUMBER)
    )
    assert [(effect.start, effect.end, effect.rows, effect.mean) for effect in found.effects] == [
        (1.0, 1.0, 2, 2.0),
        (2.0, 2.0, 1, 5.0),
        (6.0, 6.0, 1, 0.0),
    ]


def test_the_mean_of_a_stretch_stands_at_the_mean_of_its_numbers():
    values = np.concatenate([np.zeros(60), np.arange(1.0, 61)])
    found = dependence(explained(values, 2 * values), ColumnSpec(name="c", type=ColumnType.NUMBER))
    assert [effect.mean for effect in found.effects] == pytest.approx([2 * effect.middle for effect in found.effects])
    assert found.effects[0].start == 0.0


def test_rare_levels_are_one():
    values = [f"level {k}" for k in range(20)]
    found = dependence(explained(values, np.ones(20)), ColumnSpec(name="c", type=ColumnType.CATEGORY))
    assert len(found.effects) == LEVELS
    assert (found.effects[-1].label, found.effects[-1].rows) == (OTHERS, 20 - LEVELS + 1)


def test_numbers_keep_their_points_and_get_stretches():
    x = np.arange(120.0)
    found = dependence(explained(x, 2 * x), ColumnSpec(name="c", type=ColumnType.NUMBER))
    assert (found.x == x).all()
    assert (found.y == 2 * x).all()
    assert [effect.rows for effect in found.effects] == [10] * 12
    assert found.effects[0].mean == 9.0


def test_rows_without_a_number_stand_apart():
    found = dependence(explained([1.0, np.nan, 3.0], [1.0, 7.0, 3.0]), ColumnSpec(name="c", type=ColumnType.NUMBER))
    assert found.x.tolist() == [1.0, 3.0]
    assert (found.missing.rows, found.missing.mean) == (1, 7.0)


def test_a_constant_number_has_one_stretch():
    found = dependence(explained([5.0, 5.0], [1.0, 3.0]), ColumnSpec(name="c", type=ColumnType.NUMBER))
    assert [(effect.start, effect.end, effect.mean) for effect in found.effects] == [(5.0, 5.0, 2.0)]


def test_dates_keep_their_time():
    found = dependence(explained(["2024-01-02", None], [1.0, 2.0]), ColumnSpec(name="c", type=ColumnType.DATE))
    assert found.x.tolist() == pd.to_datetime(["2024-01-02"]).astype("datetime64[ns]").to_numpy().tolist()


def test_a_text_has_one_effect_a_band_of_lengths():
    texts = ["one", "two words", None, "a b c d e", "w " * 60]
    found = dependence(explained(texts, [1.0, 3.0, 5.0, 7.0, 9.0]), ColumnSpec(name="c", type=ColumnType.TEXT))
    assert [(effect.label, effect.rows, effect.mean) for effect in found.effects] == [
        ("no text", 1, 5.0),
        ("1 to 4 words", 2, 2.0),
        ("5 to 19 words", 1, 7.0),
        ("50 words or more", 1, 9.0),
    ]
    assert "one" not in found.x.tolist()
