"""Category columns: gaps, rare values, and their encoding as numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder
from sklearn.utils import murmurhash3_32

from core.runtime import gaps, guesses
from core.runtime.errors import UnusableError
from core.runtime.frames import (
    MISSING_LEVEL,
    OTHER_LEVEL,
    FrameStep,
    Origins,
    assemble,
    block,
    categories_of,
    columns_of,
    numbers_in,
    replaced,
    texts,
    texts_in,
    texts_of,
    untouched,
    unused,
)
from core.runtime.values import FEW

ONE_HOT_LIMIT = 100
"""Most columns one category may become; the values beyond the most frequent ones are treated as unseen."""
TARGET_FOLDS = 5
"""Parts in which a target encoding is fitted crosswise on the training rows."""


def _filled(values: NDArray[np.object_], level: str) -> NDArray[np.object_]:
    values[pd.isna(values)] = level
    return values


class FillCategories(FrameStep):
    """Fill missing categories.

    Parameters
    ----------
    columns : sequence of str, optional
        Category columns; all where none are named.
    strategy : {"category", "most_frequent", "constant", "nearest", "iterative"}
        A category "(missing)" of its own; the value seen most often in fit (the first by name where several are); a
        value of one's own; the one most of the training rows have that are most alike in the other columns; or the one
        that the other columns suggest, by a logistic regression a column, guessed anew in rounds.
    value : str
        The value of one's own.
    indicator : bool
        Whether a 0/1 column says where a category was missing, for columns that had gaps in fit.
    neighbours : int
        Rows that ``nearest`` asks.
    seed : int
        Of the rows that ``nearest`` keeps and ``iterative`` learns from where there are many.
    rounds : int
        Of ``iterative``.
    """

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        strategy: str = "category",
        value: str = "",
        indicator: bool = False,
        neighbours: int = 5,
        seed: int = 7,
        rounds: int = 3,
    ) -> None:
        self.columns = columns
        self.strategy = strategy
        self.value = value
        self.indicator = indicator
        self.neighbours = neighbours
        self.seed = seed
        self.rounds = rounds

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        names = texts_in(X, self.columns)
        self.fill_ = dict.fromkeys(names, self.value if self.strategy == "constant" else MISSING_LEVEL)
        self.marks_ = gaps.gap_marks(X, names) if self.indicator else {}
        if self.strategy in ("most_frequent", "nearest", "iterative"):
            for name in self.fill_:
                modes = X[name].mode()
                if len(modes):
                    self.fill_[name] = str(modes.iloc[0])
        if self.strategy == "nearest":
            self.helpers_ = gaps.helpers([*texts_in(X, None), *numbers_in(X, None)], names)
            self.levels_ = gaps.levels_of(X, self.helpers_)
            alike = np.array([float(name in self.levels_) for name in self.helpers_])
            self.learned_ = gaps.learn_donors(gaps.coded(X, self.helpers_, self.levels_), alike, self.seed)
        if self.strategy == "iterative":
            self.helpers_ = gaps.helpers([*texts_in(X, None), *numbers_in(X, None)], names)
            self.levels_ = guesses.frequent_levels(X, texts_in(X, self.helpers_))
            self.numbers_ = numbers_in(X, self.helpers_)
            self.centre_, self.spread_ = gaps.scale_of(block(X, self.numbers_))
            wanted = [name for name in self.helpers_ if name in self.fill_]
            self.equations_ = guesses.learn_equations(X, wanted, self._design(), self.rounds, self.seed)

    def _design(self) -> guesses.Design:
        return guesses.Design(self.numbers_, self.levels_, self.centre_, self.spread_)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame without gaps in those columns; the marks stand after the other columns."""
        if len(X) <= FEW:
            changed = {name: one for name, one in texts_of(X, list(self.fill_)).items() if None in one.tolist()}
        else:
            changed = {name: texts(X, name) for name in self.fill_ if X[name].isna().any()}
        if self.strategy == "nearest" and changed:
            self._ask(X, changed)
        if self.strategy == "iterative":
            for name, (rows, found) in guesses.guess(X, self._design(), self.equations_, self.rounds).items():
                changed[name][rows] = found
        filled = categories_of({name: _filled(values, self.fill_[name]) for name, values in changed.items()})
        return gaps.with_marks(replaced(X, filled), X, self.marks_)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up what was saved, perhaps before gaps could be marked."""
        super().__setstate__({"marks_": {}} | state)

    def _ask(self, X: pd.DataFrame, changed: Mapping[str, NDArray[np.object_]]) -> None:
        asked = {place: name for place, name in enumerate(self.helpers_) if name in changed}
        values = gaps.coded(X, self.helpers_, self.levels_)
        found = gaps.fill_from_donors(values, self.learned_, list(asked), self.neighbours)
        for place, name in asked.items():
            for row in np.flatnonzero(np.isnan(values[:, place]) & ~np.isnan(found[:, place])):
                changed[name][row] = self.levels_[name][int(found[row, place])]

    def origins(self) -> Origins:
        """Return each column itself and each mark's column."""
        return {**super().origins(), **{out: (name,) for name, out in self.marks_.items()}}


