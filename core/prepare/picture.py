"""A picture of a split: for each fold, which stretch of rows is learned from, judged on, left out or sealed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.prepare.plan import Split, SplitKind, SplitPlan

Part = Literal["fit", "judge", "apart", "sealed"]


@dataclass(frozen=True)
class Line:
    """One fold.

    Parameters
    ----------
    label : str
    segments : tuple of (part, rows)
        From left to right; by time from the earliest rows to the latest.
    """

    label: str
    segments: tuple[tuple[Part, int], ...]


def picture(split: Split, plan: SplitPlan) -> tuple[Line, ...]:
    """Return the lines of a split's picture: one a fold of the first pass, or one for a validation part.

    Parameters
    ----------
    split : Split
    plan : SplitPlan
        The plan it was made by.

    Returns
    -------
    tuple of Line
        Every line has the same number of rows.
    """
    sealed = len(split.test)
    total = len(split.train)
    if split.blocks > 1:
        learned, validated = len(split.folds[0][0]), sum(len(part) for _, part in split.folds)
        segments: tuple[tuple[Part, int], ...] = (
            ("fit", learned),
            ("apart", total - learned - validated),
            ("judge", validated),
            ("sealed", sealed),
        )
        return (Line("Validation", _some(segments)),)
    lines = []
    folds = split.first_pass
    if plan.kind is SplitKind.TIME:
        for number, (fit, judge) in enumerate(folds, start=1):
            later = np.concatenate([other for _, other in folds[number:]]) if number < len(folds) else judge[:0]
            apart = total - len(fit) - len(judge) - len(later)
            segments = (
                ("fit", len(fit)),
                ("apart", apart),
                ("judge", len(judge)),
                ("apart", len(later)),
                ("sealed", sealed),
            )
            lines.append(Line(f"Fold {number}", _some(segments)))
        return tuple(lines)
    sizes = [len(judge) for _, judge in folds]
    for number in range(len(folds)):
        parts: list[tuple[Part, int]] = [("judge" if place == number else "fit", n) for place, n in enumerate(sizes)]
        lines.append(Line(f"Fold {number + 1}", _some((*parts, ("sealed", sealed)))))
    return tuple(lines)


def _some(segments: tuple[tuple[Part, int], ...]) -> tuple[tuple[Part, int], ...]:
    """Leave out empty stretches, and join neighbours of one part."""
    joined: list[tuple[Part, int]] = []
    for part, rows in segments:
        if rows <= 0:
            continue
        if joined and joined[-1][0] == part:
            joined[-1] = (part, joined[-1][1] + rows)
        else:
            joined.append((part, rows))
    return tuple(joined)
