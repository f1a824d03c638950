"""Settings that the operator gives by environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where Fairway keeps its things and what it may use.

    Parameters
    ----------
    home : Path
        ``FAIRWAY_HOME``: folder for projects, tables, models and bundles. Default ``~/.fairway``.
    database_url : str
        ``FAIRWAY_DATABASE_URL``: SQLAlchemy URL of the metadata. Default: an SQLite file in ``home``.
    worker_threads : int
        ``FAIRWAY_WORKER_THREADS``: threads one training may use. Default: all cores.
    private_network : bool or None
        ``FAIRWAY_PRIVATE_NETWORK``: whether sources may reach this machine and private networks. Default: only
        databases and brokers.
    local_files : Path or None
        ``FAIRWAY_FILES``: folder whose tables and database files may be opened from the server. Default: none.
    dask_scheduler : str
        ``FAIRWAY_DASK_SCHEDULER``: address of a Dask cluster that fits, such as ``tcp://10.0.0.5:8786``. Default: none.
    """

    home: Path
    database_url: str
    worker_threads: int
    private_network: bool | None = None
    local_files: Path | None = None
    dask_scheduler: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings.

        Parameters
        ----------
        environ : mapping, optional
            Defaults to ``os.environ``.

        Returns
        -------
        Settings
        """
        given = os.environ if environ is None else environ
        home = Path(given.get("FAIRWAY_HOME") or Path.home() / ".fairway").expanduser().resolve()
        return cls(
            home=home,
            database_url=given.get("FAIRWAY_DATABASE_URL") or f"sqlite:///{home / 'fairway.db'}",
            worker_threads=int(given.get("FAIRWAY_WORKER_THREADS") or os.cpu_count() or 1),
            private_network=_switch(given.get("FAIRWAY_PRIVATE_NETWORK", "")),
            local_files=Path(files).expanduser().resolve() if (files := given.get("FAIRWAY_FILES")) else None,
            dask_scheduler=given.get("FAIRWAY_DASK_SCHEDULER", "").strip(),
        )


def _switch(text: str) -> bool | None:
    """Return what a switch says; None where it is not set. What nobody can read closes, rather than opens."""
    text = text.strip().lower()
    return text in ("1", "yes", "true", "on") if text else None
