"""What stands open in a project: the findings of its stages, held against what was accepted."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.errors import FairwayError
from core.findings import Finding, worst_first
from core.prepare.problem import Problem
from core.project import judge
from core.project.document import Project
from core.project.journey import STAGES, open_findings
from core.train.board import Leaderboard

if TYPE_CHECKING:
    # shown only to the type checker: an export is not made by every process that reads a project
    from core.export.facts import OpenFact


def findings_before_packing(
    project: Project, table: pd.DataFrame, built: Problem, board: Leaderboard, pipeline: Any
) -> dict[str, Sequence[Finding]]:
    """Return the findings of every stage up to the training, and of the explanation.

    Parameters
    ----------
    project : Project
    table : DataFrame
    built : Problem
    board : Leaderboard
    pipeline : Pipeline
        Of the project's model.

    Returns
    -------
    dict of str to sequence of Finding
        By stage; without ``explain`` where the model cannot be explained.
    """
    found: dict[str, Sequence[Finding]] = {
        "frame": judge.frame_findings(project, table),
        "data": judge.data_findings(project, table, judge.profile(project, table)),
        "prepare": judge.prepare_findings(project, built),
        "train": judge.train_findings(project, board),
    }
    # Why it cannot be explained is said on Explain; such a model may be packed all the same.
    with suppress(FairwayError):
        found["explain"] = judge.explain_findings(project, built, judge.explanation(project, built, pipeline))
    return found


def examined(findings: Mapping[str, Sequence[Finding]]) -> tuple[str, ...]:
    """Return the stages that were looked through, in the order of the journey."""
    return tuple(stage for stage in STAGES if stage in findings)


def still_open(project: Project, findings: Mapping[str, Sequence[Finding]]) -> "tuple[OpenFact, ...]":
    """Return what is neither settled nor accepted, by stage and worst first, as the model card tells it."""
    from core.export.facts import OpenFact

    return tuple(
        OpenFact(stage, found.severity.value, _plain(found.title), _plain(found.evidence))
        for stage in examined(findings)
        for found in worst_first(open_findings(project, findings[stage]))
    )


def _plain(text: str) -> str:
    return text.replace("`", "")
