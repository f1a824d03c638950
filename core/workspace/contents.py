"""What a project file brings along is looked at before it is used."""

import zipfile
from pathlib import Path

import pandas as pd

from core import limits
from core.errors import InputError, LimitError
from core.workspace.results import read_outcomes


def check_table(path: Path) -> pd.DataFrame:
    """Read a table somebody brought.

    Parameters
    ----------
    path : Path
        Said to be Parquet.

    Returns
    -------
    DataFrame

    Raises
    ------
    DataError
        It is no Parquet file, or larger than a table may be; the latter is told before its values are written out.
    """
    from core.data.parquet import read_foreign_parquet
    from core.data.store import read_parquet

    # The reader of foreign files judges the size but also tidies; what counts here is the table as it was kept.
    read_foreign_parquet(path)
    return read_parquet(path)


def check_model(path: Path) -> None:
    """Refuse a model that unpacks past the limit or holds a type that no model of Fairway is made of.

    Raises
    ------
    LimitError, InputError
    """
    from skops.io import get_untrusted_types

    from core.runtime.persist import ALLOWED_TYPES

    _check_unpacked(path)
    try:
        foreign = set(get_untrusted_types(file=path)) - set(ALLOWED_TYPES)
    # A crafted file can break the reader in any way; all of them mean the same to the user.
    except Exception as error:
        raise InputError(
            "A model in the project file cannot be read.", next_step="Export the project again."
        ) from error
    if foreign:
        raise InputError(
            "A model in the project file holds parts that Fairway does not make.",
            next_step="Use a project file that Fairway made; nothing of this one was opened.",
        )


def check_outcomes(path: Path) -> None:
    """Refuse predictions that unpack past the limit or cannot be read without a pickle.

    Raises
    ------
    LimitError, DamagedProjectError
    """
    _check_unpacked(path)
    read_outcomes(path)


def _check_unpacked(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise InputError("A part of the project file cannot be read.", next_step="Export the project again.") from error
    if unpacked > limits.ARCHIVE_BYTES:
        raise LimitError(
            f"A part of the project file unpacks to more than {limits.ARCHIVE_BYTES // limits.MB:,} MB.",
            next_step="Use a project file that Fairway made.",
        )
