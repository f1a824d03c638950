"""How long candidates take: the catalogue's forecasts, corrected by what was measured on this table and machine."""

from dataclasses import dataclass, field

from core.data.schema import ColumnType
from core.prepare.problem import Problem
from core.train.catalog import ModelSpec

LEVELS_COUNTED = 20
"""Most encoded columns one category column is taken to give."""
DATE_PARTS = 4
_RATIO = (0.2, 8.0)
AS_FORECAST = 0.2
"""Seconds taken to have gone as forecast, beside those that were measured."""


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
    workers : int
        Fits done at the same time.
    """

    size: Size
    workers: int = 1
    _preparing: float | None = None
    _told: list[tuple[float, float]] = field(default_factory=list)
    _own: dict[str, float] = field(default_factory=dict)

    def fit_seconds(self, spec: ModelSpec) -> float:
        """Forecast one fit and its scoring on a fold that is prepared; of blocks that share one, each one's part."""
        if spec.key in self._own:
            return self._own[spec.key] / self.size.blocks
        ratio = 1.0
        if self._told:
            # By all seconds together, and a moment that went as forecast beside them: what is over at once says little
            # of what takes long.
            measured = AS_FORECAST + sum(seconds for seconds, _ in self._told)
            ratio = measured / (AS_FORECAST + sum(told for _, told in self._told))
            ratio = min(max(ratio, _RATIO[0]), _RATIO[1])
        return ratio * self._model_seconds(spec) / self.size.blocks

    def seconds(self, spec: ModelSpec) -> float:
        """Forecast every fold and the fit on all rows, which sees a little more of them."""
        fit = self.fit_seconds(spec)
        if not self._told or (spec.needs_scaling and not self.size.blocks > 1):
            # Folds that are not kept yet are prepared first.
            fit += self.preparing / self.size.blocks
        return self.remaining(0, fit)

    def remaining(self, folds_done: int, fit_seconds: float, *, refit: bool = True) -> float:
        """Return the seconds still to go after some folds, where one fit takes ``fit_seconds``."""
        folds, blocks = self.size.folds, self.size.blocks
        left = folds - folds_done
        if blocks > 1:
            # The fit on all rows: of the blocks of a validation part each counts for its share of their one fit.
            return fit_seconds * (left + (1.25 * blocks if refit else 0))
        whole = folds / max(1, folds - 1)
        return fit_seconds * max((left + (whole if refit else 0.0)) / self.workers, min(1, left), whole * refit)

    def learn(self, spec: ModelSpec, fit_seconds: float, preparing: float = 0.0) -> None:
        """Take in what the fits of a finished candidate took on average, and what preparing a fold took."""
        if preparing > 0:
            self._preparing = max(preparing * self.size.blocks, self._preparing or 0.0)
        if not spec.is_baseline:
            self._own[spec.key] = fit_seconds * self.size.blocks
            self._told.append((fit_seconds * self.size.blocks, self._model_seconds(spec)))

    @property
    def preparing(self) -> float:
        """Seconds of the recipe on one fold."""
        if self._preparing is not None:
            return self._preparing
        return 0.05 + self.size.rows * self.size.columns * 3e-7

    def _model_seconds(self, spec: ModelSpec) -> float:
        return spec.forecast(self.size.rows, self.size.columns, self.size.classes)
