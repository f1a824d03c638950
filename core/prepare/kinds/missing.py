"""Steps on missing values."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.prepare.kinds.types import DATES, LEVELS, NO_YES, NUMBERS
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed


def _fill_numbers(making: Making) -> Any:
    from core.runtime.transformers import FillNumbers

    return FillNumbers(
        columns=list(making.named),
        strategy=making.params["strategy"],
        value=float(making.params["value"]),
        indicator=making.params["indicator"] == "yes",
    )


def _fill_categories(making: Making) -> Any:
    from core.runtime.transformers import FillCategories

    return FillCategories(columns=list(making.columns), strategy=making.params["strategy"])


def _say_fill_numbers(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"missing {listed(step.columns)}" if step.columns else "missing numbers"
    value = f"{params['value']:g}" if params["strategy"] == "constant" else f"the {params['strategy']}"
    return f"Fill {what} with {value}" + (" and mark where" if params["indicator"] == "yes" else "")


def _say_fill_categories(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"missing {listed(step.columns)}" if step.columns else "missing categories"
    if params["strategy"] == "most_frequent":
        return f"Fill {what} with the most frequent value"
    return f"Make {what} a category of their own"


KINDS: Final = (
    StepSpec(
        kind="fill_numbers",
        place=60,
        title="Fill missing numbers",
        family="missing",
        icon="healing",
        summary="A missing number becomes one learned from the training rows.",
        scope=Scope.LEARNED,
        suits=(*NUMBERS, *DATES),
        describe_with=_say_fill_numbers,
        build=_fill_numbers,
        params=(
            ParamSpec(
                "strategy",
                "Fill with",
                "choice",
                "median",
                (("median", "The median"), ("mean", "The mean"), ("constant", "A number of your own")),
            ),
            ParamSpec("value", "Your number", "number", 0, help="Used only with a number of your own."),
            ParamSpec(
                "indicator",
                "Add a column that says where it was missing",
                "choice",
                "no",
                NO_YES,
                "Worth it where being missing means something.",
            ),
        ),
    ),
    StepSpec(
        kind="fill_categories",
        place=60,
        title="Fill missing categories",
        family="missing",
        icon="healing",
        summary="A missing category becomes one of its own, or the most frequent one of the training rows.",
        scope=Scope.LEARNED,
        suits=LEVELS,
        describe_with=_say_fill_categories,
        build=_fill_categories,
        params=(
            ParamSpec(
                "strategy",
                "Fill with",
                "choice",
                "category",
                (("category", "A category “(missing)”"), ("most_frequent", "The most frequent value")),
            ),
        ),
    ),
)
