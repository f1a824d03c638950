"""The formats a table may have: how a file of each is called, how it is known by its first bytes, and who reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.data.options import ReadOptions
from core.data.table import Table

Reader = Callable[[Path, ReadOptions, str, int | None], Table]
"""Takes the path, the options, the ending of the user's name, and how many rows are wanted at least; all for ``None``.
With a number the reader looks at the beginning only, as far as the format allows it."""


@dataclass(frozen=True)
class Format:
    """One format.

    Parameters
    ----------
    key : str
        What ``look_at`` says of such a file.
    words : str
        How a message names it, with its article.
    endings : tuple of str
        How a file's name may end.
    signatures : tuple of bytes
        First bytes that only such a file has; empty where ``core/data/detect.py`` looks closer.
    family : str
        Formats of one family may have each other's endings: an old workbook is often renamed to a new one's.
    choices : tuple of str
        The fields of ``ReadOptions`` that mean something here.
    read : callable
    """

    key: str
    words: str
    endings: tuple[str, ...]
    signatures: tuple[bytes, ...]
    family: str
    choices: tuple[str, ...]
    read: Reader


def _read_text(path: Path, options: ReadOptions, ending: str, rows: int | None) -> Table:
    from core.data.delimited import read_delimited
    from core.data.head import read_head

    return read_delimited(path, options, extension=ending) if rows is None else read_head(path, options, ending)


def _read_workbook(kind: str) -> Reader:
    def read(path: Path, options: ReadOptions, ending: str, rows: int | None) -> Table:
        from core.data.workbook import read_workbook

        return read_workbook(path, kind, options, rows=rows)

    return read


def _read_parquet(path: Path, options: ReadOptions, ending: str, rows: int | None) -> Table:
    from core.data.parquet import read_foreign_parquet

    return read_foreign_parquet(path, rows=rows)


def _read_arrow(path: Path, options: ReadOptions, ending: str, rows: int | None) -> Table:
    from core.data.arrow import read_arrow

    return read_arrow(path, rows=rows)


def _read_json(path: Path, options: ReadOptions, ending: str, rows: int | None) -> Table:
    from core.data.records import read_records

    return read_records(path, options, rows=rows)


def _read_statistics(kind: str) -> Reader:
    def read(path: Path, options: ReadOptions, ending: str, rows: int | None) -> Table:
        from core.data.statistics import read_statistics

        return read_statistics(path, kind, options, rows=rows)

    return read


_NUMBERS = ("decimal", "thousands", "date_order", "missing", "keep_na_text")
_TEXT = ("encoding", "delimiter", "quote", "quotes", "header", "skip_lines", *_NUMBERS)
_SHEET = ("sheet", "header", "skip_lines", *_NUMBERS)
_TYPED = ("date_order", "missing")
_LABELLED = ("encoding", *_TYPED)
_SAS = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")

_ENTRIES = (
    Format("text", "a table in text", ("csv", "tsv", "tab", "txt", "psv"), (), "text", _TEXT, _read_text),
    Format("xlsx", "an Excel workbook", ("xlsx", "xlsm"), (), "workbook", _SHEET, _read_workbook("xlsx")),
    Format("xls", "an Excel workbook", ("xls",), (), "workbook", _SHEET, _read_workbook("xls")),
    Format("xlsb", "a binary Excel workbook", ("xlsb",), (), "workbook", _SHEET, _read_workbook("xlsb")),
    Format("ods", "an OpenDocument spreadsheet", ("ods",), (), "workbook", _SHEET, _read_workbook("ods")),
    Format("parquet", "a Parquet file", ("parquet", "pq"), (b"PAR1",), "parquet", _TYPED, _read_parquet),
    Format(
        "arrow", "an Arrow or Feather file", ("feather", "arrow", "ipc", "arrows"), (b"ARROW1", b"\xff\xff\xff\xff"),
        "arrow", _TYPED, _read_arrow,
    ),
    Format("json", "JSON", ("json", "jsonl", "ndjson"), (), "json", ("records", *_NUMBERS), _read_json),
    Format("stata", "a Stata file", ("dta",), (b"<stata_dta>",), "stata", _LABELLED, _read_statistics("stata")),
    Format("sas", "a SAS file", ("sas7bdat",), (_SAS,), "sas", _LABELLED, _read_statistics("sas")),
    Format(
        "xport", "a SAS transport file", ("xpt", "xport"), (b"HEADER RECORD*******LIB",), "xport", _LABELLED,
        _read_statistics("xport"),
    ),
    Format(
        "spss", "an SPSS file", ("sav", "zsav"), (b"$FL2@(#)", b"$FL3@(#)"), "spss", _LABELLED,
        _read_statistics("spss"),
    ),
)  # fmt: skip

FORMATS: Final[dict[str, Format]] = {entry.key: entry for entry in _ENTRIES}
"""Every format, by its key."""

PACKINGS: Final[dict[str, tuple[str, str, tuple[bytes, ...]]]] = {
    "gzip": ("gz", "a gzip archive", (b"\x1f\x8b",)),
    "zip": ("zip", "a zip archive", ()),
    "bzip2": ("bz2", "a bzip2 archive", (b"BZh",)),
    "xz": ("xz", "an xz archive", (b"\xfd7zXZ",)),
    "zstd": ("zst", "a Zstandard archive", (b"\x28\xb5\x2f\xfd",)),
}
"""How a table may be packed: the ending, how a message names it, and its first bytes."""

SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = tuple(
    (signature, key)
    for key, signatures in (
        *((entry.key, entry.signatures) for entry in _ENTRIES),
        *((key, found) for key, (_, _, found) in PACKINGS.items()),
    )
    for signature in signatures
)
"""First bytes and what they mean."""

BY_ENDING: Final[dict[str, Format]] = {ending: entry for entry in _ENTRIES for ending in entry.endings}
"""The format that an ending promises."""

PACKED_ENDINGS: Final[dict[str, str]] = {ending: key for key, (ending, _, _) in PACKINGS.items()}
"""The packing that an ending promises."""

ENDINGS: Final[tuple[str, ...]] = (*BY_ENDING, *PACKED_ENDINGS)
"""All endings a table's name may have."""

TAKES: Final = (
    "Fairway reads CSV, TSV and other delimited text, Excel and OpenDocument sheets (.xlsx, .xls, .xlsb, .ods), "
    "Parquet, Feather, JSON, Stata, SAS and SPSS, also packed as .gz, .zip, .bz2, .xz or .zst."
)


def words_of(key: str) -> str:
    """Return how a message names what ``look_at`` found."""
    if key in FORMATS:
        return FORMATS[key].words
    return PACKINGS[key][1] if key in PACKINGS else key
