"""Reading a file into a table: what it is, decided by its content, and the reader for it."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.data.detect import look_at
from core.data.finish import finished
from core.data.formats import BY_ENDING, FORMATS, PACKED_ENDINGS, TAKES, Format, words_of
from core.data.notes import name_columns
from core.data.options import ReadOptions, check_options
from core.data.packed import USUAL, Most, Room, Unpacked, unpacked
from core.data.table import Table
from core.errors import DataError, FairwayError

__all__ = ["ReadOptions", "opened", "read_table"]


def read_table(path: str | Path, options: ReadOptions | None = None, *, name: str | None = None) -> Table:
    """Read a table from a file of any format in ``core/data/formats.py``, packed or not.

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
    chosen = options or ReadOptions()
    with opened(path, chosen, name=name) as file:
        return file.told(file.format.read(file.path, chosen, file.ending, None), chosen)


@dataclasses.dataclass(frozen=True)
class OpenedFile:
    """A file whose format is known, unpacked where it was packed.

    Parameters
    ----------
    path : Path
    format : Format
    ending : str
        Of the table's own name.
    packing : str
        Key of the packing; empty for none.
    inside : Unpacked or None
        What was unpacked.
    """

    path: Path
    format: Format
    ending: str
    packing: str = ""
    inside: Unpacked | None = None

    def told(self, table: Table, options: ReadOptions) -> Table:
        """Return the table with what is left to do, and what is known of the file around it."""
        table = finished(table, options)
        read_as, warnings = self.around(options)
        return dataclasses.replace(table, read_as={**table.read_as, **read_as}, warnings=[*warnings, *table.warnings])

    def around(self, options: ReadOptions) -> tuple[dict[str, str], list[str]]:
        """Return what is to be remembered and told of the file around the table."""
        read_as, warnings = {"extension": self.ending}, list[str]()
        if self.inside is not None:
            read_as["packed"] = self.packing
        if self.inside is not None and len(self.inside.members) > 1:
            members = self.inside.members
            taken = options.member or members[0]
            read_as["member"] = taken
            if options.member is None:
                warnings.append(
                    f"The archive holds {len(members):,} tables; the first, `{taken}`, was read. "
                    f"Left aside: {name_columns(members[1:])}."
                )
        return read_as, warnings


@contextmanager
def opened(
    path: str | Path,
    options: ReadOptions,
    *,
    name: str | None = None,
    most: Most | None = None,
    room: Room = USUAL,
) -> Iterator[OpenedFile]:
    """Find out what a file is, and unpack it where it is packed.

    Parameters
    ----------
    path : str or Path
    options : ReadOptions
    name : str, optional
        The user's name for the file.
    most : callable, optional
    room : Room
        As :func:`core.data.packed.unpacked` takes them.

    Yields
    ------
    OpenedFile

    Raises
    ------
    DataError, LimitError
        As :func:`read_table`, and those of the block with the file's name added.
    """
    path = Path(path)
    shown = Path(name or path.name).name
    try:
        check_options(options)
        with _opened(path, options, shown, most, room) as file:
            yield file
    except FairwayError as error:
        raise type(error)(error.what, where=f"(File: {shown}.)", next_step=error.next_step) from error
    except (OSError, MemoryError) as error:
        what = "could not be opened" if isinstance(error, OSError) else "does not fit into memory"
        raise DataError(
            f"The file {shown} {what}.", next_step="Check that it is there, and how large it is."
        ) from error


@contextmanager
def _opened(path: Path, options: ReadOptions, shown: str, most: Most | None, room: Room) -> Iterator[OpenedFile]:
    if not path.is_file():
        raise DataError("There is no such file.", next_step="Check its name and folder.")
    stem, _, ending = shown.lower().rpartition(".")
    packing = PACKED_ENDINGS.get(ending, "")
    if packing and packing != "zip":
        ending = stem.rpartition(".")[2]
    if ending not in BY_ENDING and packing != "zip":
        called = f"Files that end with .{ending}" if stem else "Files without an ending"
        raise DataError(f"{called} are not read.", next_step=TAKES)
    looks = look_at(path)
    if not packing:
        yield OpenedFile(path, _judged(ending, looks), ending)
        return
    if looks != packing:
        _refuse_empty(looks)
        if packing == "zip" or looks in ("zip", *PACKED_ENDINGS.values()):
            _refuse(shown.rpartition(".")[2].lower(), looks)
        # A browser may have unpacked what it was sent, and kept the name.
        yield OpenedFile(path, _judged(ending, looks), ending)
        return
    endings = tuple(BY_ENDING)
    with unpacked(path, packing, shown, endings=endings, member=options.member, most=most, room=room) as inside:
        ending = inside.name.lower().rpartition(".")[2]
        looks = look_at(inside.path)
        if looks in PACKED_ENDINGS.values():
            raise DataError("This compressed file holds another one.", next_step="Unpack it first.")
        yield OpenedFile(inside.path, _judged(ending, looks), ending, packing, inside)


def _judged(ending: str, looks: str) -> Format:
    """Return the format of a file, or refuse one that is not what its ending promises."""
    _refuse_empty(looks)
    promised = BY_ENDING[ending]
    # Whatever is no object or list yet may be JSON, and its reader says in which line it is not.
    if promised.key == "json" and looks == "text":
        return promised
    if looks not in FORMATS or FORMATS[looks].family != promised.family:
        _refuse(ending, looks)
    return FORMATS[looks]


def _refuse_empty(looks: str) -> None:
    if looks == "empty":
        raise DataError("The file is empty: it has 0 bytes.", next_step="Bring another file.")
    if looks == "locked":
        raise DataError(
            "This workbook is protected with a password.",
            next_step="Open it in Excel, save it without a password, and bring that copy.",
        )


def _refuse(ending: str, looks: str) -> None:
    if looks in FORMATS:
        right = FORMATS[looks].endings[0]
        advice = f"Rename it so that it ends with .{right}, or save it again as .{right}."
    elif ending in PACKED_ENDINGS or BY_ENDING[ending].key != "text":
        advice = "It may be cut off or damaged, or have the wrong ending. " + TAKES
    else:
        advice = "Export the table as CSV, Excel or Parquet where it came from. " + TAKES
    raise DataError(f"This file ends with .{ending}, but it looks like {words_of(looks)}.", next_step=advice)
