"""What the user can say about a file when a guess was wrong."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file; ``None`` lets the reader find out, and say what it found.

    Parameters
    ----------
    encoding : str or None
        Name of a text encoding, such as ``"utf-8"`` or ``"cp1252"`` (text files).
    delimiter : str or None
        The single character between two values (text files).
    header : bool or None
        Whether the first line holds the column names (text files).
    quotes : bool
        Whether a quotation mark encloses a value (text files).
    decimal : {".", ","} or None
        The decimal sign (text files, and numbers stored as text in a workbook).
    thousands : {",", ".", " ", "'"} or None
        The sign between groups of three digits.
    sheet : str or None
        Name of the sheet (workbooks).
    keep_na_text : bool
        Whether ``NA``, ``N/A`` and the like are values of a text column, and not missing.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    quotes: bool = True
    decimal: str | None = None
    thousands: str | None = None
    sheet: str | None = None
    keep_na_text: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the default, as JSON can hold it."""
        plain = asdict(ReadOptions())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "ReadOptions":
        """Return the options that :meth:`to_dict` wrote."""
        return cls(**given)
