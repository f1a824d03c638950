"""Filling gaps from what else is known of a row, and gaps in dates."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.runtime.frames import (
    FrameStep,
    Origins,
    block,
    dates_in,
    extended,
    replaced,
    texts,
    texts_in,
    unused,
)

Learned = dict[str, NDArray[np.float64]]

DONOR_ROWS = 500
"""Training rows that are kept with a model to be compared with."""
CHAIN_ROWS = 5_000
"""Training rows from which columns learn what others say of them."""
HELPING_COLUMNS = 50
"""Columns that are looked at to fill a gap, the ones to be filled first."""
AT_ONCE = 64
"""Rows compared with all donors at the same time."""


def gap_marks(X: pd.DataFrame, names: Sequence[str]) -> dict[str, str]:
    """Return, for each of these columns that has gaps, the name of the column that marks them."""
    marks: dict[str, str] = {}
    for name in names:
        if X[name].isna().any():
            marks[name] = unused(f"{name}_missing", {*map(str, X.columns), *marks.values()})
    return marks


def with_marks(filled: pd.DataFrame, X: pd.DataFrame, marks: Mapping[str, str]) -> pd.DataFrame:
    """Return the filled frame with a 0/1 column after the others for each column that is marked."""
    if not marks:
        return filled
    made = X[list(marks)].isna().to_numpy(dtype=np.float64)
    return extended(filled, list(marks.values()), made)


def helpers(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return the columns that help to fill the wanted ones: those first, then the others, as many as are looked at."""
    chosen = set(wanted)
    return [*wanted, *(name for name in names if name not in chosen)][:HELPING_COLUMNS]


def sampled(n_rows: int, most: int, seed: int) -> NDArray[np.intp]:
    """Return positions of rows, at most so many, drawn by the seed and in order."""
    if n_rows <= most:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(seed).choice(n_rows, most, replace=False))


