"""The two quick models that judge suggestions, and their scores of a recipe, fold by fold."""

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from core.framing.frame import Task
from core.prepare.compile import compile_steps
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.prepare.spec import Scope
from core.prepare.steps import STEPS
from core.prepare.suggest.suggestion import LINEAR, TREES
from core.train.estimators.setting import Setting
from core.train.fits import Bench

ROUNDS: Final = 60
"""Trees of the boosting that judges: fewer than a training grows, so that many recipes can be tried."""
BINS: Final = 63
"""Borders a number may be cut at: on a sample of some thousand rows more take time and tell nothing."""
MOST_CLASSES: Final = 4
"""With more outcomes each gets fewer trees, for every round grows one for each."""


@dataclass(frozen=True)
class Judge:
    """A model that judges suggestions.

    Parameters
    ----------
    key : str
        ``linear`` or ``trees``.
    titles : dict
        Its name by task.
    make : callable
        From a ``Setting`` to an unfitted estimator.
    """

    key: str
    titles: dict[Task, str]
    make: Callable[[Setting], Any]


def _linear(setting: Setting) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge

    return LogisticRegression(C=1.0, max_iter=300) if setting.task.is_classification else Ridge(alpha=1.0)


def _trees(setting: Setting) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if setting.task.is_classification else LGBMRegressor
    return kind(
        n_estimators=ROUNDS if setting.n_classes <= MOST_CLASSES else max(20, 2 * ROUNDS // setting.n_classes),
        learning_rate=0.1,
        num_leaves=15,
        max_bin=BINS,
        min_child_samples=min(20, max(5, setting.n_rows // 20)),
        reg_lambda=1.0,
        random_state=setting.seed,
        n_jobs=1,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )


JUDGES: Final[dict[str, Judge]] = {
    LINEAR: Judge(
        LINEAR,
        {
            Task.BINARY: "Logistic regression",
            Task.MULTICLASS: "Logistic regression",
            Task.REGRESSION: "Linear regression",
        },
        _linear,
    ),
    TREES: Judge(TREES, dict.fromkeys(Task, "Boosted trees"), _trees),
}
"""Key to judge. One adds up, the other asks questions in turn: what helps neither will hardly help another model."""


class _Ready:
    """A fitted model with the rows it is to answer, prepared once for both judges."""

    def __init__(self, model: Any, rows: Any) -> None:
        self.model, self.rows = model, rows
        self.classes_ = getattr(model, "classes_", None)

    def predict(self, _: Any) -> Any:
        return self.model.predict(self.rows)

    def predict_proba(self, _: Any) -> Any:
        return self.model.predict_proba(self.rows)


class Courtroom:
    """Scores recipes with the judges on the folds of one sample of training rows.

    Parameters
    ----------
    problem : Problem
        A sample of ``core.train.trials.quick.sampled``; its recipe is the one that others are held against.
    seed, threads : int
    """

    def __init__(self, problem: Problem, *, seed: int, threads: int) -> None:
        self.problem, self.seed, self.threads = problem, seed, threads
        self.bench = Bench(problem, seed=seed, threads=threads)
        self._held: dict[str, pd.DataFrame] = {}
        self.missed: dict[str, NDArray[np.float64]] = {}
        """What each judge got wrong about each row of the table, by outcome; NaN where it was not left out."""

    @property
    def folds(self) -> int:
        """How many folds there are, over all deals."""
        return len(self.problem.split.folds)

    def score(
        self,
        recipe: Recipe,
        judges: Sequence[str],
        fold: int,
        *,
        keep_missed: bool = False,
    ) -> dict[str, float]:
        """Score a recipe on one fold.

        Parameters
        ----------
        recipe : Recipe
        judges : sequence of str
            Keys of ``JUDGES``.
        fold : int
        keep_missed : bool
            Whether what is got wrong is kept in ``missed``.

        Returns
        -------
        dict of str to float
            The frame's metric by judge; NaN where it is not defined on the fold.

        Raises
        ------
        RecipeError, TrainingError
            The recipe cannot be applied, or predictions are not numbers.
        """
        problem = replace(self.problem, recipe=recipe)
        bench = Bench(problem, seed=self.seed, threads=self.threads)
        if _rows_alike(recipe, self.problem.recipe):
            bench = self.bench
        fit, judge = bench.rows(fold), self.problem.split.folds[fold][1]
        y = self.problem.y
        found: dict[str, float] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (_, cast), *steps = compile_steps(problem, scale=True, seed=self.seed)
            prepare, rows = Pipeline(steps), self._read(cast)
            learned = np.ascontiguousarray(prepare.fit_transform(self._of(rows, fit), y[fit]), dtype=np.float64)
            asked = np.ascontiguousarray(prepare.transform(self._of(rows, judge)), dtype=np.float64)
            for key in judges:
                model = JUDGES[key].make(self.bench.setting).fit(learned, y[fit])
                outcomes = bench.outcomes(_Ready(model, asked), judge)
                found[key] = float(bench.metric.compute(outcomes))
                if keep_missed:
                    self._miss(key, judge, outcomes)
        return found

    def _read(self, cast: Any) -> pd.DataFrame:
        """Return the rows as the pipeline's first step reads them, which is the same in every fold."""
        mark = json.dumps([cast.columns, cast.date_formats])
        if mark not in self._held:
            self._held[mark] = cast.fit_transform(self.problem.X.iloc[self.problem.split.train])
        return self._held[mark]

    def _of(self, read: pd.DataFrame, rows: NDArray[np.intp]) -> pd.DataFrame:
        return read.iloc[np.searchsorted(self.problem.split.train, rows)]

    def _miss(self, key: str, rows: NDArray[np.intp], outcomes: Any) -> None:
        classes = self.problem.classes
        told = classes[1:] if len(classes) == 2 else classes
        if key not in self.missed:
            self.missed[key] = np.full((len(self.problem.y), max(1, len(told))), np.nan)
        if outcomes.probabilities is None:
            self.missed[key][rows, 0] = outcomes.actual.astype(float) - outcomes.values
            return
        for place, label in enumerate(told):
            chance = outcomes.probabilities[:, classes.index(label)]
            self.missed[key][rows, place] = (outcomes.actual.astype(str) == label) - chance


def _rows_alike(one: Recipe, other: Recipe) -> bool:
    """Whether two recipes learn from the same rows; then they need not be worked out again."""

    def kept(recipe: Recipe) -> list[tuple[object, ...]]:
        return [
            (step.kind, step.columns, sorted(step.params.items()))
            for step in recipe.active
            if step.kind in STEPS and STEPS[step.kind].scope is Scope.ROWS
        ]

    return kept(one) == kept(other)
