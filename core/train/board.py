"""The leaderboard: every candidate with its scores, fold by fold, and what became of it."""

from enum import StrEnum
from statistics import stdev

from pydantic import BaseModel, ConfigDict


class RunStatus(StrEnum):
    """What became of a candidate."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    STOPPED = "stopped"


class TrainPlan(BaseModel):
    """What to try, for how long."""

    model_config = ConfigDict(frozen=True)

    candidates: tuple[str, ...] = ()
    """Keys of ``core.train.catalog.MODELS``; empty means every model that suits the task."""
    budget_seconds: float = 60.0
    seed: int = 7
    settings: dict[str, dict[str, float | int | str | bool]] = {}
    """Settings a person fixed, by candidate and name; a search varies the others."""
    draws: int | None = None
    """Settings to draw in tuning: 0 for none, ``None`` for as many as the time allows and bring something."""
    directions: dict[str, int] = {}
    """Raw column to 1 where the answer may only rise with it, to −1 where it may only fall."""
    blend: bool = True
    """Whether the finished candidates also answer together."""


class FoldScore(BaseModel):
    """One fold: the metric on the rows left out (unseen) and on the rows fitted (seen), and the seconds it took."""

    model_config = ConfigDict(frozen=True)

    fold: int
    unseen: float
    seen: float
    seconds: float
    metrics: dict[str, float] = {}
    """Every metric of the task on the rows left out."""


class Draw(BaseModel):
    """One set of settings that tuning tried."""

    model_config = ConfigDict(frozen=True)

    params: dict[str, float | int | str | bool]
    score: float | None = None
    """Mean over its folds; of one ended early over those it was judged on."""
    folds: int = 0
    seconds: float = 0.0
    ended_early: bool = False
    """Whether it was given up because its first folds were worse than the best draw's."""


class Run(BaseModel):
    """One candidate on the leaderboard."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    summary: str = ""
    status: RunStatus = RunStatus.WAITING
    is_baseline: bool = False
    simplicity: int = 0
    """Rank of how easily it is explained and run; lower is simpler."""
    folds: tuple[FoldScore, ...] = ()
    score: float | None = None
    low: float | None = None
    high: float | None = None
    """Mean of the metric over the folds left out, with its 95% interval."""
    seen: float | None = None
    fit_seconds: float = 0.0
    size_bytes: int | None = None
    """Of the kept model's file; before it is kept, of the model in memory."""
    row_seconds: float | None = None
    """Median time the kept model takes to predict one row; unknown before it is kept, or on an earlier board."""
    forecast_seconds: float | None = None
    reason: str = ""
    """Why it failed, was skipped or stopped, in plain words."""
    tied: bool = False
    """Not worse than the best by more than chance (paired test on the folds)."""
    p_value: float | None = None
    notes: tuple[str, ...] = ()
    """What the fits warned of, in plain words; nothing that stopped them."""
    family: str = ""
    """Key of the catalogue; empty for what is put together of several, and on a board of an earlier version."""
    params: dict[str, float | int | str | bool] = {}
    """Settings that are not left at their default."""
    draws: tuple[Draw, ...] = ()
    """What tuning tried, in its order, where this is the best of them."""
    expected_seconds: float | None = None
    """The forecast it began with."""
    model_hash: str = ""
    """SHA-256 of the kept model's file; empty before it is kept."""

    @property
    def spread(self) -> float | None:
        """Standard deviation of the metric over the folds left out; ``None`` for fewer than two."""
        scores = [fold.unseen for fold in self.folds]
        return stdev(scores) if len(scores) > 1 else None


class Leaderboard(BaseModel):
    """All candidates of one training.

    ``runs`` stand in the order in which they are shown: finished ones by score, then running, waiting and the rest.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    metric: str
    higher_is_better: bool
    runs: tuple[Run, ...]
    recommended: str | None = None
    recommendation: str = ""
    """Why that one, in words."""
    rows: int
    """Training rows."""
    judged_rows: int | None = None
    """Those of them that scores are computed on; unknown on a board of an earlier version."""
    judged: str = ""
    """The same in words."""
    test_rows: int
    folds: int
    seed: int
    budget_seconds: float
    seconds: float = 0.0
    tunes: bool = False
    """Whether tuning follows the candidates."""
    finished: bool = False
    ended: str = ""
    """How the training ended: "done", "stopped", "budget"; empty while it runs."""
    where: str = ""
    """Where the fits ran, in words, where a cluster was asked for."""
    notes: tuple[str, ...] = ()

    def run(self, key: str) -> Run:
        """Return one run; raises ``KeyError`` where there is none."""
        for run in self.runs:
            if run.key == key:
                return run
        raise KeyError(key)

    @property
    def judged_words(self) -> str:
        """The rows that scores are computed on, in words."""
        return self.judged or f"training rows left out in {self.folds} folds"

    @property
    def done(self) -> tuple[Run, ...]:
        """Finished candidates, the baseline among them, best first."""
        return tuple(run for run in self.runs if run.status is RunStatus.DONE)

    @property
    def baseline(self) -> Run | None:
        """The naive baseline, where it has finished."""
        return next((run for run in self.done if run.is_baseline), None)
