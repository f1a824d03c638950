"""The process that fits: reads a problem and then tasks from its standard input, answers on its standard output.

Started by ``core.train.runner`` and by nothing else. Both ends of the two pipes are Fairway's own, which is why pickle
may pass through them; nothing a user supplied is ever unpickled here.
"""

import contextlib
import logging
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from typing import Any, BinaryIO

from core.train.causes import MEMORY, cause_in_words
from core.train.wire import READY, Failure, read_message, write_message


def main() -> None:
    """Fit what is asked for until the standard input ends."""
    # Ctrl+C reaches the whole group: the parent decides what becomes of this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_first()
    answers = os.fdopen(os.dup(1), "wb")
    # Libraries written in C print to descriptor 1, which would garble the answers.
    os.dup2(2, 1)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    tasks: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
    problem, seed, threads = tasks.get()

    from core.train.fits import Bench

    bench = Bench(problem, seed=seed, threads=threads)
    write_message(answers, READY)
    while True:
        task = tasks.get()
        answer: Any
        try:
            answer = bench.fit(task)
        except MemoryError:
            answer = Failure(MEMORY, "")
        except Exception as error:  # noqa: BLE001 - the edge: every fault of a library becomes a row with its cause
            answer = Failure(cause_in_words(error), traceback.format_exc())
        write_message(answers, answer)


def _listen(requests: BinaryIO, tasks: "queue.SimpleQueue[Any]") -> None:
    try:
        while True:
            tasks.put(read_message(requests))
    except (EOFError, OSError, pickle.UnpicklingError):
        # The parent is gone, by whatever death: nobody waits for the fit that may be under way.
        os._exit(0)


def _die_first() -> None:
    """Ask Linux to end this process, not the app, when memory runs out."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("900")


if __name__ == "__main__":
    main()
