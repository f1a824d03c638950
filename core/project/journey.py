"""The journey: nine steps and the state of each, read off fingerprints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from core.findings import Finding, Severity
from core.project.document import Project
from core.project.fingerprint import (
    data_fingerprint,
    frame_fingerprint,
    model_fingerprint,
    prepare_fingerprint,
    training_fingerprint,
)
from core.train.board import Leaderboard

STAGES: Final = ("frame", "data", "prepare", "train", "evaluate", "explain", "fairness", "export", "monitor")
"""The steps in their order."""


class StepStatus(StrEnum):
    """How a step stands."""

    TO_DO = "to_do"
    DONE = "done"
    ATTENTION = "attention"
    OUTDATED = "outdated"
    RUNNING = "running"
    LOCKED = "locked"


@dataclass(frozen=True)
class StepState:
    """One step of the journey.

    Parameters
    ----------
    stage : str
    status : StepStatus
    note : str
        A few words on the state, empty where the glyph says all.
    seen : bool
        Needs attention, but the user saw it as it is and went on: other steps come first.
    """

    stage: str
    status: StepStatus
    note: str = ""
    seen: bool = False

    @property
    def title(self) -> str:
        """The step's name."""
        return self.stage.capitalize()


@dataclass(frozen=True)
class Facts:
    """What is known beside the project itself.

    Parameters
    ----------
    board : Leaderboard or None
        Of the training that was last started.
    running : str
        What the running job says ("Training, 1 min 12 s"); empty when none runs.
    failed : str
        Why the last job ended badly; empty otherwise.
    findings : mapping of str to sequence of Finding
        Findings by stage, as far as they were computed.
    """

    board: Leaderboard | None = None
    running: str = ""
    failed: str = ""
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)


