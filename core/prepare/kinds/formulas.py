"""The step that makes a column by a formula over columns."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from core.data.schema import Schema
from core.errors import RecipeError
from core.limits import FORMULA_LENGTH
from core.prepare.kinds.types import NUMBERS
from core.prepare.recipe import Step
from core.prepare.spec import Making, ParamSpec, Scope, StepSpec
from core.runtime.frames import unused

_NAME_LENGTH: Final = 60


def _formula(making: Making) -> Any:
    from core.runtime.formula import FormulaError, columns_of_formula, read_formula
    from core.runtime.transformers import AddFormula

    text = making.params["formula"]
    try:
        named = columns_of_formula(read_formula(text))
    except FormulaError as fault:
        raise RecipeError(str(fault), next_step=_quoting(text, making.schema)) from None
    for column in named:
        _check(column.name, f"At character {column.place:,}", making)
    return AddFormula(formula=text, name=_name(making.params))


def _quoting(text: str, schema: Schema) -> str:
    """Say what to do about a formula that cannot be read: often a name that needs backticks stands in it without."""
    plain = re.sub(r"`[^`]*`", " ", text)
    bare = [name for name in schema.names if not re.fullmatch(r"[^\W\d]\w*", name) and name in plain]
    # The longest: "income $" within "net income $" is no name of its own there.
    return f"Write `{max(bare, key=len)}` between backticks." if bare else "Edit the formula."


def _near(name: str, names: tuple[str, ...]) -> str:
    """Return the column that a name most likely means, empty where none is near."""
    known = name.casefold()
    begins = [column for column in names if column.casefold().startswith(known)]
    return (get_close_matches(name, names, 1) or begins or [""])[0]


def _columns(params: Mapping[str, Any]) -> tuple[str, ...]:
    from core.runtime.formula import FormulaError, columns_of_formula, read_formula

    try:
        return tuple(column.name for column in columns_of_formula(read_formula(str(params["formula"]))))
    except FormulaError:
        return ()


def _check(name: str, place: str, making: Making) -> None:
    schema = making.schema
    if name not in schema:
        near = _near(name, schema.names)
        raise RecipeError(
            f"{place}: the table has no column “{name}”.",
            next_step=f"Did you mean `{near}`?" if near else "Names with spaces stand between backticks.",
        )
    if schema[name].type not in NUMBERS:
        raise RecipeError(
            f"{place}: “{name}” is of the type {schema[name].type.words.lower()}, which a formula cannot use.",
            next_step="Use number columns alone, or change its type on the Data page.",
        )
    if name not in making.features:
        raise RecipeError(
            f"{place}: the model may not see “{name}”.", next_step="Take it out, or make it a feature on the Data page."
        )


def _name(params: Mapping[str, Any]) -> str:
    given = " ".join(params["name"].split())
    text = " ".join(params["formula"].replace("`", "").split())
    return given or (text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1]}…")


def _say_formula(step: Step, schema: Schema, params: Mapping[str, Any]) -> str:
    # Backticks would set what stands between them apart as a name.
    text = " ".join(str(params["formula"]).replace("`", "").split())
    name = " ".join(str(params["name"]).replace("`", "").split())
    short = text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1]}…"
    if name in schema:
        # The column of the table keeps its name.
        name = unused(name, schema.names)
    return f"Add `{name}` = {short or 'nothing'}" if name else f"Add {short or 'nothing'}"


def _say_units(params: Mapping[str, Any], units: Mapping[str, str]) -> tuple[str, ...]:
    from core.prepare.units import unit_of
    from core.runtime.formula import FormulaError, columns_of_formula, read_formula

    try:
        part = read_formula(params["formula"])
    except FormulaError:
        return ()
    known = [f"{column.name} in {units[column.name]}" for column in columns_of_formula(part) if column.name in units]
    if not known:
        return ()
    result = unit_of(part, units)
    told = f"Units of the data dictionary: {', '.join(known)}."
    if result.name:
        told += f" The result is in {result.name}."
    elif result.name is not None:
        told += " The result is a bare number."
    return (*result.warnings, told)


KINDS: Final = (
    StepSpec(
        kind="formula",
        place=30,
        title="Calculate by a formula",
        family="formulas",
        icon="function",
        summary="A new column is calculated from number columns of the same row; what has no answer, such as a "
        "division by 0, is missing.",
        scope=Scope.FIXED,
        suits=NUMBERS,
        describe_with=_say_formula,
        build=_formula,
        asks_columns=False,
        names_columns=_columns,
        says=_say_units,
        params=(
            ParamSpec(
                "formula",
                "Formula",
                "text",
                "",
                help="Such as debt / income, or if(age < 25, 1, 0). Names with spaces stand between backticks. There "
                "are + - * / ^, comparisons, and, or, not, abs, log, sqrt, round, min, max, if.",
                high=FORMULA_LENGTH,
            ),
            ParamSpec(
                "name",
                "Name of the new column",
                "text",
                "",
                help="Empty takes the formula itself.",
                high=_NAME_LENGTH,
            ),
        ),
    ),
)
