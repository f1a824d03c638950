"""How the open project stands: the findings of each step, kept by what they speak of, and the state of every step."""

from collections.abc import Sequence

import streamlit as st

from core.errors import FairwayError
from core.findings import Finding
from core.project import judge
from core.project.document import Project
from core.project.expecting import expectation_findings
from core.project.export_checks import export_findings
from core.project.fingerprint import digest, frame_fingerprint_for, training_fingerprint
from core.project.journey import Facts, StepState, journey, stage_fingerprint
from core.workspace.trials import TrialFolder
from pages.components import results, session
from pages.components.knowing import known

LATER = ("train", "evaluate", "explain", "fairness", "export", "monitor")
"""Steps whose findings are computed when their screen is opened."""
MOST_KNOWN = 2_000
"""Findings of so many stages are kept in memory, over all projects."""


@st.cache_resource(show_spinner=False, max_entries=256)
def _known() -> dict[tuple[str, str, str], tuple[Finding, ...]]:
    return {}


def _mark(project: Project, stage: str) -> str:
    found = results.board(project)
    parts: list[object] = [stage_fingerprint(project, stage, found), frame_fingerprint_for(project, stage)]
    if stage == "data":
        parts += [project.split.model_dump(mode="json"), [step.model_dump() for step in project.recipe.active]]
        parts += [{name: entry.allowed for name, entry in project.dictionary.items()}, project.reference_shares]
    if stage == "prepare":
        # Findings name steps by their place, which those that are off have too.
        parts += [[step.id, step.on] for step in project.recipe.steps]
    if stage == "train" and found is not None:
        parts += [project.chosen, found.finished, [run.key for run in found.done]]
    if stage == "evaluate":
        parts += [one.model_dump(mode="json") for one in project.expectations]
    if stage == "monitor":
        parts += [len(project.exports), len(project.watches)]
    if stage == "export":
        parts += [len(project.seal), sorted(project.accepted), project.reviewed.get("fairness")]
    return digest(parts)


def findings(project: Project, stage: str) -> tuple[Finding, ...]:
    """Return a stage's findings, computed once for what they speak of."""
    key = (project.id, stage, _mark(project, stage))
    remembered = _known()
    if key not in remembered:
        # Under the key it was asked for: a training may finish a candidate while this is computed.
        remembered[key] = tuple(_compute(project, stage))
        if stage in LATER:
            # Only these are not found anew when the server begins: they take seconds.
            _folder(project).write(stage, {"mark": key[2], "findings": [one.to_dict() for one in remembered[key]]})
    while len(remembered) > MOST_KNOWN:
        remembered.pop(next(iter(remembered)))
    return remembered[key]


def _folder(project: Project) -> TrialFolder:
    return session.workspace().trials(project.id)


def _remembered(project: Project, stage: str, folder: TrialFolder) -> tuple[Finding, ...] | None:
    """Return a stage's findings where they were computed before, by this server or an earlier one."""
    key = (project.id, stage, _mark(project, stage))
    remembered = _known()
    if key not in remembered:
        kept = folder.read(stage)
        if kept is None or kept.get("mark") != key[2]:
            return None
        try:
            remembered[key] = tuple(Finding.from_dict(one) for one in kept["findings"])
        except (KeyError, TypeError, ValueError):
            return None
    return remembered[key]


def _compute(project: Project, stage: str) -> Sequence[Finding]:
    table = session.table_or_none(project)
    if stage == "frame":
        return judge.frame_findings(project, table)
    if table is None:
        return judge.lost_table_findings(project) if stage == "data" else ()
    if stage == "data":
        return judge.data_findings(project, table, results.profile(project), near=known.near(project))
    if not project.frame.complete:
        return ()
    if stage == "prepare":
        try:
            return judge.prepare_findings(project, results.problem(project))
        except FairwayError as error:
            return judge.prepare_findings(project, error)
    found = results.board(project)
    if found is None or not any(not run.is_baseline for run in found.done):
        return ()
    if stage == "monitor":
        return monitor_findings(project)
    if stage == "train":
        return judge.train_findings(project, found)
    if project.training != training_fingerprint(project):
        return (judge.outdated_finding(project),)
    if stage == "evaluate":
        return (*results.evaluation(project).findings, *expectation_findings(results.expectations(project)))
    if stage == "explain":
        return judge.explain_findings(project, results.problem(project), results.explanation(project))
    if stage == "fairness":
        audits = {column: results.audit(project, column) for column in project.frame.sensitive}
        return judge.fairness_findings(project, results.problem(project), audits)
    if stage == "export":
        mark = stage_fingerprint(project, "export", found)
        return export_findings(project, mark, looked_at_fairness=project.reviewed.get("fairness") == mark)
    return ()


def monitor_findings(project: Project) -> Sequence[Finding]:
    """Return what the coach says of the later table brought last."""
    from core.monitor.checks import check_watch

    if not project.watches or not project.exports:
        return ()
    return check_watch(results.watch_report(project, project.watches[-1]), project.frame)


def facts(project: Project) -> Facts:
    """Return what is known beside the project: board, job, and the findings computed so far."""
    known = {}
    for stage in ("frame", "data", "prepare"):
        known[stage] = findings(project, stage)
    folder = _folder(project)
    for stage in LATER:
        kept = _remembered(project, stage, folder)
        if kept is not None:
            known[stage] = kept
    job = session.latest_job(project, "train")
    running = failed = ""
    if job is not None and job.is_live:
        since = session.now() - (job.started or job.created)
        minutes, seconds = divmod(int(since.total_seconds()), 60)
        running = f"Training, {f'{minutes} min ' if minutes else ''}{seconds} s"
    elif job is not None and job.state in ("failed", "interrupted"):
        failed = job.error
    return Facts(board=results.board(project), running=running, failed=failed, findings=known)


def states(project: Project) -> tuple[StepState, ...]:
    """Return the state of every step."""
    return journey(project, facts(project))
