"""Steps that leave out columns at the end of the recipe, when all are numbers; which ones, is learned in the fold."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.framing.frame import Task
from core.prepare.kinds.types import TEXTS, USABLE
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec

_BY: Final = {
    "test": "a test of each column",
    "mutual": "mutual information",
    "permutation": "a quick model's loss without it",
}


def _drop_alike(making: Making) -> Any:
    from core.runtime.transformers import DropAlike

    return DropAlike(
        limit=float(making.params["limit"]),
        keep=making.params["keep"],
        classification=making.task is not Task.REGRESSION,
    )


def _select_best(making: Making) -> Any:
    from core.runtime.transformers import SelectBest

    return SelectBest(
        by=making.params["by"],
        most=int(making.params["most"]),
        classification=making.task is not Task.REGRESSION,
        random_state=making.seed,
    )


def _say_alike(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Leave out constant columns, and all but one of those correlated by {params['limit']:g} or more"


def _say_best(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Keep the {params['most']:g} columns that tell most, by {_BY.get(params['by'], params['by'])}"


KINDS: Final = (
    StepSpec(
        kind="drop_alike",
        place=90,
        title="Leave out alike columns",
        family="selection",
        icon="difference",
        summary="Constant columns go, and of each group of correlated ones all but one.",
        scope=Scope.LEARNED,
        suits=(*USABLE, *TEXTS),
        describe_with=_say_alike,
        build=_drop_alike,
        asks_columns=False,
        params=(
            ParamSpec("limit", "Alike from this correlation on", "number", 0.95, low=0.5, high=1),
            ParamSpec(
                "keep",
                "Of alike columns keep",
                "choice",
                "related",
                (("related", "The one most related to the outcome"), ("first", "The first")),
            ),
        ),
    ),
    StepSpec(
        kind="select_best",
        place=91,
        title="Keep the most telling columns",
        family="selection",
        icon="filter_alt",
        summary="Of all columns, counted after encoding, those that tell most about the outcome stay.",
        scope=Scope.LEARNED,
        suits=(*USABLE, *TEXTS),
        describe_with=_say_best,
        build=_select_best,
        asks_columns=False,
        params=(
            ParamSpec("most", "How many stay", "number", 20, low=1, high=1000, whole=True),
            ParamSpec(
                "by",
                "By",
                "choice",
                "test",
                (
                    ("test", "A test of each column (F)"),
                    ("mutual", "Mutual information"),
                    ("permutation", "What a quick model loses without it"),
                ),
                "The test sees straight relations, mutual information any, the quick model joint ones too.",
            ),
        ),
    ),
)
