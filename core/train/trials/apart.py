"""Whether training and sealed rows can be told apart, and by which columns; no outcome is looked at."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from core.errors import JobError
from core.evaluate.compare import fold_interval
from core.framing.frame import Task
from core.limits import QUICK_ROWS
from core.prepare.compile import compile_pipeline
from core.prepare.lineage import origins
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe

TRAINING, SEALED = "training", "sealed"
FOLDS: Final = 5
TREES: Final = 60
NAMED: Final = 5
"""Most columns that are named."""


@dataclass(frozen=True)
class Giveaway:
    """A column that tells training rows from sealed ones.

    Parameters
    ----------
    column : str
    share : float
        Its share of what the trees gain, 0 to 1.
    alone : float
        AUC of telling the parts apart with the rest of the columns gone: with this one alone.
    """

    column: str
    share: float
    alone: float


@dataclass(frozen=True)
class Apart:
    """How well training and sealed rows can be told apart.

    Parameters
    ----------
    auc, low, high : float
        Cross-validated AUC of a classifier and its 95% interval; 0.5 where they are alike.
    columns : tuple of Giveaway
        Those that give it away, most telling first; empty where the interval holds 0.5.
    training, sealed : int
        Rows looked at.
    """

    auc: float
    low: float
    high: float
    columns: tuple[Giveaway, ...]
    training: int
    sealed: int

    @property
    def differs(self) -> bool:
        """Whether the parts differ by more than chance."""
        return bool(self.low > 0.5)


def tell_apart(
    problem: Problem,
    *,
    seed: int,
    most_rows: int = QUICK_ROWS,
    threads: int = 1,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[float, str], None] = lambda _share, _words: None,
) -> Apart:
    """Train boosted trees to tell the sealed rows from the training rows by the columns the model sees.

    Parameters
    ----------
    problem : Problem
    seed : int
    most_rows : int
        Of each part.
    threads : int
    should_stop, report : callable
        As in ``core.train.trials.quick.compare_recipes``.

    Returns
    -------
    Apart

    Raises
    ------
    JobError
        Stopped.
    """
    rng = np.random.default_rng(seed)
    parts = [
        np.sort(rng.choice(rows, most_rows, replace=False)) if len(rows) > most_rows else rows
        for rows in (problem.split.train, problem.split.test)
    ]
    rows = np.concatenate(parts)
    names = np.repeat(np.array([TRAINING, SEALED], dtype=object), [len(part) for part in parts])
    frame = problem.frame.model_copy(update={"task": Task.BINARY, "positive": SEALED, "metric": "roc_auc"})
    X = problem.X.iloc[rows].reset_index(drop=True)
    where = np.arange(len(rows))
    dealt = StratifiedKFold(min(FOLDS, *map(len, parts)), shuffle=True, random_state=seed).split(X, names)
    folds = [judge for _, judge in dealt]
    told = replace(problem, X=X, y=names, classes=(SEALED, TRAINING), frame=frame, recipe=Recipe())
    scores, gains = [], dict.fromkeys(told.features, 0.0)
    for number, judge in enumerate(folds):
        if should_stop():
            raise JobError("The look was stopped.", next_step="Start it again when you like.")
        report(number / (len(folds) + 1), f"Telling the parts apart, fold {number + 1} of {len(folds)}")
        fit = np.setdiff1d(where, judge)
        scores.append(_auc(told, fit, judge, seed, threads, gains))
    low, high = fold_interval(scores, len(rows) - len(rows) / len(folds), len(rows) / len(folds))
    total = sum(gains.values())
    columns: list[Giveaway] = []
    if low > 0.5 and total > 0:
        report(len(folds) / (len(folds) + 1), "Looking at single columns")
        half = rng.permutation(where)
        fit, judge = np.sort(half[len(half) // 2 :]), np.sort(half[: len(half) // 2])
        for name in sorted(gains, key=lambda one: -gains[one])[:NAMED]:
            alone = replace(told, schema=told.schema.model_copy(update={"columns": (told.schema[name],)}))
            columns.append(Giveaway(name, gains[name] / total, _auc(alone, fit, judge, seed, threads, {})))
    report(1.0, "Done")
    return Apart(float(np.mean(scores)), max(0.0, low), min(1.0, high), tuple(columns), len(parts[0]), len(parts[1]))


def _auc(
    told: Problem,
    fit: "np.ndarray[tuple[int], np.dtype[np.intp]]",
    judge: "np.ndarray[tuple[int], np.dtype[np.intp]]",
    seed: int,
    threads: int,
    gains: dict[str, float],
) -> float:
    """Return the AUC on rows left out; adds what each raw column gained to ``gains``."""
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(
        n_estimators=TREES,
        num_leaves=15,
        min_child_samples=20,
        learning_rate=0.1,
        random_state=seed,
        n_jobs=threads,
        verbosity=-1,
        importance_type="gain",
    )
    pipeline = compile_pipeline(told, model, scale=False, seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(told.X.iloc[fit], told.y[fit])
        chances = pipeline.predict_proba(told.X.iloc[judge])[:, list(model.classes_).index(SEALED)]
    for (_, raw), gained in zip(origins(pipeline).items(), model.feature_importances_, strict=True):
        for name in raw:
            if name in gains:
                gains[name] += float(gained) / len(raw)
    return float(roc_auc_score(told.y[judge] == SEALED, chances))
