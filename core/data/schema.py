"""The schema: each column's type and role, guessed and then owned by the user."""

from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from core.framing.frame import Frame


class ColumnType(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"
    YES_NO = "yes_no"
    DATE = "date"
    TEXT = "text"
    IDENTIFIER = "identifier"

    @property
    def words(self) -> str:
        """The type as the screens name it."""
        return {"yes_no": "Yes or no"}.get(self.value, self.value.capitalize())


class Role(StrEnum):
    """What a column is for, apart from the target, which the frame names."""

    FEATURE = "feature"
    LEFT_OUT = "left_out"


class ColumnSpec(BaseModel):
    """One column: its raw name, its type, its role, and why it was guessed so."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    role: Role = Role.FEATURE
    guessed_type: ColumnType | None = None
    reason: str = ""
    date_format: str = ""
    """``strptime`` format of a date column kept as text, such as ``%d/%m/%Y``; empty for ISO 8601 or true dates."""


class Schema(BaseModel):
    """The columns of a table, in their order."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[ColumnSpec, ...]

    @cached_property
    def _lookup(self) -> tuple[tuple[ColumnSpec, ...], dict[str, ColumnSpec]]:
        return self.columns, {column.name: column for column in reversed(self.columns)}

    def _by_name(self) -> dict[str, ColumnSpec]:
        # Thousands of columns are looked up, each more than once. A copy with other columns must not take the lookup.
        if self._lookup[0] is not self.columns:
            del self.__dict__["_lookup"]
        return self._lookup[1]

    def __getitem__(self, name: str) -> ColumnSpec:
        return self._by_name()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name()

    @property
    def names(self) -> tuple[str, ...]:
        """All raw names, in the table's order."""
        return tuple(column.name for column in self.columns)

    def of_type(self, *types: ColumnType) -> tuple[str, ...]:
        """Return the names of the columns of these types."""
        return tuple(column.name for column in self.columns if column.type in types)

    def with_column(self, name: str, **changes: object) -> "Schema":
        """Return a schema in which one column is changed."""
        return Schema(
            columns=tuple(
                column.model_copy(update=changes) if column.name == name else column for column in self.columns
            )
        )

    def features(self, frame: Frame) -> tuple[str, ...]:
        """Return the columns a model may see under this frame, in the table's order.

        Left out are the target, what is not known at the moment of prediction, identifiers, free text, columns whose
        role says so and, unless the frame allows them, sensitive columns.
        """
        unusable = (ColumnType.IDENTIFIER, ColumnType.TEXT)
        return tuple(column.name for column in self._allowed(frame) if column.type not in unusable)

    def texts(self, frame: Frame) -> tuple[str, ...]:
        """Return the columns of free text that a step may read for the model, in the table's order."""
        return tuple(column.name for column in self._allowed(frame) if column.type is ColumnType.TEXT)

    def _allowed(self, frame: Frame) -> list[ColumnSpec]:
        forbidden = {frame.target, *frame.unknown_at_prediction}
        if not frame.sensitive_as_features:
            forbidden |= set(frame.sensitive)
        return [column for column in self.columns if column.name not in forbidden and column.role is Role.FEATURE]
