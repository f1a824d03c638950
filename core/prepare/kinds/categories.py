"""Steps on categories."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
from core.limits import ORDERED_VALUES
from core.prepare.kinds.types import LEVELS, NO_YES
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
        order=_orders(making) if making.params["method"] == "ordinal" else None,
        width=int(making.params["width"]),
    )


def _orders(making: Making) -> dict[str, list[str]] | None:
    orders: dict[str, list[str]] = {}
    for name, given in making.params["order"].items():
        values = [str(value) for value in given]
        if len(values) > ORDERED_VALUES:
            raise RecipeError(
                f"The order of “{name}” has {len(values):,} values; the most is {ORDERED_VALUES:,}.",
                next_step="Group rare values first, or encode the column in another way.",
            )
        if len(set(values)) < len(values):
            raise RecipeError(f"The order of “{name}” names a value twice.", next_step="Edit the step.")
        if values and name in making.columns:
            orders[name] = values
    return orders or None


def _merge_spellings(making: Making) -> Any:
    from core.runtime.transformers import MergeSpellings

    return MergeSpellings(columns=list(making.columns), slips=making.params["slips"] == "yes")


def _say_merge(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = listed(step.columns) if step.columns else "categories"
    return f"Merge look-alike spellings of {what}" + (", slips too" if params["slips"] == "yes" else "")


def _say_rare(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f" of {listed(step.columns)}" if step.columns else ""
    return f"Group categories{what} below {params['share']:g}% as “other”"


_METHODS = (
    ("auto", "By the number of values"),
    ("one_hot", "One column a value"),
    ("ordinal", "Numbers in order"),
    ("target", "Mean outcome of the value"),
    ("frequency", "Share of the rows with the value"),
    ("hashing", "A fixed number of columns (hashing)"),
)


def _say_encode(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = listed(step.columns) if step.columns else "categories"
    if params["method"] == "ordinal":
        ordered = [name for name in step.columns if params["order"].get(name)]
        return f"Number {what}" + (" in your order" if ordered and len(ordered) == len(step.columns) else "")
    how = {
        "one_hot": "One-hot encode",
        "target": "Target encode",
        "frequency": "Count how frequent",
        "hashing": "Hash",
    }.get(params["method"], "Encode")
    ending = {"frequency": " are", "hashing": f" into {params['width']:g} columns each"}.get(params["method"], "")
    return f"{how} {what}{ending}"


KINDS: Final = (
    StepSpec(
        kind="merge_spellings",
        place=58,
        title="Merge look-alike spellings",
        family="categories",
        icon="spellcheck",
        summary="Values that differ only in case, spaces, accents or punctuation get the spelling most rows have.",
        scope=Scope.LEARNED,
        suits=LEVELS,
        describe_with=_say_merge,
        build=_merge_spellings,
        params=(
            ParamSpec(
                "slips",
                "Slips of one letter too",
                "choice",
                "yes",
                NO_YES,
                "Within a word of six letters or more, where the other spelling is at least 20 times as frequent.",
            ),
        ),
    ),
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
                shown_when=("method", ("auto",)),
                whole=True,
            ),
            ParamSpec(
                "order",
                "Order",
                "order",
                {},
                help="From the lowest to the highest; what has no place counts as missing.",
                shown_when=("method", ("ordinal",)),
            ),
            ParamSpec(
                "width",
                "Columns for each category column",
                "number",
                16,
                help="Values share a column by chance: more columns, fewer of them.",
                low=2,
                high=256,
                shown_when=("method", ("hashing",)),
                whole=True,
            ),
        ),
    ),
)
