import pytest

from core.charts.train import leaderboard_plot
from core.train.board import Leaderboard, Run


def run(key, title, score, *, tied=True, **changes):
    fields = {"status": "done", "score": score, "low": score - 0.04, "high": score + 0.04, "seen": 0.9, **changes}
    return Run(key=key, title=title, tied=tied, **fields)


@pytest.fixture
def board():
    return Leaderboard(
        fingerprint="f", metric="roc_auc", higher_is_better=True, rows=10, test_rows=2, folds=5, seed=7,
        budget_seconds=60,
        runs=(
            run("random_forest", "Random forest", 0.78),
            run("logistic_regression", "Logistic regression", 0.77),
            run("decision_tree", "Decision tree", 0.7, tied=False),
            run("baseline", "Baseline", 0.5, tied=False, is_baseline=True, low=None, high=None),
            Run(key="neural_network", title="Neural network"),
        ),
    )  # fmt: skip


def test_each_finished_candidate_is_a_dot_and_a_row(board):
    chart = leaderboard_plot(board)
    assert [len(trace.x) for trace in chart.figure.data] == [2, 2]
    assert chart.table["Model"].tolist() == ["Random forest", "Logistic regression", "Decision tree", "Baseline"]
    assert chart.table["ROC AUC"].tolist() == ["0.780", "0.770", "0.700", "0.500"]
    assert chart.table["95% interval"].tolist()[0] == "0.740 to 0.820"


def test_the_best_stands_at_the_top(board):
    assert leaderboard_plot(board).figure.layout.yaxis.categoryarray[-1] == "Random forest"


def test_the_text_alternative_says_the_best_and_its_ties(board):
    assert leaderboard_plot(board).alt == (
        "ROC AUC of 4 candidates with 95% intervals. Best: Random forest, 0.780, 95% interval 0.740 to 0.820. "
        "1 more cannot be told from it."
    )


def test_before_anything_has_finished_the_chart_is_empty_and_says_so(board):
    chart = leaderboard_plot(board.model_copy(update={"runs": board.runs[-1:]}))
    assert chart.alt == "No candidate has finished yet."
    assert chart.table.empty
