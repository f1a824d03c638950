"""What every transformer shares: data frame in, data frame out, and a record of which column came from which."""

from collections.abc import Iterable, Mapping, Sequence
from inspect import signature
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from core.runtime.values import FEW

MISSING_LEVEL = "(missing)"
"""The category that stands for a missing value."""
OTHER_LEVEL = "(other)"
"""The category that stands for every rare or unseen value."""


Origins = dict[str, tuple[str, ...]]
"""Column given out to the columns taken in that it was made from."""


class FrameStep(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A step of the pipeline that takes and gives data frames.

    Between the first step and the last a column is a float64 (number), a ``str`` (category), a ``datetime64`` (date) or
    a nullable ``string`` (free text); steps tell them apart by that dtype alone. A step keeps the names of the columns
    it does not touch.
    """

    columns_in_: list[str]

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn from the rows of ``X``; the outcome is used only where the class says so."""
        self.columns_in_ = [str(name) for name in X.columns]
        self._learn(X, y)
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up what was saved; a setting that the class did not have then is at its default."""
        known = signature(type(self)).parameters.values()
        given = {setting.name: setting.default for setting in known if setting.default is not setting.empty}
        super().__setstate__(given | state)

    def _learn(self, X: pd.DataFrame, y: Any) -> None:
        """Learn what the step needs; nothing by default."""

    def origins(self) -> Origins:
        """Return, for each column given out, the columns taken in it was made from, in the order of the output."""
        return {name: (name,) for name in self.columns_in_}

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns given out."""
        return np.asarray(list(self.origins()), dtype=object)


def numbers_in(X: pd.DataFrame, chosen: Sequence[str] | None) -> list[str]:
    """Return the names of the number columns among the chosen ones (all where none are chosen)."""
    return _of_kind(X, "f", chosen)


def dates_in(X: pd.DataFrame, chosen: Sequence[str] | None) -> list[str]:
    """Return the names of the date columns among the chosen ones (all where none are chosen)."""
    return _of_kind(X, "M", chosen)


def texts_in(X: pd.DataFrame, chosen: Sequence[str] | None) -> list[str]:
    """Return the names of the category columns among the chosen ones (all where none are chosen)."""
    return [name for name in _of_kind(X, "O", chosen) if not is_free_text(X[name].dtype)]


def free_texts_in(X: pd.DataFrame, chosen: Sequence[str] | None) -> list[str]:
    """Return the names of the columns of free text among the chosen ones (all where none are chosen)."""
    return [name for name in _of_kind(X, "O", chosen) if is_free_text(X[name].dtype)]


def is_free_text(dtype: Any) -> bool:
    """Say whether a column is free text, which only steps on text read, and not a category."""
    return isinstance(dtype, pd.StringDtype) and dtype.na_value is pd.NA


def _of_kind(X: pd.DataFrame, kind: str, chosen: Sequence[str] | None) -> list[str]:
    wanted = set(chosen) if chosen else None
    return [
        name
        for name, dtype in zip(X.columns, X.dtypes, strict=True)
        if dtype.kind == kind and (wanted is None or name in wanted)
    ]


def block(X: pd.DataFrame, names: Sequence[str]) -> NDArray[np.float64]:
    """Return number columns as one matrix of shape (n_rows, n_names), free to be written to."""
    taken = X if list(X.columns) == list(names) else X[list(names)]
    return np.array(taken.to_numpy(dtype=np.float64), order="C", copy=True)


def texts(X: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Return a category column as an array of ``str`` with ``None`` where missing, free to be written to."""
    values: Any = X[name].array
    return np.asarray(values.to_numpy(dtype=object, na_value=None, copy=True), dtype=object)


def texts_of(X: pd.DataFrame, names: Sequence[str]) -> dict[str, NDArray[np.object_]]:
    """Return category columns as ``texts`` does; of a few rows all at once, which is quicker than one by one."""
    if not len(names) or len(X) > FEW:
        return {name: texts(X, name) for name in names}
    values: Any = X[list(names)]
    values = values.to_numpy(dtype=object, na_value=None).T
    return {name: np.array(values[place], dtype=object) for place, name in enumerate(names)}


def categories_of(columns: Mapping[str, NDArray[np.object_]]) -> dict[str, Any]:
    """Return arrays of ``str`` and ``None``, all of one length, in the dtype of category columns."""
    rows = len(next(iter(columns.values()))) if columns else 0
    if not 0 < rows <= FEW:
        return {name: as_category(values) for name, values in columns.items()}
    # One array cut in pieces: an array for each column would take most of the time of a row.
    whole = as_category(np.concatenate(list(columns.values())))
    return {name: whole[place * rows : (place + 1) * rows] for place, name in enumerate(columns)}


def as_category(values: NDArray[np.object_]) -> Any:
    """Return an array of ``str`` and ``None`` in the dtype of a category column."""
    return pd.array(values, dtype="str")


def as_free_text(values: NDArray[np.object_]) -> Any:
    """Return an array of ``str`` and ``None`` in the dtype of a column of free text."""
    return pd.array(values, dtype=pd.StringDtype(na_value=pd.NA))


def assemble(X: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a frame of these columns with the index of ``X``."""
    if not columns:
        return pd.DataFrame(index=X.index)
    if all(map(_plain, columns.values())):
        # As one block: column by column a row with fifty numbers would take some milliseconds.
        values = np.empty((len(X), len(columns)), order="F")
        for place, column in enumerate(columns.values()):
            values[:, place] = column
        return pd.DataFrame(values, index=X.index, columns=list(columns), copy=False)
    return pd.DataFrame(dict(columns), index=X.index, copy=False)


def replaced(X: pd.DataFrame, changed: Mapping[str, Any]) -> pd.DataFrame:
    """Return ``X`` with some columns changed, in the same order."""
    if not changed:
        return X
    if all(map(_plain, changed.values())) and (X.dtypes == np.float64).all():
        values = np.array(X.to_numpy(), order="F", copy=True)
        places = {name: place for place, name in enumerate(X.columns)}
        for name, column in changed.items():
            values[:, places[name]] = column
        return pd.DataFrame(values, index=X.index, columns=X.columns, copy=False)
    if len(X) <= FEW and 3 * len(changed) < X.shape[1]:
        # Most columns stay where they are: taking each up would take most of the time of a row.
        kept = X.copy(deep=False)
        places = {name: place for place, name in enumerate(X.columns)}
        for name, column in changed.items():
            kept.isetitem(places[name], column)
        return kept
    names = [str(name) for name in X.columns]
    columns = (column for _, column in X.items())
    given = zip(names, columns, strict=True)
    return assemble(X, {name: changed[name] if name in changed else untouched(column) for name, column in given})


def untouched(column: pd.Series) -> Any:
    """Return the values of a column that a step does not touch."""
    return column.to_numpy() if column.dtype == np.float64 else column.array


def _plain(values: Any) -> bool:
    return isinstance(values, np.ndarray) and values.dtype == np.float64


def extended(X: pd.DataFrame, names: Sequence[str], values: NDArray[np.float64]) -> pd.DataFrame:
    """Return ``X`` with number columns after its own."""
    if not len(names):
        return X
    # Joined as blocks: column by column a row with a hundred new ones would take many milliseconds.
    return pd.concat([X, pd.DataFrame(values, index=X.index, columns=list(names), copy=False)], axis=1)


def columns_of(names: Sequence[str], values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the columns of a matrix by name."""
    return {name: values[:, position] for position, name in enumerate(names)}


def unused(name: str, taken: Iterable[str]) -> str:
    """Return the name, with a number after it where it is taken already."""
    names = set(taken)
    candidate, number = name, 2
    while candidate in names:
        candidate, number = f"{name}_{number}", number + 1
    return candidate
