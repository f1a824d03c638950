"""What trials found, on disk: one JSON file a trial, named by what it was made from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DamagedProjectError
from core.workspace.files import inside, read_json, write_json


@dataclass(frozen=True)
class TrialFolder:
    """The trials of one project.

    Parameters
    ----------
    path : Path
        Resolved; it need not exist.
    """

    path: Path

    def read(self, key: str) -> dict[str, Any] | None:
        """Return what a trial found, ``None`` where it was not made; a file that cannot be read counts as not made."""
        try:
            found = read_json(inside(self.path, f"{key}.json"))
        except DamagedProjectError:
            return None
        return found if isinstance(found, dict) else None

    def write(self, key: str, found: dict[str, Any]) -> None:
        """Keep what a trial found; a reader meets what was there before or this."""
        write_json(inside(self.path, f"{key}.json"), found)
