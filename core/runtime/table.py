"""A file of rows, read by the types the model knows and by the signs of the file it was trained on.

What one file looks like decides as little as possible: a row alone means what it means among others.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputColumn, InputSchema
from core.runtime.text import NOT_USED, read_rows, unique_names
from core.runtime.values import as_number, as_text

MISSING = (
    "", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "<NA>", "NaT", "#NA", "#N/A", "#N/A N/A", "1.#IND", "-1.#IND",
    "1.#QNAN", "-1.#QNAN", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!",
)  # fmt: skip
"""Texts that are missing values in every column: what programs write, and no person."""
MISSING_WORDS = frozenset(("NA", "N/A", "n/a", "None"))
"""Texts that are missing in a column of numbers or dates; among categories "None" is a value, and the others are where
training saw them as one."""
AFFIX = re.compile(r"^([+-]?)\s*(?:[$€£¥%]|EUR|USD|GBP|CHF)?\s*([+-]?.*?\d.*?)\s*(?:[$€£¥%]|EUR|USD|GBP|CHF)?$")
OTHER_KINDS = frozenset((
    ".json", ".jsonl", ".ndjson", ".feather", ".arrow", ".ipc", ".arrows", ".dta", ".sas7bdat", ".xpt", ".xport",
    ".sav", ".zsav", ".gz", ".zip", ".bz2", ".xz", ".zst",
))  # fmt: skip
"""Endings that the application reads and a bundle does not."""
STYLES = ((",", "."), (".", ","), (" ", "."), (" ", ","), ("'", "."), ("'", ","))
"""Thousands and decimal signs that are tried where plain numbers do not fit."""


def read_table(
    path: Path,
    schema: InputSchema,
    *,
    read_as: Mapping[str, str] | None = None,
    skip_long: bool = False,
    notes: list[str] | None = None,
) -> pd.DataFrame:
    """Read the rows of a file.

    Parameters
    ----------
    path : Path
        Delimited text; or, where the library for it is installed, ``.parquet`` or ``.xlsx``.
    schema : InputSchema
        Its columns are read by their types; further columns stay as they are.
    read_as : mapping of str to str, optional
        How the training table was read, as ``BundleInfo.read_as`` tells it.
    skip_long : bool
        Whether a few text rows with more values than columns are left out. Otherwise they refuse the file.
    notes : list of str, optional
        Takes up, in words, where the file is read otherwise than the training table.

    Returns
    -------
    DataFrame
        Cells of text files are text, ``None`` where missing, and floats in number columns as far as they are numbers.
        Rows at the end without any value are left out.

    Raises
    ------
    RuntimeFault
        The file is missing, empty or no table, or its numbers are written with another decimal sign.
    """
    kind, trained = path.suffix.lower(), read_as or {}
    decimal, words = trained.get("decimal", ""), json.loads(trained.get("missing", "[]"))
    try:
        if kind in (".parquet", ".pq"):
            return _without(pd.read_parquet(path), words)
        if kind in (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"):
            return _without(_workbook(path, trained, schema, notes), words)
        if kind in OTHER_KINDS:
            raise RuntimeFault(
                f"{path.name} is of a kind that this bundle does not read by itself. Save the table as CSV or Parquet."
            )
        found = read_rows(path, trained, [c.name for c in schema.columns if c.required], skip_long=skip_long)
    except FileNotFoundError:
        raise RuntimeFault(f"There is no file {path.name}. Name a file of rows.") from None
    except ImportError:
        raise RuntimeFault(f"A library to read {kind} files is not installed. Save the table as CSV.") from None
    except (OSError, ValueError, LookupError) as fault:
        raise RuntimeFault(f"{path.name} cannot be read as a table. Save it as CSV, one row a line.") from fault
    delimiter = "" if found.delimiter == NOT_USED else found.delimiter
    if decimal and delimiter != trained.get("delimiter", ""):
        decimal = ""
        if notes is not None:
            notes.append(
                f"{path.name} separates its values with another sign than the training file. Its decimal sign was "
                "found out anew: check numbers with a comma or a point."
            )
    types = {column.name: column for column in schema.columns}
    given = dict(zip(found.names, zip(*found.rows, strict=True), strict=True))
    cells = {}
    for name, values in given.items():
        sign = _sign_of(name, decimal, trained)
        texts = pd.Series(list(values), dtype=object)
        if words:
            texts = texts.where(~texts.map(str.strip).isin(words), "")
        read = _cells(path, texts, name, types.get(name), decimal=sign, comma_likely=delimiter == ";")
        cells[name] = read.mask(read.isin(_numbers_among(words))) if words and types.get(name) else read
    frame = pd.DataFrame(cells)
    known = frame.notna().any(axis="columns").to_numpy().nonzero()[0]
    if not len(known):
        raise RuntimeFault(f"{path.name} has no usable rows: every cell is empty. Name a file with values.")
    return frame.iloc[: known[-1] + 1]


def _without(frame: pd.DataFrame, words: list[str]) -> pd.DataFrame:
    """Leave out the words that the user said mean missing, as text or as a number."""
    return frame.mask(frame.isin([*words, *_numbers_among(words)])) if words else frame


def _numbers_among(words: list[str]) -> list[float]:
    return as_number(pd.Series(words, dtype=object)).dropna().tolist()


def _workbook(path: Path, trained: Mapping[str, str], schema: InputSchema, notes: list[str] | None) -> pd.DataFrame:
    """Read the sheet that training read, or the first with a value; its first row that is not empty holds the names.

    Where training found titles above the names, as many rows are left out here. Cells that hold text are read as those
    of a text file.
    """
    types = {column.name: column for column in schema.columns}
    sheet, skip = trained.get("sheet", ""), int(trained.get("skip_lines", "0"))
    with pd.ExcelFile(path, engine="calamine") as book:
        sheets = [sheet] if sheet in book.sheet_names else book.sheet_names
        for name in sheets:
            cells = pd.read_excel(
                book, sheet_name=name, header=None, dtype=object, keep_default_na=False, na_values=[""]
            )
            used = cells.notna().any(axis="columns").to_numpy().nonzero()[0]
            used = used[used >= skip] if len(used) and used[0] < skip else used
            if len(used) > 1:
                cells = cells.iloc[used[0] : used[-1] + 1, int(cells.iloc[used[0]].notna().to_numpy().argmax()) :]
                names = unique_names(["" if pd.isna(cell) else str(cell) for cell in cells.iloc[0]])
                if trained.get("header") == "no":
                    names = [f"column {number}" for number in range(1, len(names) + 1)]
                else:
                    cells = cells.iloc[1:]
                if sheet and name != sheet and notes is not None:
                    notes.append(f"{path.name} has no sheet “{sheet}”, which training read; “{name}” was read.")
                body = cells.set_axis(names, axis="columns").reset_index(drop=True)
                read = {n: _texts(path, body[n], n, types.get(n), trained) for n in names}
                return pd.DataFrame(read).infer_objects()
    raise RuntimeFault(f"{path.name} has no usable rows. Name a workbook with names in one row and values below.")


def _texts(
    path: Path, values: pd.Series, name: str, column: InputColumn | None, trained: Mapping[str, str]
) -> pd.Series:
    """Read the cells of a sheet's column that hold text, and leave the others as they are."""
    held = values.map(lambda cell: isinstance(cell, str))
    if not held.any():
        return values
    sign = _sign_of(name, trained.get("decimal", ""), trained)
    words = json.loads(trained.get("missing", "[]"))
    given = values[held].map(lambda text: "" if text.strip() in words else text)
    read = _cells(path, given, name, column, decimal=sign, comma_likely=False).astype(object)
    return values.where(~held, read.reindex(values.index))


