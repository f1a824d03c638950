"""Pages of changes on Prepare that are too far off for the document, on disk: one packed file a page."""

import hashlib
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from core.errors import NotFoundError
from core.project.document import UndoPage
from core.workspace.files import inside, make_folder, replacing


@dataclass(frozen=True)
class UndoFolder:
    """The pages of one project; a page is named by its content and never changes.

    Parameters
    ----------
    path : Path
        Resolved; it need not exist.
    """

    path: Path

    def write(self, page: UndoPage) -> str:
        """Keep a page and return its name."""
        text = page.model_dump_json().encode("utf-8", "replace")
        name = hashlib.sha256(text).hexdigest()[:32]
        target = inside(self.path, name)
        if not target.exists():
            make_folder(self.path)
            with replacing(target) as temporary:
                temporary.write_bytes(zlib.compress(text))
        return name

    def read(self, name: str) -> UndoPage | None:
        """Return a page, ``None`` where it is gone or cannot be read."""
        with suppress(NotFoundError, OSError, zlib.error, ValidationError):
            return UndoPage.model_validate_json(zlib.decompress(inside(self.path, name).read_bytes()))
        return None
