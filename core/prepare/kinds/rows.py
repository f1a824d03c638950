"""Steps on training rows: which of them a model learns from, and how often."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.errors import RecipeError
from core.framing.frame import Task
from core.prepare.copies import duplicated
from core.prepare.kinds.types import NUMBERS
from core.prepare.near import near_keys
from core.prepare.recipe import Step
from core.prepare.spec import ParamSpec, RowWork, Scope, StepSpec, listed
from core.runtime.values import as_date, as_number, as_text


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


def _say_near(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f" by {listed(step.columns)}" if step.columns else ""
    return f"Drop near duplicates{what}, numbers to {params['digits']:g} digits"


def _without_near_repeats(work: RowWork) -> NDArray[np.intp]:
    """Keep the first of rows that are the same but for case, spaces, rounding and the time of day."""
    problem, positions = work.problem, work.positions
    compared = [name for name in work.step.columns if name in problem.X] or list(problem.features)
    keys = near_keys(problem.X[compared].iloc[positions], problem.schema, digits=int(work.params["digits"]))
    return positions[~duplicated(keys.assign(outcome=problem.y[positions]))]


TESTS = (
    ("between", "is from … to …"),
    ("one_of", "is one of"),
    ("none_of", "is none of"),
    ("known", "is known"),
)


def _say_filter(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"`{step.columns[0]}`" if step.columns else "a column"
    if params["test"] == "between":
        low, high = params["low"].strip(), params["high"].strip()
        span = f"from {low} to {high}" if low and high else f"from {low} on" if low else f"up to {high or 'any'}"
        return f"Learn only from rows with {what} {span}"
    if params["test"] == "known":
        return f"Learn only from rows in which {what} is known"
    named = ", ".join(str(value) for value in params["values"][:3]) + (", …" if len(params["values"]) > 3 else "")
    return (
        f"Learn only from rows in which {what} is {'not ' if params['test'] == 'none_of' else ''}{named or 'nothing'}"
    )


def _passing(work: RowWork) -> NDArray[np.intp]:
    """Keep the rows whose column passes the test; a value that is missing passes none but "none of"."""
    if len(work.step.columns) != 1:
        raise RecipeError("it filters by one column, not several.", next_step="Add a step for each column.")
    name, params = work.step.columns[0], work.params
    spec = work.problem.schema[name]
    if name not in work.problem.X:
        raise RecipeError(f"“{name}” is the outcome; rows are not chosen by it.", next_step="Choose another column.")
    values = work.problem.X[name].iloc[work.positions]
    if params["test"] == "known":
        return work.positions[as_text(values).notna().to_numpy()]
    if params["test"] == "between":
        return work.positions[_between(values, spec.type, spec.date_format, params["low"], params["high"], name)]
    given = [str(value) for value in params["values"]]
    if spec.type is ColumnType.NUMBER:
        wanted = as_number(pd.Series(given, dtype=object)).dropna()
        inside = as_number(values).isin(wanted).to_numpy()
    else:
        inside = as_text(values).isin(given).to_numpy()
    return work.positions[inside if params["test"] == "one_of" else ~inside]


def _between(
    values: pd.Series, type_: ColumnType, date_format: str, low: str, high: str, name: str
) -> NDArray[np.bool_]:
    def bound(text: str) -> Any:
        if not text.strip():
            return None
        given = pd.Series([text.strip()], dtype=object)
        read = as_date(given, "") if type_ is ColumnType.DATE else as_number(given)
        if pd.isna(read.iloc[0]):
            kind = "a date such as 2024-01-31" if type_ is ColumnType.DATE else "a number"
            raise RecipeError(f"“{text}” is not {kind}, which a bound of “{name}” must be.", next_step="Edit the step.")
        return read.iloc[0]

    if type_ not in (ColumnType.NUMBER, ColumnType.DATE):
        raise RecipeError(
            f"“{name}” is of the type {type_.words.lower()}: it has no order, so nothing lies between two values.",
            next_step="Choose its values by “is one of”.",
        )
    read = as_date(values, date_format) if type_ is ColumnType.DATE else as_number(values)
    least, most = bound(low), bound(high)
    kept = read.notna().to_numpy()
    if least is not None:
        kept = kept & (read >= least).to_numpy()
    if most is not None:
        kept = kept & (read <= most).to_numpy()
    return np.asarray(kept, dtype=bool)


def _say_outliers(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = listed(step.columns) if step.columns else "numbers"
    if params["method"] == "forest":
        return f"Drop the {params['share']:g}% oddest rows by {what}"
    return f"Drop rows with {what} beyond {params['spreads']:g} quartile ranges"


def _without_outliers(work: RowWork) -> NDArray[np.intp]:
    """Drop rows with extreme numbers: each column by its quartiles (Tukey's fences), or all together by a forest."""
    problem, positions, params = work.problem, work.positions, work.params
    chosen = work.step.columns or problem.features
    names = [n for n in chosen if n in problem.X and problem.schema[n].type is ColumnType.NUMBER]
    if not names or len(positions) < 4:
        return positions
    numbers = np.column_stack([as_number(problem.X[name].iloc[positions]).to_numpy() for name in names])
    if params["method"] == "forest":
        from sklearn.ensemble import IsolationForest

        middle = np.array([np.median(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in numbers.T])
        filled = np.where(np.isfinite(numbers), numbers, middle)
        share = float(params["share"]) / 100
        forest = IsolationForest(n_estimators=100, contamination=share, random_state=work.seed)
        usual: NDArray[np.intp] = positions[forest.fit_predict(filled) > 0]
        return usual
    kept = np.ones(len(positions), dtype=bool)
    for column in numbers.T:
        known = column[np.isfinite(column)]
        if not len(known):
            continue
        low, high = np.quantile(known, [0.25, 0.75])
        reach = float(params["spreads"]) * (high - low)
        # A column in which most rows hold one value has no spread: nothing in it is called extreme.
        if reach > 0:
            kept &= ~((column < low - reach) | (column > high + reach))
    return positions[kept]


def _say_resample(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    how = {"over": "Repeat rows of rarer outcomes", "under": "Take fewer rows of frequent outcomes"}[params["method"]]
    return f"{how} up to {params['share']:g}% of the most frequent" if params["method"] == "over" else how


def _resampled(work: RowWork) -> NDArray[np.intp]:
    """Draw rows so that outcomes come closer in number, by imbalanced-learn's random samplers."""
    problem, positions = work.problem, work.positions
    if problem.frame.task is None or problem.frame.task is Task.REGRESSION:
        raise RecipeError("the outcome is an amount, so there are no classes to balance.", next_step="Remove the step.")
    labels = problem.y[positions].astype(str)
    names, counts = np.unique(labels, return_counts=True)
    share = float(work.params["share"]) / 100
    if work.params["method"] == "over":
        from imblearn.over_sampling import RandomOverSampler

        wanted = {n: max(int(c), round(share * counts.max())) for n, c in zip(names, counts, strict=True)}
        sampler: Any = RandomOverSampler(sampling_strategy=wanted, random_state=work.seed)
    else:
        from imblearn.under_sampling import RandomUnderSampler

        most = max(1, round(counts.min() / share))
        wanted = {n: min(int(c), most) for n, c in zip(names, counts, strict=True)}
        sampler = RandomUnderSampler(sampling_strategy=wanted, random_state=work.seed)
    if len(names) < 2:
        return positions
    sampler.fit_resample(np.arange(len(positions)).reshape(-1, 1), labels)
    drawn: NDArray[np.intp] = np.sort(positions[sampler.sample_indices_])
    return drawn


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
    StepSpec(
        kind="drop_near_duplicates",
        place=21,
        title="Drop near duplicates",
        family="rows",
        icon="filter_alt",
        summary="Training rows that differ only in case, spaces, rounding or time of day are learned from once.",
        scope=Scope.ROWS,
        suits=tuple(ColumnType),
        describe_with=_say_near,
        build=None,
        rows=_without_near_repeats,
        params=(
            ParamSpec(
                "digits",
                "Digits of a number that count",
                "number",
                3,
                help="With 3, 1,234 and 1,231 are the same.",
                low=1,
                high=12,
            ),
        ),
    ),
    StepSpec(
        kind="filter_rows",
        place=22,
        title="Learn only from some rows",
        family="rows",
        icon="filter_list",
        summary="Training rows that fail a test on one column are not learned from; rows to be predicted all stay.",
        scope=Scope.ROWS,
        suits=tuple(ColumnType),
        describe_with=_say_filter,
        build=None,
        rows=_passing,
        params=(
            ParamSpec("test", "Keep a row if its column", "choice", "between", TESTS),
            ParamSpec(
                "low",
                "From",
                "text",
                "",
                help="A number, or a date such as 2024-01-31; empty for no bound.",
                high=40,
                shown_when=("test", ("between",)),
            ),
            ParamSpec("high", "To", "text", "", high=40, shown_when=("test", ("between",))),
            ParamSpec("values", "Values", "list", [], shown_when=("test", ("one_of", "none_of"))),
        ),
        needs_columns=True,
    ),
    StepSpec(
        kind="drop_outliers",
        place=23,
        title="Drop extreme rows",
        family="rows",
        icon="scatter_plot",
        summary="Training rows with extreme numbers are not learned from; rows to be predicted all stay, so that "
        "extremes are still answered.",
        scope=Scope.ROWS,
        suits=NUMBERS,
        describe_with=_say_outliers,
        build=None,
        rows=_without_outliers,
        params=(
            ParamSpec(
                "method",
                "What is extreme",
                "choice",
                "quartiles",
                (
                    ("quartiles", "A number far beyond the quartiles of its column"),
                    ("forest", "An odd mixture of numbers (isolation forest)"),
                ),
            ),
            ParamSpec(
                "spreads",
                "Quartile ranges beyond the quartiles",
                "number",
                3,
                help="1.5 is Tukey's usual fence, 3 his far one.",
                low=0.5,
                high=20,
                shown_when=("method", ("quartiles",)),
            ),
            ParamSpec(
                "share", "Share of rows, in %", "number", 1, low=0.1, high=20, shown_when=("method", ("forest",))
            ),
        ),
    ),
    StepSpec(
        kind="resample_classes",
        place=25,
        title="Balance outcomes",
        family="rows",
        icon="balance",
        summary="Rare outcomes are repeated, or frequent ones thinned, in training alone. Chances then come out too "
        "high for what was rare: moving the line between yes and no is often the better way.",
        scope=Scope.ROWS,
        suits=(),
        describe_with=_say_resample,
        build=None,
        rows=_resampled,
        params=(
            ParamSpec(
                "method",
                "How",
                "choice",
                "over",
                (("over", "Repeat rows of rarer outcomes"), ("under", "Take fewer rows of frequent outcomes")),
            ),
            ParamSpec(
                "share",
                "Rarer outcomes then have, in % of the most frequent",
                "number",
                100,
                help="100 makes them equal.",
                low=5,
                high=100,
            ),
        ),
    ),
)