def scale_of(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and spread of each column; 0 and 1 where it has none."""
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, values, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (values - centre) ** 2, 0.0).sum(axis=0) / count)
    return centre, np.where(spread > 0, spread, 1.0)


def distances(
    rows: NDArray[np.float64], donors: NDArray[np.float64], alike: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean squared difference of rows and donors over the columns known in both; infinite where none is.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    donors : ndarray of shape (n_donors, n_columns)
    alike : ndarray of shape (n_columns,)
        1 for columns of codes, which differ by 0 or 1, and 0 for numbers.

    Returns
    -------
    ndarray of shape (n_rows, n_donors)
    """
    total = np.zeros((len(rows), len(donors)))
    shared = np.full(total.shape, float(len(alike)))
    lines = np.ascontiguousarray(donors.T)
    # Column by column, not as one product of matrices: the answer for a row must not hang on the rows beside it.
    for place, codes in enumerate(alike):
        apart = rows[:, place, None] - lines[place]
        if codes:
            np.minimum(np.abs(apart, out=apart), 1.0, out=apart)
        else:
            np.multiply(apart, apart, out=apart)
        unknown = np.isnan(apart)
        shared -= unknown
        apart[unknown] = 0.0
        total += apart
    return np.where(shared > 0, total / np.maximum(shared, 1), np.inf)


def nearest(apart: NDArray[np.float64], known: NDArray[np.bool_], count: int) -> tuple[Any, NDArray[np.bool_]]:
    """Return for each row its nearest donors among those with a value, and which of these places are filled."""
    apart = np.where(known, apart, np.inf)
    take = min(count, apart.shape[1])
    near = np.argpartition(apart, take - 1, axis=1)[:, :take]
    return near, np.isfinite(np.take_along_axis(apart, near, axis=1))


def learn_donors(values: NDArray[np.float64], alike: NDArray[np.float64], seed: int) -> Learned:
    """Return the rows that others are compared with, and the scale on which they are."""
    kept = values[sampled(len(values), DONOR_ROWS, seed)]
    centre, spread = scale_of(kept)
    codes = alike > 0
    centre[codes], spread[codes] = 0.0, 1.0
    return {"donors": kept, "centre": centre, "spread": spread, "alike": alike}


def fill_from_donors(
    values: NDArray[np.float64], learned: Learned, wanted: Sequence[int], count: int
) -> NDArray[np.float64]:
    """Return the values with gaps in the wanted columns filled; a gap stays where no row can be compared.

    A number becomes the mean of the nearest donors, a code the one most of them have, the lowest where several are.
    """
    filled, donors = values.copy(), learned["donors"]
    if not len(donors) or not len(wanted):
        return filled
    scaled = (donors - learned["centre"]) / learned["spread"]
    gaps = np.isnan(values)
    rows = np.flatnonzero(gaps[:, list(wanted)].any(axis=1))
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        apart = distances((values[some] - learned["centre"]) / learned["spread"], scaled, learned["alike"])
        for place in wanted:
            open_ = gaps[some, place]
            if not open_.any():
                continue
            near, there = nearest(apart[open_], ~np.isnan(donors[:, place]), count)
            given = np.where(there, donors[near, place], np.nan)
            said = _most_voted(given) if learned["alike"][place] else _mean(given)
            filled[some[open_], place] = said
    return filled


def _mean(given: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(given)
    total = np.zeros(len(given))
    for place in range(given.shape[1]):
        total += np.where(known[:, place], given[:, place], 0.0)
    count = known.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _most_voted(given: NDArray[np.float64]) -> NDArray[np.float64]:
    votes = (np.bincount(row[~np.isnan(row)].astype(np.intp)) for row in given)
    return np.array([float(count.argmax()) if len(count) else np.nan for count in votes])


def learn_chain(values: NDArray[np.float64], rounds: int, seed: int) -> Learned:
    """Return what each column's value is likely to be, given the others, as a chain of linear equations.

    As ``sklearn.impute.IterativeImputer`` with a ridge regression, on the scale of mean 0 and spread 1. Each line of
    ``weights`` belongs to the column in ``column``; guesses stay within what was seen.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer
    from sklearn.linear_model import Ridge

    kept = values[sampled(len(values), CHAIN_ROWS, seed)]
    centre, spread = scale_of(kept)
    scaled = (kept - centre) / spread
    width = scaled.shape[1]
    known = ~np.isnan(scaled)
    low = np.where(known, scaled, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, scaled, -np.inf).max(axis=0, initial=-np.inf)
    chain: Learned = {
        "centre": centre,
        "spread": spread,
        "low": np.where(low > high, 0.0, low),
        "high": np.where(low > high, 0.0, high),
        "column": np.zeros(0),
        "weights": np.zeros((0, width)),
        "start": np.zeros(0),
    }
    there = np.flatnonzero(known.any(axis=0))
    if len(there) < 2:
        return chain
    imputer = IterativeImputer(Ridge(alpha=1.0), max_iter=rounds, tol=0.0, random_state=seed)
    with warnings.catch_warnings():
        # So many rounds and no more were asked for.
        warnings.simplefilter("ignore", ConvergenceWarning)
        imputer.fit(scaled[:, there])
    weights, start, column = [], [], []
    for turn in imputer.imputation_sequence_:
        line = np.zeros(width)
        line[there[turn.neighbor_feat_idx]] = turn.estimator.coef_
        weights.append(line)
        start.append(float(turn.estimator.intercept_))
        column.append(float(there[turn.feat_idx]))
    made = {"column": np.array(column), "weights": np.array(weights).reshape(-1, width), "start": np.array(start)}
    return {**chain, **made}


def fill_by_chain(values: NDArray[np.float64], learned: Learned) -> NDArray[np.float64]:
    """Return the values with every gap filled by the chain, from the mean on."""
    gaps = np.isnan(values)
    rows = gaps.any(axis=1)
    filled = values.copy()
    if not rows.any():
        return filled
    open_ = gaps[rows]
    now = np.where(open_, 0.0, (values[rows] - learned["centre"]) / learned["spread"])
    for column, weights, start in zip(
        learned["column"].astype(np.intp), learned["weights"], learned["start"], strict=True
    ):
        gap = open_[:, column]
        if gap.any():
            # A sum along the row, not a product of matrices: it must not hang on the rows beside it.
            guess = (now[gap] * weights).sum(axis=1) + start
            now[gap, column] = np.clip(guess, learned["low"][column], learned["high"][column])
    filled[rows] = np.where(open_, now * learned["spread"] + learned["centre"], values[rows])
    return filled


def levels_of(X: pd.DataFrame, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each category column among these, in alphabetical order."""
    return {name: sorted({str(value) for value in texts(X, name) if value is not None}) for name in texts_in(X, names)}


def coded(X: pd.DataFrame, names: Sequence[str], levels: Mapping[str, Sequence[str]]) -> NDArray[np.float64]:
    """Return numbers as they are and categories by their place among the levels; an unseen one is −1."""
    values = np.empty((len(X), len(names)))
    numbers = [place for place, name in enumerate(names) if name not in levels]
    values[:, numbers] = block(X, [names[place] for place in numbers])
    for place, name in enumerate(names):
        if name in levels:
            at: dict[Any, float] = {level: float(code) for code, level in enumerate(levels[name])}
            at[None] = np.nan
            values[:, place] = [at.get(value, -1.0) for value in texts(X, name)]
    return values


class FillDates(FrameStep):
    """Fill missing dates with one learned in fit; a column without dates in fit stays as it is.

    Parameters
    ----------
    columns : sequence of str, optional
        Date columns; all where none are named.
    strategy : {"median", "earliest", "latest"}
        The median of an even number of dates is the earlier of the two in the middle.
    indicator : bool
        Whether a 0/1 column says where a date was missing, for columns that had gaps in fit.
    """

    def __init__(self, columns: Sequence[str] | None = None, strategy: str = "median", indicator: bool = False) -> None:
        self.columns = columns
        self.strategy = strategy
        self.indicator = indicator

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        names = dates_in(X, self.columns)
        self.fill_: dict[str, str] = {}
        for name in names:
            known = X[name].dropna().sort_values()
            if len(known):
                place = {"earliest": 0, "latest": len(known) - 1}.get(self.strategy, (len(known) - 1) // 2)
                self.fill_[name] = known.iloc[place].isoformat()
        self.marks_ = gap_marks(X, names) if self.indicator else {}

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame without gaps in those columns; the marks stand after the other columns."""
        changed = {name: X[name].fillna(pd.Timestamp(day)).array for name, day in self.fill_.items()}
        return with_marks(replaced(X, changed), X, self.marks_)

    def origins(self) -> Origins:
        """Return each column itself and each mark's column."""
        return {**super().origins(), **{out: (name,) for name, out in self.marks_.items()}}
