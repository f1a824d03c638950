"""Leaks that only show between the parts of a split, or in how the table was put together."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnType
from core.data.signal import TargetView, signal_of_levels, signal_of_numbers, view_target
from core.findings import Finding, Fix, Severity
from core.framing.frame import Task
from core.prepare.copies import row_marks
from core.prepare.near import near_keys
from core.prepare.plan import SplitKind
from core.prepare.problem import Problem
from core.prepare.proposal import NAMES_A_CASE
from core.runtime.values import as_number, as_text

LOOKED_AT: Final = 10_000
"""Most rows that statistics of levels are looked for in."""
NEAR_SHARE: Final = 0.01
"""Share of the sealed rows that are nearly a training row from which it is said."""
DIFFERENT: Final = 0.5
"""Share of different rows below which near copies are to be expected by chance."""
ORDERED: Final = 0.9
"""Signal of the row number from which the table is called sorted by the outcome."""
TRENDING: Final = 0.3
"""Signal of the row number from which the order of rows is worth a look."""
CARRIED: Final = 0.5
"""Signal of an identifier from which it carries the outcome."""
SEED: Final = 7
USED: Final = "The model leans on it, and new rows have no such number."
UNUSED: Final = "The model does not see it; ask how the table was put together, for other columns may carry the same."
FEWEST_ROWS: Final = 100
FEWEST_LEVELS: Final = 8
MEANS_ALIKE: Final = 0.85
"""Correlation of a column with the mean outcome of a category's levels from which it may be that mean …"""
SAME_SCALE: Final = 0.3
"""… if it also rises with it one to one, to within this share: a town's income may follow its rate, not equal it."""
MANY_LEVELS: Final = 500


def near_copies(problem: Problem) -> Iterator[Finding]:
    """Find sealed rows that differ from a training row only in writing."""
    train, test = problem.split.train, problem.split.test
    names = list(problem.features)
    if len(names) < 3 or len(test) < 20:
        return
    marks = row_marks(near_keys(problem.X[names], problem.schema, digits=3))
    if len(np.unique(marks)) < DIFFERENT * len(marks):
        return
    exact = row_marks(problem.X[names])
    near = np.isin(marks[test], marks[train]) & ~np.isin(exact[test], exact[train])
    count = int(near.sum())
    if count < max(3, NEAR_SHARE * len(test)):
        return
    yield Finding(
        code="near-copies-across-parts",
        severity=Severity.WARNING,
        title="Sealed rows are nearly training rows",
        evidence=f"{count:,} of {len(test):,} sealed rows differ from a training row only in case, spaces, rounding or "
        "time of day.",
        why="They look like one case written twice. A model is then judged on what it has seen, and scores come out "
        "too good: clear them from the table, or keep each case together by a column that names it.",
    )


def cases_across(problem: Problem) -> Iterator[Finding]:
    """Find an identifier, or a category whose name says that its values are cases, with one case on both sides."""
    train, test = problem.split.train, problem.split.test
    for spec in problem.schema.columns:
        name = spec.name
        is_case = spec.type is ColumnType.CATEGORY and NAMES_A_CASE.search(name)
        if name not in problem.X or not (is_case or spec.type is ColumnType.IDENTIFIER):
            continue
        values = as_text(problem.X[name])
        seen, sealed = set(values.iloc[train].dropna()), values.iloc[test].dropna()
        shared = int(sealed.isin(seen).sum())
        if not shared or len(seen | set(sealed)) < (FEWEST_LEVELS if is_case else 3):
            continue
        yield Finding(
            code="identifier-across-parts",
            severity=Severity.WARNING,
            title=f"The same `{name}` is on both sides",
            evidence=f"{shared:,} of {len(sealed):,} sealed rows share their `{name}` with a training row.",
            why="The model can recognise them instead of learning; for new ones it would do worse than it seems.",
            columns=(name,),
            fix=Fix("Keep each together", "set_split", {"kind": SplitKind.GROUP.value, "column": name}),
        )


def order_of_rows(problem: Problem) -> Iterator[Finding]:
    """Say whether the number of a row tells the outcome: the table is sorted by it, or was made of parts."""
    view = _view(problem)
    if view is None:
        return
    signal = signal_of_numbers(problem.split.train.astype(np.float64), view)
    if signal < TRENDING:
        return
    is_sorted = signal >= ORDERED
    yield Finding(
        code="row-order",
        severity=Severity.WARNING if is_sorted else Severity.INFO,
        title="The table is sorted by the outcome" if is_sorted else "Rows nearby have like outcomes",
        evidence=f"The number of a row alone tells its outcome with a signal of {signal:.2f} of 1.",
        why="Any column that follows the order of rows, such as a running number or the time of entry, gives the "
        "outcome away without being known for new rows."
        if is_sorted
        else "Rows may come from several batches or times: a split by time or by batch judges more honestly.",
    )


