"""Tables on disk, each once, named by the hash of its content."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pandas as pd

from core.errors import DamagedProjectError, NotFoundError
from core.workspace.files import inside, plain_words, replacing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PLACES: Final = ".rows.npy"
"""Ending of the file that says where in the full table each row of a sample stands."""


@dataclass(frozen=True)
class TableStore:
    """A folder of Parquet files.

    Parameters
    ----------
    folder : Path
        Resolved.
    """

    folder: Path

    def path(self, content_hash: str) -> Path:
        """Return where a table lies, or would lie; raises ``NotFoundError`` where the hash could be a path."""
        return inside(self.folder, f"{content_hash}.parquet")

    def write(self, frame: pd.DataFrame) -> str:
        """Keep a table.

        Parameters
        ----------
        frame : DataFrame

        Returns
        -------
        str
            The hash of its content; the same table kept twice lies there once.

        Raises
        ------
        StorageError
            The disk refused; no half table stays.
        """
        from core.data.store import content_hash, write_parquet

        name = content_hash(frame)
        path = self.path(name)
        if not path.exists():
            with replacing(path) as temporary:
                write_parquet(frame, temporary)
        else:
            # Keeps it from the sweep that removes tables no project speaks of.
            path.touch()
        return name

    def facts_path(self, content_hash: str) -> Path:
        """Return where the facts about all rows of a large table lie, or would lie."""
        return inside(self.folder, f"{content_hash}.facts.json")

    def keep_places(self, content_hash: str, rows: "NDArray[np.intp]") -> None:
        """Keep where in the full table each row of a sample stands."""
        import numpy as np

        with replacing(inside(self.folder, f"{content_hash}{PLACES}")) as temporary, temporary.open("wb") as file:
            np.save(file, rows)

    def places(self, content_hash: str) -> "NDArray[np.intp] | None":
        """Return what :meth:`keep_places` kept; ``None`` for a table that is no sample, or an older one."""
        import numpy as np

        path = inside(self.folder, f"{content_hash}{PLACES}")
        if not path.exists():
            return None
        return cast("NDArray[np.intp]", np.load(path, allow_pickle=False))

    def adopt(self, path: Path) -> str:
        """Keep a Parquet file of plain types that lies on the same disk; it is moved, not copied.

        Parameters
        ----------
        path : Path

        Returns
        -------
        str
            The hash of the file, which names it.
        """
        from core.runtime.bundle import sha256

        name = sha256(path)
        target = self.path(name)
        with plain_words():
            with path.open("rb") as written:
                os.fsync(written.fileno())
            path.replace(target)
        return name

    def read(self, content_hash: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a table, or some columns of it.

        Raises
        ------
        NotFoundError
            There is no such table.
        DamagedProjectError
            The file cannot be read.
        """
        from core.data.store import read_parquet

        path = self.path(content_hash)
        if not path.exists():
            raise NotFoundError("The table of this project is missing.", next_step="Bring the file again under Data.")
        try:
            return read_parquet(path, columns=None if columns is None else list(columns))
        except (OSError, ValueError) as error:  # pyarrow's errors are both
            raise DamagedProjectError(
                "The table of this project cannot be read.", next_step="Bring the file again under Data."
            ) from error
