"""Everything training needs, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import Schema
from core.framing.frame import Frame
from core.prepare.plan import Split
from core.prepare.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Problem:
    """A table with an outcome, a recipe and a split.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_columns)
        All raw columns of the table but the target, sensitive and forbidden ones included: the compiled pipeline takes
        from it what it may use.
    y : ndarray of shape (n_rows,)
        Labels as text (classification; ``None`` where missing) or floats (regression; NaN where missing).
    classes : tuple of str
        Sorted classes; empty for regression.
    frame, schema, recipe, split
        As decided.
    directions : dict of str to int
        Raw column to 1 where the answer may only rise with it, to −1 where it may only fall.
    """

    X: pd.DataFrame
    y: NDArray[np.generic]
    classes: tuple[str, ...]
    frame: Frame
    schema: Schema
    recipe: Recipe
    split: Split
    directions: Mapping[str, int] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """Raw columns the model may see."""
        return self.schema.features(self.frame)
