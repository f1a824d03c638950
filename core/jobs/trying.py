"""Trials: quick scores that take seconds, made in a worker and kept by what they were made from."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any, Final

import pandas as pd

from core.jobs.tasks import JobContext
from core.limits import SUGGEST_SECONDS
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe
from core.project.document import Project
from core.project.fingerprint import digest, training_fingerprint


@dataclass(frozen=True, eq=False)
class Trial:
    """What a trial is given.

    Parameters
    ----------
    problem : Problem
        Of the project as it was when the trial was asked for.
    project : Project
    table : DataFrame
        The project's.
    params : dict
        As submitted.
    threads : int
    report : callable
        Takes the share done and what is being done.
    should_stop : callable
    keep : callable
        Takes what was found so far, which a screen may show while the trial goes on.
    pipeline : callable
        From the key of a run of the project's training to its fitted pipeline.
    """

    problem: Problem
    project: Project
    table: pd.DataFrame
    params: Mapping[str, Any]
    threads: int
    report: Callable[[float, str], None]
    should_stop: Callable[[], bool]
    keep: Callable[[dict[str, Any]], None]
    pipeline: Callable[[str], Any]


def compare(trial: Trial) -> dict[str, Any]:
    """Compare two recipes: ``params`` holds them as ``first`` and ``second``; returns the gains, model by model."""
    from core.train.trials.quick import compare_recipes

    gains = compare_recipes(
        trial.problem,
        Recipe.model_validate(trial.params["first"]),
        Recipe.model_validate(trial.params["second"]),
        seed=trial.project.plan.seed,
        threads=trial.threads,
        should_stop=trial.should_stop,
        report=trial.report,
    )
    return {"gains": [asdict(gain) for gain in gains]}


def replay_without(trial: Trial) -> dict[str, Any]:
    """Score with and without the suspect ``columns``; returns the gains, model by model."""
    from core.train.trials.replay import replay

    gains = replay(
        trial.problem,
        [str(name) for name in trial.params["columns"]],
        seed=trial.project.plan.seed,
        threads=trial.threads,
        should_stop=trial.should_stop,
        report=trial.report,
    )
    return {"gains": [asdict(gain) for gain in gains]}


def apart(trial: Trial) -> dict[str, Any]:
    """Tell training and sealed rows apart; takes no parameters."""
    from core.train.trials.apart import tell_apart

    found = tell_apart(
        trial.problem,
        seed=trial.project.plan.seed,
        threads=trial.threads,
        should_stop=trial.should_stop,
        report=trial.report,
    )
    return {**asdict(found), "differs": found.differs}


def more_rows(trial: Trial) -> dict[str, Any]:
    """Fit the model of the ``run`` on growing parts of the rows; returns the curve and what it says."""
    from core.train.trials.rows import RowCurve, row_curve, sentence

    def said(curve: RowCurve) -> dict[str, Any]:
        return {**asdict(curve), "verdict": curve.verdict.value, "sentence": sentence(curve)}

    curve = row_curve(
        trial.problem,
        trial.pipeline(str(trial.params["run"])),
        seed=trial.project.plan.seed,
        threads=trial.threads,
        should_stop=trial.should_stop,
        report=trial.report,
        keep=lambda found: trial.keep(said(found)),
    )
    return said(curve)


def _budget(trial: Trial) -> float:
    return min(max(float(trial.params["budget"]), SUGGEST_SECONDS[0]), SUGGEST_SECONDS[1])


def suggest(trial: Trial) -> dict[str, Any]:
    """Try suggestions for the recipe within ``budget`` seconds; stopped, it keeps what it found."""
    from core.project.suggesting import trial_problem
    from core.train.trials.suggested import try_suggestions

    found = try_suggestions(
        trial_problem(trial.project, trial.table),
        seed=trial.project.plan.seed,
        budget=_budget(trial),
        clock=monotonic,
        threads=trial.threads,
        should_stop=trial.should_stop,
        report=trial.report,
        keep=lambda so_far: trial.keep(so_far.model_dump(mode="json")),
    )
    return found.model_dump(mode="json")


def build(trial: Trial) -> dict[str, Any]:
    """Build a whole recipe within ``budget`` seconds; stopped, it keeps the recipe as far as it was built."""
    from core.project.suggesting import automatic

    built = automatic(
        trial.project,
        trial.table,
        budget=_budget(trial),
        threads=trial.threads,
        should_stop=trial.should_stop,
        report=trial.report,
        keep=lambda so_far: trial.keep(so_far.model_dump(mode="json")),
    )
    return built.model_dump(mode="json")


TRIALS: Final[dict[str, Callable[[Trial], dict[str, Any]]]] = {
    "compare": compare,
    "replay": replay_without,
    "apart": apart,
    "rows": more_rows,
    "suggest": suggest,
    "automatic": build,
}
"""What a trial may be: name to function. Each returns JSON values."""


def trial_key(project: Project, what: str, params: Mapping[str, Any]) -> str:
    """Name a trial by everything its result depends on."""
    return digest([what, training_fingerprint(project), dict(params)])


def last_key(what: str) -> str:
    """Name the file that says which trial of a kind was made last."""
    return f"last-{what}"


def run_trial(context: JobContext) -> None:
    """Make the trial that a job asks for: ``what``, its ``params`` and the ``fingerprint`` of the project."""
    from core.jobs.tasks import as_submitted
    from core.project.judge import problem
    from core.train.runner import usable_cores

    context.report(0.0, "Reading the table")
    project = as_submitted(context, str(context.params["fingerprint"]))
    assert project.data is not None
    what, params = str(context.params["what"]), dict(context.params["params"])
    folder, key = context.workspace.trials(context.project_id), trial_key(project, what, params)

    def write(found: dict[str, Any], *, finished: bool) -> None:
        folder.write(key, {**found, "finished": finished})
        # What was tried last is found again when the recipe has changed, and is told to be out of date.
        folder.write(last_key(what), {"key": key, "fingerprint": training_fingerprint(project)})

    table = context.workspace.read_table(project.data.content_hash)
    trial = Trial(
        problem=problem(project, table),
        project=project,
        table=table,
        params=params,
        threads=min(context.workspace.settings.worker_threads, usable_cores()),
        report=context.report,
        should_stop=context.should_stop,
        keep=lambda found: write(found, finished=False),
        pipeline=context.workspace.training(context.project_id, str(context.params["fingerprint"])).pipeline,
    )
    write(TRIALS[what](trial), finished=True)
