"""What a source is: an origin that can be kept and read again, and what bringing it gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.data.options import ReadOptions


class Origin(BaseModel):
    """Where a table came from, with all that is needed to bring it again; never a secret.

    Each kind of source has its own fields. ``kind`` is the key of its entry in ``SOURCES``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str

    def words(self) -> str:
        """Say in a few words where the table came from, for the Source view and the decision log."""
        raise TypeError("each kind of origin says this itself")

    @property
    def needs_secret(self) -> bool:
        """Whether a password or token is sent when it is read, which must then be given each time."""
        return False


def _never() -> bool:
    return False


def _say_nothing(_share: float, _message: str) -> None:
    return None


@dataclass(frozen=True)
class Reach:
    """What a source may touch while it brings a table.

    Parameters
    ----------
    folder : Path
        An empty folder of its own; everything it writes goes there and is removed afterwards.
    secret : str
        Password or token, held in memory only; empty where none is needed.
    report : callable
        Takes the share done, 0 to 1, and what is being done, in plain words.
    should_stop : callable
        Whether the user asked to stop; a source that may end early then keeps what it has and says so.
    private_network : bool or None
        Whether the operator lets sources reach addresses of this machine and of private networks. ``None`` where
        nothing was said: databases and brokers may, since that is where they stand; web addresses may not.
    look : bool
        Whether the beginning is enough, for a look before anything is kept: it takes little time and few bytes.
    local_files : Path or None
        The folder whose tables and database files may be opened; ``None`` where the operator named none.
    """

    folder: Path
    secret: str = ""
    report: Callable[[float, str], None] = _say_nothing
    should_stop: Callable[[], bool] = _never
    private_network: bool | None = None
    look: bool = False
    local_files: Path | None = None


@dataclass(frozen=True)
class Acquired:
    """A file that :func:`core.data.read_table` reads, as a source brought it.

    Parameters
    ----------
    path : Path
        In the reach's folder; a file of the operator's folder stays where it lies.
    name : str
        How the user knows it, with an ending that the reader takes.
    options : ReadOptions
        How to read it.
    warnings : tuple of str
        What was cut, left out or guessed on the way, in plain words.
    whole : bool
        Whether all of it came; of a look it may be the beginning.
    """

    path: Path
    name: str
    options: ReadOptions = field(default_factory=ReadOptions)
    warnings: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True)
class SourceKind:
    """One kind of source.

    Parameters
    ----------
    key, title, icon, sentence : str
        As the screens name it; ``icon`` is a Material symbol.
    origin : type
        Its ``Origin``.
    acquire : callable
        Takes an origin of that type and a reach, and gives what it brought. Raises a ``FairwayError`` in plain words,
        and leaves no half table.
    """

    key: str
    title: str
    icon: str
    sentence: str
    origin: type[Origin]
    acquire: Callable[[Any, Reach], Acquired]