def _sign_of(name: str, decimal: str, trained: Mapping[str, str]) -> str:
    """Return the decimal sign of a column, which may differ from that of most."""
    if name not in json.loads(trained.get("decimal_differs_in", "[]")):
        return decimal
    return {",": ".", ".": ","}.get(decimal, "")


def _cells(
    path: Path, values: pd.Series, name: str, column: InputColumn | None, *, decimal: str, comma_likely: bool
) -> pd.Series:
    texts = values.map(str.strip)
    missing = set(MISSING)
    if column is not None and column.type in ("number", "date"):
        missing |= MISSING_WORDS
    else:
        missing |= MISSING_WORDS - {"None", *(() if column is None else column.levels)}
    texts = texts.where(~texts.isin(missing), None)
    if column is None or column.type == "date":
        return texts
    if column.type == "number":
        return _numbers(path, texts, name, decimal=decimal, comma_likely=comma_likely)
    return _levels(texts, set(column.levels), decimal) if column.levels and decimal == "," else texts


def _numbers(path: Path, texts: pd.Series, name: str, *, decimal: str, comma_likely: bool) -> pd.Series:
    """Read numbers by the decimal sign of the training file, or else in the one style that reads most of the column."""
    known = {text: _bare(text) for text in texts.dropna().unique()}
    styles = [("", "."), *STYLES]
    if decimal:
        read = {text: _first(bare, decimal) for text, bare in known.items()}
        other = "," if decimal == "." else "."
        foreign = [text for text, number in read.items() if number is None and _first(known[text], other) is not None]
        if foreign and texts.isin(foreign).sum() > texts.notna().sum() / 2:
            raise RuntimeFault(
                f"{path.name}: column `{name}` holds “{foreign[0]}”, but the decimal sign of the training file is a "
                f"{'comma' if decimal == ',' else 'point'}. Write its numbers as they were written there."
            )
    else:
        if comma_likely:
            styles.sort(key=lambda style: (style[0] != "", style[1] != ","))
        read = {text: _in_style(bare, "", ".") for text, bare in known.items()}
        if None in read.values():
            tried = [{text: _in_style(bare, *style) for text, bare in known.items()} for style in styles]
            read = min(tried, key=lambda numbers: sum(number is None for number in numbers.values()))
    cells = texts.map({text: text if number is None else number for text, number in read.items()})
    return cells.astype("float64") if None not in read.values() else cells.where(texts.notna(), None)


