"""Which outcomes are taken for which others, most often first."""

from dataclasses import dataclass

from core.evaluate.threshold import ConfusionMatrix
from core.framing.intervals import share_words

MOST = 5
"""Confusions told in words."""


@dataclass(frozen=True)
class Confused:
    """Rows of one outcome that were taken for another.

    Parameters
    ----------
    actual, predicted : str
    n : int
        Rows taken for it.
    of : int
        Rows with the actual outcome.
    errors : int
        Wrong answers in all.
    """

    actual: str
    predicted: str
    n: int
    of: int
    errors: int

    @property
    def sentence(self) -> str:
        """The confusion in words."""
        return (
            f"{self.n:,} of {self.of:,} “{self.actual}” are taken for “{self.predicted}” "
            f"({share_words(self.n, self.of)}); {100 * self.n / self.errors:.0f}% of all errors."
        )


def top_confusions(matrix: ConfusionMatrix, most: int = MOST) -> tuple[Confused, ...]:
    """Return the most frequent confusions.

    Parameters
    ----------
    matrix : ConfusionMatrix
    most : int
        How many at most.

    Returns
    -------
    tuple of Confused
        By rows, most first; of as many rows the one that is the larger share of its outcome. Empty where all is right.
    """
    counts = matrix.counts
    errors = sum(sum(row) - row[place] for place, row in enumerate(counts))
    found = [
        Confused(actual, predicted, counts[i][j], sum(counts[i]), errors)
        for i, actual in enumerate(matrix.classes)
        for j, predicted in enumerate(matrix.classes)
        if i != j and counts[i][j]
    ]
    return tuple(sorted(found, key=lambda each: (-each.n, each.of))[:most])
