"""A measured figure beside its floor, and the table they stand in."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

SCALES = {"s": 1.0, "ms": 1_000.0, "MB": 1.0}
"""What one unit of a run, seconds or megabytes, is multiplied by to be shown."""


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Parameters
    ----------
    what : str
    runs : sequence of float
        In seconds or megabytes, one a repeat.
    unit : str
        Key of ``SCALES``.
    beside : str
        What the floor is: the least such a thing can cost here.
    floor : sequence of float
        Its runs, of the same repeats; empty where there is none.
    aim : float, optional
        In seconds or megabytes; met where the median is not above it.
    """

    what: str
    runs: Sequence[float]
    unit: str
    beside: str = ""
    floor: Sequence[float] = ()
    aim: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the floor the figure is."""
        return median(self.runs) / median(self.floor) if self.floor else None

    @property
    def cells(self) -> tuple[str, ...]:
        """The line as it is printed."""
        low, high = self._shown(min(self.runs)), self._shown(max(self.runs))
        spread = f"{low} to {high}" if len(self.runs) > 1 else "one run"
        verdict = ""
        if self.aim is not None:
            met = "met" if median(self.runs) <= self.aim else "not met"
            verdict = f"{self._shown(self.aim)} {self.unit}: {met}"
        return (
            self.what,
            f"{self._shown(median(self.runs))} {self.unit}",
            spread,
            self.beside,
            f"{self._shown(median(self.floor))} {self.unit}" if self.floor else "",
            f"{self.ratio:.2f}" if self.ratio is not None else "",
            verdict,
        )

    def _shown(self, value: float) -> str:
        scaled = value * SCALES[self.unit]
        return f"{scaled:,.0f}" if scaled >= 100 else f"{scaled:.1f}" if scaled >= 10 else f"{scaled:.2f}"


HEAD = ("Figure", "Median", "Least to most", "Beside", "Its median", "Ratio", "Aim")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as text in columns."""
    lines = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    rows.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(rows)


def seconds(work: Callable[[], object], repeats: int) -> list[float]:
    """Return how long each of several runs took."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken


def in_turn(first: Callable[[], object], second: Callable[[], object], repeats: int) -> tuple[list[float], list[float]]:
    """Time two things in turn, so that a busy moment of the machine falls on both alike."""
    ones, others = [], []
    for _ in range(repeats):
        ones += seconds(first, 1)
        others += seconds(second, 1)
    return ones, others
