import numpy as np
import pandas as pd

from core.charts.knowing import association_map, counts, gaps_together, outcome_by_bar
from core.charts.theme import LIGHT
from core.data.knowing.association import associations
from core.data.knowing.missing import missingness
from core.data.knowing.outcomes import outcome_along
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task

FRAME = Frame(target="y", task=Task.BINARY, positive="yes")


def schema(**kinds: str) -> Schema:
    return Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kind)) for name, kind in kinds.items()))


def test_the_outcome_along_a_column_says_its_ends_and_intervals() -> None:
    rows = pd.DataFrame(
        {"c": ["<b>x</b>"] * 60 + ["z"] * 40, "y": ["yes"] * 15 + ["no"] * 45 + ["yes"] * 20 + ["no"] * 20}
    )
    found = outcome_along(rows, schema(c="category", y="yes_no"), FRAME, "c")
    assert found is not None
    result = outcome_by_bar(found, LIGHT)
    assert result.alt == (
        "y yes along c: highest at z (50.0%, 95% interval 35.2% to 64.8%), lowest at <b>x</b> "
        "(25.0%, 95% interval 15.8% to 37.2%); overall 35.0%."
    )
    assert result.table["Rows"].tolist() == [60, 40]
    assert "<b>" not in str(result.figure.to_json())


def test_the_map_draws_each_pair_once_and_its_table_has_all() -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(50, 40)), columns=[f"c{n}" for n in range(40)])
    rows["c1"] = rows["c0"] * -2
    found = associations(rows, schema(**dict.fromkeys(rows, "number")))
    result = association_map(found, LIGHT)
    assert len(result.table) == 40 * 39 // 2
    heat = result.figure.data[0]
    assert len(heat.z) == 30
    assert sum(cell is not None for row in heat.z for cell in row) == 30 * 29 // 2
    assert "c0 and c1 −1.00" in result.alt


def test_gaps_together_are_told() -> None:
    rows = pd.DataFrame({"a": [np.nan] * 20 + [1.0] * 80, "b": [np.nan] * 20 + [1.0] * 80})
    result = gaps_together(missingness(rows, schema(a="number", b="number")), LIGHT)
    assert result.alt == (
        "1 patterns of gaps; 80 of 100 rows have none. The most frequent: a, b missing together in 20 rows."
    )


def test_counts_say_their_highest_bar() -> None:
    assert counts(["Mon", "Tue"], [3, 5], "Weekday", LIGHT).alt == "Weekday: 2 bars, the highest Tue with 5 rows."
    assert counts([], [], "Weekday", LIGHT).alt == "Weekday: nothing to count."
