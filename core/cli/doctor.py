"""``doctor``: what this installation runs on, and whether it can work."""

import argparse
import os
import platform
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.cli.command import CALLERS_MISTAKE, OK, Answer, Command
from core.settings import Settings

LIBRARIES = ("streamlit", "pandas", "numpy", "scikit-learn", "lightgbm", "shap", "fairlearn", "skops", "fastapi")
"""Libraries whose version decides what works."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    pass


def _run(_: argparse.Namespace) -> Answer:
    settings = Settings.from_environment()
    versions = {name: _version(name) for name in LIBRARIES}
    problems = [
        f"{name} is not installed: pip install -r requirements.txt" for name, found in versions.items() if not found
    ]
    if not _writable(settings.home):
        problems.append(f"{settings.home} cannot be written to: set FAIRWAY_HOME to a folder of yours.")
    cluster, trouble = _cluster(settings.dask_scheduler)
    problems += trouble
    database = settings.database_url.partition(":")[0]
    data = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "worker_threads": settings.worker_threads,
        "dask_scheduler": settings.dask_scheduler or None,
        "home": str(settings.home),
        # The address of a database may hold a password; its kind does not.
        "database": database,
        "libraries": versions,
        "problems": problems,
    }
    lines = (
        f"Python {data['python']} on {data['system']}, {data['cores']} cores, {settings.worker_threads} for a training",
        *cluster,
        f"Projects are kept in {settings.home} ({database})",
        "Libraries: " + ", ".join(f"{name} {found or 'missing'}" for name, found in versions.items()),
        *(problems or ["Everything that is needed is there."]),
    )
    return Answer(data, lines, CALLERS_MISTAKE if problems else OK)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _cluster(address: str) -> tuple[list[str], list[str]]:
    """Return what the cluster has that fits, or what is wrong with it."""
    if not address:
        return [], []
    from core.train.dask_runner import ClusterGone, cluster_in_words

    try:
        return [cluster_in_words(address)], []
    except ClusterGone as gone:
        return [], [gone.why]


def _writable(folder: Path) -> bool:
    """Say whether a folder, or the nearest one above it that is there, takes a file."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


COMMAND = Command("doctor", "Say what this installation runs on, and whether it can work.", _arguments, _run)
