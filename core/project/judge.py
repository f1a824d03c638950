"""From a project to what its stages say of it: each function takes the project and gives a stage's result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.checks import check_data
from core.data.knowing.near import NearRepeats
from core.data.profile import Profile
from core.data.profile import profile as profile_table
from core.errors import DataError, FairwayError
from core.findings import Finding, Fix, Severity, worst_first
from core.framing.check import check_frame
from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.prepare.plan import SplitKind
from core.prepare.problem import Problem
from core.project.calibrating import corrected, fold_scores
from core.project.document import Project, SealOpening
from core.project.labelling import label_findings
from core.project.mending import mended_findings
from core.train.board import Leaderboard

if TYPE_CHECKING:
    # shown only to the type checker: these modules load scientific libraries a first screen must not pay for
    from core.evaluate.evaluation import Evaluation
    from core.explain.explanation import Explanation
    from core.fairness.audit import Audit
    from core.fairness.proxies import Proxies
    from core.fairness.remedy import Remedied


def profile(project: Project, table: pd.DataFrame) -> Profile:
    """Profile the project's table under its schema and frame."""
    if project.table_schema is None:
        raise DataError("This project has no table yet.", next_step="Bring one under Data.")
    return profile_table(table, project.table_schema, project.frame, sealed=_sealed_rows(project, table))


def _sealed_rows(project: Project, table: pd.DataFrame) -> NDArray[np.intp] | None:
    """Return the rows the split seals, ``None`` before frame and table allow one."""
    if not project.frame.complete:
        return None
    try:
        return problem(project, table).split.test
    except FairwayError:
        return None


def problem(project: Project, table: pd.DataFrame) -> Problem:
    """Put table, frame, recipe and split together for training.

    Raises
    ------
    FairwayError
        They do not fit; in plain words.
    """
    from core.prepare.build import build_problem

    if project.table_schema is None:
        raise DataError("This project has no table yet.", next_step="Bring one under Data.")
    decided = (project.table_schema, project.frame, project.recipe, project.split)
    return build_problem(table, *decided, directions=project.plan.directions)


def frame_findings(project: Project, table: pd.DataFrame | None) -> list[Finding]:
    """Return what the coach says of the frame."""
    target = project.frame.target
    values = table[target] if table is not None and target in table else None
    return check_frame(project.frame, [] if table is None else list(table.columns), values)


def data_findings(
    project: Project, table: pd.DataFrame, found: Profile, *, near: NearRepeats | None = None
) -> list[Finding]:
    """Return what the coach says of the table; ``near`` where nearly repeated rows were looked for before."""
    from core.prepare.compile import read_columns

    assert project.table_schema is not None
    # By group or time shares cannot be kept equal; offering it would undo that choice.
    stratified = project.split.kind is SplitKind.STRATIFIED
    balanced = project.split.balance if stratified else project.frame.sensitive
    handled = frozenset((step.kind, name) for step in project.recipe.active for name in (step.columns or ("",)))
    checked = check_data(
        table,
        project.table_schema,
        project.frame,
        found,
        balanced=balanced,
        handled=handled,
        dictionary=project.dictionary,
        reference=project.reference_shares,
        brought=project.data.imported if project.data else None,
        reads=read_columns((project.recipe, project.table_schema, project.frame)),
        near=near,
    )
    return worst_first([*checked, *label_findings(project)])


def lost_table_findings(project: Project) -> list[Finding]:
    """Return the finding that a project's table cannot be read; nothing for a project that has none yet."""
    if project.data is None:
        return []
    return [
        Finding(
            "table-lost",
            Severity.ERROR,
            "The table cannot be read",
            f"{project.data.name} was here with {project.data.rows:,} rows, and its copy is gone or damaged.",
            "Every later step works on it. Your decisions are kept: the same file puts everything back in place.",
            fix=Fix("Bring it again", "go_to", {"stage": "data"}),
            acceptable=False,
        )
    ]


def prepare_findings(project: Project, built: Problem | FairwayError) -> Sequence[Finding]:
    """Return what the coach says of recipe and split; a fault in them is a finding to settle."""
    from core.prepare.checks import check_recipe

    if isinstance(built, FairwayError):
        return [
            Finding(
                "not-buildable",
                Severity.ERROR,
                "Training cannot start like this",
                built.message,
                fix=Fix("Look at Frame", "go_to", {"stage": "frame"}),
                acceptable=False,
            )
        ]
    return worst_first([*mended_findings(project), *check_recipe(built)])


