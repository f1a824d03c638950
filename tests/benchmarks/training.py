"""How long all candidates take on the guided sample, beside their bare fits."""

from pathlib import Path

from tests.benchmarks.figures import Figure, seconds
from tests.benchmarks.studio import train_all, workspace_in

REPEATS = 3


def measure(home: Path) -> list[Figure]:
    """Train every candidate and keep projects and results in ``home``, as the app does.

    The floor is the sum of what the fits themselves took: above it are the child process, judging, and storing.
    """
    workspace = workspace_in(home)
    boards = []
    taken = seconds(lambda: boards.append(train_all(workspace)), REPEATS)
    board = boards[-1]
    of = f"{len(board.done)} of {len(board.runs)} candidates, {board.rows:,} rows, {board.folds} folds"
    fits = [sum(run.fit_seconds for run in each.runs) for each in boards]
    return [Figure(f"Training {of}", taken, "s", "the fits alone", fits)]