def identifiers(problem: Problem) -> Iterator[Finding]:
    """Find an identifier, or a running number, whose digits or letters tell the outcome."""
    view = _view(problem)
    if view is None:
        return
    train = problem.split.train
    for spec in problem.schema.columns:
        if spec.name not in problem.X or spec.type not in (ColumnType.IDENTIFIER, ColumnType.NUMBER):
            continue
        values = problem.X[spec.name].iloc[train]
        if spec.type is ColumnType.NUMBER and not _is_running(as_number(values).to_numpy()):
            continue
        texts = as_text(values).astype("str")
        digits = as_number(texts.str.extract(r"(\d+)\D*$")[0]).to_numpy(dtype=np.float64)
        letters = pd.factorize(texts.str.extract(r"^(\D*)")[0].str.casefold())[0]
        signal = max(signal_of_numbers(digits, view), signal_of_levels(letters, view) if letters.max() > 0 else 0.0)
        if signal < CARRIED:
            continue
        used = spec.name in problem.features
        yield Finding(
            code="identifier-with-outcome",
            severity=Severity.ERROR if used else Severity.WARNING,
            title=f"`{spec.name}` carries the outcome",
            evidence=f"Its digits or letters alone tell the outcome with a signal of {signal:.2f} of 1.",
            why="Numbers were given after the outcome was known, or rows with one outcome were added later. "
            + (
                "The model leans on it, and new rows have no such number."
                if used
                else "The model does not see it; ask "
            )
            + ("" if used else "how the table was put together, for other columns may carry the same."),
            columns=(spec.name,),
            fix=Fix("Leave it out", "leave_out", {"columns": [spec.name]}) if used else None,
        )


def _is_running(numbers: NDArray[np.float64]) -> bool:
    """Say whether numbers look like a running number: whole, all different, and dense."""
    known = numbers[np.isfinite(numbers)]
    if len(known) < FEWEST_ROWS or not np.array_equal(known, np.round(known)):
        return False
    return len(np.unique(known)) == len(known) and float(np.ptp(known)) < 4 * len(known)


def statistics(problem: Problem) -> Iterator[Finding]:
    """Find a number that is the mean outcome of a category's levels: it holds the outcomes of the sealed rows."""
    if problem.frame.task is None:
        return
    train = problem.split.train
    rows = train[np.linspace(0, len(train) - 1, min(len(train), LOOKED_AT)).astype(np.intp)]
    numbers = {
        name: as_number(problem.X[name].iloc[rows]).to_numpy()
        for name in problem.features
        if problem.schema[name].type is ColumnType.NUMBER
    }
    levels = {
        name: pd.factorize(as_text(problem.X[name].iloc[rows]))[0]
        for name in problem.schema.of_type(ColumnType.CATEGORY, ColumnType.IDENTIFIER)
        if name in problem.X
    }
    levels = {name: codes for name, codes in levels.items() if FEWEST_LEVELS <= codes.max() + 1 <= MANY_LEVELS}
    if not numbers or not levels or len(rows) < FEWEST_ROWS:
        return
    frame = pd.DataFrame(numbers)
    different = {name: len(np.unique(_in_spreads(values)[~np.isnan(values)])) for name, values in numbers.items()}
    for outcome in _outcomes(problem, rows):
        for category, codes in levels.items():
            grouped = frame.groupby(codes)
            spread = grouped.max() - grouped.min()
            sizes = np.bincount(codes[codes >= 0])
            means = pd.Series(outcome).groupby(codes).mean()
            for name in frame.columns:
                # Made so, it has one or two values in each level: most columns have far more, and are done with here.
                if codes.min() >= 0 and different[name] > 2 * len(sizes):
                    continue
                by_level = (spread[name], grouped[name].first(), means)
                kind = _made_from(frame[name].to_numpy(), codes, outcome, by_level, sizes)
                if kind:
                    yield _statistic(name, category, str(problem.frame.target), certain=kind == "left out")
                    return


