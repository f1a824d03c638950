"""Cells that are not what most cells of their column are: numbers among which stand words, dates among which do."""

import re

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.dates import is_numeric_date
from core.data.numbers import PLAIN, chosen_styles, unify_signs
from core.data.options import ReadOptions
from core.data.schema import ColumnSpec, ColumnType
from core.runtime.values import as_date

MOSTLY = 0.5
"""Share of the known cells that must parse for the others to be called odd."""
SHOWN = 3
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}.*")
_AFFIX = r"^([+-]?)\s*(?:[$€£¥%]|EUR|USD|GBP|CHF)?\s*([+-]?.*?\d.*?)\s*(?:[$€£¥%]|EUR|USD|GBP|CHF)?$"


def unread_cells(values: pd.Series, spec: ColumnSpec, options: ReadOptions) -> tuple[str, int, tuple[str, ...]]:
    """Count the cells of a column that would not parse.

    Parameters
    ----------
    values : Series
        As read.
    spec : ColumnSpec
        The type it would get.
    options : ReadOptions

    Returns
    -------
    kind : str
        What they are not: ``"a number"`` or ``"a date"``; empty where there are none.
    count : int
    examples : tuple of str
        The most frequent first.
    """
    if not isinstance(values.dtype, pd.StringDtype):
        return "", 0, ()
    counts = values.dropna().value_counts()
    if not len(counts):
        return "", 0, ()
    texts = [str(text) for text in counts.index]
    for kind, reads in (("a date", _dates(texts, spec, options)), ("a number", _numbers(texts, options))):
        if reads is None:
            continue
        read = int(counts[reads].sum())
        total = int(counts.sum())
        if MOSTLY * total <= read < total:
            odd = [text for text, fine in zip(texts, reads, strict=True) if not fine]
            return kind, total - read, tuple(odd[:SHOWN])
    return "", 0, ()


def _numbers(texts: list[str], options: ReadOptions) -> list[bool]:
    """Say of each text whether it is a number, in the one style that reads most of them."""
    bare = pc.replace_substring_regex(
        unify_signs(pa.array(texts, pa.large_string())), pattern=_AFFIX, replacement=r"\1\2"
    )
    styles = chosen_styles(options.decimal, options.thousands)
    plain = () if options.decimal == "," or options.thousands is not None else (PLAIN,)
    tried = [pc.match_substring_regex(bare, pattern=style.pattern).to_pylist() for style in (*plain, *styles)]
    return [bool(fine) for fine in max(tried, key=sum)]


def _dates(texts: list[str], spec: ColumnSpec, options: ReadOptions) -> list[bool] | None:
    if spec.type is ColumnType.DATE:
        return [bool(read) for read in as_date(pd.Series(texts, dtype=object), spec.date_format).notna()]
    parts = [re.split(r"[/.\-]", text)[:2] if is_numeric_date(text) else None for text in texts]
    if sum(part is not None for part in parts) >= MOSTLY * len(texts):
        first = sum(int(part[0]) > 12 for part in parts if part)
        second = sum(int(part[1]) > 12 for part in parts if part)
        day_first = options.day_first if options.day_first is not None else first >= second
        return [part is not None and int(part[1 if day_first else 0]) <= 12 for part in parts]
    iso = [_ISO.fullmatch(text) is not None for text in texts]
    return iso if sum(iso) >= MOSTLY * len(texts) else None
