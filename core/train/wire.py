"""Messages between a training and the process that fits for it: a length, then a pickle."""

import pickle
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">Q")
READY = "ready"
"""Said once by the process that fits, when it has its libraries and its problem."""


@dataclass(frozen=True)
class Failure:
    """A fit that failed: the cause in plain words, and the traceback for the log."""

    cause: str
    trace: str


def write_message(stream: BinaryIO, message: Any) -> None:
    """Send a message.

    Parameters
    ----------
    stream : binary file
    message : object
        Anything that can be pickled.

    Raises
    ------
    OSError
        Where the other end is gone.
    """
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def read_message(stream: BinaryIO) -> Any:
    """Wait for a message.

    Parameters
    ----------
    stream : binary file
        A pipe whose other end is Fairway's own.

    Returns
    -------
    object

    Raises
    ------
    EOFError
        Where the other end is gone, also in the middle of a message.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return pickle.loads(body)
