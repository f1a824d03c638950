"""Every kind of step a recipe may hold, in the order in which they usually come."""

from collections.abc import Mapping
from typing import Any, Final

from core.data.schema import ColumnType, Schema
from core.errors import RecipeError
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec, listed

_NUMBERS = (ColumnType.NUMBER,)
_DATES = (ColumnType.DATE,)
_LEVELS = (ColumnType.CATEGORY, ColumnType.YES_NO)
_USABLE = (*_NUMBERS, *_LEVELS, *_DATES)
_NO_YES = (("no", "No"), ("yes", "Yes"))

# scikit-learn is imported only when a pipeline is built: the screens read this registry on their first paint.


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


def _date_parts(making: Making) -> Any:
    from core.runtime.transformers import DateParts

    return DateParts(columns=list(making.columns), parts=list(making.params["parts"]))


def _cap_outliers(making: Making) -> Any:
    from core.runtime.transformers import CapOutliers

    lower, upper = float(making.params["lower"]), float(making.params["upper"])
    if lower >= upper:
        raise RecipeError("The lower percentile must be below the upper one.", next_step="Edit the step.")
    return CapOutliers(columns=list(making.columns), lower=lower / 100, upper=upper / 100)


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


def _scale(making: Making) -> Any:
    from core.runtime.transformers import Scale

    return Scale(columns=list(making.named))


def _say_drop(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return f"Leave out {listed(step.columns)}"


def _say_marks(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    by_column = marks_by_column(step.columns, params["values"])
    values = list(dict.fromkeys(str(value) for given in by_column.values() for value in given))
    shown = " and ".join(values) if len(values) <= 3 else f"{len(values)} values"
    return f"Read {shown or 'nothing'} as missing in {listed(by_column)}"


def _say_duplicates(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    return "Drop exact duplicates" + (f" by {listed(step.columns)}" if step.columns else "")


def _say_dates(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    parts = len(params["parts"])
    return f"Split {listed(step.columns) if step.columns else 'dates'} into {parts} part{'' if parts == 1 else 's'}"


def _percentile(value: float) -> str:
    text = f"{value:g}"
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th") if text[-2:] not in ("11", "12", "13") else "th"
    return text + ending


def _say_cap(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    bounds = [_percentile(params["lower"])] if params["lower"] > 0 else []
    bounds += [_percentile(params["upper"])] if params["upper"] < 100 else []
    what = listed(step.columns) if step.columns else "extreme numbers"
    return f"Cap {what} at the {' and '.join(bounds)} percentile" if bounds else f"Leave {what} as they are"


def _say_fill_numbers(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"missing {listed(step.columns)}" if step.columns else "missing numbers"
    value = f"{params['value']:g}" if params["strategy"] == "constant" else f"the {params['strategy']}"
    return f"Fill {what} with {value}" + (" and mark where" if params["indicator"] == "yes" else "")


def _say_fill_categories(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = f"missing {listed(step.columns)}" if step.columns else "missing categories"
    if params["strategy"] == "most_frequent":
        return f"Fill {what} with the most frequent value"
    return f"Make {what} a category of their own"


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


def _say_scale(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    what = listed(step.columns) if step.columns else "numbers"
    return f"Scale {what}" + (" where a model needs it" if params["when"] == "needed" else " for every model")


_KINDS = (
    StepSpec(
        kind="drop_columns",
        title="Leave columns out",
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
        title="Read values as missing",
        icon="visibility_off",
        summary="Values such as −999 or “?” that only stand for “not known” become missing.",
        scope=Scope.FIXED,
        suits=_USABLE,
        describe_with=_say_marks,
        build=_mark_missing,
        params=(
            ParamSpec("values", "Values that mean missing", "list", [], help="One list for all columns of the step."),
        ),
    ),
    StepSpec(
        kind="drop_duplicates",
        title="Drop exact duplicates",
        icon="filter_alt",
        summary="Training rows that repeat an earlier one are learned from once; rows to be predicted all stay.",
        scope=Scope.ROWS,
        suits=tuple(ColumnType),
        describe_with=_say_duplicates,
        build=None,
        params=(
            ParamSpec(
                "compare",
                "Two rows are the same when",
                "choice",
                "row",
                (("row", "every column is equal"), ("features", "all that the model sees and the outcome are equal")),
                "Rows that differ only in an identifier are often two cases that look alike, not copies.",
            ),
        ),
    ),
    StepSpec(
        kind="date_parts",
        title="Split dates into parts",
        icon="calendar_month",
        summary="Each date becomes numbers such as year, month, weekday and days since the first one seen in training.",
        scope=Scope.LEARNED,
        suits=_DATES,
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
    StepSpec(
        kind="cap_outliers",
        title="Cap extremes",
        icon="vertical_align_top",
        summary="Numbers beyond a percentile of the training rows are held at it; no row is dropped.",
        scope=Scope.LEARNED,
        suits=_NUMBERS,
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
        kind="fill_numbers",
        title="Fill missing numbers",
        icon="healing",
        summary="A missing number becomes one learned from the training rows.",
        scope=Scope.LEARNED,
        suits=(*_NUMBERS, *_DATES),
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
                _NO_YES,
                "Worth it where being missing means something.",
            ),
        ),
    ),
    StepSpec(
        kind="fill_categories",
        title="Fill missing categories",
        icon="healing",
        summary="A missing category becomes one of its own, or the most frequent one of the training rows.",
        scope=Scope.LEARNED,
        suits=_LEVELS,
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
    StepSpec(
        kind="group_rare",
        title="Group rare categories",
        icon="category",
        summary="Values too rare to learn from, and values never seen in training, count as “(other)”.",
        scope=Scope.LEARNED,
        suits=_LEVELS,
        describe_with=_say_rare,
        build=_group_rare,
        params=(
            ParamSpec("share", "Rare means below this percentage of the rows", "number", 1, help="", low=0.01, high=50),
        ),
    ),
    StepSpec(
        kind="encode",
        title="Encode categories",
        icon="tag",
        summary="Categories become numbers; a value never seen in training does not stop a prediction.",
        scope=Scope.LEARNED,
        suits=_LEVELS,
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
    StepSpec(
        kind="scale",
        title="Scale numbers",
        icon="straighten",
        summary="Numbers get mean 0 and spread 1 on the training rows, so that their units do not matter.",
        scope=Scope.LEARNED,
        suits=(*_NUMBERS, *_DATES, *_LEVELS),
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
        ),
    ),
)

STEPS: Final[dict[str, StepSpec]] = {spec.kind: spec for spec in _KINDS}
"""Kind to specification, in the usual order. A new step is one more entry here and its test."""
