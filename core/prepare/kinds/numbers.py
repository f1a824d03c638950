"""Steps on numbers."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
from core.prepare.kinds.types import DATES, LEVELS, NUMBERS
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed


def _cap_outliers(making: Making) -> Any:
    from core.runtime.transformers import CapOutliers

    lower, upper = float(making.params["lower"]), float(making.params["upper"])
    if lower >= upper:
        raise RecipeError("The lower percentile must be below the upper one.", next_step="Edit the step.")
    return CapOutliers(columns=list(making.columns), lower=lower / 100, upper=upper / 100)


def _percentile(value: float) -> str:
    text = f"{value:g}"
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th") if text[-2:] not in ("11", "12", "13") else "th"
    return text + ending


def _say_cap(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    bounds = [_percentile(params["lower"])] if params["lower"] > 0 else []
    bounds += [_percentile(params["upper"])] if params["upper"] < 100 else []
    what = listed(step.columns) if step.columns else "extreme numbers"
    return f"Cap {what} at the {' and '.join(bounds)} percentile" if bounds else f"Leave {what} as they are"


def _scale(making: Making) -> Any:
    from core.runtime.transformers import Scale

    return Scale(columns=list(making.named), method=making.params["method"])


def _say_scale(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = listed(step.columns) if step.columns else "numbers"
    how = {"min_max": " from 0 to 1", "robust": " by median and middle half"}.get(params["method"], "")
    return f"Scale {what}{how}" + (" where a model needs it" if params["when"] == "needed" else " for every model")


KINDS: Final = (
    StepSpec(
        kind="cap_outliers",
        place=50,
        title="Cap extremes",
        family="numbers",
        icon="vertical_align_top",
        summary="Numbers beyond a percentile of the training rows are held at it; no row is dropped.",
        scope=Scope.LEARNED,
        suits=NUMBERS,
        describe_with=_say_cap,
        build=_cap_outliers,
        params=(
            ParamSpec("lower", "Lower percentile", "number", 0.5, help="0 leaves small numbers alone.", low=0, high=50),
            ParamSpec(
                "upper", "Upper percentile", "number", 99.5, help="100 leaves large numbers alone.", low=50, high=100
            ),
        ),
    ),
    StepSpec(
        kind="scale",
        place=95,
        title="Scale numbers",
        family="numbers",
        icon="straighten",
        summary="Numbers get one common scale on the training rows, so that their units do not matter; 0 and 1 stay.",
        scope=Scope.LEARNED,
        suits=(*NUMBERS, *DATES, *LEVELS),
        describe_with=_say_scale,
        build=_scale,
        params=(
            ParamSpec(
                "when",
                "When",
                "choice",
                "needed",
                (("needed", "Where a model needs it"), ("always", "For every model")),
                "Tree models do not care about units.",
            ),
            ParamSpec(
                "method",
                "To",
                "choice",
                "standard",
                (
                    ("standard", "Mean 0 and spread 1"),
                    ("min_max", "From 0 to 1"),
                    ("robust", "Median 0 and middle half 1 wide"),
                ),
                "The median and the middle half of the rows are not moved by extremes.",
            ),
        ),
    ),
)
