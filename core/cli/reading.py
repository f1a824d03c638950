"""How a table is read, as the commands that take one let it be said."""

import argparse
import json
from collections.abc import Mapping

from core.cli.command import bounded
from core.data.options import DATE_ORDERS, ReadOptions

DATA_HELP = (
    "table: delimited text, Excel, OpenDocument, Parquet, Feather, JSON, Stata, SAS or SPSS, packed or not; or the "
    "address of one"
)
DELIMITERS = {"tab": "\t", "\\t": "\t", "space": " "}
"""Words for delimiters that are hard to type."""


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add what can be said about a file where a guess would be wrong."""
    group = parser.add_argument_group("how the file is read, where a guess is wrong")
    group.add_argument("--encoding", help="such as utf-8 or cp1252")
    group.add_argument("--delimiter", help="the character between two values, or tab")
    group.add_argument("--decimal", choices=(".", ","), metavar="SIGN", help="the decimal sign: . or ,")
    group.add_argument(
        "--thousands",
        choices=(",", ".", " ", "'"),
        metavar="SIGN",
        help="the sign between groups of three digits: , . ' or a space",
    )
    group.add_argument("--quote", metavar="SIGN", help="the character around a value")
    group.add_argument("--no-quotes", action="store_true", help="no character encloses a value")
    group.add_argument("--date-order", choices=[order.replace(" ", "-") for order in DATE_ORDERS])
    group.add_argument("--no-header", action="store_true", help="the first row is no row of names")
    group.add_argument("--skip-lines", type=bounded(int, 0, 10_000), metavar="N", help="lines above the table")
    group.add_argument("--missing", action="append", default=[], metavar="WORD", help="a further word for missing")
    group.add_argument("--keep-na", action="store_true", help="NA and the like are values of a text column")
    group.add_argument("--sheet", help="of a workbook")
    group.add_argument("--member", help="table inside a zip archive")
    group.add_argument("--records", metavar="PATH", help="where the records are in JSON, such as data.items")


def as_said(read_as: Mapping[str, str], options: ReadOptions) -> dict[str, str]:
    """Return how a training file was read, with what is said of another file in its place.

    Parameters
    ----------
    read_as : mapping of str to str
        As ``Table.read_as``.
    options : ReadOptions
        What differs from the default was said.
    """
    told = dict(read_as)
    signs = ("encoding", "delimiter", "quote", "decimal", "thousands", "date_order", "sheet", "member", "records")
    told |= {name: str(getattr(options, name)) for name in signs if getattr(options, name) is not None}
    if options.decimal is not None:
        told.pop("decimal_differs_in", None)
    if options.header is not None:
        told["header"] = "yes" if options.header else "no"
    if not options.quotes:
        told["quotes"] = "no"
    if options.skip_lines is not None:
        told["skip_lines"] = str(options.skip_lines)
    if options.missing:
        told["missing"] = json.dumps([*json.loads(told.get("missing", "[]")), *options.missing], ensure_ascii=False)
    return told


def options_of(given: argparse.Namespace) -> ReadOptions:
    """Return what was said."""
    return ReadOptions(
        encoding=given.encoding,
        delimiter=DELIMITERS.get(given.delimiter, given.delimiter),
        decimal=given.decimal,
        thousands=given.thousands,
        date_order=given.date_order and given.date_order.replace("-", " "),
        header=False if given.no_header else None,
        skip_lines=given.skip_lines,
        missing=tuple(given.missing),
        sheet=given.sheet,
        member=given.member,
        records=given.records,
        quote=given.quote,
        quotes=not given.no_quotes,
        keep_na_text=given.keep_na,
    )
