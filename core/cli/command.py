"""What a command is, and what it answers."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

OK, OUR_FAULT, CALLERS_MISTAKE, NOT_MET, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses; ``NOT_MET`` where all went well but for an expectation, the last is the shell's own for Ctrl+C."""

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Answer:
    """What a command found.

    Parameters
    ----------
    data : mapping
        JSON values: what ``--json`` prints.
    lines : tuple of str
        What it prints otherwise.
    status : int
        Exit status.
    """

    data: Mapping[str, Any]
    lines: tuple[str, ...]
    status: int = OK


@dataclass(frozen=True)
class Command:
    """One command.

    Parameters
    ----------
    name, summary : str
        As ``--help`` shows them.
    arguments : callable
        Adds its arguments to a parser; ``--json`` is every command's and is added by ``core.cli.main``.
    run : callable
        Does it. Whatever is heavy is imported there, so that ``--help`` answers at once.
    """

    name: str
    summary: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Answer]


def names(text: str) -> tuple[str, ...]:
    r"""Read a list of names with commas between them; a comma within a name is written as `\,`."""
    kept = text.replace("\\,", "\0").split(",")
    return tuple(name for part in kept if (name := part.replace("\0", ",").strip()))


def bounded(kind: type[Number], low: float, high: float) -> Callable[[str], Number]:
    """Return a reader of a number that refuses what is out of bounds.

    Parameters
    ----------
    kind : type
        ``int`` or ``float``.
    low, high : float
        Both allowed.
    """

    def read(text: str) -> Number:
        bounds = f"a {'whole ' if kind is int else ''}number from {low:,.12g} to {high:,.12g}"
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is not {bounds}") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not {bounds}")
        return value

    return read
