"""What tuning tried: the draws of each family of models, and which of their settings mattered."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.train.board import Leaderboard, Run, RunStatus
from core.train.catalog import MODELS
from core.train.spaces import TITLES

LEAST_DRAWS: Final = 8
"""Fewer draws of a family show nothing."""
TREES: Final = 200
REPEATS: Final = 20
"""Times each setting is shuffled."""
LOG_RATIO: Final = 50.0
"""A setting whose largest value is this many times its smallest is looked at on the scale of logarithms."""
EXPLAINED: Final = 0.1
"""Where the forest explains less of the scores than this, the settings hardly matter."""

Value = float | int | str | bool


@dataclass(frozen=True)
class Tried:
    """One draw.

    Parameters
    ----------
    params : dict
        Setting to value.
    score : float
    ended_early : bool
        Whether it was judged on fewer folds than the others.
    """

    params: dict[str, Value]
    score: float
    ended_early: bool = False


@dataclass(frozen=True)
class Setting:
    """One setting over the draws of a family.

    Parameters
    ----------
    name : str
    levels : tuple of str
        The values in words, of a setting that is no number; empty otherwise.
    is_log : bool
        Whether it is looked at on the scale of logarithms.
    """

    name: str
    levels: tuple[str, ...] = ()
    is_log: bool = False

    @property
    def title(self) -> str:
        """What the screens call it; its name in words where the catalogue does not know it any more."""
        words = self.name.replace("_", " ").strip()
        return TITLES.get(self.name, words[:1].upper() + words[1:])

    def place(self, value: Value) -> float:
        """Return where a value stands on the axis of this setting."""
        if self.levels:
            return float(self.levels.index(str(value)))
        return log10(float(value)) if self.is_log else float(value)


@dataclass(frozen=True)
class Family:
    """The draws of one kind of model.

    Parameters
    ----------
    key, title : str
    draws : tuple of Tried
        At least ``LEAST_DRAWS``, best first.
    settings : tuple of Setting
        Those that every draw has and that take more than one value.
    """

    key: str
    title: str
    draws: tuple[Tried, ...]
    settings: tuple[Setting, ...]

    def places(self) -> NDArray[np.float64]:
        """Return where each draw stands on each axis; shape (draws, settings)."""
        return np.array([[setting.place(one.params[setting.name]) for setting in self.settings] for one in self.draws])


@dataclass(frozen=True)
class Importances:
    """Which settings mattered, roughly.

    Parameters
    ----------
    shares : tuple of (Setting, float)
        Most important first; the shares sum to 1, or are all 0 where nothing matters.
    explained : float
        Share of the scores' spread that the forest foretells of draws it did not see (out of bag); may be negative.
    draws : int
        Draws it was told from.
    """

    shares: tuple[tuple[Setting, float], ...]
    explained: float
    draws: int

    @property
    def sentence(self) -> str:
        """What they say, in words."""
        rough = f"A rough guide, from {self.draws:,} draws"
        if not self.shares or self.explained < EXPLAINED or self.shares[0][1] <= 0:
            return f"The settings tried hardly explain the scores: others would have done about as well. {rough}."
        first = self.shares[0]
        told = f"{first[0].title} mattered most: {first[1]:.0%} of what the settings explain"
        quiet = [setting.title.lower() for setting, share in self.shares if share < 0.05]
        if quiet:
            told += f"; {', '.join(quiet)} hardly at all"
        return f"{told}. {rough}: settings that were drawn together cannot be told apart."


def families(board: Leaderboard) -> tuple[Family, ...]:
    """Return the families of which enough draws can be looked at.

    Parameters
    ----------
    board : Leaderboard
        Draws are its finished runs with a family and settings, and what such a run says it was the best of.

    Returns
    -------
    tuple of Family
        In the order of their best draw on the board.
    """
    by_family: dict[str, list[Run]] = {}
    for run in board.runs:
        if run.family:
            by_family.setdefault(run.family, []).append(run)
    found = []
    for key, runs in by_family.items():
        # A run that tells its draws tells them all; one beside it was not tuned, and has other settings.
        draws = [one for run in runs for one in _draws(run)] or [one for run in runs for one in _itself(run)]
        draws.sort(key=lambda one: one.score, reverse=board.higher_is_better)
        settings = _settings(draws)
        if len(draws) >= LEAST_DRAWS and settings:
            found.append(Family(key, MODELS[key].title if key in MODELS else key, tuple(draws), settings))
    return tuple(found)


def _draws(run: Run) -> list[Tried]:
    return [
        Tried(dict(one.params), one.score, one.ended_early)
        for one in run.draws
        if one.score is not None and isfinite(one.score)
    ]


def _itself(run: Run) -> list[Tried]:
    if run.status is not RunStatus.DONE or run.score is None or not run.params or not isfinite(run.score):
        return []
    return [Tried(dict(run.params), run.score)]


def _settings(draws: Sequence[Tried]) -> tuple[Setting, ...]:
    shared = [name for name in draws[0].params if all(name in one.params for one in draws)] if draws else []
    found = []
    for name in shared:
        values = [one.params[name] for one in draws]
        if len(set(map(str, values))) < 2:
            continue
        if any(isinstance(value, str | bool) for value in values):
            found.append(Setting(name, tuple(sorted(set(map(str, values))))))
        else:
            numbers = [float(value) for value in values]
            is_log = min(numbers) > 0 and max(numbers) / min(numbers) >= LOG_RATIO
            found.append(Setting(name, is_log=is_log))
    return tuple(found)


def importances(family: Family, *, seed: int) -> Importances | None:
    """Tell roughly which settings mattered.

    A random forest foretells the score from the settings; each setting is then shuffled among the draws, and by how
    much that spoils the forest is its importance (Breiman, 2001, Random forests, section 10).

    Parameters
    ----------
    family : Family
    seed : int

    Returns
    -------
    Importances or None
        ``None`` where fewer than ``LEAST_DRAWS`` draws were judged on all folds.
    """
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance

    whole = np.array([not one.ended_early for one in family.draws])
    if whole.sum() < LEAST_DRAWS:
        return None
    X = family.places()[whole]
    y = np.array([one.score for one in family.draws])[whole]
    if np.ptp(y) == 0:
        return Importances(tuple((setting, 0.0) for setting in family.settings), 0.0, len(y))
    forest = RandomForestRegressor(TREES, min_samples_leaf=2, oob_score=True, random_state=seed, n_jobs=1).fit(X, y)
    spoiled = permutation_importance(forest, X, y, n_repeats=REPEATS, random_state=seed).importances_mean
    worth = np.clip(spoiled, 0.0, None)
    shares = worth / worth.sum() if worth.sum() > 0 else worth
    ranked = sorted(zip(family.settings, shares.tolist(), strict=True), key=lambda pair: -pair[1])
    return Importances(tuple(ranked), float(forest.oob_score_), len(y))