def _levels(texts: pd.Series, levels: set[str], decimal: str) -> pd.Series:
    """Return levels that training read as numbers, such as "1.5" for "1,5"."""
    known = {}
    for text in texts.dropna().unique():
        number = None if text in levels else _first(_bare(text), decimal)
        level = None if number is None else as_text(pd.Series([number])).iloc[0]
        known[text] = level if level in levels else text
    return texts.map(known).where(texts.notna(), None)


def _bare(text: str) -> str:
    if _pattern("", ".").fullmatch(text):
        return text
    text = re.sub("[\u00a0\u202f\u2009]", " ", text).replace("\u2212", "-").replace("\u2019", "'")
    return AFFIX.sub(r"\1\2", text)


def _first(bare: str, decimal: str) -> float | None:
    plain = _in_style(bare, "", decimal)
    if plain is not None:
        return plain
    styles = [style for style in STYLES if style[1] == decimal]
    return next((number for style in styles if (number := _in_style(bare, *style)) is not None), None)


@cache
def _pattern(thousands: str, decimal: str) -> re.Pattern[str]:
    group, point = re.escape(thousands), re.escape(decimal)
    whole = rf"(?:[1-9]\d{{0,2}}(?:{group}\d{{3}})+|\d+)" if thousands else r"\d+"
    return re.compile(rf"[+-]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def _in_style(text: str, thousands: str, decimal: str) -> float | None:
    if not _pattern(thousands, decimal).fullmatch(text):
        return None
    return float((text.replace(thousands, "") if thousands else text).replace(decimal, "."))