def bins_of_outcome(problem: Problem) -> Iterator[Finding]:
    """Find a category whose levels are ranges of the amount: the outcome in bins."""
    if problem.frame.task is not Task.REGRESSION or len(problem.split.train) < FEWEST_ROWS:
        return
    train = problem.split.train
    order = train[np.argsort(problem.y[train].astype(np.float64), kind="stable")]
    for name in problem.features:
        if problem.schema[name].type is not ColumnType.CATEGORY:
            continue
        codes = pd.factorize(as_text(problem.X[name].iloc[order]))[0]
        codes = codes[codes >= 0]
        levels = int(codes.max(initial=-1)) + 1
        # As many changes from one level to another as levels have borders: along the amount each comes once.
        if 3 <= levels <= len(codes) // 5 and int((np.diff(codes) != 0).sum()) == levels - 1:
            yield Finding(
                code="outcome-in-bins",
                severity=Severity.ERROR,
                title=f"`{name}` is the outcome in bins",
                evidence=f"Along `{problem.frame.target}` each of its {levels} values comes once, without overlap.",
                why="It was made from the outcome, so new rows cannot have it.",
                columns=(name,),
                fix=Fix("Leave it out", "leave_out", {"columns": [name]}),
            )


def _made_from(
    values: NDArray[np.float64],
    codes: NDArray[np.intp],
    outcome: NDArray[np.float64],
    by_level: tuple[pd.Series, pd.Series, pd.Series],
    sizes: NDArray[np.intp],
) -> str:
    """Say how a number was made of the outcomes of a category's levels: "mean", "left out", or not at all."""
    spread, first, means = by_level
    scale = float(np.nanstd(values))
    if not scale > 0:
        return ""
    named = spread.index >= 0
    flat = bool((spread[named].fillna(0) <= 1e-9 * scale).all())
    if flat:
        a, b = first[named].to_numpy(), means[means.index >= 0].to_numpy()
        known = np.isfinite(a) & np.isfinite(b)
        weights = sizes[known].astype(float)
        if known.sum() < FEWEST_LEVELS or len(np.unique(a[known])) < FEWEST_LEVELS or np.ptp(b[known]) == 0:
            return ""
        return "mean" if _equals(a[known], b[known], weights) else ""
    # The mean of the others of a level has two values in each where there are two outcomes, and they tell them apart.
    if len(np.unique(outcome)) != 2:
        return ""
    table = pd.DataFrame({"level": codes, "value": _in_spreads(values), "outcome": outcome}).dropna()
    different = table.groupby("level")["value"].nunique()
    mixed = table.groupby("level")["outcome"].nunique() == 2
    pure = table.groupby(["level", "value"])["outcome"].nunique().max() == 1
    told = int(mixed.sum()) >= FEWEST_LEVELS and pure and bool((different[mixed] == 2).all())
    return "left out" if told and bool((different <= 2).all()) else ""


def _in_spreads(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers in their standard deviations, without the last digits that sums leave."""
    scale = float(np.nanstd(values)) if np.isfinite(values).any() else 0.0
    return np.asarray(np.round(values / scale, 9)) if scale > 0 else values


def _equals(a: NDArray[np.float64], b: NDArray[np.float64], weights: NDArray[np.float64]) -> bool:
    """Say whether one value a level is the level's mean outcome, but for the rows that cannot be seen."""
    x, y = a - np.average(a, weights=weights), b - np.average(b, weights=weights)
    xx, yy, xy = (np.average(value, weights=weights) for value in (x * x, y * y, x * y))
    if not (xx > 0 and yy > 0):
        return False
    alike = xy / np.sqrt(xx * yy) >= MEANS_ALIKE and abs(np.sqrt(xx / yy) - 1) <= SAME_SCALE
    apart = abs(np.average(a, weights=weights) - np.average(b, weights=weights))
    return bool(alike and apart <= SAME_SCALE * np.sqrt(yy))


def _outcomes(problem: Problem, rows: NDArray[np.intp]) -> Iterator[NDArray[np.float64]]:
    """Return the outcome as numbers, class by class where there are several."""
    if problem.frame.task is Task.REGRESSION:
        yield problem.y[rows].astype(np.float64)
        return
    labels = problem.y[rows].astype(str)
    for label in problem.classes[1:]:
        yield (labels == label).astype(np.float64)


def _statistic(name: str, category: str, target: str, *, certain: bool) -> Finding:
    what = "the mean of the other rows of" if certain else "the mean of"
    return Finding(
        code="statistic-before-split",
        severity=Severity.ERROR,
        title=f"`{name}` was made from the outcome",
        evidence=f"It is {what} `{target}` over the rows of each `{category}`, or follows it one to one.",
        why="Computed before the split, it holds the outcomes of the very rows a model is judged on. Encode "
        f"`{category}` in the recipe by its mean outcome instead: that is learned in the fold.",
        columns=(name, category),
        fix=Fix("Leave it out", "leave_out", {"columns": [name]}),
    )


def _view(problem: Problem) -> TargetView | None:
    if problem.frame.task is None or len(problem.split.train) < FEWEST_ROWS:
        return None
    outcome = pd.Series(problem.y[problem.split.train])
    return view_target(outcome, problem.frame.task, problem.frame.positive, seed=SEED)
