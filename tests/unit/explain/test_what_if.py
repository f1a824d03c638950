import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.explain.what_if import smallest_change, what_if
from core.framing.frame import Task

SCHEMA = Schema(
    columns=(
        ColumnSpec(name="debt", type=ColumnType.NUMBER),
        ColumnSpec(name="place", type=ColumnType.CATEGORY),
        ColumnSpec(name="when", type=ColumnType.DATE),
    )
)
X = pd.DataFrame(
    {
        "debt": np.arange(100),
        "place": pd.array(["north"] * 60 + ["south"] * 40, dtype="str"),
        "when": pd.to_datetime(["2024-01-01"] * 100),
    }
)


class Pipeline:
    """The chance of "yes" is debt in percent, and 30 points more in the south."""

    classes_ = np.array(["no", "yes"])

    def predict(self, rows):
        return pd.to_numeric(rows["debt"]).to_numpy() / 100 + 0.3 * (rows["place"] == "south").to_numpy()

    def predict_proba(self, rows):
        chance = np.clip(self.predict(rows), 0, 1)
        return np.column_stack([1 - chance, chance])


def test_without_a_change_the_answer_stays_and_is_asked_for_once():
    asked = []

    class Counted(Pipeline):
        def predict_proba(self, rows):
            asked.append(len(rows))
            return super().predict_proba(rows)

    found = what_if(Counted(), X.iloc[[10]], {}, task=Task.BINARY, outcome="yes")
    assert (found.before, found.after, asked) == (0.1, 0.1, [1])


def test_a_changed_value_changes_the_answer_and_nothing_else():
    row = X.iloc[[10]]
    found = what_if(Pipeline(), row, {"place": "south"}, task=Task.BINARY, outcome="yes")
    assert (found.before, found.after) == pytest.approx((0.1, 0.4))
    assert row["place"].iloc[0] == "north"


def test_a_whole_number_can_become_a_fraction():
    found = what_if(Pipeline(), X.iloc[[10]], {"debt": 12.5}, task=Task.REGRESSION)
    assert found.after == pytest.approx(0.125)


def flip(index, threshold, columns=("debt", "place", "when")):
    return smallest_change(
        Pipeline(), X.iloc[[index]], X, schema=SCHEMA, columns=columns, positive="yes", threshold=threshold
    )


def test_the_smallest_change_is_the_nearest_value_beyond_the_line():
    found = flip(45, 0.48)
    assert (found.column, found.old, found.new) == ("debt", "45", "50")
    assert found.chance == pytest.approx(0.5)
    assert found.rows == 5


def test_a_category_is_changed_where_a_number_would_have_to_go_further():
    found = flip(5, 0.34, columns=("place",))
    assert (found.column, found.new, found.rows) == ("place", "south", 40)


def test_where_no_change_is_enough_none_is_named():
    assert flip(5, 0.99, columns=("place", "when")) is None
