"""Tables that several screens look at, kept in memory up to a number of bytes, over all sessions."""

import ctypes
import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

import pandas as pd
import streamlit as st

from core.limits import SHELF_BYTES

MADE = "table_made"
"""Set in a run of the script that had to read a table."""


class Shelf:
    """Values by key; the ones not asked for the longest go first where the room is used up.

    Parameters
    ----------
    room : int
        Bytes. A value larger than that is made anew each time.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: Hashable, make: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        """Return the value of a key, made where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        made = make()
        taken = size(made)
        with self._lock:
            if taken <= self._room:
                self._kept[key] = (made, taken)
                while sum(bytes_ for _, bytes_ in self._kept.values()) > self._room:
                    self._kept.popitem(last=False)
        return made


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf(SHELF_BYTES)


def keep(key: Hashable, make: Callable[[], Any], *, size: Callable[[Any], int]) -> Any:
    """Return the value of a key from the server's shelf; shared between sessions, so never write to it."""
    made_now = []

    def made() -> Any:
        made_now.append(key)
        return make()

    value = _shelf().keep(key, made, size)
    if made_now:
        st.session_state[MADE] = True
    return value


def give_back() -> None:
    """Give memory that was needed for a moment back to the system; allocators keep it for themselves otherwise."""
    import pyarrow as pa

    gc.collect()
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def tidy() -> None:
    """Give back what this run of the script needed for a table it had to read; called at its end."""
    if st.session_state.pop(MADE, False):
        give_back()


def bytes_of(frame: pd.DataFrame) -> int:
    """Return about how many bytes a table takes."""
    return int(frame.memory_usage(deep=True).sum())
