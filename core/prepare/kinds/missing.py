"""Steps on missing values."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
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
        neighbours=int(making.params["neighbours"]),
        rounds=int(making.params["rounds"]),
        seed=making.seed,
    )


def _fill_categories(making: Making) -> Any:
    from core.runtime.transformers import FillCategories

    strategy, value = making.params["strategy"], making.params["value"].strip()
    if strategy == "constant" and not value:
        raise RecipeError("The value to fill with is empty.", next_step="Write one, or choose another way to fill.")
    return FillCategories(
        columns=list(making.columns),
        strategy=strategy,
        value=value,
        indicator=making.params["indicator"] == "yes",
        neighbours=int(making.params["neighbours"]),
        seed=making.seed,
        rounds=int(making.params["rounds"]),
    )


def _fill_dates(making: Making) -> Any:
    from core.runtime.transformers import FillDates

    return FillDates(
        columns=list(making.columns),
        strategy=making.params["strategy"],
        indicator=making.params["indicator"] == "yes",
    )


def _marked(params: Mapping[str, Any]) -> str:
    return " and mark where" if params["indicator"] == "yes" else ""


def _say_fill_numbers(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"missing {listed(step.columns)}" if step.columns else "missing numbers"
    value = {
        "constant": f"{params['value']:g}",
        "most_frequent": "the most frequent number",
        "nearest": f"the mean of the {params['neighbours']:g} most alike rows",
        "iterative": "what the other columns suggest",
    }.get(params["strategy"], f"the {params['strategy']}")
    return f"Fill {what} with {value}{_marked(params)}"


def _say_fill_categories(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"missing {listed(step.columns)}" if step.columns else "missing categories"
    if params["strategy"] == "category":
        return f"Make {what} a category of their own{_marked(params)}"
    value = {
        "constant": f"“{params['value']}”",
        "nearest": f"what most of the {params['neighbours']:g} most alike rows have",
        "iterative": "what the other columns suggest",
    }.get(params["strategy"], "the most frequent value")
    return f"Fill {what} with {value}{_marked(params)}"


def _say_fill_dates(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"missing {listed(step.columns)}" if step.columns else "missing dates"
    return f"Fill {what} with the {params['strategy']} date{_marked(params)}"


_INDICATOR: Final = ParamSpec(
    "indicator",
    "Add a column that says where it was missing",
    "choice",
    "no",
    NO_YES,
    "Worth it where being missing means something.",
)
_NEIGHBOURS: Final = ParamSpec(
    "neighbours",
    "How many alike rows",
    "number",
    5,
    help="Of up to 500 training rows, compared by up to 50 columns.",
    low=1,
    high=50,
    shown_when=("strategy", ("nearest",)),
    whole=True,
)


KINDS: Final = (
    StepSpec(
        kind="fill_numbers",
        place=60,
        title="Fill missing numbers",
        family="missing",
        icon="healing",
        summary="A missing number becomes one learned from the training rows, by column or from alike rows.",
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
                (
                    ("median", "The median"),
                    ("mean", "The mean"),
                    ("most_frequent", "The most frequent number"),
                    ("constant", "A number of your own"),
                    ("nearest", "The mean of the most alike rows"),
                    ("iterative", "What the other columns suggest"),
                ),
                "The last two look at other columns: about 1 ms a row. Alike rows take seconds for 50,000 rows.",
            ),
            ParamSpec(
                "value",
                "Your number",
                "number",
                0,
                help="Used only with a number of your own.",
                shown_when=("strategy", ("constant",)),
            ),
            _INDICATOR,
            _NEIGHBOURS,
            ParamSpec(
                "rounds",
                "Rounds",
                "number",
                5,
                help="How often each column is guessed anew from the others, learned on up to 5,000 rows.",
                low=1,
                high=10,
                shown_when=("strategy", ("iterative",)),
                whole=True,
            ),
        ),
    ),
    StepSpec(
        kind="fill_categories",
        place=60,
        title="Fill missing categories",
        family="missing",
        icon="healing",
        summary="A missing category becomes one of its own, or one learned from the training rows.",
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
                (
                    ("category", "A category “(missing)”"),
                    ("most_frequent", "The most frequent value"),
                    ("constant", "A value of your own"),
                    ("nearest", "What most of the most alike rows have"),
                    ("iterative", "What the other columns suggest"),
                ),
                "The last two look at other columns: about 1 ms a row. Alike rows take seconds for 50,000 rows.",
            ),
            ParamSpec("value", "Your value", "text", "", high=200, shown_when=("strategy", ("constant",))),
            _INDICATOR,
            _NEIGHBOURS,
            ParamSpec(
                "rounds",
                "Rounds",
                "number",
                3,
                help="How often each column is guessed anew from the others, learned on up to 2,000 rows.",
                low=1,
                high=10,
                shown_when=("strategy", ("iterative",)),
                whole=True,
            ),
        ),
    ),
    StepSpec(
        kind="fill_dates",
        place=35,
        title="Fill missing dates",
        family="missing",
        icon="event_available",
        summary="A missing date becomes one of the training rows; without this step its parts are missing numbers.",
        scope=Scope.LEARNED,
        suits=DATES,
        describe_with=_say_fill_dates,
        build=_fill_dates,
        params=(
            ParamSpec(
                "strategy",
                "Fill with",
                "choice",
                "median",
                (
                    ("median", "The median date"),
                    ("earliest", "The earliest date"),
                    ("latest", "The latest date"),
                ),
            ),
            _INDICATOR,
        ),
    ),
)
