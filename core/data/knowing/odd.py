"""Rows that a check counts by the form of their cells: spelling variants, rare levels, other units, other types."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.content_checks import DAY_TEXT, NUMBER_TEXT, thousandfold, unit_of
from core.data.knowing.personal import find_personal, personal_rows
from core.data.knowing.values import RARE_ROWS, spelling_variants
from core.runtime.values import as_number, as_text

Mask = NDArray[np.bool_]


def _variants(values: pd.Series) -> Mask:
    texts = as_text(values)
    groups = spelling_variants([str(level) for level in texts.dropna().unique()])
    return texts.isin([level for group in groups for level in group]).to_numpy(dtype=bool)


def _rare(values: pd.Series) -> Mask:
    texts = as_text(values)
    counts = texts.value_counts()
    return texts.isin(counts.index[counts < RARE_ROWS]).to_numpy(dtype=bool)


def _unusual(values: pd.Series) -> Mask:
    texts = as_text(values)
    counts = texts.value_counts()
    if not len(counts):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(texts.notna() & (texts != counts.index[0]), dtype=bool)


def _no_number(values: pd.Series) -> Mask:
    return _by_level(values, lambda text: NUMBER_TEXT.fullmatch(text.strip()) is None)


def _no_date(values: pd.Series) -> Mask:
    return _by_level(values, lambda text: DAY_TEXT.fullmatch(text.strip()) is None)


def _other_unit(values: pd.Series) -> Mask:
    texts = as_text(values)
    units = texts.map(lambda text: None if pd.isna(text) else unit_of(str(text)))
    usual = units[units.notna() & (units != "")].mode()
    return (texts.notna() & ~units.isin(usual[:1])).to_numpy(dtype=bool)


def _far_heap(values: pd.Series) -> Mask:
    numbers = as_number(values).to_numpy()
    found = thousandfold(numbers[~np.isnan(numbers)])
    if found is None:
        return np.zeros(len(values), dtype=bool)
    above = numbers > found[2]
    positive = numbers > 0
    return np.asarray(above if above.sum() <= (positive & ~above).sum() else positive & ~above)


def _personal(values: pd.Series) -> Mask:
    kinds = find_personal(values, str(values.name))
    masks = [np.zeros(len(values), dtype=bool), *(personal_rows(values, one.kind) for one in kinds)]
    return np.asarray(np.logical_or.reduce(masks))


def _by_level(values: pd.Series, tell: Callable[[str], bool]) -> Mask:
    codes, levels = pd.factorize(as_text(values))
    hits = np.array([*(tell(str(level)) for level in levels), False], dtype=bool)
    return np.asarray(hits[codes])


ODD: Final[dict[str, tuple[str, Callable[[pd.Series], Mask]]]] = {
    "variants": ("`{}` is a level with spelling variants", _variants),
    "rare": (f"`{{}}` is a level with fewer than {RARE_ROWS} rows", _rare),
    "unusual": ("`{}` differs from its most frequent value", _unusual),
    "no number": ("`{}` is filled and holds no number", _no_number),
    "no date": ("`{}` is filled and holds no date", _no_date),
    "other unit": ("`{}` is written in another unit than most", _other_unit),
    "far heap": ("`{}` lies about a thousandfold away from most", _far_heap),
    "personal": ("`{}` holds personal data", _personal),
}
"""By kind: what is counted, in words with the column's place, and how its rows are found."""
