"""Steps on dates: those that add numbers and leave the date come before the one that takes it apart."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
from core.prepare.kinds.countries import COUNTRIES
from core.prepare.kinds.types import DATES
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed


def _date_parts(making: Making) -> Any:
    from core.runtime.transformers import DateParts

    return DateParts(columns=list(making.columns), parts=list(making.params["parts"]))


def _say_dates(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    parts = len(params["parts"])
    return f"Split {listed(step.columns) if step.columns else 'dates'} into {parts} part{'' if parts == 1 else 's'}"


def _whose(step: Step) -> str:
    return listed(step.columns) if step.columns else "dates"


def _circles(making: Making) -> Any:
    from core.runtime.transformers import DateCircles

    parts = list(making.params["parts"])
    if not parts:
        raise RecipeError("No part is chosen.", next_step="Choose at least one.")
    return DateCircles(columns=list(making.columns), parts=parts)


def _say_circles(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Place {_whose(step)} on the circle of {' and '.join(_PARTS.get(part, part) for part in params['parts'])}"


def _elapsed(making: Making) -> Any:
    from core.runtime.transformers import DateElapsed

    since, day = making.params["since"], making.params["day"]
    if making.params["count_from"] == "day":
        since = ""
        try:
            date.fromisoformat(day)
        except ValueError:
            raise RecipeError(f"“{day[:40]}” is not a day.", next_step="Write it as 2024-01-31.") from None
        if not FIRST_YEAR <= int(day[:4]) <= LAST_YEAR:
            raise RecipeError(
                f"“{day}” cannot be counted from.", next_step=f"Choose a day of {FIRST_YEAR} to {LAST_YEAR}."
            )
    else:
        day = ""
        if not since:
            raise RecipeError("The date to count from is not chosen.", next_step="Choose a column or a fixed day.")
        if since not in making.schema or making.schema[since].type not in DATES:
            raise RecipeError(f"“{since}” is no column of dates.", next_step="Choose another to count from.")
        if since not in making.features:
            raise RecipeError(
                f"“{since}” is not known to the model.", next_step="Choose another date, or make it a feature on Data."
            )
        if making.named == (since,):
            raise RecipeError(f"“{since}” would be counted from itself.", next_step="Choose another date.")
    return DateElapsed(columns=list(making.columns), since=since, day=day, unit=making.params["unit"])


def _say_elapsed(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    start = params["day"] if params["count_from"] == "day" else f"`{params['since']}`" if params["since"] else "a date"
    return f"Count {params['unit']} from {start} to {_whose(step)}"


def holidays_of(country: str) -> tuple[list[int], int, int]:
    """Return the public holidays kept all over a country, as days since 1970-01-01, and the first and last day known.

    Parameters
    ----------
    country : str
        Two letters, a key of ``COUNTRIES``.

    Returns
    -------
    days : list of int
    first, last : int
    """
    from holidays import country_holidays

    begin = date(1970, 1, 1)
    known = country_holidays(country)
    start, end = max(HOLIDAY_YEARS[0], known.start_year), min(HOLIDAY_YEARS[1], known.end_year)
    days = sorted((day - begin).days for day in country_holidays(country, years=range(start, end + 1)))
    return days, (date(start, 1, 1) - begin).days, (date(end, 12, 31) - begin).days


def _days_off(making: Making) -> Any:
    from core.runtime.transformers import DaysOff

    weekend, country = WEEKENDS[making.params["weekend"]][1], making.params["country"]
    if not country and not weekend:
        raise RecipeError("Nothing to mark is chosen.", next_step="Choose a weekend or a country.")
    days, first, last = holidays_of(country) if country else (None, 0, 0)
    return DaysOff(columns=list(making.columns), weekend=list(weekend), holidays=days, first=first, last=last)


def _say_days_off(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    country = COUNTRIES.get(params["country"], "")
    marked = ["weekends"] * (params["weekend"] != "none") + [f"public holidays of {country}"] * bool(country)
    return f"Mark {' and '.join(marked) or 'nothing'} in {_whose(step)}"


FIRST_YEAR, LAST_YEAR = 1678, 2261
HOLIDAY_YEARS: Final = (1990, 2060)
WEEKENDS: Final[dict[str, tuple[str, tuple[int, ...]]]] = {
    "sat_sun": ("Saturday and Sunday", (5, 6)),
    "fri_sat": ("Friday and Saturday", (4, 5)),
    "sunday": ("Sunday", (6,)),
    "none": ("Do not mark", ()),
}
_PARTS: Final = {
    "month": "months",
    "day_of_week": "days of the week",
    "hour": "hours",
    "day_of_year": "days of the year",
}


KINDS: Final = (
    StepSpec(
        kind="date_elapsed",
        place=36,
        title="Count time between dates",
        family="dates",
        icon="timer",
        summary="The time from another date of the row, or from a fixed day, to each date becomes a number; the dates "
        "stay.",
        scope=Scope.FIXED,
        suits=DATES,
        describe_with=_say_elapsed,
        build=_elapsed,
        params=(
            ParamSpec(
                "count_from", "Count from", "choice", "column", (("column", "Another date"), ("day", "A fixed day"))
            ),
            ParamSpec("since", "That date", "column", "", suits=DATES, shown_when=("count_from", ("column",))),
            ParamSpec(
                "day",
                "That day",
                "text",
                "2000-01-01",
                help="As year, month, day: 2024-01-31.",
                high=40,
                shown_when=("count_from", ("day",)),
            ),
            ParamSpec(
                "unit",
                "In",
                "choice",
                "days",
                (("days", "Days"), ("months", "Months"), ("years", "Years")),
                "A year has 365.25 days, a month a twelfth of it.",
            ),
        ),
    ),
    StepSpec(
        kind="date_circles",
        place=37,
        title="Place dates on a circle",
        family="dates",
        icon="change_circle",
        summary="The sine and cosine of the month, weekday or hour, so that December stands beside January; the dates "
        "stay.",
        scope=Scope.LEARNED,
        suits=DATES,
        describe_with=_say_circles,
        build=_circles,
        params=(
            ParamSpec(
                "parts",
                "Circles",
                "list",
                ["month", "day_of_week", "hour"],
                (
                    ("month", "Month"),
                    ("day_of_week", "Day of the week"),
                    ("hour", "Hour, where times are known"),
                    ("day_of_year", "Day of the year"),
                ),
            ),
        ),
    ),
    StepSpec(
        kind="days_off",
        place=38,
        title="Mark weekends and holidays",
        family="dates",
        icon="beach_access",
        summary="Whether each date is at a weekend or a public holiday of a country becomes 0 or 1; the dates stay.",
        scope=Scope.FIXED,
        suits=DATES,
        describe_with=_say_days_off,
        build=_days_off,
        params=(
            ParamSpec("weekend", "Weekend", "choice", "sat_sun", tuple((key, it[0]) for key, it in WEEKENDS.items())),
            ParamSpec(
                "country",
                "Public holidays of",
                "choice",
                "",
                (("", "No country"), *COUNTRIES.items()),
                "Those kept all over the country, 1990 to 2060; outside these years it is missing.",
            ),
        ),
    ),
    StepSpec(
        kind="date_parts",
        place=40,
        title="Split dates into parts",
        family="dates",
        icon="calendar_month",
        summary="Each date becomes numbers such as year, month, weekday and days since the first one seen in training.",
        scope=Scope.LEARNED,
        suits=DATES,
        describe_with=_say_dates,
        build=_date_parts,
        params=(
            ParamSpec(
                "parts",
                "Parts",
                "list",
                ["year", "month", "day_of_week", "hour", "days_since"],
                (
                    ("year", "Year"),
                    ("month", "Month"),
                    ("day_of_week", "Day of the week"),
                    ("day_of_year", "Day of the year"),
                    ("hour", "Hour, where times are known"),
                    ("days_since", "Days since the first date"),
                ),
            ),
        ),
    ),
)
