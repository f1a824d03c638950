"""A file of rows, read by the types the model knows rather than by what this one file looks like."""

import csv
import re
from pathlib import Path

import pandas as pd

from core.runtime.errors import RuntimeFault
from core.runtime.schema import InputColumn, InputSchema

SNIFFED_CHARACTERS = 64 * 1024
MISSING = frozenset(
    ("", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "<NA>", "#NA", "#N/A", "#N/A N/A", "NaT", "1.#IND", "-1.#IND",
     "1.#QNAN", "-1.#QNAN", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")
)  # fmt: skip
"""Texts that are missing values in every column."""
MISSING_WORDS = frozenset(("NA", "N/A", "n/a", "None"))
"""Texts that are missing in a column of numbers or dates; among categories "None" is a value, and the others are where
training saw them as one."""
AFFIX = re.compile(r"^([+-]?)\s*(?:[$€£¥%]|EUR|USD|GBP|CHF)?\s*([+-]?.*?\d.*?)\s*(?:[$€£¥%]|EUR|USD|GBP|CHF)?$")
STYLES = ((",", "."), (".", ","), (" ", "."), (" ", ","), ("'", "."), ("'", ","))
"""Thousands and decimal signs that are tried where plain numbers do not fit."""


def read_table(
    path: Path,
    schema: InputSchema,
    *,
    delimiter: str = "",
    encoding: str = "",
    sheet: str = "",
    skip_long: bool = False,
) -> pd.DataFrame:
    """Read the rows of a file.

    Parameters
    ----------
    path : Path
        Delimited text; or, where the library for it is installed, ``.parquet`` or ``.xlsx``.
    schema : InputSchema
        Its columns are read by their types; further columns stay as they are.
    delimiter, encoding : str
        Of text; found out where empty.
    sheet : str
        Of a workbook; the first where empty.
    skip_long : bool
        Whether text rows with more values than columns are left out. Otherwise they refuse the file.

    Returns
    -------
    DataFrame
        Cells of text files are text, ``None`` where missing, and plain digits in number columns.

    Raises
    ------
    RuntimeFault
        The file is missing, empty or no table.
    """
    kind = path.suffix.lower()
    try:
        if kind in (".parquet", ".pq"):
            return pd.read_parquet(path)
        if kind in (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"):
            return pd.read_excel(path, sheet_name=sheet or 0, engine="calamine")
        encoding = encoding or _encoding(path)
        with path.open(encoding=encoding, errors="replace", newline="") as text:
            separator = delimiter or _delimiter(text.read(SNIFFED_CHARACTERS), kind)
        frame = pd.read_csv(
            path,
            sep=separator,
            encoding=encoding,
            encoding_errors="replace",
            dtype=str,
            na_filter=False,
            index_col=False,
            on_bad_lines="skip" if skip_long else "error",
        )
    except FileNotFoundError:
        raise RuntimeFault(f"There is no file {path.name}. Name a file of rows.") from None
    except ImportError:
        raise RuntimeFault(f"A library to read {kind} files is not installed. Save the table as CSV.") from None
    except (OSError, ValueError, csv.Error) as fault:
        raise RuntimeFault(f"{path.name} cannot be read as a table. Save it as CSV, one row a line.") from fault
    frame = frame.rename(columns=lambda name: str(name).strip())
    types = {column.name: column for column in schema.columns}
    cells = {
        name: _cells(frame[name], types.get(name), comma_likely=separator == ";")
        for name in dict.fromkeys(frame.columns)
    }
    return pd.DataFrame(cells, index=frame.index)


def _cells(values: pd.Series, column: InputColumn | None, *, comma_likely: bool) -> pd.Series:
    texts = values.astype(object).map(str.strip)
    missing = set(MISSING)
    if column is not None and column.type in ("number", "date"):
        missing |= MISSING_WORDS
    elif column is not None:
        missing |= MISSING_WORDS - {"None", *column.levels}
    texts = texts.where(~texts.isin(missing), None)
    if column is not None and column.type == "number":
        return _plain_numbers(texts, comma_likely=comma_likely)
    return texts


def _plain_numbers(texts: pd.Series, *, comma_likely: bool) -> pd.Series:
    """Write numbers with a decimal point and no groups, in the one style that reads most of the column."""
    known = texts.dropna()
    if not _unread(known):
        return texts
    bare = known.map(lambda text: AFFIX.sub(r"\1\2", re.sub("[\u00a0\u202f\u2009]", " ", text).replace("\u2212", "-")))
    bare = bare.map(lambda text: text.replace("\u2019", "'"))
    styles = [("", "."), *STYLES]
    if comma_likely:
        styles.sort(key=lambda style: style[1] != ",")
    tried = [bare.map(lambda text, signs=signs: _in_style(text, *signs)) for signs in styles]
    return min(tried, key=_unread).reindex(texts.index).astype(object).where(texts.notna(), None)


def _in_style(text: str, thousands: str, decimal: str) -> str:
    group = re.escape(thousands)
    whole = rf"(?:[1-9]\d{{0,2}}(?:{group}\d{{3}})+|\d+)" if thousands else r"\d+"
    point = re.escape(decimal)
    if not re.fullmatch(rf"[+-]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?", text):
        return f"“{text}”"
    return text.replace(thousands, "").replace(decimal, ".")


def _unread(texts: pd.Series) -> int:
    return int(pd.to_numeric(texts, errors="coerce").isna().sum())


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(1024 * 1024):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimiter(start: str, kind: str) -> str:
    if kind == ".tsv":
        return "\t"
    try:
        return csv.Sniffer().sniff(start.partition("\n")[0], delimiters=",;\t|").delimiter
    except csv.Error:
        return ","
