"""Cards of text and of dates: lengths, patterns and words; coverage, gaps, weekdays and hours."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

import numpy as np
import pandas as pd

from core.data.sentinels import DATES, LATE_DATES
from core.limits import KNOWING_ROWS

SHOWN: Final = 12
"""Patterns and words that are named."""
LONGEST_PATTERN: Final = 24
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORD = re.compile(r"[^\W\d_]{2,}(?:['’][^\W\d_]+)?")
_COMMON = """the a an and or of to in on for is are was were it this that with as at by from be not no i you we they he
she der die das und oder ist ein eine zu von mit für im den dem des nicht le la les un une et ou de du est el los y en
mr mrs miss ms dr"""
STOP_WORDS: Final = frozenset(_COMMON.split())


@dataclass(frozen=True)
class Count:
    """A text and its rows among those looked at."""

    text: str
    rows: int


@dataclass(frozen=True)
class TextCard:
    """Free text or identifiers.

    Parameters
    ----------
    rows, missing, blank, distinct : int
        All rows; those without a value; those of the missing that hold nothing but spaces; different values.
    looked_at : int
        Filled rows that lengths, patterns and words were taken from.
    shortest, median, longest : int
        Letters.
    patterns : tuple of Count
        Most frequent first: A for a capital, a for a small letter, 9 for a digit; a run of four and more is cut to
        one with "+".
    words : tuple of Count
        Most frequent words and the rows they stand in, common ones left out.
    lengths : tuple of (str, int)
        Rows by length, in at most twelve bands.
    """

    rows: int
    missing: int
    blank: int
    distinct: int
    looked_at: int
    shortest: int
    median: int
    longest: int
    patterns: tuple[Count, ...]
    words: tuple[Count, ...]
    lengths: tuple[tuple[str, int], ...]


def text_card(values: pd.Series, texts: pd.Series, *, seed: int = 7) -> TextCard:
    """Describe texts.

    Parameters
    ----------
    values : Series of n rows
        As they stand in the table.
    texts : Series of n rows
        The same read as text, ``None`` where missing.
    seed : int
        Draws the rows that are looked at closely, where there are more than ``KNOWING_ROWS``.
    """
    filled = texts[texts.notna()]
    raw = values[texts.isna()].dropna()
    blank = int((raw.astype(str).str.strip() == "").sum()) if len(raw) else 0
    distinct = int(filled.nunique())
    if len(filled) > KNOWING_ROWS:
        chosen = np.random.default_rng(seed).choice(len(filled), size=KNOWING_ROWS, replace=False)
        filled = filled.iloc[np.sort(chosen)]
    held = filled.tolist()
    sizes = np.array([len(text) for text in held], dtype=np.int64)
    if not len(sizes):
        return TextCard(len(values), len(texts), blank, 0, 0, 0, 0, 0, (), (), ())
    patterns = Counter(pattern_of(text) for text in held)
    words: Counter[str] = Counter()
    for text in held:
        words.update({word for word in _WORD.findall(text.casefold()) if word not in STOP_WORDS})
    return TextCard(
        rows=len(values),
        missing=int(texts.isna().sum()),
        blank=blank,
        distinct=distinct,
        looked_at=len(held),
        shortest=int(sizes.min()),
        median=int(np.median(sizes)),
        longest=int(sizes.max()),
        patterns=_most(patterns),
        words=_most(words),
        lengths=_bands(sizes),
    )


def pattern_of(text: str) -> str:
    """Return the shape of a text: ``Ab-1234`` gives ``Aa-9+``; runs of up to three letters stay as long as they are."""
    shape = "".join(
        "9" if letter.isdigit() else "A" if letter.isupper() else "a" if letter.isalpha() else letter
        for letter in text[: 4 * LONGEST_PATTERN]
    )
    runs = [(sign, len(list(run))) for sign, run in groupby(shape)]
    short = "".join(sign * length if length < 4 or sign not in "Aa9" else f"{sign}+" for sign, length in runs)
    return short if len(short) <= LONGEST_PATTERN else short[: LONGEST_PATTERN - 1] + "…"


def _most(counts: Counter[str]) -> tuple[Count, ...]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(text, rows) for text, rows in ranked[:SHOWN])


def _bands(sizes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[tuple[str, int], ...]:
    low, high = int(sizes.min()), int(sizes.max())
    step = max(1, -(-(high - low + 1) // SHOWN))
    counts = np.bincount((sizes - low) // step)
    ends = [(low + step * at, min(high, low + step * (at + 1) - 1)) for at in range(len(counts))]
    return tuple(
        (f"{first:,}" if first == last else f"{first:,} to {last:,}", int(count))
        for (first, last), count in zip(ends, counts, strict=True)
    )


@dataclass(frozen=True)
class Gap:
    """A time without a row: the last before it, the first after it."""

    start: datetime
    end: datetime
    days: float


@dataclass(frozen=True)
class DateCard:
    """A column of dates.

    Parameters
    ----------
    rows, missing, distinct : int
    first, last : datetime or None
    days, covered : int
        Days from the first to the last, both counted, and those with a row.
    gaps : tuple of Gap
        The longest times without a row, longest first; only those over twice the usual (median) step.
    weekdays : tuple of int
        Rows from Monday to Sunday.
    hours : tuple of int
        Rows by hour; empty where no time of day is given.
    sentinels : tuple of (str, int)
        Days that often stand for "not known", with their rows.
    future : int or None
        Rows later than the moment given.
    """

    rows: int
    missing: int
    distinct: int
    first: datetime | None
    last: datetime | None
    days: int
    covered: int
    gaps: tuple[Gap, ...]
    weekdays: tuple[int, ...]
    hours: tuple[int, ...]
    sentinels: tuple[tuple[str, int], ...]
    future: int | None


def date_card(dates: pd.Series, *, now: datetime | None = None) -> DateCard:
    """Describe dates.

    Parameters
    ----------
    dates : Series of datetime64[ns]
    now : datetime or None
        When the table was brought; later rows are in the future. Without a zone it is UTC.
    """
    filled = dates.dropna()
    if not len(filled):
        return DateCard(len(dates), len(dates), 0, None, None, 0, 0, (), (), (), (), None if now is None else 0)
    days = filled.dt.normalize()
    first, last = filled.min(), filled.max()
    timed = bool((filled != days).any())
    marks = tuple(
        (str(day.date()), int(rows)) for day in (*DATES, *LATE_DATES) if (rows := int((days == day).sum())) > 0
    )
    future = None
    if now is not None:
        moment = pd.Timestamp(now)
        moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
        future = int((filled > moment).sum())
    return DateCard(
        rows=len(dates),
        missing=len(dates) - len(filled),
        distinct=int(filled.nunique()),
        first=first.to_pydatetime(warn=False),
        last=last.to_pydatetime(warn=False),
        days=int((days.max() - days.min()).days) + 1,
        covered=int(days.nunique()),
        gaps=_gaps(filled if timed else days),
        weekdays=tuple(np.bincount(filled.dt.day_of_week, minlength=7).tolist()),
        hours=tuple(np.bincount(filled.dt.hour, minlength=24).tolist()) if timed else (),
        sentinels=marks,
        future=future,
    )


def _gaps(filled: pd.Series) -> tuple[Gap, ...]:
    moments = np.sort(filled.unique())
    if len(moments) < 3:
        return ()
    steps = np.diff(moments).astype("timedelta64[s]").astype(np.float64) / 86_400
    usual = float(np.median(steps))
    longest = [at for at in np.argsort(-steps, kind="stable")[:5] if steps[at] > 2 * usual]
    return tuple(
        Gap(
            pd.Timestamp(moments[at]).to_pydatetime(warn=False),
            pd.Timestamp(moments[at + 1]).to_pydatetime(warn=False),
            float(steps[at]),
        )
        for at in longest
    )
