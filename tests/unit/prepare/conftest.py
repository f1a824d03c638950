import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step

TYPES = {
    "id": ColumnType.IDENTIFIER,
    "income": ColumnType.NUMBER,
    "debt": ColumnType.NUMBER,
    "purpose": ColumnType.CATEGORY,
    "self_employed": ColumnType.YES_NO,
    "opened": ColumnType.DATE,
    "sex": ColumnType.YES_NO,
    "denied": ColumnType.YES_NO,
    "amount": ColumnType.NUMBER,
}


def make_table(n=120, seed=1):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "id": [f"case {number}" for number in range(n)],
            "income": rng.normal(50, 10, n).round(3),
            "debt": rng.gamma(2, 5, n).round(3),
            "purpose": rng.choice(["car", "home", "other things", "study"], n),
            "self_employed": rng.choice(["yes", "no"], n),
            "opened": (pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.permutation(n), "D")).strftime("%d/%m/%Y"),
            "sex": rng.choice(["f", "m"], n),
            "denied": np.where(np.arange(n) % 4 == 0, "yes", "no"),
            "amount": rng.normal(100, 20, n).round(3),
        }
    )
    table.loc[::10, "income"] = np.nan
    table.loc[::15, "purpose"] = None
    return table


def make_schema(names=tuple(TYPES)):
    formats = {"opened": "%d/%m/%Y"}
    return Schema(columns=tuple(ColumnSpec(name=n, type=TYPES[n], date_format=formats.get(n, "")) for n in names))


def make_frame(**changes):
    given = {"target": "denied", "task": Task.BINARY, "positive": "yes", "metric": "roc_auc", "sensitive": ("sex",)}
    return Frame(**(given | changes))


def steps(*kinds, **columns):
    return Recipe(steps=tuple(Step(id=f"{kind}-1", kind=kind, columns=tuple(columns.get(kind, ()))) for kind in kinds))


USUAL = steps("date_parts", "cap_outliers", "fill_numbers", "fill_categories", "group_rare", "encode", "scale")


@pytest.fixture(scope="session")
def make_problem():
    def make(table=None, recipe=USUAL, plan=None, schema=None, **frame):
        given = make_table() if table is None else table
        return build_problem(given, schema or make_schema(), make_frame(**frame), recipe, plan or SplitPlan(folds=3))

    return make
