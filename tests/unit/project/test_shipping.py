from datetime import UTC, datetime

from core.project.document import Project, SealOpening
from core.project.shipping import looks
from core.train.board import Leaderboard, Run, RunStatus

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def look(run: str) -> SealOpening:
    return SealOpening(at=NOW, fingerprint="f", run=run, rows=10, metric="roc_auc", score=0.7, low=0.6, high=0.8)


def test_the_card_names_a_model_by_its_title() -> None:
    board = Leaderboard(
        fingerprint="f", metric="roc_auc", higher_is_better=True, rows=40, judged="", test_rows=10, folds=2, seed=7,
        runs=(Run(key="decision_tree", title="Decision tree", status=RunStatus.DONE),), budget_seconds=30,
    )  # fmt: skip
    project = Project(id="p", name="P", created=NOW, changed=NOW).updated(seal=(look("decision_tree"), look("gone")))
    assert [one.model for one in looks(project, board, [(0.6, 0.8)] * 2)] == ["Decision tree", "gone"]
