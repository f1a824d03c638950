"""Steps on training rows: which of them a model learns from, and how often."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.prepare.copies import duplicated
from core.prepare.recipe import Step
from core.prepare.spec import ParamSpec, RowWork, Scope, StepSpec, listed


def _say_duplicates(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return "Drop exact duplicates" + (f" by {listed(step.columns)}" if step.columns else "")


def _without_repeats(work: RowWork) -> NDArray[np.intp]:
    """Keep of rows that are the same the first, by the columns the step compares and the outcome."""
    problem, positions = work.problem, work.positions
    whole = work.params["compare"] == "row"
    named = [name for name in work.step.columns if name in problem.X]
    compared = named or [str(name) for name in problem.X.columns] if whole else named or list(problem.features)
    keys = {str(place): problem.X[name].iloc[positions] for place, name in enumerate(compared)}
    keys["outcome"] = pd.Series(problem.y[positions], index=positions)
    return positions[~duplicated(pd.DataFrame(keys))]


KINDS: Final = (
    StepSpec(
        kind="drop_duplicates",
        place=20,
        title="Drop exact duplicates",
        family="rows",
        icon="filter_alt",
        summary="Training rows that repeat an earlier one are learned from once; rows to be predicted all stay.",
        scope=Scope.ROWS,
        suits=tuple(ColumnType),
        describe_with=_say_duplicates,
        build=None,
        rows=_without_repeats,
        params=(
            ParamSpec(
                "compare",
                "Two rows are the same when",
                "choice",
                "row",
                (("row", "every column is equal"), ("features", "all that the model sees and the outcome are equal")),
                "Rows that differ only in an identifier are often two cases that look alike, not copies.",
            ),
        ),
    ),
)