def outdated_finding(project: Project) -> Finding:
    """Return the finding that results belong to an earlier state of the project."""
    return Finding(
        "outdated",
        Severity.WARNING,
        "These scores are out of date",
        "Data, frame, recipe or split changed after the last training.",
        "What ships must be what was judged. Export stays closed until this is settled.",
        fix=Fix("Train again", "go_to", {"stage": "train"}),
        acceptable=False,
    )


def forecast_sentence(project: Project, built: Problem, *, on_cluster: bool = False) -> str:
    """Say what a training would take, in one sentence."""
    from core.train.forecast import forecast_training

    return forecast_training(built, project.plan, on_cluster=on_cluster).words


def train_findings(project: Project, board: Leaderboard) -> Sequence[Finding]:
    """Return what the coach says of a leaderboard."""
    from core.train.checks import check_training

    return check_training(board, project.frame, chosen=project.chosen)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a run said of training rows when they were left out.

    Parameters
    ----------
    outcomes : Outcomes
        Of n rows.
    folds : ndarray of int of shape (n,)
        The fold in which each row was left out.
    rows : ndarray of int of shape (n,)
        Their positions in the table; a split by time never leaves out its earliest rows.
    """

    outcomes: Outcomes
    folds: NDArray[np.intp]
    rows: NDArray[np.intp]


def decided(project: Project, built: Problem, raw: Judged) -> Judged:
    """Apply the project's correction of chances, line and remedy to a run's out-of-fold predictions.

    Correction and remedy are cross-fitted: each row is corrected and decided by what the other folds taught.

    Parameters
    ----------
    project : Project
    built : Problem
    raw : Judged
        As the run was kept.

    Returns
    -------
    Judged
    """
    raw = corrected(project, raw)
    if raw.outcomes.task is not Task.BINARY:
        return raw
    found = replace(raw.outcomes, threshold=project.threshold, decided=None, costs=project.frame.costs)
    at_line = replace(raw, outcomes=found)
    if project.remedy is None:
        return at_line
    remedied = fitted_remedy(project, built, at_line, project.remedy.column, project.remedy.kind)
    return replace(at_line, outcomes=remedied.outcomes)


def fitted_remedy(project: Project, built: Problem, judged: Judged, column: str, plan_key: str) -> "Remedied":
    """Fit one remedy on out-of-fold predictions; its outcomes are cross-fitted, its rule is fitted on all rows."""
    from core.data.groups import grouping_of
    from core.fairness.remedy import fit_remedy, plan_of

    rows = built.X.iloc[judged.rows]
    return fit_remedy(
        judged.outcomes,
        rows,
        judged.folds,
        grouping_of(built.X[column], built.schema[column]),
        plan_of(plan_key, project.frame.fairness_limit),
        schema=built.schema,
        features=built.features,
        costs=project.frame.costs,
        seed=project.plan.seed,
    )


def evaluation(project: Project, judged: Judged, board: Leaderboard, run_key: str) -> "Evaluation":
    """Judge the project's model on the rows left out."""
    from core.evaluate.evaluation import evaluate

    run = board.run(run_key)
    baseline = board.baseline
    n = len(judged.outcomes)
    k = max(1, len(run.folds))
    after = fold_scores(judged, board.metric) if project.calibration else []
    return evaluate(
        judged.outcomes,
        project.frame,
        folds=judged.folds,
        seen=[fold.seen for fold in run.folds],
        unseen=[fold.unseen for fold in run.folds],
        corrected=after,
        baseline=[] if baseline is None or run.is_baseline else [fold.unseen for fold in baseline.folds],
        n_fit=n * (k - 1) / k if k > 1 else None,
        n_judge=n / k if k > 1 else None,
        seed=project.plan.seed,
    )


