"""The guided sample on mortgages as a project, built and trained without a screen."""

import time
from datetime import UTC, datetime
from pathlib import Path

from core.data.samples import SAMPLES
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from core.project.judge import problem
from core.settings import Settings
from core.train.board import Leaderboard, TrainPlan
from core.train.search import train
from core.workspace import Workspace, intake

SAMPLE = "mortgages"
NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
BUDGET_SECONDS = 180


def workspace_in(home: Path) -> Workspace:
    """Open the workspace that a server with this ``FAIRWAY_HOME`` opens."""
    return Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(home)}))


def mortgages(workspace: Workspace) -> Project:
    """Make a project from the sample as it comes."""
    assert SAMPLE in SAMPLES
    return intake.start_sample(workspace, SAMPLE, now=NOW)


def train_all(workspace: Workspace) -> Leaderboard:
    """Make such a project, train every candidate on it, and keep the results as the app does."""
    project = mortgages(workspace)
    assert project.data is not None
    fingerprint = training_fingerprint(project)
    folder = workspace.training(project.id, fingerprint)
    board = train(
        problem(project, workspace.read_table(project.data.content_hash)),
        TrainPlan(budget_seconds=BUDGET_SECONDS),
        fingerprint=fingerprint,
        on_board=folder.write_board,
        on_fitted=folder.save_fitted,
        should_stop=lambda: False,
        clock=time.monotonic,
    )
    workspace.save(project.updated(training=fingerprint), now=NOW)
    return board


def trained(workspace: Workspace) -> Project:
    """Return a trained project, made where there is none yet."""
    found = [row.project for row in workspace.list() if row.project is not None and row.project.training]
    if found:
        return found[0]
    train_all(workspace)
    return trained(workspace)
