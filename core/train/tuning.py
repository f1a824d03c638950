"""Tuning: which settings to try next, by what those before them were worth, and which to give up early."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from core.framing.metrics import Metric
from core.train.board import Draw, Run
from core.train.catalog import ModelSpec
from core.train.fits import FitAnswer, FitTask
from core.train.spaces import Choice, Dimension, Real, Space, Value, clash, is_drawn

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.distributions import BaseDistribution

AT_ONCE = 2
"""Draws that are fitted side by side, whatever the machine, so that the same seed draws the same."""
PATIENCE = 24
"""Draws one after the other that bring nothing, after which tuning ends."""
FAMILIES = 3
"""Most kinds of model that are tuned: the best ones."""
TURNS = (0, 0, 1, 0, 1, 2)
"""Whose turn it is, by their place: the best kind gets half of the draws."""
GIVE_UP = 0.15
"""A draw is given up once a Wilcoxon test on its folds says, below this, that it is worse than the best."""
LEAST_FOLDS = 3
"""Folds that a draw is judged on at least."""
FIRST_DRAWS = 6
"""Draws of a kind made at random before its surrogate model proposes."""


@dataclass(eq=False)
class Draft:
    """One set of settings under way.

    Parameters
    ----------
    spec : ModelSpec
    params : dict
    trial : Trial
        Of its study.
    against : dict of int to float
        Scores of the best before it, by fold.
    answers : dict of int to FitAnswer
        By fold.
    ended_at : int or None
        Folds after which it was given up.
    """

    spec: ModelSpec
    params: dict[str, Value]
    trial: "Trial"
    against: dict[int, float]
    answers: dict[int, FitAnswer] = field(default_factory=dict)
    ended_at: int | None = None
    _told: int = 0

    def tasks(self, folds: int) -> list[FitTask]:
        """Return the fits it takes."""
        return [FitTask(self.spec.key, fold, tuple(self.params.items())) for fold in range(folds)]

    def take(self, fold: int, answer: FitAnswer, metric: Metric) -> None:
        """Take in an answer. Whether it is given up is looked at in the order of folds, whichever came first."""
        self.answers[fold] = answer
        while self.ended_at is None and self._told in self.answers:
            value = self.values(metric, self._told + 1)[-1]
            if np.isfinite(value):
                self.trial.report(value, self._told)
            self._told += 1
            if self._hopeless(metric):
                self.ended_at = self._told

    def values(self, metric: Metric, folds: int) -> list[float]:
        """Return its scores on the first folds, NaN where it is not defined."""
        return [(self.answers[fold].metrics or {}).get(metric.key, float("nan")) for fold in range(folds)]

    def _hopeless(self, metric: Metric) -> bool:
        from scipy.stats import wilcoxon

        sign = 1.0 if metric.higher_is_better else -1.0
        pairs = [
            sign * (value - self.against[fold])
            for fold, value in enumerate(self.values(metric, self._told))
            if fold in self.against and np.isfinite(value)
        ]
        if len(pairs) < LEAST_FOLDS or not any(pairs):
            return False
        return bool(wilcoxon(pairs, alternative="less", method="exact").pvalue < GIVE_UP)

    def score(self, metric: Metric) -> float | None:
        """Return the mean over its folds, those up to which it was given up; ``None`` where none is defined."""
        last = len(self.answers) if self.ended_at is None else self.ended_at
        known = [value for value in self.values(metric, last) if np.isfinite(value)]
        return float(np.mean(known)) if known else None

    def drawn(self, metric: Metric) -> Draw:
        """Return it as the board keeps it."""
        return Draw(
            params=self.params,
            score=self.score(metric),
            folds=len(self.answers) if self.ended_at is None else self.ended_at,
            seconds=round(sum(answer.seconds for answer in self.answers.values()), 3),
            ended_early=self.ended_at is not None,
        )


class Tuner:
    """Proposes settings for the best kinds of model.

    Parameters
    ----------
    runs : sequence of (ModelSpec, Run)
        Finished candidates at their default settings, best first; those without a space are passed over.
    metric : Metric
    seed : int
    fixed : mapping of str to mapping
        Settings a person fixed, by candidate.

    Notes
    -----
    Proposals are those of the tree-structured Parzen estimator: Bergstra, J. et al. (2011), Algorithms for
    hyper-parameter optimization, NeurIPS; as built in Optuna.
    """

    def __init__(
        self,
        runs: Sequence[tuple[ModelSpec, Run]],
        metric: Metric,
        seed: int,
        fixed: Mapping[str, Mapping[str, Value]],
    ) -> None:
        self.metric = metric
        self.specs = [spec for spec, _ in runs if free(spec, fixed)][:FAMILIES]
        self.fixed = {spec.key: dict(fixed.get(spec.key, {})) for spec in self.specs}
        first = {spec.key: run for spec, run in runs}
        self.studies = {
            spec.key: _study(metric, seed + place, spec, free(spec, fixed), first[spec.key])
            for place, spec in enumerate(self.specs)
        }
        self.against = {key: {fold.fold: fold.unseen for fold in run.folds} for key, run in first.items()}
        self.best: dict[str, Draft] = {}
        self.draws: dict[str, list[Draw]] = {spec.key: [] for spec in self.specs}
        self.default = {key: run.score for key, run in first.items()}
        self.turn = 0
        self.idle = 0

    @property
    def exhausted(self) -> bool:
        """Whether the last draws brought nothing."""
        return self.idle >= PATIENCE

    @property
    def count(self) -> int:
        """Draws that are done."""
        return sum(map(len, self.draws.values()))

    def next(self, most: int = AT_ONCE) -> list[Draft]:
        """Return the next settings to try, at most ``AT_ONCE``."""
        drafts = []
        for _ in range(min(most, AT_ONCE)):
            spec = self.specs[TURNS[self.turn % len(TURNS)] % len(self.specs)]
            self.turn += 1
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                trial = self.studies[spec.key].ask()
                drawn = {name: _suggest(trial, name, one) for name, one in free(spec, self.fixed).items()}
            drafts.append(Draft(spec, {**self.fixed[spec.key], **drawn}, trial, self.against[spec.key]))
        return drafts

    def tell(self, draft: Draft) -> bool:
        """Take in a draw that is done; return whether it is the best of its kind so far, its default included."""
        from optuna.trial import TrialState

        score = draft.score(self.metric)
        state = TrialState.FAIL if score is None else TrialState.COMPLETE
        if draft.ended_at is not None:
            state = TrialState.PRUNED
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.studies[draft.spec.key].tell(draft.trial, score if state is TrialState.COMPLETE else None, state=state)
        key = draft.spec.key
        self.draws[key].append(draft.drawn(self.metric))
        before = self.best[key].score(self.metric) if key in self.best else self.default[key]
        won = state is TrialState.COMPLETE and (
            before is None or (score is not None and self.metric.better(score, before))
        )
        if won:
            self.best[key] = draft
            values = draft.values(self.metric, len(draft.answers))
            self.against[key] = {fold: value for fold, value in enumerate(values) if np.isfinite(value)}
        self.idle = 0 if won else self.idle + 1
        return won


def free(spec: ModelSpec, fixed: Mapping[str, Mapping[str, Value]]) -> Space:
    """Return the settings of a candidate that a search may vary."""
    own = fixed.get(spec.key, {})
    return {name: one for name, one in spec.space.items() if is_drawn(one) and name not in own}


def _study(metric: Metric, seed: int, spec: ModelSpec, space: Space, first: Run) -> "Study":
    import optuna
    from optuna.samplers import TPESampler
    from optuna.trial import create_trial

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = optuna.create_study(
            direction="maximize" if metric.higher_is_better else "minimize",
            sampler=TPESampler(seed=seed, multivariate=True, n_startup_trials=FIRST_DRAWS),
        )
    defaults = {name: value for name, value in spec.usual.items() if name in space}
    if first.score is not None and all(not clash(value, space[name]) for name, value in defaults.items()):
        # What the default settings are worth is known already.
        distributions = {name: _distribution(one) for name, one in space.items()}
        study.add_trial(create_trial(params=defaults, distributions=distributions, value=first.score))
    return study


def _distribution(dimension: Dimension) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(dimension, Choice):
        return CategoricalDistribution(dimension.values)
    if isinstance(dimension, Real):
        return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
    return IntDistribution(dimension.low, dimension.high, log=dimension.log)


def _suggest(trial: "Trial", name: str, dimension: Dimension) -> Any:
    if isinstance(dimension, Choice):
        return trial.suggest_categorical(name, list(dimension.values))
    if isinstance(dimension, Real):
        return float(f"{trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log):.4g}")
    return trial.suggest_int(name, dimension.low, dimension.high, log=dimension.log)
