"""Steps on dates."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.prepare.kinds.types import DATES
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed


def _date_parts(making: Making) -> Any:
    from core.runtime.transformers import DateParts

    return DateParts(columns=list(making.columns), parts=list(making.params["parts"]))


def _say_dates(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    parts = len(params["parts"])
    return f"Split {listed(step.columns) if step.columns else 'dates'} into {parts} part{'' if parts == 1 else 's'}"


KINDS: Final = (
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
