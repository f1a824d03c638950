"""Steps on categories."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.prepare.kinds.types import LEVELS
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed


def _group_rare(making: Making) -> Any:
    from core.runtime.transformers import GroupRare

    return GroupRare(columns=list(making.columns), share=float(making.params["share"]) / 100)


def _encode(making: Making) -> Any:
    from core.runtime.transformers import Encode

    return Encode(
        columns=list(making.columns),
        method=making.params["method"],
        max_levels=int(making.params["max_levels"]),
        seed=making.seed,
    )


def _say_rare(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f" of {listed(step.columns)}" if step.columns else ""
    return f"Group categories{what} below {params['share']:g}% as “other”"


_METHODS = (
    ("auto", "By the number of values"),
    ("one_hot", "One column a value"),
    ("ordinal", "Numbers in alphabetical order"),
    ("target", "Mean outcome of the value"),
)


def _say_encode(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = listed(step.columns) if step.columns else "categories"
    how = {"one_hot": "One-hot encode", "ordinal": "Number", "target": "Target encode"}.get(params["method"], "Encode")
    return f"{how} {what}"


KINDS: Final = (
    StepSpec(
        kind="group_rare",
        place=70,
        title="Group rare categories",
        family="categories",
        icon="category",
        summary="Values too rare to learn from, and values never seen in training, count as “(other)”.",
        scope=Scope.LEARNED,
        suits=LEVELS,
        describe_with=_say_rare,
        build=_group_rare,
        params=(
            ParamSpec("share", "Rare means below this percentage of the rows", "number", 1, help="", low=0.01, high=50),
        ),
    ),
    StepSpec(
        kind="encode",
        place=80,
        title="Encode categories",
        family="categories",
        icon="tag",
        summary="Categories become numbers; a value never seen in training does not stop a prediction.",
        scope=Scope.LEARNED,
        suits=LEVELS,
        describe_with=_say_encode,
        build=_encode,
        params=(
            ParamSpec("method", "How", "choice", "auto", _METHODS),
            ParamSpec(
                "max_levels",
                "Most values with a column each",
                "number",
                15,
                help="Above it, “by the number of values” takes the mean outcome.",
                low=2,
                high=100,
            ),
        ),
    ),
)
