"""The luck of the best score, in words under the leaderboard."""

from typing import Any

import numpy as np
import streamlit as st

from core.errors import FairwayError
from core.project.document import Project
from core.train.board import Leaderboard
from pages.components import draw, session


@st.cache_resource(show_spinner=False, max_entries=32)
def _optimism(project_key: str, training: str, runs: tuple[str, ...], metric: str, seed: int) -> Any:
    from core.evaluate.optimism import winners_optimism

    kept = session.workspace().training(project_key, training)
    try:
        folds, rows = kept.folds(runs[0]), kept.rows(runs[0])
        # Only scores of the same rows can be chosen among anew.
        same = {key: kept.outcomes(key) for key in runs if np.array_equal(kept.rows(key), rows)}
        draws = [one for key in same if (tried := kept.tried(key)) is not None for one in tried]
    except FairwayError:
        return None
    return winners_optimism(same, folds, metric, tried=draws, seed=seed)


def of_the_best(project: Project, board: Leaderboard) -> None:
    """Say what the best score of a finished leaderboard owes to having been picked."""
    runs = tuple(run.key for run in board.done if not run.is_baseline)
    if not board.finished or len(runs) < 2 or project.training is None:
        return
    found = _optimism(project.id, project.training, runs, board.metric, board.seed)
    if found is not None:
        draw.muted(found.words)
