"""Filters: a column, a comparison and a value, which reaches the database as a bound value, never as text of SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Text, cast, column
from sqlalchemy.sql import quoted_name

from core.errors import InputError


@dataclass(frozen=True)
class Operator:
    """One comparison.

    Parameters
    ----------
    words : str
        As the screens name it.
    apply : callable
        Takes a column and a value and gives the condition.
    takes_value : bool
    on_text : bool
        Whether the column is looked at as text.
    """

    words: str
    apply: Callable[[Any, Any], ColumnElement[bool]]
    takes_value: bool = True
    on_text: bool = False


OPERATORS: dict[str, Operator] = {
    "equals": Operator("is", lambda left, right: left == right),
    "differs": Operator("is not", lambda left, right: left != right),
    "above": Operator("is above", lambda left, right: left > right),
    "from": Operator("is at least", lambda left, right: left >= right),
    "below": Operator("is below", lambda left, right: left < right),
    "to": Operator("is at most", lambda left, right: left <= right),
    "contains": Operator("contains", lambda left, right: left.contains(right, autoescape=True), on_text=True),
    "missing": Operator("is missing", lambda left, _: left.is_(None), takes_value=False),
    "filled": Operator("is filled", lambda left, _: left.is_not(None), takes_value=False),
}


class Filter(BaseModel):
    """A condition on one column; ``operator`` is a key of ``OPERATORS``, ``value`` as the user typed it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    operator: str
    value: str = ""

    def words(self) -> str:
        """Say it in plain words."""
        operator = OPERATORS.get(self.operator)
        if operator is None or not operator.takes_value:
            return f"{self.column} {operator.words if operator else self.operator}"
        return f"{self.column} {operator.words} {self.value}"

    def condition(self, kind: str) -> ColumnElement[bool]:
        """Return the condition.

        Parameters
        ----------
        kind : str
            What the column holds: ``number``, ``flag``, ``date``, ``moment``, ``text`` or ``other``.

        Raises
        ------
        InputError
            The value does not fit the column.
        """
        operator = OPERATORS.get(self.operator)
        if operator is None:
            raise InputError(f"There is no comparison named {self.operator}.", next_step="Choose one of the list.")
        left: ColumnElement[Any] = column(quoted_name(self.column, quote=True))
        if not operator.takes_value:
            return operator.apply(left, None)
        if not self.value.strip():
            raise InputError(
                f"The filter on `{self.column}` has no value.", next_step="Give one, or remove the filter."
            )
        if operator.on_text or kind in ("text", "other"):
            # A column of a type of its own, such as an enumeration, compares with text only as text.
            left = left if kind == "text" else cast(left, Text)
            return operator.apply(left, self.value)
        return operator.apply(left, self._typed(kind))

    def _typed(self, kind: str) -> Any:
        text = self.value.strip()
        try:
            if kind == "number":
                number = Decimal(text)
                if not number.is_finite():
                    raise ValueError(text)
                return int(number) if number == number.to_integral_value() else number
            if kind == "flag":
                return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]
            if kind == "date":
                return date.fromisoformat(text)
            return datetime.fromisoformat(text)
        except (ValueError, InvalidOperation, KeyError):
            raise InputError(
                f"“{self.value}” cannot be compared with `{self.column}`, which holds {_HOLDS[kind]}.",
                next_step=_WRITE[kind],
            ) from None


_HOLDS = {"number": "numbers", "flag": "true or false", "date": "dates", "moment": "dates with a time"}
_WRITE = {
    "number": "Write a number such as 1250 or 0.5.",
    "flag": "Write true or false.",
    "date": "Write a date such as 2025-03-31.",
    "moment": "Write a moment such as 2025-03-31 14:00.",
}
