"""The commands, and the edge at which every fault becomes a sentence and an exit status."""

import argparse
import logging
import os
import sys
import traceback
import zlib
from collections.abc import Sequence
from typing import NoReturn

from core.cli import audit, doctor, evaluate, fit, monitor, predict, profile, recipe, serve
from core.cli.command import CALLERS_MISTAKE, INTERRUPTED, OK, OUR_FAULT, Command
from core.cli.output import print_json, print_lines, say
from core.errors import FairwayError, InputError, NotFoundError
from core.runtime.errors import RuntimeFault

COMMANDS: tuple[Command, ...] = (
    profile.COMMAND,
    recipe.COMMAND,
    fit.COMMAND,
    predict.COMMAND,
    serve.COMMAND,
    evaluate.COMMAND,
    audit.COMMAND,
    monitor.COMMAND,
    doctor.COMMAND,
)
"""Every command, in the order in which ``--help`` names them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        Defaults to the arguments of the process.

    Returns
    -------
    int
        0; 2 for a mistake of the caller, 1 for a fault of ours.
    """
    try:
        given = _parser().parse_args(argv)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else CALLERS_MISTAKE
    command: Command = given.command
    debugging = os.environ.get("FAIRWAY_DEBUG") == "1"
    log = logging.getLogger("core")
    level = log.level
    if not debugging:
        # The log holds tracebacks; what a person can use of them is in the answer.
        log.setLevel(logging.CRITICAL + 1)
    try:
        answer = command.run(given)
        if given.json:
            print_json(answer.data)
        else:
            print_lines(answer.lines)
        return answer.status
    except (InputError, NotFoundError) as mistake:
        say(mistake.message)
        return CALLERS_MISTAKE
    except RuntimeFault as fault:
        say(str(fault))
        return CALLERS_MISTAKE
    except FairwayError as fault:
        say(fault.message)
        return OUR_FAULT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return OK
    except Exception as fault:  # noqa: BLE001 - the edge: whatever went wrong is told in words
        return _our_fault(fault)
    finally:
        log.setLevel(level)


class _Parser(argparse.ArgumentParser):
    """A parser that tells a mistake in two lines; the options of a command would fill the screen before it."""

    def error(self, message: str) -> NoReturn:
        say(f"{self.prog}: {message}")
        say(f"{self.prog} --help names what it takes.")
        self.exit(CALLERS_MISTAKE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m core", description="Fairway without a browser.", allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.summary, description=command.summary, allow_abbrev=False)
        command.arguments(one)
        one.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        one.set_defaults(command=command)
    return parser


def _our_fault(fault: Exception) -> int:
    trace = traceback.format_exc()
    # The same fault has the same number, so that two reports of it can be told to be one.
    places = [f"{frame.filename}:{frame.name}" for frame in traceback.extract_tb(fault.__traceback__)]
    number = f"E-{zlib.crc32(' '.join([type(fault).__name__, *places[-1:]]).encode()) & 0xFFFF:04X}"
    if os.environ.get("FAIRWAY_DEBUG") == "1":
        sys.stderr.write(trace)
    say(f"This did not work, and the fault is ours ({number}). Set FAIRWAY_DEBUG=1 and try again to see where.")
    return OUR_FAULT
