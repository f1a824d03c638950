"""How long the server takes from its command to its first answer, once its modules are compiled."""

from pathlib import Path

from tests.benchmarks import servers
from tests.benchmarks.figures import Figure, in_turn

REPEATS = 3


def measure(scratch: Path) -> list[Figure]:
    """Start both servers in turn; the first round, which compiles modules, does not count."""
    home = scratch / "started"
    home.mkdir()

    def ours() -> None:
        with servers.app(home):
            pass

    def least() -> None:
        with servers.floor(scratch / "floor"):
            pass

    in_turn(ours, least, 1)
    taken, floor = in_turn(ours, least, REPEATS)
    return [Figure("Start of the server, second time", taken, "s", "app of two one-line pages", floor)]
