"""Rules on dates: time between two, time to a fixed day, circles of the calendar, days off."""

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from core.prepare.kinds.countries import COUNTRIES
from core.prepare.suggest.facts import Facts, Found, figure, percent, suggestion
from core.prepare.suggest.suggestion import BOTH, LINEAR

MOST_DATES: Final = 6
"""Columns of dates that are held against each other."""
FEWEST: Final = 20
"""Fewest rows that have both dates."""
YEAR: Final = 365.25
MONTH: Final = YEAR / 12
HOME_SHARE: Final = 0.9
"""Share of the rows of one country from which its holidays are taken for those of the table."""


def _unit(days: float) -> tuple[str, float]:
    if days < 60:
        return "days", 1.0
    return ("months", MONTH) if days < 5 * YEAR else ("years", YEAR)


def between(facts: Facts) -> Found:
    """Count the time between each two dates of a row."""
    counted = {
        frozenset((name, str(step.params.get("since", ""))))
        for step in facts.recipe.active
        if step.kind == "date_elapsed"
        for name in step.columns
    }
    for first, second in combinations(facts.dates[:MOST_DATES], 2):
        if {first, second} in counted:
            continue
        gap = facts.days(second) - facts.days(first)
        known = gap[np.isfinite(gap)]
        if len(known) < FEWEST or len(np.unique(known)) < 3:
            continue
        early, late = (first, second) if np.median(known) >= 0 else (second, first)
        usual = float(np.median(np.abs(known)))
        unit, size = _unit(usual)
        share = float(np.mean((known >= 0) == (early == first)))
        yield suggestion(
            "between",
            f"Count {unit} from `{early}` to `{late}`",
            f"`{late}` comes after `{early}` in {percent(share)} of the rows that have both, by {figure(usual / size)} "
            f"{unit} in the middle; no column says how long that is.",
            "date_elapsed",
            columns=(late,),
            params={"count_from": "column", "since": early, "unit": unit},
            promise=facts.goes_with(gap),
        )


def since(facts: Facts) -> Found:
    """Count the time from each date to the latest day, where no step does."""
    for name in facts.dates[:MOST_DATES]:
        if _has_days(facts, name):
            continue
        dates = facts.date(name).dropna()
        if len(dates) < FEWEST or dates.nunique() < 3:
            continue
        last = dates.max()
        unit, _ = _unit(float((last - dates.min()).days) / 2)
        yield suggestion(
            "since",
            f"Turn `{name}` into {unit} before {last:%Y-%m-%d}",
            f"A model cannot read a date, and no step says how long ago `{name}` is, seen from its latest day.",
            "date_elapsed",
            columns=(name,),
            params={"count_from": "day", "day": f"{last:%Y-%m-%d}", "unit": unit},
            promise=facts.goes_with(facts.days(name)),
        )


def _has_days(facts: Facts, name: str) -> bool:
    """Whether a step already turns a date into time since some day."""
    for step in facts.recipe.active:
        if step.columns and name not in step.columns:
            continue
        if step.kind == "date_parts" and "days_since" in step.params.get("parts", ["days_since"]):
            return True
        if step.kind == "date_elapsed" and step.params.get("count_from") == "day":
            return True
    return False


def circles(facts: Facts) -> Found:
    """Place a date on the circle of the year, the week or the day, where its values go round it."""
    for name in facts.dates[:MOST_DATES]:
        if facts.treated(name, "date_circles"):
            continue
        dates = facts.date(name)
        known = dates.dropna()
        if len(known) < FEWEST:
            continue
        # Trees cut the number of a month or a weekday where they like, if a step gives it.
        judges = (LINEAR,) if facts.treated(name, "date_parts") else BOTH
        span = (known.max() - known.min()).days
        parts = []
        if span >= 330 and known.dt.month.nunique() >= 10:
            parts.append(("month", "the year", "December beside January", _waves(dates.dt.month, 12)))
        if span >= 13 and known.dt.day_of_week.nunique() >= 5:
            parts.append(("day_of_week", "the week", "Sunday beside Monday", _waves(dates.dt.day_of_week, 7)))
        if known.dt.hour.nunique() >= 6:
            parts.append(("hour", "the day", "23 o’clock beside midnight", _waves(dates.dt.hour, 24)))
        for part, circle, beside, waves in parts:
            yield suggestion(
                "circles",
                f"Place `{name}` on the circle of {circle}",
                f"`{name}` goes round {circle}; on a circle {beside} is as near as it is.",
                "date_circles",
                columns=(name,),
                params={"parts": [part]},
                judges=judges,
                promise=facts.goes_with(*waves),
            )


def _waves(part: "pd.Series", length: int) -> tuple["np.ndarray[tuple[int], np.dtype[np.float64]]", ...]:
    angle = 2 * np.pi * part.to_numpy(dtype=np.float64, na_value=np.nan) / length
    return np.sin(angle), np.cos(angle)


def days_off(facts: Facts) -> Found:
    """Mark weekends, and the public holidays of the country that nearly all rows name."""
    country = _country(facts)
    for name in facts.dates[:MOST_DATES]:
        if facts.treated(name, "days_off"):
            continue
        dates = facts.date(name)
        known = dates.dropna()
        if len(known) < FEWEST:
            continue
        weekend = (dates.dt.day_of_week >= 5).to_numpy(dtype=np.float64)
        share = float((known.dt.day_of_week >= 5).mean())
        if not 0.02 <= share <= 0.98:
            continue
        also = f" and public holidays of {COUNTRIES[country]}" if country else ""
        why = f"{percent(share)} of the rows lie on a Saturday or Sunday."
        if country:
            why += f" Nearly all rows name {COUNTRIES[country]}."
        yield suggestion(
            "days_off",
            f"Mark weekends{also} in `{name}`",
            why,
            "days_off",
            columns=(name,),
            params={"weekend": "sat_sun", "country": country},
            promise=facts.goes_with(np.where(dates.isna(), np.nan, weekend)),
        )


def _country(facts: Facts) -> str:
    """Return the country that nearly all rows name, as two letters; empty where there is none."""
    by_name = {name.casefold(): code for code, title in COUNTRIES.items() for name in (code, title)}
    for name in facts.schema.names:
        if "country" not in name.casefold() or name == facts.frame.target or name not in facts.X:
            continue
        counts = facts.counts(name)
        if len(counts) and counts.iloc[0] >= HOME_SHARE * len(facts.X):
            return by_name.get(str(counts.index[0]).casefold(), "")
    return ""