def sealed(project: Project, built: Problem, pipeline: Any) -> Outcomes:
    """Return what the project's model says of the sealed rows, at its line and with its remedy."""
    from core.runtime.rules import GroupRule

    rows, actual = built.X.iloc[built.split.test], built.y[built.split.test]
    if not built.classes:
        said = np.asarray(pipeline.predict(rows), dtype=np.float64)
        return Outcomes(Task.REGRESSION, actual, values=said, quantile=project.frame.quantile)
    assert project.frame.task is not None
    outcomes = Outcomes(
        project.frame.task,
        actual,
        classes=built.classes,
        positive=project.frame.positive,
        probabilities=np.asarray(pipeline.predict_proba(rows), dtype=np.float64),
        threshold=project.threshold,
        costs=project.frame.costs,
    )
    if project.remedy is None:
        return outcomes
    flagged = GroupRule.from_dict(project.remedy.rule).decide_rows(outcomes.score, rows)
    return replace(outcomes, decided=np.where(flagged, str(outcomes.positive), outcomes.negative).astype(object))


def open_seal(
    project: Project, built: Problem, pipeline: Any, *, run: str, fingerprint: str, now: datetime
) -> SealOpening:
    """Judge the model on the sealed rows, once and on the record.

    Parameters
    ----------
    project : Project
    built : Problem
    pipeline : Pipeline
        Fitted on the training rows.
    run, fingerprint : str
        Of the model judged.
    now : datetime

    Returns
    -------
    SealOpening
    """
    from core.evaluate.evaluation import evaluate
    from core.project.expecting import checked, in_words

    outcomes = sealed(project, built, pipeline)
    found = evaluate(outcomes, project.frame, seed=project.plan.seed)
    return SealOpening(
        at=now,
        fingerprint=fingerprint,
        run=run,
        rows=found.n,
        metric=found.main.metric,
        score=found.main.value,
        low=found.main.low,
        high=found.main.high,
        metrics={score.metric: score.value for score in found.scores if np.isfinite(score.value)},
        expected=in_words(checked(project, built, outcomes, built.split.test)),
    )


def groups_of(built: Problem, column: str) -> pd.Series:
    """Return each row's group in a sensitive column.

    Where an amount is cut into groups is decided by the values of the whole table, outcomes aside: each screen that
    names its groups then means the same ones.
    """
    from core.data.groups import group_labels

    return group_labels(built.X[column], built.schema[column])


def _proxies(project: Project, built: Problem, column: str) -> "Proxies":
    from core.fairness.proxies import find_proxies

    train = built.split.train
    return find_proxies(
        built.X.iloc[train],
        groups_of(built, column).iloc[train],
        schema=built.schema,
        features=[name for name in built.features if name != column],
        seed=project.plan.seed,
    )


def audit(project: Project, built: Problem, judged: Judged, column: str) -> "Audit":
    """Judge the model by the groups of one sensitive column."""
    from core.fairness.audit import audit as audit_groups

    return audit_groups(
        judged.outcomes,
        groups_of(built, column).iloc[judged.rows],
        measure=project.frame.fairness_measure,
        limit=project.frame.fairness_limit,
        positive_is_favourable=project.frame.flag_is_good,
    )


def fairness_findings(project: Project, built: Problem, audits: Mapping[str, "Audit"]) -> list[Finding]:
    """Return what the coach says of the audits; how well other columns name each group is looked up for it."""
    from core.fairness.checks import check_fairness

    proxies = {column: _proxies(project, built, column) for column in audits}
    remedied = project.remedy.column if project.remedy else ""
    return check_fairness(project.frame, audits, proxies, remedy_column=remedied)


def explanation(project: Project, built: Problem, pipeline: Any, row: int | None = None) -> "Explanation":
    """Explain the project's model by its raw columns.

    Parameters
    ----------
    project : Project
    built : Problem
    pipeline : Pipeline
        Fitted on the training rows.
    row : int, optional
        Explain only the row at this position of the table; by default as many training rows as the model allows.

    Returns
    -------
    Explanation
    """
    from core.explain.contributions import explain_model

    assert project.frame.task is not None
    rows = built.X.iloc[built.split.train]
    return explain_model(
        pipeline,
        rows if row is None else built.X.iloc[[row]],
        rows,
        task=project.frame.task,
        classes=built.classes,
        positive=project.frame.positive,
        seed=project.plan.seed,
    )


def explain_findings(project: Project, built: Problem, found: "Explanation") -> list[Finding]:
    """Return what the coach says of an explanation."""
    from core.explain.checks import check_explanation
    from core.explain.explanation import importance

    associations = {column: dict(_proxies(project, built, column).strongest) for column in project.frame.sensitive}
    return check_explanation(found, importance(found), project.frame, associations=associations)
