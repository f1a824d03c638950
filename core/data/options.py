"""What the user can say about a file when a guess was wrong."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.errors import DataError

DATE_ORDERS = ("day first", "month first")
"""What ``date_order`` may say."""


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file; ``None`` lets the reader find out, and say what it found.

    Parameters
    ----------
    encoding : str or None
        Name of a text encoding, such as ``"utf-8"`` or ``"cp1252"`` (text files; SAS, SPSS and Stata files).
    delimiter : str or None
        The single character between two values (text files).
    header : bool or None
        Whether the first line holds the column names (text files, workbooks).
    quotes : bool
        Whether a quotation mark encloses a value (text files).
    quote : str or None
        The single character that encloses a value (text files).
    skip_lines : int or None
        Lines, or rows of a sheet, above the first row of the table (text files, workbooks).
    decimal : {".", ","} or None
        The decimal sign (text files, and numbers stored as text in a workbook or in JSON).
    thousands : {",", ".", " ", "'"} or None
        The sign between groups of three digits.
    date_order : {"day first", "month first"} or None
        The order of day and month in dates such as 03/04/2023.
    missing : tuple of str
        Further words that mean missing, such as ``"?"`` or ``"-999"``, in every column.
    sheet : str or None
        Name of the sheet (workbooks).
    member : str or None
        Name of the file inside an archive.
    records : str or None
        Where the records of a JSON file are: names joined by points, such as ``"data.items"``; empty for the top.
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
    quote: str | None = None
    skip_lines: int | None = None
    date_order: str | None = None
    missing: tuple[str, ...] = ()
    member: str | None = None
    records: str | None = None

    @property
    def day_first(self) -> bool | None:
        """The order of day and month that was chosen, where one was."""
        return None if self.date_order is None else self.date_order == DATE_ORDERS[0]

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the default, as JSON can hold it."""
        plain = ReadOptions()
        given = {name: value for name, value in asdict(self).items() if value != getattr(plain, name)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> "ReadOptions":
        """Return the options that :meth:`to_dict` wrote.

        Raises
        ------
        DataError
            If a name or a value is none that an option has.
        """
        known = {field.name: field.type for field in fields(cls)}
        odd = [name for name, value in given.items() if not _fits(str(known.get(name, "")), value)]
        if odd:
            raise DataError(f"“{odd[0]}” says nothing about how to read a file.", next_step="Choose the options anew.")
        values: dict[str, Any] = {name: tuple(one) if name == "missing" else one for name, one in given.items()}
        return cls(**values)


def check_options(options: ReadOptions) -> None:
    """Refuse signs that cannot be meant.

    Parameters
    ----------
    options : ReadOptions

    Raises
    ------
    DataError
    """
    if options.delimiter is not None and (len(options.delimiter) != 1 or options.delimiter in '"\r\n'):
        raise DataError("A delimiter is one character.", next_step="Choose comma, semicolon, tab or bar.")
    if options.quote is not None and (len(options.quote) != 1 or options.quote in "\r\n" + (options.delimiter or "")):
        raise DataError(
            "A quotation mark is one character, and not the delimiter.", next_step="Choose a double or a single one."
        )
    if options.decimal not in (None, ".", ",") or (options.decimal and options.decimal == options.thousands):
        raise DataError(
            "The decimal sign is a point or a comma, and not the sign between groups of digits.",
            next_step="Choose two different signs.",
        )
    if options.date_order not in (None, *DATE_ORDERS):
        raise DataError("Dates are read day first or month first.", next_step="Choose one of the two.")
    if options.skip_lines is not None and options.skip_lines < 0:
        raise DataError("The number of lines to skip cannot be negative.", next_step="Choose 0 or more.")


def _fits(kind: str, value: Any) -> bool:
    if kind.startswith("tuple"):
        return isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    if kind == "":
        return False
    if value is None:
        return kind.endswith("None")
    wanted: type = {"str": str, "bool": bool, "int": int}[kind.split(" ")[0]]
    return isinstance(value, wanted) and (wanted is not int or not isinstance(value, bool))
