"""Reading a file into a table: what it is, decided by its content, and the reader for it."""

import dataclasses
from pathlib import Path

from core.data.delimited import read_delimited, unpacked
from core.data.detect import look_at
from core.data.options import ReadOptions
from core.data.parquet import read_foreign_parquet
from core.data.table import Table
from core.data.workbook import read_workbook
from core.errors import DataError, FairwayError

__all__ = ["EXTENSIONS", "ReadOptions", "read_table"]

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "csv": ("text",),
    "tsv": ("text",),
    "tab": ("text",),
    "txt": ("text",),
    "xlsx": ("xlsx", "xls"),
    "xlsm": ("xlsx",),
    "xls": ("xlsx", "xls"),
    "parquet": ("parquet",),
    "pq": ("parquet",),
}
"""What a file's name may end with, and what its content may then be; text files may also be packed with gzip."""

WORDS = {
    "text": "a table in text",
    "xlsx": "an Excel workbook",
    "xls": "an Excel workbook",
    "parquet": "a Parquet file",
}

_TAKES = "Fairway reads CSV, TSV and other delimited text, Excel (.xlsx, .xls) and Parquet."


def read_table(path: str | Path, options: ReadOptions | None = None, *, name: str | None = None) -> Table:
    """Read a table from a CSV, TSV or other delimited text file, an Excel workbook or a Parquet file.

    Parameters
    ----------
    path : str or Path
        Where the file is; never shown to the user.
    options : ReadOptions, optional
        What the user chose instead of a guess.
    name : str, optional
        The user's name for the file; its ending is checked and messages speak of it. Default: the path's last part.

    Returns
    -------
    Table
        Unique, non-empty column names; numbers, flags, dates, and text of pandas' ``str`` dtype; what was guessed or
        could not be kept stands in ``warnings``.

    Raises
    ------
    DataError
        If the file cannot be read or holds no usable rows.
    LimitError
        If it is larger than Fairway takes.
    """
    path = Path(path)
    shown = Path(name or path.name).name
    chosen = options or ReadOptions()
    try:
        return _read(path, chosen, shown)
    except FairwayError as error:
        raise type(error)(error.what, where=f"(File: {shown}.)", next_step=error.next_step) from error
    except (OSError, MemoryError) as error:
        what = "could not be opened" if isinstance(error, OSError) else "does not fit into memory"
        raise DataError(
            f"The file {shown} {what}.", next_step="Check that it is there, and how large it is."
        ) from error


def _read(path: Path, options: ReadOptions, shown: str) -> Table:
    if not path.is_file():
        raise DataError("There is no such file.", next_step="Check its name and folder.")
    stem, _, extension = shown.lower().rpartition(".")
    packed = extension == "gz"
    if packed:
        extension = stem.rpartition(".")[2]
    if extension not in EXTENSIONS or (packed and EXTENSIONS[extension] != ("text",)):
        ending = f"Files that end with .{extension}" if stem else "Files without an ending"
        raise DataError(f"{ending} are not read.", next_step=_TAKES)
    looks = look_at(path)
    if packed and looks == "gzip":
        with unpacked(path) as plain:
            return _dispatch(plain, options, extension, look_at(plain))
    return _dispatch(path, options, extension, looks)


def _dispatch(path: Path, options: ReadOptions, extension: str, looks: str) -> Table:
    if looks == "empty":
        raise DataError("The file is empty: it has 0 bytes.", next_step="Bring another file.")
    if looks == "locked":
        raise DataError(
            "This workbook is protected with a password.",
            next_step="Open it in Excel, save it without a password, and bring that copy.",
        )
    if looks not in EXTENSIONS[extension]:
        _refuse(extension, looks)
    if looks == "text":
        table = read_delimited(path, options, extension=extension)
    elif looks == "parquet":
        table = read_foreign_parquet(path)
    else:
        table = read_workbook(path, looks, options)
    return dataclasses.replace(table, read_as={**table.read_as, "extension": extension})


def _refuse(extension: str, looks: str) -> None:
    words = WORDS.get(looks, "a gzip archive" if looks == "gzip" else looks)
    if looks in WORDS:
        ending = {"text": "csv", "xlsx": "xlsx", "xls": "xls", "parquet": "parquet"}[looks]
        advice = f"Rename it so that it ends with .{ending}, or save it again as .{extension}."
    elif extension in ("parquet", "pq") or EXTENSIONS[extension] != ("text",):
        advice = "It may be cut off or damaged, or have the wrong ending. " + _TAKES
    else:
        advice = "Export the table as CSV, Excel or Parquet where it came from. " + _TAKES
    raise DataError(f"This file ends with .{extension}, but it looks like {words}.", next_step=advice)
