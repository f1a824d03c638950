"""Later rows, read as the table was read that the model was trained on: a file alone may look otherwise."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from core.data.encoding import find_encoding
from core.data.options import ReadOptions
from core.data.read import OpenedFile, opened
from core.data.table import Table
from core.data.workbook import sheet_names
from core.errors import DataError
from core.limits import INLINE_BYTES
from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputSchema
from core.runtime.table import read_table as read_as_bundle

SIGNS = ("delimiter", "quote", "decimal", "records")
"""What a table remembers under the name of the option that says it."""


@dataclass(frozen=True, eq=False)
class LaterRows:
    """Rows of a file.

    Parameters
    ----------
    frame : DataFrame
    notes : tuple of str
        In words, where they were read otherwise than the training table, and what was guessed.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


def read_later(
    path: Path,
    read_as: Mapping[str, str],
    schema: InputSchema,
    *,
    name: str = "",
    skip_long: bool = False,
) -> LaterRows:
    """Read the rows of a file by the types a model knows and the signs of its training file.

    Parameters
    ----------
    path : Path
    read_as : mapping of str to str
        How the training table was read.
    schema : InputSchema
        Its columns are read by their types.
    name : str
        The user's name for the file. Default: the path's last part.
    skip_long : bool
        Whether a few text rows with more values than columns are left out, as they were in training.

    Returns
    -------
    LaterRows
        Every row of the file, in order, up to the last that holds a value.

    Raises
    ------
    DataError, LimitError
        It is no table.
    RuntimeFault
        A row of it cannot be read for certain.
    """
    shown = name or path.name
    if not path.is_file():
        raise DataError(f"There is no file {shown}.", next_step="Check its name and folder.")
    with opened(path, ReadOptions(), name=shown) as file:
        if file.format.key == "text" and file.path.stat().st_size <= INLINE_BYTES:
            return _text_rows(file.path, read_as, schema, shown, skip_long=skip_long)
        wanted = [column.name for column in schema.columns if column.required]
        return _typed_rows(file, read_as, wanted)


def _text_rows(
    path: Path, read_as: Mapping[str, str], schema: InputSchema, shown: str, *, skip_long: bool
) -> LaterRows:
    told, notes = dict(read_as), list[str]()
    encoding = find_encoding(path).name
    if not encoding.startswith("utf") and told.get("encoding", "utf-8").startswith("utf"):
        # Other alphabets are guessed by a library that a bundle does not carry.
        told["encoding"] = encoding
    try:
        frame = read_as_bundle(path, schema, read_as=told, skip_long=skip_long, notes=notes)
    except RuntimeFault as fault:
        raise RuntimeFault(str(fault).replace(path.name, shown, 1)) from fault
    return LaterRows(frame, tuple(note.replace(path.name, shown, 1) for note in notes))


def _typed_rows(file: OpenedFile, read_as: Mapping[str, str], wanted: Sequence[str]) -> LaterRows:
    """Read a file whose cells have types, or one that is too large for the reader of a bundle.

    What was found out of the training file is tried first, then what this file looks like.
    """
    said = ReadOptions(
        header={"yes": True, "no": False}.get(read_as.get("header", "")),
        missing=tuple(json.loads(read_as.get("missing", "[]"))),
        date_order=read_as.get("date_order"),
    )
    try:
        table = _read(file, _as_trained(file, read_as, said))
    except DataError:
        table = _read(file, said)
    if not set(wanted) <= set(table.frame.columns):
        guessed = _read(file, said)
        table = guessed if set(wanted) <= set(guessed.frame.columns) else table
    return LaterRows(table.frame, tuple(table.warnings))


def _read(file: OpenedFile, options: ReadOptions) -> Table:
    return file.told(file.format.read(file.path, options, file.ending, None), options)


def _as_trained(file: OpenedFile, read_as: Mapping[str, str], said: ReadOptions) -> ReadOptions:
    """Return the signs of the training file, as far as they can hold for this one."""
    given: dict[str, Any] = {name: read_as[name] for name in SIGNS if read_as.get(name)}
    given["quotes"] = read_as.get("quotes") != "no"
    if not read_as.get("encoding", "utf").startswith("utf"):
        given["encoding"] = read_as["encoding"]
    if "skip_lines" in read_as:
        given["skip_lines"] = int(read_as["skip_lines"])
    if "decimal_differs_in" in read_as:
        # One sign cannot be said for columns of two.
        given.pop("decimal", None)
    if file.format.family == "workbook" and read_as.get("sheet") in sheet_names(file.path, file.format.key):
        given["sheet"] = read_as["sheet"]
    return replace(said, **given)
