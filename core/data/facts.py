"""What a check of the data may look at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from core.data.dictionary import Entry
from core.data.knowing.coded import CodedTable, code_table
from core.data.knowing.near import NearRepeats
from core.data.profile import ColumnProfile, Profile
from core.data.schema import Schema
from core.findings import Finding
from core.framing.frame import Frame
from core.framing.target import count_levels

Found = Iterator[Finding]
"""What a check finds."""
CHECK_ROWS: Final = 5_000
"""Rows that checks holding columns against each other look at, drawn at random above it."""
CHECK_COLUMNS: Final = 60
"""Columns they look at, the outcome first."""


@dataclass(frozen=True, eq=False)
class DataFacts:
    """What a check of the data may look at.

    Parameters
    ----------
    table_frame, schema, frame, profile
        As decided and found so far.
    balanced : tuple of str
        Sensitive columns whose shares the split already keeps equal.
    dropped : frozenset of str
        Columns the recipe already drops.
    dictionary : mapping of str to Entry
        What the user says of columns.
    reference : mapping of str to mapping
        Sensitive column to its groups' shares elsewhere.
    brought : datetime or None
        When the table was brought; later dates lie ahead.
    reads : frozenset of str
        Columns of free text that a step of the recipe reads.
    near : NearRepeats or None
        Of the same table and schema; looked for where it is not given.
    """

    table_frame: pd.DataFrame
    schema: Schema
    frame: Frame
    profile: Profile
    balanced: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()
    dictionary: Mapping[str, Entry] = field(default_factory=dict)
    reference: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    brought: datetime | None = None
    reads: frozenset[str] = frozenset()
    near: NearRepeats | None = None

    @cached_property
    def features(self) -> list[ColumnProfile]:
        """Profiles of the columns a model may see."""
        names = set(self.schema.features(self.frame)) - self.dropped
        return [column for column in self.profile.columns if column.name in names]

    @cached_property
    def open_rows(self) -> pd.DataFrame:
        """The table without its sealed rows: what is told of the outcome is told from these alone."""
        sealed = self.profile.sealed
        if sealed is None or not len(sealed):
            return self.table_frame
        kept = np.ones(len(self.table_frame), dtype=bool)
        kept[sealed] = False
        return self.table_frame.loc[kept]

    @cached_property
    def coded(self) -> CodedTable:
        """Features and outcome of the open rows, coded, on a sample."""
        target = self.frame.target or ""
        wanted = {column.name for column in self.features} | {target}
        left = [name for name in self.schema.names if name not in wanted]
        return code_table(
            self.open_rows, self.schema, first=(target,), leave=left, rows=CHECK_ROWS, columns=CHECK_COLUMNS
        )

    @cached_property
    def _counted(self) -> dict[str, pd.Series]:
        return {}

    def levels(self, name: str) -> pd.Series:
        """Return the different values of a column as text and their rows, most frequent first."""
        if name not in self._counted:
            self._counted[name] = count_levels(self.table_frame[name])
        return self._counted[name]

    @property
    def then(self) -> str:
        """The moment of prediction, as the end of a sentence."""
        return f" {self.frame.predicted_at.strip()}" if self.frame.predicted_at.strip() else ""
