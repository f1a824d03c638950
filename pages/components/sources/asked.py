"""What a form of a source hands on when the user asked to read."""

from dataclasses import dataclass

from core.data.sources.source import Origin


@dataclass(frozen=True, eq=False)
class Asked:
    """What to read.

    Parameters
    ----------
    origin : Origin
    name : str
        How the table is called until something better is known.
    secret : str
        Password or token; handed to the worker, never kept.
    """

    origin: Origin
    name: str
    secret: str = ""
