"""What a training will take, told before it starts."""

from dataclasses import dataclass

from core.framing.frame import Task
from core.prepare.problem import Problem
from core.train.board import TrainPlan
from core.train.catalog import BASELINE, MODELS, candidates
from core.train.directions import cannot_keep
from core.train.pace import Pace, size_of
from core.train.runner import most_workers, usable_cores
from core.train.spec import first_to_run
from core.train.words import duration, size

LOW, HIGH = 0.5, 2.0
"""Factors between a forecast from the table's size alone and what trainings were seen to take."""
START_SECONDS = 2.0
"""Of starting the process that fits and importing the libraries."""
PROCESS_BYTES = 240e6
"""Memory of each process of a training before it holds a table (measured on Linux)."""
RAW_COPIES, ENCODED_COPIES = 4.0, 9.0
"""Copies of the raw and of the encoded table each fitting process holds at its peak, prepared folds among them."""


@dataclass(frozen=True)
class CandidateForecast:
    """One candidate before it starts.

    Parameters
    ----------
    key, title, good_at : str
        As in the catalogue.
    seconds : float or None
        All its fits; ``None`` where it will be left out.
    reason : str
        Why it will be left out, in plain words.
    """

    key: str
    title: str
    good_at: str
    seconds: float | None
    reason: str = ""


@dataclass(frozen=True)
class Forecast:
    """What a training will take.

    Parameters
    ----------
    rows : int
        Training rows.
    candidates : tuple of CandidateForecast
        In the order in which they will run.
    low_seconds, high_seconds : float
        Between which the whole will lie; never above the budget.
    memory_bytes : float
        Peak of its processes together.
    budget_seconds : float
    tunes : bool
        Whether tuning follows, which the forecast leaves out.
    on_cluster : bool
        Whether fits go to a cluster, of which the forecast knows nothing: it is that of this machine.
    """

    rows: int
    candidates: tuple[CandidateForecast, ...]
    low_seconds: float
    high_seconds: float
    memory_bytes: float
    budget_seconds: float
    tunes: bool = False
    on_cluster: bool = False

    @property
    def words(self) -> str:
        """The forecast as the empty state shows it."""
        tried = sum(candidate.seconds is not None for candidate in self.candidates)
        low, high = duration(self.low_seconds), duration(self.high_seconds)
        time = f"about {high}" if low == high else f"{low} to {high}"
        first = f"Fairway will try {tried} candidates on {self.rows:,} rows."
        then = f" Tuning may take the rest of {duration(self.budget_seconds)}." if self.tunes else ""
        if self.on_cluster:
            first += " Fits go to the Dask cluster."
        machine = " on this machine alone" if self.on_cluster else ""
        return f"{first} Forecast{machine}: {time}, {size(self.memory_bytes)}.{then}"


def forecast_training(problem: Problem, plan: TrainPlan, *, on_cluster: bool = False) -> Forecast:
    """Forecast time and memory from the size of the table.

    Parameters
    ----------
    problem : Problem
    plan : TrainPlan
    on_cluster : bool
        Whether fits go to a cluster.

    Returns
    -------
    Forecast
    """
    task = problem.frame.task
    assert isinstance(task, Task)
    pace = Pace(size_of(problem), min(usable_cores(), most_workers(problem)))
    rows = len(problem.split.train)
    expected = []
    for spec in candidates(task, plan.candidates):
        reason = spec.left_out(rows) or cannot_keep(spec, problem)
        seconds = None if reason else pace.seconds(spec)
        expected.append(CandidateForecast(spec.key, spec.title, spec.good_at, seconds, reason))
    first = first_to_run((MODELS[one.key] for one in expected if one.seconds is not None), pace.seconds)
    expected.sort(key=lambda one: (one.seconds is None, one.key != BASELINE, MODELS[one.key] is not first))
    total = sum(one.seconds or 0.0 for one in expected)
    encoded = len(problem.split.train) * pace.size.columns * 8
    raw = float(problem.X.memory_usage(deep=True).sum())
    return Forecast(
        rows=rows,
        candidates=tuple(expected),
        low_seconds=min(LOW * total + START_SECONDS, plan.budget_seconds),
        high_seconds=min(HIGH * total + START_SECONDS, plan.budget_seconds),
        memory_bytes=PROCESS_BYTES * (1 + pace.workers) + pace.workers * (RAW_COPIES * raw + ENCODED_COPIES * encoded),
        budget_seconds=plan.budget_seconds,
        tunes=plan.draws != 0,
        on_cluster=on_cluster,
    )
