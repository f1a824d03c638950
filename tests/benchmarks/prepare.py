"""What the default recipe costs, beside a ColumnTransformer written by hand that does the same."""

import warnings
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from core.data.guess import guess_schema
from core.framing.frame import Frame, Task
from core.prepare.compile import compile_pipeline
from core.prepare.defaults import default_recipe
from core.runtime.transformers import FillCategories, FillNumbers
from tests.benchmarks.figures import Figure

ROWS = 50_000
REPEATS = 3
ONE_BY_ONE = 100
AIM = 0.005
"""Seconds of one row, at most."""
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
NUMBERS = [f"n{number}" for number in range(8)]
LEVELS = [f"c{number}" for number in range(5)]
DATES = ["d0", "d1"]


def mixed(rows: int = ROWS) -> pd.DataFrame:
    """Return eight numbers, five categories, two dates with gaps, and an outcome."""
    rng = np.random.default_rng(7)
    table = pd.DataFrame({name: rng.normal(size=rows).round(3) for name in NUMBERS})
    for place, name in enumerate(LEVELS):
        table[name] = rng.choice([f"level {level}" for level in range(4 + place)], rows)
    for name in DATES:
        table[name] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, rows), "D")
    for name in (*NUMBERS[:4], *LEVELS[:2]):
        table.loc[rng.random(rows) < 0.05, name] = None
    table["y"] = np.where(table["n5"] + rng.normal(size=rows) > 0, "yes", "no")
    return table


def measure() -> list[Figure]:
    """Compile, fit and transform; then transform rows one at a time. The time is that of the processor."""
    table = mixed()
    X, y = table.drop(columns="y"), table["y"].to_numpy(dtype=object)
    schema = guess_schema(table)
    recipe = default_recipe(table, schema, FRAME)

    def ours() -> Pipeline:
        pipeline = compile_pipeline((recipe, schema, FRAME), DummyClassifier(), scale=True)
        steps = pipeline[:-1]
        steps.fit(X, y)
        steps.transform(X)
        return steps

    def theirs() -> ColumnTransformer:
        steps = by_hand()
        steps.fit(X, y)
        steps.transform(X)
        return steps

    taken: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(REPEATS):
        taken["ours"].append(spent(lambda: ours()))
        taken["theirs"].append(spent(lambda: theirs()))
    fitted = ours()
    rows = [X.iloc[[place]] for place in range(ONE_BY_ONE)]
    fitted.transform(rows[0])
    one = [spent(lambda: [fitted.transform(row) for row in rows]) / len(rows) for _ in range(REPEATS)]
    return [
        Figure(
            f"Default recipe on {ROWS:,} x 15 columns",
            taken["ours"],
            "s",
            "a ColumnTransformer by hand",
            taken["theirs"],
            aim=2 * float(np.median(taken["theirs"])),
        ),
        Figure("One row through the default recipe", one, "ms", aim=AIM),
        *(Figure(f"One row filled: {what}", taken, "ms", aim=AIM) for what, taken in filled()),
    ]


def filled() -> Iterator[tuple[str, list[float]]]:
    """Fill the gaps of a row of 15 columns by what the others suggest; yield each way and its seconds."""
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame(rng.normal(size=(3_000, 15)), columns=[f"n{place}" for place in range(15)])
    gaps = numbers.mask(rng.random(numbers.shape) < 0.1)
    row = numbers.iloc[[0]].copy()
    row.iloc[0, :5] = np.nan
    for strategy in ("nearest", "iterative"):
        step = FillNumbers(strategy=strategy).fit(gaps)
        yield f"numbers, {strategy}", one_row(step, row)
    words = pd.DataFrame({f"c{place}": rng.choice(list("abcde"), 600) for place in range(15)}, dtype="str")
    row = words.iloc[[0]].copy()
    row.iloc[0, :2] = None
    yield "categories, iterative", one_row(FillCategories(strategy="iterative", rounds=2).fit(words), row)


def one_row(step: Any, row: pd.DataFrame) -> list[float]:
    """Return the seconds that a step takes for a row, once it is warm."""
    step.transform(row)
    return [spent(lambda: [step.transform(row) for _ in range(40)]) / 40 for _ in range(REPEATS)]


def spent(work: Callable[[], object]) -> float:
    """Return the seconds of processor time a piece of work took."""
    began = process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work()
    return process_time() - began


def by_hand() -> ColumnTransformer:
    """Return what a person would write for this table: medians, marks of gaps, one-hot, parts of dates, scaling."""
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    levels = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        StandardScaler(),
    )
    dates = make_pipeline(FunctionTransformer(parts_of_dates), SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer([("numbers", numbers, NUMBERS), ("levels", levels, LEVELS), ("dates", dates, DATES)])


def parts_of_dates(dates: pd.DataFrame) -> pd.DataFrame:
    """Return year, month, weekday and days since 2000 of each date."""
    made = {}
    for name in dates.columns:
        parts = dates[name].dt
        made |= {f"{name}_year": parts.year, f"{name}_month": parts.month, f"{name}_weekday": parts.dayofweek}
        made[f"{name}_days"] = (dates[name] - pd.Timestamp("2000-01-01")).dt.days
    return pd.DataFrame(made)
