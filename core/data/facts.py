"""What a check of the data may look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from core.data.profile import ColumnProfile, Profile
from core.data.schema import Schema
from core.findings import Finding
from core.framing.frame import Frame

Found = Iterator[Finding]
"""What a check finds."""


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
    """

    table_frame: pd.DataFrame
    schema: Schema
    frame: Frame
    profile: Profile
    balanced: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()

    @cached_property
    def features(self) -> list[ColumnProfile]:
        """Profiles of the columns a model may see."""
        names = set(self.schema.features(self.frame)) - self.dropped
        return [column for column in self.profile.columns if column.name in names]

    @property
    def then(self) -> str:
        """The moment of prediction, as the end of a sentence."""
        return f" {self.frame.predicted_at.strip()}" if self.frame.predicted_at.strip() else ""
