"""Steps that give numbers another shape: bounds, logarithms, powers, ranks and bins."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
from core.prepare.kinds.types import NUMBERS
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed

BOTH, LOW, HIGH = "both", "low", "high"
MOST_EDGES: Final = 100


def _numbers(step: Step) -> str:
    return listed(step.columns) if step.columns else "numbers"


def _clip(making: Making) -> Any:
    from core.runtime.transformers import ClipNumbers

    sides, low, high = making.params["sides"], float(making.params["low"]), float(making.params["high"])
    if sides == BOTH and low >= high:
        raise RecipeError("The lowest number must be below the highest.", next_step="Edit the step.")
    return ClipNumbers(
        columns=list(making.columns),
        low=None if sides == HIGH else low,
        high=None if sides == LOW else high,
    )


def _say_clip(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    low, high = (f"{params[side]:,g}".replace("-", "−") for side in (LOW, HIGH))
    within = {LOW: f"at {low} or above", HIGH: f"at {high} or below"}.get(params["sides"], f"within {low} to {high}")
    return f"Hold {_numbers(step)} {within}"


def _log(making: Making) -> Any:
    from core.runtime.transformers import LogNumbers

    return LogNumbers(columns=list(making.columns))


def _say_log(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Take the logarithm of {_numbers(step)}"


def _power(making: Making) -> Any:
    from core.runtime.transformers import PowerNumbers

    return PowerNumbers(columns=list(making.columns))


def _say_power(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Even out the skew of {_numbers(step)}"


def _quantile(making: Making) -> Any:
    from core.runtime.transformers import QuantileNumbers

    return QuantileNumbers(columns=list(making.columns), shape=making.params["shape"])


def _say_quantile(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Replace {_numbers(step)} by ranks" + (", bell-shaped" if params["shape"] == "normal" else " from 0 to 1")


def _edges(given: Any) -> list[float]:
    try:
        edges = [float(str(edge).strip().replace("−", "-")) for edge in given]
    except ValueError:
        raise RecipeError("An edge is not a number.", next_step="Write them as 10, 20.5, 50.") from None
    if not edges or len(edges) > MOST_EDGES or any(edge != edge or abs(edge) == float("inf") for edge in edges):
        raise RecipeError(f"There must be 1 to {MOST_EDGES} edges.", next_step="Write them as 10, 20.5, 50.")
    if any(low >= high for low, high in pairwise(edges)):
        raise RecipeError("Each edge must be above the one before it.", next_step="Put them in order.")
    return edges


def _bins(making: Making) -> Any:
    from core.runtime.transformers import BinNumbers

    how = making.params["how"]
    return BinNumbers(
        columns=list(making.columns),
        how=how,
        bins=int(making.params["bins"]),
        edges=_edges(making.params["edges"]) if how == "own" else [],
        give=making.params["give"],
    )


def _say_bins(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    into = {
        "width": f"{params['bins']:g} bins of one width",
        "count": f"{params['bins']:g} bins of about as many rows",
        "own": f"bins with edges at {', '.join(str(edge) for edge in params['edges']) or 'nothing'}",
    }[params["how"]]
    return f"Put {_numbers(step)} into {into}" + (", as categories" if params["give"] == "category" else "")


KINDS: Final = (
    StepSpec(
        kind="clip_numbers",
        place=48,
        title="Hold within bounds",
        family="numbers",
        icon="fit_width",
        summary="Numbers below or above bounds that you name are held at them (clipping); no row is dropped.",
        scope=Scope.FIXED,
        suits=NUMBERS,
        describe_with=_say_clip,
        build=_clip,
        needs_columns=True,
        params=(
            ParamSpec(
                "sides",
                "Bounds",
                "choice",
                BOTH,
                ((BOTH, "A lowest and a highest number"), (LOW, "A lowest number"), (HIGH, "A highest number")),
            ),
            ParamSpec("low", "Lowest number", "number", 0, shown_when=("sides", (BOTH, LOW))),
            ParamSpec("high", "Highest number", "number", 100, shown_when=("sides", (BOTH, HIGH))),
        ),
    ),
    StepSpec(
        kind="log_numbers",
        place=52,
        title="Take logarithms",
        family="numbers",
        icon="show_chart",
        summary="Numbers of many sizes become the logarithm of one plus their size; the sign is kept, and 0 stays 0.",
        scope=Scope.FIXED,
        suits=NUMBERS,
        describe_with=_say_log,
        build=_log,
        needs_columns=True,
    ),
    StepSpec(
        kind="power_numbers",
        place=52,
        title="Even out skew",
        family="numbers",
        icon="ssid_chart",
        summary="A power learned for each column brings it near a bell shape, mean 0 and spread 1 (Yeo-Johnson).",
        scope=Scope.LEARNED,
        suits=NUMBERS,
        describe_with=_say_power,
        build=_power,
    ),
    StepSpec(
        kind="quantile_numbers",
        place=53,
        title="Replace by ranks",
        family="numbers",
        icon="leaderboard",
        summary="A number becomes its rank among the training rows, so that extremes and odd shapes do not matter.",
        scope=Scope.LEARNED,
        suits=NUMBERS,
        describe_with=_say_quantile,
        build=_quantile,
        params=(
            ParamSpec(
                "shape",
                "Shape",
                "choice",
                "uniform",
                (("uniform", "Even, from 0 to 1"), ("normal", "Bell-shaped, mean 0 and spread 1")),
                "Bell-shaped suits models that expect normal numbers.",
            ),
        ),
    ),
    StepSpec(
        kind="bin_numbers",
        place=56,
        title="Put into bins",
        family="numbers",
        icon="bar_chart",
        summary="A number becomes the bin it falls into; a missing number is in none.",
        scope=Scope.LEARNED,
        suits=NUMBERS,
        describe_with=_say_bins,
        build=_bins,
        needs_columns=True,
        params=(
            ParamSpec(
                "how",
                "Bins",
                "choice",
                "count",
                (("count", "About equally many rows each"), ("width", "Equally wide"), ("own", "Edges of your own")),
            ),
            ParamSpec(
                "bins", "How many", "number", 5, low=2, high=50, shown_when=("how", ("count", "width")), whole=True
            ),
            ParamSpec(
                "edges",
                "Edges",
                "list",
                [],
                help="Separated by commas, such as 18, 30, 65; a bin begins at its lower edge.",
                shown_when=("how", ("own",)),
            ),
            ParamSpec(
                "give",
                "Give",
                "choice",
                "number",
                (("number", "The number of the bin, from 0"), ("category", "A category named by its edges")),
                "As a category each bin counts for itself; as a number their order counts.",
            ),
        ),
    ),
)
