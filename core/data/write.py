"""Writing tables that a spreadsheet program opens without running anything that stands in a cell."""

import io
from pathlib import Path
from typing import IO, Any

import pandas as pd

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""A cell of text that begins with one of these may be taken for a formula."""


def neutralise(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet program could take for a formula.

    Parameters
    ----------
    value : object

    Returns
    -------
    object
        Numbers, dates and harmless text as they are. Text such as ``"-5"`` is text and gets its apostrophe; a true
        negative number is a number and gets none.
    """
    return "'" + value if isinstance(value, str) and value.startswith(DANGEROUS) else value


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with names and texts neutralised.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    DataFrame
        A new one; the given one stays as it is.
    """
    columns = [frame.iloc[:, position] for position in range(frame.shape[1])]
    safe = pd.concat([_safe_column(column) for column in columns], axis=1) if columns else frame.copy()
    safe.columns = pd.Index([neutralise(str(name)) for name in frame.columns], dtype=object)
    return safe


def _safe_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        return column.astype(object).map(neutralise)
    return column


def to_safe_csv(frame: pd.DataFrame, target: Path | str | IO[str]) -> None:
    """Write a table as CSV (UTF-8, commas) with its cells neutralised.

    Parameters
    ----------
    frame : DataFrame
        Written without its index.
    target : Path, str or text buffer
    """
    safe_frame(frame).to_csv(target, index=False, encoding="utf-8", lineterminator="\n")


def to_safe_xlsx(frame: pd.DataFrame, target: Path | str | IO[bytes]) -> None:
    """Write a table as an Excel workbook in which no text is a formula.

    Parameters
    ----------
    frame : DataFrame
        Written without its index; dates without a time zone.
    target : Path, str or binary buffer
    """
    from openpyxl import Workbook  # type: ignore[import-untyped]
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]

    workbook = Workbook(write_only=True)
    sheet: Any = workbook.create_sheet("Table")
    safe = safe_frame(frame)
    rows = [tuple(safe.columns), *safe.itertuples(index=False, name=None)]
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=_for_excel(value))
            if isinstance(value, str):
                # Text stays text, whatever it begins with.
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    content = io.BytesIO()
    workbook.save(content)
    if isinstance(target, (str, Path)):
        Path(target).write_bytes(content.getvalue())
    else:
        target.write(content.getvalue())


def _for_excel(value: Any) -> Any:
    if isinstance(value, str):
        # Control characters are not allowed in the file format.
        return "".join(sign for sign in value if sign in "\t\n\r" or ord(sign) >= 32)
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
