"""Bringing a table from a database: in batches, within its limits, whole or cut with a word, never half by accident."""

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from core.data.read import read_table
from core.data.sources.database.opened import Watch, opened
from core.data.sources.database.origin import DatabaseOrigin
from core.data.sources.database.reading import Pace, Stream, stream
from core.data.sources.database.spool import Spool
from core.data.sources.source import Acquired, Reach
from core.data.table import Table
from core.errors import DataError, LimitError
from core.limits import DATABASE_BYTES, DATABASE_PREVIEW_SECONDS, MB, PREVIEW_ROWS, TABLE_COLUMNS

FILE = "table.parquet"


def acquire(origin: DatabaseOrigin, reach: Reach) -> Acquired:
    """Bring a table from a database.

    Parameters
    ----------
    origin : DatabaseOrigin
    reach : Reach
        Its ``secret`` is the password, its ``local_files`` the only folder database files are opened in.

    Returns
    -------
    Acquired
        A Parquet file; what was cut and what was changed stands in its warnings.

    Raises
    ------
    DataError
        In plain words. Nothing is left in the reach's folder then.
    """
    path = reach.folder / FILE
    try:
        warnings = _bring(origin, reach, path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise DataError(
            "The disk refused to keep the table.", next_step="Free some space on the server, then try again."
        ) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Acquired(path, f"{origin.name}.parquet", warnings=tuple(warnings))


def _bring(origin: DatabaseOrigin, reach: Reach, path: Path) -> list[str]:
    reach.report(0.0, "Connecting to the database")
    with (
        opened(
            origin.url,
            reach.secret,
            files=reach.local_files,
            seconds=origin.seconds,
            private=reach.private_network,
        ) as database,
        Watch(database.interrupt, origin.seconds, reach.should_stop) as watch,
        ExitStack() as until_done,
    ):
        try:
            asked = until_done.enter_context(stream(database, origin))
        except Exception:
            if watch.why:
                raise _nothing_yet(watch.why, origin) from None
            raise
        if len(asked.names) > TABLE_COLUMNS:
            raise LimitError(
                f"This gives {len(asked.names):,} columns; Fairway takes at most {TABLE_COLUMNS:,}.",
                next_step="Choose the columns that matter for the question.",
            )
        spool = until_done.enter_context(closing(Spool(path.with_suffix(".part"), asked.names, asked.computed)))
        ending = _fill(spool, asked, origin, reach, watch)
        if not spool.rows:
            raise _nothing_yet(ending, origin)
        return [*_said(ending, spool, origin), *spool.write(path)]


def _fill(spool: Spool, asked: Stream, origin: DatabaseOrigin, reach: Reach, watch: Watch) -> str:
    """Take all that comes; returns why it ended, empty where all rows came."""
    pace = Pace(origin.rows + 1)
    try:
        for columns in asked.batches(spool.seen, pace):
            pace.took(len(columns[0]), spool.add([one[: origin.rows - spool.rows] for one in columns]))
            reach.report(min(0.99, spool.rows / origin.rows), f"{spool.rows:,} rows")
            if pace.left <= 0:
                return "rows"
            if spool.size > DATABASE_BYTES:
                return "bytes"
            if watch.ask():
                return watch.why
    except Exception:
        # A statement that was ended on purpose: what came before counts.
        if not watch.why:
            raise
        return watch.why
    return ""


def _said(ending: str, spool: Spool, origin: DatabaseOrigin) -> list[str]:
    reasons = {
        "rows": f"the limit of {origin.rows:,} rows was reached",
        "bytes": f"the limit of {DATABASE_BYTES // MB:,} MB was reached",
        "late": f"the {origin.seconds:,} seconds allowed were over",
        "stopped": "you stopped it",
    }
    if not ending:
        return []
    rows = "1 row" if spool.rows == 1 else f"{spool.rows:,} rows"
    return [f"The table is cut after {rows}: {reasons[ending]}. There are more in the database, in no set order."]


def _nothing_yet(ending: str, origin: DatabaseOrigin) -> DataError:
    if ending == "late":
        return DataError(
            f"No row came within {origin.seconds:,} seconds.", next_step="Allow more time, or ask for less."
        )
    if ending == "stopped":
        return DataError("Reading was stopped before the first row came.", next_step="Start it again when you like.")
    return DataError("The database gave no row.", next_step="Check the filters, or choose another table.")


def preview(origin: DatabaseOrigin, reach: Reach) -> Table:
    """Return the first ``PREVIEW_ROWS`` rows as they would arrive.

    Parameters
    ----------
    origin : DatabaseOrigin
        Its own limits do not count.
    reach : Reach
        Its folder is left as it was.

    Returns
    -------
    Table
        Its warnings tell what would be changed.

    Raises
    ------
    DataError
    """
    small = origin.model_copy(update={"rows": PREVIEW_ROWS, "seconds": DATABASE_PREVIEW_SECONDS})
    brought = acquire(small, reach)
    try:
        table = read_table(brought.path, brought.options, name=brought.name)
        told = [sentence for sentence in brought.warnings if not sentence.startswith("The table is cut")]
        return replace(table, warnings=[*told, *table.warnings])
    finally:
        brought.path.unlink(missing_ok=True)
