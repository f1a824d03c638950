"""The table of a command, brought as the screens bring one: a large one a column at a time, worked on by a sample."""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from core.cli.output import say
from core.cli.sources import at_hand
from core.data.large.facts import TableFacts
from core.data.schema import Schema
from core.limits import INLINE_BYTES
from core.project.document import DataRef
from core.settings import Settings
from core.workspace import Workspace, importing

TOLD = ("Counting", "Reading", "Drawing")
"""How the steps begin that are told of a large file."""


@dataclass(frozen=True, eq=False)
class BroughtTable:
    """A table that a command works on.

    Parameters
    ----------
    frame : DataFrame
        All rows, or a sample of them.
    ref : DataRef
        Its name, where it came from, how it was read, and of what it is a sample.
    schema : Schema
        As guessed.
    facts : TableFacts or None
        What all rows hold, where the frame is a sample.
    """

    frame: pd.DataFrame
    ref: DataRef
    schema: Schema
    facts: TableFacts | None

    @property
    def sampled(self) -> str:
        """What the sample is, as a sentence; empty where all rows are there."""
        if self.ref.whole is None:
            return ""
        words = self.ref.whole.words(self.ref.rows)
        return f"{words[:1].upper()}{words[1:]} is worked on".replace("`", "")

    @property
    def sample(self) -> dict[str, Any] | None:
        """What the sample is, as JSON values; ``None`` where all rows are there."""
        whole = self.ref.whole
        if whole is None:
            return None
        return {
            "rows": self.ref.rows,
            "of": whole.rows,
            "seed": whole.seed,
            "stratified_by": whole.stratified_by or None,
        }


def bring_table(
    given: argparse.Namespace, *, target: str | None = None, seed: int = importing.SAMPLE_SEED
) -> BroughtTable:
    """Bring the table that DATA means.

    Parameters
    ----------
    given : Namespace
        Of a command with the arguments of ``add_reading`` and ``add_source``.
    target : str, optional
        Column whose outcomes keep their shares where a sample is drawn.
    seed : int
        Draws the sample.

    Raises
    ------
    FairwayError
        It cannot be brought or read.
    """
    with at_hand(given, given.data) as found, _for_now() as workspace:
        brought = importing.bring(
            workspace,
            found.path,
            name=found.name,
            options=found.options,
            source=found.source,
            origin=found.origin or {},
            warnings=found.warnings,
            target=target,
            seed=seed,
            now=datetime.now(UTC),
            report=_teller(found.path),
        )
        frame = workspace.read_table(brought.ref.content_hash)
        return BroughtTable(frame, brought.ref, brought.table_schema, importing.facts_of(workspace, brought.ref))


@contextmanager
def _for_now() -> Iterator[Workspace]:
    """Give a workspace on the disk for temporary files, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="fairway-") as folder:
        home = Path(folder)
        workspace = Workspace.open(Settings(home, f"sqlite:///{home / 'fairway.db'}", 1))
        try:
            yield workspace
        finally:
            workspace.database.close()


def _teller(path: Path) -> Callable[[float, str], None]:
    told: set[str] = set()
    large = path.is_file() and path.stat().st_size > INLINE_BYTES

    def report(_share: float, message: str) -> None:
        if large and message not in told and message.startswith(TOLD):
            told.add(message)
            say(message)

    return report
