"""The pinned requirements of a bundle: what its code imports, and what that needs in turn."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

ALWAYS = ("scikit-learn", "numpy", "pandas", "scipy", "skops", "fastapi", "starlette", "uvicorn")
"""What the code in every bundle imports."""
READERS = {"parquet": ("pyarrow",), "sample": ("pyarrow",), "excel": ("python-calamine",)}
"""What ``train.py`` reads a data file of this format with, beyond pandas."""


def needed(pipeline: Any, data_format: str = "") -> tuple[str, ...]:
    """Return the names of the distributions a bundle imports.

    Parameters
    ----------
    pipeline : Pipeline
    data_format : str
        ``read_as["format"]`` of the table.

    Returns
    -------
    tuple of str
    """
    own = ("lightgbm",) if _uses(pipeline, "lightgbm") else ()
    return (*ALWAYS, *own, *READERS.get(data_format, ()))


def pinned(names: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each distribution and of all that it needs, by name, sorted.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    dict of str to str
        As installed here; what is needed on other systems only is left to pip.
    """
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = _plain(waiting.pop())
        if name in found:
            continue
        installed = distribution(name)
        found[name] = installed.version
        waiting += _requires(installed.requires or [])
    return dict(sorted(found.items()))


def requirements_text(versions: dict[str, str], python: str) -> str:
    """Return the text of ``requirements.txt``."""
    lines = [f"{name}=={version}" for name, version in versions.items()]
    return "\n".join([f"# What this bundle runs on, as it was checked with Python {python}.", *lines, ""])


def _requires(requirements: list[str]) -> list[str]:
    from packaging.requirements import Requirement

    parsed = (Requirement(text) for text in requirements)
    wanted = [one.name for one in parsed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return [name for name in wanted if _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _uses(value: Any, package: str) -> bool:
    """Whether an estimator, or one among its settings, comes from a package."""
    if type(value).__module__.partition(".")[0] == package:
        return True
    if isinstance(value, (list, tuple)):
        return any(_uses(item, package) for item in value)
    if not hasattr(value, "get_params"):
        return False
    return any(_uses(setting, package) for setting in value.get_params(deep=False).values())
