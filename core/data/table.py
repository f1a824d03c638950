"""A table as it was read, with what was guessed on the way."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, eq=False)
class Table:
    """Rows and columns as read, nothing repaired.

    Parameters
    ----------
    frame : DataFrame
        Text columns have pandas' ``str`` dtype, dates ``datetime64``; column names are unique, non-empty text.
    warnings : list of str
        What was guessed or could not be kept, in plain words.
    read_as : dict of str to str
        How it was read: ``format``, ``encoding``, ``delimiter``, ``sheet``; of text also ``decimal`` and ``thousands``
        where numbers showed them, ``decimal_differs_in`` (a JSON list of columns with the other decimal sign),
        ``row_names``, and ``header`` and ``quotes`` where they were chosen. What does not apply is missing.
    """

    frame: pd.DataFrame
    warnings: list[str] = field(default_factory=list)
    read_as: dict[str, str] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.frame.shape
