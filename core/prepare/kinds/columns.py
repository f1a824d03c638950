"""Steps on whole columns: leaving them out, and values that stand for "not known"."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import ColumnType, Schema
from core.prepare.kinds.types import USABLE
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed


def _drop_columns(making: Making) -> Any:
    from core.runtime.transformers import DropColumns

    return DropColumns(columns=list(making.columns))


def marks_by_column(columns: tuple[str, ...], values: Any) -> dict[str, list[Any]]:
    """Return, for each column, the values that mean missing; ``values`` is one list for all, or a list by column."""
    if isinstance(values, dict):
        return {str(name): list(given) for name, given in values.items() if not columns or name in columns}
    return {name: list(values) for name in columns}


def _mark_missing(making: Making) -> Any:
    from core.runtime.transformers import MarkMissing

    return MarkMissing(values=marks_by_column(making.columns, making.params["values"]))


def _say_drop(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Leave out {listed(step.columns)}"


def _say_marks(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    by_column = marks_by_column(step.columns, params["values"])
    values = list(dict.fromkeys(str(value) for given in by_column.values() for value in given))
    shown = " and ".join(values) if len(values) <= 3 else f"{len(values)} values"
    return f"Read {shown or 'nothing'} as missing in {listed(by_column)}"


KINDS: Final = (
    StepSpec(
        kind="drop_columns",
        place=10,
        title="Leave columns out",
        family="columns",
        icon="block",
        summary="The model never sees these columns, and new rows need not have them.",
        scope=Scope.FIXED,
        suits=tuple(ColumnType),
        describe_with=_say_drop,
        build=_drop_columns,
        needs_columns=True,
    ),
    StepSpec(
        kind="mark_missing",
        place=15,
        title="Read values as missing",
        family="columns",
        icon="visibility_off",
        summary="Values such as −999 or “?” that only stand for “not known” become missing.",
        scope=Scope.FIXED,
        suits=USABLE,
        describe_with=_say_marks,
        build=_mark_missing,
        params=(
            ParamSpec("values", "Values that mean missing", "list", [], help="One list for all columns of the step."),
        ),
    ),
)
