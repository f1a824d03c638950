"""How long candidates take: the catalogue's forecasts, corrected by what was measured on this table and machine."""

from dataclasses import dataclass, field
from statistics import median

from core.data.schema import ColumnType
from core.prepare.problem import Problem
from core.train.catalog import ModelSpec

LEVELS_COUNTED = 20
"""Most encoded columns one category column is taken to give."""
DATE_PARTS = 4
_RATIO = (0.2, 8.0)


@dataclass(frozen=True)
class Size:
    """How large a training is: rows of a fold, encoded columns, classes (1 for binary and regression), folds.

    ``blocks`` are folds that share one fit, those of a validation part; 1 where each fold has its own.
    """

    rows: int
    columns: int
    classes: int
    folds: int
    blocks: int = 1


def size_of(problem: Problem) -> Size:
    """Measure a problem.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Size
    """
    columns = 0
    for name in problem.features:
        kind = problem.schema[name].type
        if kind is ColumnType.CATEGORY:
            columns += min(LEVELS_COUNTED, max(1, int(problem.X[name].nunique())))
        else:
            columns += DATE_PARTS if kind is ColumnType.DATE else 1
    folds = problem.split.folds
    rows = sum(len(fit) for fit, _ in folds) // max(1, len(folds))
    classes = len(problem.classes)
    return Size(max(rows, 1), max(columns, 1), classes if classes > 2 else 1, len(folds), problem.split.blocks)


@dataclass
class Pace:
    """Forecasts of one training, which learn from its own fits.

    Parameters
    ----------
    size : Size
    """

    size: Size
    _preparing: float | None = None
    _ratios: list[float] = field(default_factory=list)

    def fit_seconds(self, spec: ModelSpec) -> float:
        """Forecast one fit with its preparation and scoring; of blocks that share one, each one's part of it."""
        ratio = min(max(median(self._ratios), _RATIO[0]), _RATIO[1]) if self._ratios else 1.0
        return (self.preparing + ratio * self._model_seconds(spec)) / self.size.blocks

    def seconds(self, spec: ModelSpec) -> float:
        """Forecast every fold and the fit on all rows, which sees a little more of them."""
        return self.remaining(spec, 0, self.fit_seconds(spec))

    def remaining(self, spec: ModelSpec, folds_done: int, fit_seconds: float) -> float:
        """Return the seconds still to go after some folds, where one fit takes ``fit_seconds``."""
        folds, blocks = self.size.folds, self.size.blocks
        # The fit on all rows: of the blocks of a validation part each counts for its share of their one fit.
        last = 1.25 * blocks if blocks > 1 else folds / max(1, folds - 1)
        return fit_seconds * (folds - folds_done + last)

    def learn(self, spec: ModelSpec, fit_seconds: float) -> None:
        """Take in what the fits of a finished candidate took on average."""
        fit_seconds *= self.size.blocks
        if spec.is_baseline:
            # The baseline learns nothing: all it takes is the recipe and the scoring.
            self._preparing = fit_seconds
        else:
            self._ratios.append(max(fit_seconds - self.preparing, 0.0) / self._model_seconds(spec))

    @property
    def preparing(self) -> float:
        """Seconds of the recipe and the scoring in one fit."""
        if self._preparing is not None:
            return self._preparing
        return 0.05 + self.size.rows * self.size.columns * 3e-7

    def _model_seconds(self, spec: ModelSpec) -> float:
        return spec.forecast(self.size.rows, self.size.columns, self.size.classes)