class GroupRare(FrameStep):
    """Put categories that are rare in fit, and those not seen in it, together as "(other)"; missing stays missing.

    Parameters
    ----------
    columns : sequence of str, optional
        Category columns; all where none are named.
    share : float
        Smallest share of the known values a category needs to stand for itself.
    """

    def __init__(self, columns: Sequence[str] | None = None, share: float = 0.01) -> None:
        self.columns = columns
        self.share = share

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self.kept_: dict[str, list[str]] = {}
        for name in texts_in(X, self.columns):
            shares = X[name].value_counts(normalize=True)
            self.kept_[name] = sorted(str(level) for level in shares.index[shares >= self.share])

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with rare and unseen categories grouped."""
        changed = {}
        for name, values in texts_of(X, list(self.kept_)).items():
            known = {None, *self.kept_[name]}
            others = [position for position, value in enumerate(values.tolist()) if value not in known]
            if others:
                values[others] = OTHER_LEVEL
                changed[name] = values
        return replaced(X, categories_of(changed))


class Encode(FrameStep):
    """Turn categories into numbers by a table learned in fit: one row a category, and one for everything unseen.

    A missing value is the category "(missing)". ``auto`` takes one 0/1 column for two categories, one 0/1 column each
    for up to ``max_levels``, and the target encoding above that.

    - *one-hot*: a category not seen in fit is 0 in every column. Two categories share one 0/1 column, in which an
      unseen one stands at the share of ones.
    - *ordinal*: positions in alphabetical order; an unseen category is −1. In a column with an order of its own, what
      the order does not name is missing, a missing value too.
    - *frequency*: the share of the rows seen in fit with the category; 0 for an unseen one.
    - *hashing*: ``width`` 0/1 columns; a hash that is the same everywhere (MurmurHash3) says in which one a category
      counts, seen or not.
    - *target*: the mean outcome of the category, drawn towards the overall mean the fewer rows it has
      (``sklearn.preprocessing.TargetEncoder``); an unseen one is the overall mean. With several classes, one column a
      class. In ``fit_transform`` each row's value comes from the other parts of the rows, so that a model cannot learn
      from its own outcome.

    Parameters
    ----------
    columns : sequence of str, optional
        Category columns; all where none are named.
    method : {"auto", "one_hot", "ordinal", "target", "frequency", "hashing"}
    max_levels : int
        Most categories ``auto`` encodes one-hot.
    seed : int
        Of the parts in which a target encoding is fitted.
    order : dict of str to sequence of str, optional
        Column to its categories from the lowest to the highest, for the ordinal encoding.
    width : int
        Columns one category becomes by hashing.
    """

    def __init__(
        self,
        columns: Sequence[str] | None = None,
        method: str = "auto",
        max_levels: int = 15,
        seed: int = 7,
        order: Mapping[str, Sequence[str]] | None = None,
        width: int = 16,
    ) -> None:
        self.columns = columns
        self.method = method
        self.max_levels = max_levels
        self.seed = seed
        self.order = order
        self.width = width

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        self._crosswise(X, y, cross=False)

    def fit_transform(self, X: pd.DataFrame, y: Any = None, **_: Any) -> pd.DataFrame:
        """Learn, and return the training rows with their target encodings fitted crosswise."""
        self.columns_in_ = [str(name) for name in X.columns]
        return self._encoded(X, self._crosswise(X, y, cross=True))

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with numbers in the place of each category column."""
        return self._encoded(X, {})

    def origins(self) -> Origins:
        """Return each number column's category column and every other column itself."""
        found: Origins = {}
        for name in self.columns_in_:
            outs = self.outs_.get(name, [name])
            found.update(dict.fromkeys(outs, (name,)))
        return found

    def _crosswise(self, X: pd.DataFrame, y: Any, *, cross: bool) -> dict[str, NDArray[np.float64]]:
        self.levels_: dict[str, list[str]] = {}
        self.table_: dict[str, NDArray[np.float64]] = {}
        self.outs_: dict[str, list[str]] = {}
        taken = set(self.columns_in_)
        crossed: dict[str, NDArray[np.float64]] = {}
        for name in texts_in(X, self.columns):
            values = _filled(texts(X, name), MISSING_LEVEL)
            counts = pd.Series(values, dtype=object).value_counts()
            levels = sorted(str(level) for level in counts.index)
            method = self._method(len(levels))
            if method == "target":
                encoder, labels = _target_encoder(y, name, self.seed)
                given = values.reshape(-1, 1)
                if cross and encoder.cv is not None:
                    crossed[name] = encoder.fit_transform(given, y)
                else:
                    encoder.fit(given, y)
                rows = encoder.transform(np.asarray(levels, dtype=object).reshape(-1, 1))
                table = np.vstack([rows, np.atleast_1d(encoder.target_mean_)])
                wanted = [f"{name}~{label}" for label in labels] or [name]
            elif method == "ordinal" and self.order and name in self.order:
                levels = [str(level) for level in self.order[name]]
                table = np.append(np.arange(len(levels), dtype=np.float64), np.nan).reshape(-1, 1)
                wanted = [name]
            elif method == "frequency":
                shares = [float(counts[level]) / len(values) for level in levels]
                table = np.array([*shares, 0.0]).reshape(-1, 1)
                wanted = [name]
            elif method == "hashing":
                levels, table = [], np.eye(self.width)
                wanted = [f"{name}#{number}" for number in range(1, self.width + 1)]
            elif method == "ordinal":
                table = np.append(np.arange(len(levels), dtype=np.float64), -1.0).reshape(-1, 1)
                wanted = [name]
            elif len(levels) <= 2:
                share = float(np.mean(values == levels[-1])) if len(levels) == 2 else 0.0
                table = np.append(np.arange(len(levels), dtype=np.float64), share).reshape(-1, 1)
                wanted = [f"{name}={levels[-1]}" if levels else name]
            else:
                levels = sorted(str(level) for level in counts.sort_index().nlargest(ONE_HOT_LIMIT, keep="first").index)
                table = np.vstack([np.eye(len(levels)), np.zeros(len(levels))])
                wanted = [f"{name}={level}" for level in levels]
            self.levels_[name], self.table_[name] = levels, table
            self.outs_[name] = [] if wanted != [name] else [name]
            for out in wanted if wanted != [name] else ():
                self.outs_[name].append(unused(out, taken))
                taken.add(self.outs_[name][-1])
        return crossed

    def _method(self, n_levels: int) -> str:
        if self.method == "auto":
            return "one_hot" if n_levels <= max(2, self.max_levels) else "target"
        return self.method

    def _encoded(self, X: pd.DataFrame, known: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
        if not self.levels_:
            return X
        columns: dict[str, Any] = {}
        words = texts_of(X, [name for name in self.levels_ if name not in known])
        # Of a few rows the numbers are taken together; of many each stays where it is.
        numbers = [name for name in numbers_in(X, None) if name not in self.levels_] if len(X) <= FEW else []
        given = columns_of(numbers, block(X, numbers))
        for name in self.columns_in_:
            if name not in self.levels_:
                columns[name] = given[name] if name in given else untouched(X[name])
                continue
            if name in known:
                values = known[name]
            else:
                values = self.table_[name][self._places(name, _filled(words[name], MISSING_LEVEL))]
            columns.update({out: values[:, position] for position, out in enumerate(self.outs_[name])})
        return assemble(X, columns)

    def _places(self, name: str, given: NDArray[np.object_]) -> list[int]:
        if self.method == "hashing":
            return [abs(murmurhash3_32(str(value))) % self.width for value in given]
        at = {level: position for position, level in enumerate(self.levels_[name])}
        # The table's last row answers for everything unseen.
        return [at.get(value, -1) for value in given]


def _target_encoder(y: Any, name: str, seed: int) -> tuple[TargetEncoder, list[str]]:
    """Return an encoder for this outcome and the classes that get a column each (none where one column is enough).

    ``cv`` is ``None`` where there are too few rows to fit crosswise.
    """
    if y is None:
        raise UnusableError(f"'{name}' has too many values to encode without an outcome.")
    outcome = np.asarray(y)
    # The kind of outcome is told by its dtype: whole-number amounts would pass for classes by their values.
    if outcome.dtype.kind in "fiub":
        folds = min(TARGET_FOLDS, len(outcome))
        cv = KFold(folds, shuffle=True, random_state=seed) if folds > 1 else None
        return TargetEncoder(target_type="continuous", cv=cv), []
    classes, counts = np.unique(outcome.astype(str), return_counts=True)
    folds = min(TARGET_FOLDS, int(counts.min()))
    cv = StratifiedKFold(folds, shuffle=True, random_state=seed) if folds > 1 else None
    if cv is None and len(outcome) >= TARGET_FOLDS:
        cv = KFold(TARGET_FOLDS, shuffle=True, random_state=seed)
    several = len(classes) > 2
    kind = "multiclass" if several else "binary"
    return TargetEncoder(target_type=kind, cv=cv), [str(label) for label in classes] if several else []
