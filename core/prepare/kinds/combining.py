"""Steps that make columns from numbers: combinations, powers and splines."""

from collections.abc import Mapping
from math import comb
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
from core.limits import COMBINED_COLUMNS
from core.prepare.kinds.types import NO_YES, NUMBERS
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed


def _check_made(made: int, remedy: str = "Choose fewer columns.") -> None:
    if made > COMBINED_COLUMNS:
        raise RecipeError(f"It would make {made:,} columns; the most is {COMBINED_COLUMNS:,}.", next_step=remedy)


def _spline(making: Making) -> Any:
    from core.runtime.transformers import SplineNumbers

    knots, degree = int(making.params["knots"]), int(making.params["degree"])
    _check_made(len(making.columns) * (knots + degree - 2), "Choose fewer columns or fewer knots.")
    return SplineNumbers(columns=list(making.columns), knots=knots, degree=degree)


def _say_spline(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Bend {listed(step.columns)} by splines with {params['knots']:g} knots"


def _combine(making: Making) -> Any:
    from core.runtime.transformers import CombineNumbers

    how = list(making.params["how"])
    if not how:
        raise RecipeError("Nothing to make is chosen.", next_step="Choose products, ratios or differences.")
    if len(making.columns) < 2:
        raise RecipeError("Combining takes at least two columns.", next_step="Choose another column.")
    _check_made(comb(len(making.columns), 2) * len(how))
    return CombineNumbers(columns=list(making.columns), how=how)


def _say_combine(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    words = {"product": "products", "ratio": "ratios", "difference": "differences"}
    what = " and ".join(words.get(str(how), str(how)) for how in params["how"])
    return f"Add {what or 'nothing'} of {listed(step.columns)}"


def _polynomial(making: Making) -> Any:
    from core.runtime.transformers import PolynomialNumbers

    degree, products = int(making.params["degree"]), making.params["products"] == "yes"
    n = len(making.columns)
    _check_made(comb(n + degree, degree) - 1 - n if products else n * (degree - 1))
    return PolynomialNumbers(columns=list(making.columns), degree=degree, products=products)


def _say_polynomial(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    powers = "squares" if params["degree"] == 2 else "squares and cubes"
    return f"Add {powers} of {listed(step.columns)}" + (" and their products" if params["products"] == "yes" else "")


KINDS: Final = (
    StepSpec(
        kind="combine_numbers",
        place=65,
        title="Combine columns",
        family="numbers",
        icon="join_inner",
        summary="Each two of the columns give their product, ratio or difference; a ratio to 0 is missing.",
        scope=Scope.FIXED,
        suits=NUMBERS,
        describe_with=_say_combine,
        build=_combine,
        needs_columns=True,
        params=(
            ParamSpec(
                "how",
                "Make",
                "list",
                ["product"],
                (("product", "Products"), ("ratio", "Ratios"), ("difference", "Differences")),
                "Of two columns, the one chosen first is divided by the other, or the other is taken from it.",
            ),
        ),
    ),
    StepSpec(
        kind="polynomial",
        place=66,
        title="Add powers",
        family="numbers",
        icon="superscript",
        summary="Squares, cubes and products of the columns let a linear model follow bends and joint effects.",
        scope=Scope.FIXED,
        suits=NUMBERS,
        describe_with=_say_polynomial,
        build=_polynomial,
        needs_columns=True,
        params=(
            ParamSpec("degree", "Highest power", "number", 2, low=2, high=3, whole=True),
            ParamSpec("products", "Products of different columns too", "choice", "yes", NO_YES),
        ),
    ),
    StepSpec(
        kind="spline",
        place=67,
        title="Bend by splines",
        family="numbers",
        icon="gesture",
        summary="A number becomes a few smooth humps (B-splines), with which a linear model can follow a bent line.",
        scope=Scope.LEARNED,
        suits=NUMBERS,
        describe_with=_say_spline,
        build=_spline,
        needs_columns=True,
        params=(
            ParamSpec(
                "knots",
                "Knots",
                "number",
                5,
                help="At the quantiles of the training rows; more knots follow more bends.",
                low=3,
                high=20,
                whole=True,
            ),
            ParamSpec(
                "degree", "Degree", "number", 3, help="3 is smooth, 1 is straight pieces.", low=1, high=3, whole=True
            ),
        ),
    ),
)
