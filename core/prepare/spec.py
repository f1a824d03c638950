"""What a kind of step is: its words, its settings, the columns it suits, and how it becomes a transformer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.data.schema import ColumnType, Schema
from core.errors import RecipeError
from core.framing.frame import Task
from core.limits import PARAM_LENGTH
from core.prepare.problem import Problem
from core.prepare.recipe import Step

FAMILIES: Final = {
    "columns": "Columns",
    "rows": "Rows",
    "missing": "Missing values",
    "numbers": "Numbers",
    "categories": "Categories",
    "dates": "Dates",
    "text": "Text",
    "formulas": "Formulas",
    "selection": "Selection",
}
"""Family of steps to its name on the screens."""


class Scope(StrEnum):
    """What a step may look at."""

    FIXED = "fixed"
    """Every row for itself; nothing is learned."""
    LEARNED = "learned"
    """Learned from the rows a fold fits on, and kept with the model."""
    ROWS = "rows"
    """Takes training rows away; never acts on a row to be predicted."""

    @property
    def words(self) -> str:
        """The scope as the screens name it."""
        return {"fixed": "Fixed", "learned": "Learned in the fold", "rows": "Training rows only"}[self.value]


@dataclass(frozen=True)
class ParamSpec:
    """One setting of a step.

    Parameters
    ----------
    name : str
        Key in ``Step.params``.
    label : str
        What the form calls it.
    kind : {"choice", "number", "list", "text", "column", "order"}
        ``column`` is the name of one column, ``order`` a list of values by column.
    default : object
        A JSON value.
    choices : tuple of (value, words)
        For ``choice``: what may be chosen. For ``list``: what its items may be; empty means anything.
    help : str
        One sentence on what it does.
    low, high : float or None
        Bounds of a number, both allowed; of a text, its fewest and most characters.
    suits : tuple of ColumnType
        For ``column``: types the column may have; empty means any.
    shown_when : tuple of (str, tuple of object) or None
        Another setting and the values of it with which the form asks for this one; always, where ``None``.
    whole : bool
        Whether a number must be a whole one.
    """

    name: str
    label: str
    kind: Literal["choice", "number", "list", "text", "column", "order"]
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    low: float | None = None
    high: float | None = None
    suits: tuple[ColumnType, ...] = ()
    shown_when: tuple[str, tuple[Any, ...]] | None = None
    whole: bool = False

    def fault(self, value: Any) -> str:
        """Say in words why a value cannot be used; empty where it can."""
        allowed = [key for key, _ in self.choices]
        if self.kind == "choice":
            if value not in allowed:
                return f"“{self.label}” must be one of {', '.join(words for _, words in self.choices)}"
        elif self.kind == "number":
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
                return f"“{self.label}” must be a number"
            if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
                return f"“{self.label}” must be {self.bounds}"
            if self.whole and value != int(value):
                return f"“{self.label}” must be a whole number"
        elif self.kind in ("text", "column"):
            if not isinstance(value, str):
                return f"“{self.label}” must be a text"
            if self.kind == "text" and not (self.low or 0) <= len(value) <= (self.high or PARAM_LENGTH):
                return f"“{self.label}” must have {self.low or 0:,.0f} to {self.high or PARAM_LENGTH:,.0f} characters"
        elif self.kind == "order":
            if not isinstance(value, dict) or not all(isinstance(given, (list, tuple)) for given in value.values()):
                return f"“{self.label}” must be a list of values for each column"
        elif not isinstance(value, (list, tuple, dict)):
            return f"“{self.label}” must be a list"
        elif allowed and any(item not in allowed for item in value):
            return f"“{self.label}” may hold only {', '.join(words for _, words in self.choices)}"
        return ""

    @property
    def bounds(self) -> str:
        """The bounds of a number in words."""
        if self.low is not None and self.high is not None:
            return f"{self.low:,g} to {self.high:,g}"
        return f"at least {self.low:,g}" if self.low is not None else f"at most {self.high:,g}"


@dataclass(frozen=True)
class Making:
    """What a step is built from.

    Parameters
    ----------
    columns : tuple of str
        Raw features it acts on: the ones the step names, or every one that suits the kind. Never empty where
        the form asks for columns.
    named : tuple of str
        The features among them that the step names itself; empty means that columns made by earlier steps count too.
    params : dict
        Checked settings, defaults filled in.
    seed : int
    features : tuple of str
        Every raw column the model may see, of any type, in the table's order.
    schema : Schema
    task : Task or None
    """

    columns: tuple[str, ...]
    named: tuple[str, ...]
    params: Mapping[str, Any]
    seed: int
    features: tuple[str, ...]
    schema: Schema
    task: Task | None


@dataclass(frozen=True, eq=False)
class RowWork:
    """What a step on rows looks at: training rows and nothing else.

    Parameters
    ----------
    problem : Problem
    step : Step
    params : dict
        Checked settings, defaults filled in.
    positions : ndarray of int, shape (n,)
        Rows of the table that a model is about to learn from.
    seed : int
    """

    problem: Problem
    step: Step
    params: Mapping[str, Any]
    positions: NDArray[np.intp]
    seed: int


@dataclass(frozen=True)
class StepSpec:
    """One kind of step.

    Parameters
    ----------
    kind, title, icon, summary
        Key, name, material symbol, and one sentence on what it does.
    family : str
        Key of ``FAMILIES``; the lesson a user is led to is the family's.
    place : int
        Where in a recipe the kind usually comes; lower is earlier.
    scope : Scope
    suits : tuple of ColumnType
        Types of columns it can act on; empty for a step that acts on whole rows.
    describe : callable
        Step, schema, checked settings to the line the recipe shows; column names stand between backticks.
    build : callable or None
        Makes the unfitted transformer; ``None`` for a step on rows.
    rows : callable or None
        For a step on rows: from a ``RowWork`` to the positions to learn from, some of them perhaps several times.
    params : tuple of ParamSpec
    needs_columns : bool
        Whether the step must name its columns.
    reads_text : bool
        Whether free text that the step acts on is read for it; without such a step no model sees free text.
    asks_columns : bool
        Whether the form asks for columns; a formula names its own.
    names_columns : callable or None
        From settings to columns they name in a text, such as a formula; all of them are needed.
    says : callable or None
        From settings and the units of columns to sentences the form shows, warnings first.
    """

    kind: str
    title: str
    family: str
    place: int
    icon: str
    summary: str
    scope: Scope
    suits: tuple[ColumnType, ...]
    describe_with: Callable[[Step, Schema, Mapping[str, Any]], str]
    build: Callable[[Making], Any] | None
    rows: Callable[[RowWork], NDArray[np.intp]] | None = None
    params: tuple[ParamSpec, ...] = ()
    needs_columns: bool = False
    reads_text: bool = False
    asks_columns: bool = True
    names_columns: Callable[[Mapping[str, Any]], tuple[str, ...]] | None = None
    says: Callable[[Mapping[str, Any], Mapping[str, str]], tuple[str, ...]] | None = None

    def settings_columns(self, step: Step) -> dict[str, tuple[ColumnType, ...]]:
        """Return the columns that settings in use name beside ``step.columns``, with the types they may have."""
        settings = {param.name: param.default for param in self.params} | dict(step.params)
        named: dict[str, tuple[ColumnType, ...]] = {}
        for param in self.params:
            value = settings[param.name]
            if param.shown_when is not None and settings.get(param.shown_when[0]) not in param.shown_when[1]:
                continue
            if param.kind == "column" and value:
                named[str(value)] = param.suits
            elif param.kind == "order" and isinstance(value, Mapping):
                named |= {str(name): self.suits for name, order in value.items() if order}
        if self.names_columns is not None:
            named |= dict.fromkeys(self.names_columns(settings), self.suits)
        return named

    def describe(self, step: Step, schema: Schema) -> str:
        """Return the line the recipe shows, column names between backticks; never raises."""
        return self.describe_with(step, schema, {spec.name: spec.default for spec in self.params} | dict(step.params))

    def settings(self, step: Step, place: str = "") -> dict[str, Any]:
        """Return the step's settings, checked, with defaults for those not given.

        Parameters
        ----------
        step : Step
        place : str
            How to name the step in an error, such as "Step 3, Cap extremes".

        Raises
        ------
        RecipeError
            A setting is not known or out of bounds.
        """
        where = place or self.title
        known = {spec.name: spec for spec in self.params}
        for name in step.params:
            if name not in known:
                raise RecipeError(f"{where}: there is no setting “{name}”.", next_step="Remove it from the step.")
        settings = {name: step.params.get(name, spec.default) for name, spec in known.items()}
        for name, value in settings.items():
            fault = known[name].fault(value)
            if fault:
                raise RecipeError(f"{where}: {fault}.", next_step="Edit the step or switch it off.")
        return settings


def listed(names: Iterable[str], shown: int = 3, noun: str = "columns") -> str:
    """Return column names between backticks, or how many there are."""
    given = [f"`{name}`" for name in names]
    return ", ".join(given) if len(given) <= shown else f"{len(given):,} {noun}"