def open_findings(project: Project, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that are neither settled nor accepted, notes left aside."""
    return [f for f in findings if f.severity is not Severity.INFO and f.key not in project.accepted]


def chosen_run(project: Project, board: Leaderboard | None) -> str | None:
    """Return the run that is the project's model: the user's choice, or else the recommended one."""
    if board is None:
        return None
    finished = {run.key for run in board.done}
    if project.chosen in finished:
        return project.chosen
    if board.recommended in finished:
        return board.recommended
    return next((run.key for run in board.done if not run.is_baseline), None)


def stage_fingerprint(project: Project, stage: str, board: Leaderboard | None) -> str:
    """Return the fingerprint of what a stage shows."""
    if stage == "frame":
        return frame_fingerprint(project)
    if stage == "data":
        return data_fingerprint(project)
    if stage == "prepare":
        return prepare_fingerprint(project)
    if stage == "train":
        return training_fingerprint(project)
    return model_fingerprint(project, chosen_run(project, board) or "")


def _count(found: Sequence[Finding]) -> tuple[int, int]:
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    return errors, len(found) - errors


def _settled(project: Project, facts: Facts, stage: str, *, reviewed: bool) -> StepState | None:
    """Return the attention state of a stage, or ``None`` where nothing is open."""
    errors, warnings = _count(open_findings(project, facts.findings.get(stage, ())))
    if errors:
        return StepState(stage, StepStatus.ATTENTION, f"{errors} finding{'s' if errors > 1 else ''} to settle")
    if warnings:
        note = f"{warnings} open finding{'s' if warnings > 1 else ''}"
        return StepState(stage, StepStatus.ATTENTION, note, seen=reviewed)
    return None


def _errors(project: Project, facts: Facts, stage: str) -> int:
    return _count(open_findings(project, facts.findings.get(stage, ())))[0]


def _settle_first(project: Project, facts: Facts, stages: Sequence[str]) -> str:
    for stage in stages:
        errors = _errors(project, facts, stage)
        if errors:
            return f"Settle {errors} finding{'s' if errors > 1 else ''} in {stage.capitalize()} first"
    return ""


def _train(project: Project, facts: Facts, current: str) -> StepState:
    if facts.running:
        return StepState("train", StepStatus.RUNNING, facts.running)
    if project.training is None:
        return StepState("train", StepStatus.TO_DO)
    if facts.failed and not (facts.board and len(facts.board.done) > 1):
        return StepState("train", StepStatus.ATTENTION, "Training did not finish")
    if project.training != current:
        return StepState("train", StepStatus.OUTDATED, "Out of date: something before it changed")
    if facts.board is None or not any(not run.is_baseline for run in facts.board.done):
        return StepState("train", StepStatus.TO_DO)
    reviewed = project.reviewed.get("train") == current
    return _settled(project, facts, "train", reviewed=reviewed) or StepState("train", StepStatus.DONE)


def _judged(project: Project, facts: Facts, stage: str, *, outdated: bool) -> StepState:
    if facts.board is None or not any(not run.is_baseline for run in facts.board.done):
        return StepState(stage, StepStatus.LOCKED, "Opens after Train")
    if outdated:
        return StepState(stage, StepStatus.OUTDATED, "Out of date")
    seen = project.reviewed.get(stage)
    reviewed = seen == stage_fingerprint(project, stage, facts.board)
    attention = _settled(project, facts, stage, reviewed=reviewed)
    if attention:
        return attention
    if reviewed:
        return StepState(stage, StepStatus.DONE)
    return (
        StepState(stage, StepStatus.OUTDATED, "Out of date: the model changed")
        if seen
        else StepState(stage, StepStatus.TO_DO)
    )


def journey(project: Project, facts: Facts) -> tuple[StepState, ...]:
    """Return the state of every step.

    Parameters
    ----------
    project : Project
    facts : Facts

    Returns
    -------
    tuple of StepState
        In the order of :data:`STAGES`.
    """
    current = training_fingerprint(project)
    frame_done, data_done = project.frame.complete, project.data is not None
    states: dict[str, StepState] = {}

    frame_seen = project.reviewed.get("frame") == frame_fingerprint(project)
    states["frame"] = (
        (_settled(project, facts, "frame", reviewed=frame_seen) or StepState("frame", StepStatus.DONE))
        if frame_done
        else StepState("frame", StepStatus.TO_DO)
    )
    data_seen = project.reviewed.get("data") == data_fingerprint(project)
    states["data"] = (
        (_settled(project, facts, "data", reviewed=data_seen) or StepState("data", StepStatus.DONE))
        if data_done
        else StepState("data", StepStatus.TO_DO)
    )

    if not data_done or not frame_done:
        first = "Data" if not data_done else "Frame"
        states["prepare"] = StepState("prepare", StepStatus.LOCKED, f"Opens after {first}")
        states["train"] = StepState("train", StepStatus.LOCKED, "Opens after Prepare")
    else:
        seen = project.training == current or project.reviewed.get("prepare") == prepare_fingerprint(project)
        states["prepare"] = _settled(project, facts, "prepare", reviewed=seen) or StepState(
            "prepare", StepStatus.DONE if seen else StepStatus.TO_DO
        )
        states["train"] = _train(project, facts, current)
        blocked = _settle_first(project, facts, ("frame", "data", "prepare"))
        if blocked and project.training is None:
            states["train"] = StepState("train", StepStatus.LOCKED, blocked)

    outdated = project.training is not None and project.training != current
    for stage in ("evaluate", "explain", "fairness"):
        states[stage] = _judged(project, facts, stage, outdated=outdated)

    states["export"] = _export(project, facts, states)
    if not project.exports:
        states["monitor"] = StepState("monitor", StepStatus.LOCKED, "Opens after the first export")
    else:
        states["monitor"] = _settled(project, facts, "monitor", reviewed=False) or StepState(
            "monitor", StepStatus.DONE if project.watches else StepStatus.TO_DO
        )
    return tuple(states[stage] for stage in STAGES)


def _export(project: Project, facts: Facts, states: Mapping[str, StepState]) -> StepState:
    evaluated = states["evaluate"].status
    if evaluated is StepStatus.OUTDATED and states["train"].status is StepStatus.OUTDATED:
        return StepState("export", StepStatus.LOCKED, "Evaluate must be up to date")
    if evaluated is StepStatus.OUTDATED:
        return StepState("export", StepStatus.LOCKED, "Look at Evaluate again: the model changed")
    current = stage_fingerprint(project, "evaluate", facts.board)
    if evaluated is StepStatus.LOCKED or project.reviewed.get("evaluate") != current:
        return StepState("export", StepStatus.LOCKED, "Opens after Evaluate")
    blocked = _settle_first(project, facts, ("data", "evaluate", "fairness"))
    if blocked:
        return StepState("export", StepStatus.LOCKED, blocked)
    done = any(export.fingerprint == current for export in project.exports)
    attention = _settled(project, facts, "export", reviewed=done) if done else None
    return attention or StepState("export", StepStatus.DONE if done else StepStatus.TO_DO)


def next_step(states: Sequence[StepState]) -> StepState | None:
    """Return the step to go on with; ``None`` where everything is done.

    Parameters
    ----------
    states : sequence of StepState
        Of every step.

    Returns
    -------
    StepState or None
        What runs, else the first step that waits for the user; what was seen and left open comes last.
    """
    waiting = (StepStatus.ATTENTION, StepStatus.OUTDATED, StepStatus.TO_DO)
    wanted = (
        *(state for state in states if state.status is StepStatus.RUNNING),
        *(state for state in states if state.status in waiting and not state.seen),
        *(state for state in states if state.status in waiting),
    )
    return wanted[0] if wanted else None


def next_line(project: Project, states: Sequence[StepState]) -> str:
    """Return what to do next, in one line for the project's card."""
    words = {
        "frame": "say what the model is for",
        "data": "bring a table",
        "prepare": "look at the recipe",
        "train": "train the first models",
        "evaluate": "see how good the model is",
        "explain": "see what drives the model",
        "fairness": "see who bears the errors",
        "export": "take the model with you",
        "monitor": "watch the first predictions",
    }
    state = next_step(states)
    if state is None:
        return "Everything is done. Hold later data against it in Monitor."
    if state.status is StepStatus.RUNNING:
        return state.note
    if state.status is StepStatus.ATTENTION:
        return f"Next: {state.note} in {state.title}"
    if state.status is StepStatus.OUTDATED:
        return "Next: train again, something before it changed"
    return f"Next: {words[state.stage]}"
