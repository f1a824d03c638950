import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import Pipeline

from core.framing.frame import Task
from core.framing.outcomes import Outcomes
from core.train.board import FoldScore
from core.train.fitted import FittedRun
from core.train.measures import InUse, row_seconds
from core.train.recommend import recommend
from core.train.words import blink

ROWS = pd.DataFrame({"a": [1.0, 2.0, 3.0]})


class Slow:
    """Takes a scripted time for each prediction, by a clock that passes only then."""

    def __init__(self, *seconds: float) -> None:
        self.now, self.seconds, self.seen = 0.0, list(seconds), []

    def clock(self) -> float:
        return self.now

    def predict(self, rows: pd.DataFrame) -> None:
        self.seen.append(rows["a"].tolist())
        self.now += self.seconds[min(len(self.seen), len(self.seconds)) - 1]


def test_the_time_of_one_row_is_the_median_and_the_first_prediction_does_not_count():
    slow = Slow(9.0, 0.001, 0.002, 0.050, 0.002)
    assert row_seconds(slow, ROWS, clock=slow.clock) == pytest.approx(0.002)
    assert slow.seen[:4] == [[1.0], [1.0], [2.0], [3.0]]
    assert len(slow.seen) == 16


def test_a_slow_model_is_timed_three_times():
    slow = Slow(2.0)
    assert row_seconds(slow, ROWS, clock=slow.clock) == pytest.approx(2.0)
    assert len(slow.seen) == 4


def test_what_was_measured_stands_on_the_board_and_in_the_recommendation(problem, run_of, board_of):
    model = Pipeline([("model", DummyClassifier())]).fit(problem.X.iloc[:9], ["no", "yes", "no"] * 3)
    outcomes = Outcomes(Task.BINARY, np.array(["no"]), ("no", "yes"), "yes", np.array([[0.5, 0.5]]))
    folds = [len(fit) for fit, _ in problem.split.folds], [len(judge) for _, judge in problem.split.folds]
    runs = [
        run_of("random_forest", [0.78, 0.80, 0.76], row_seconds=0.001),
        run_of("logistic_regression", [0.79, 0.78, 0.77]),
    ]
    advice = recommend(runs, "roc_auc", 3, float(np.mean(folds[0])), float(np.mean(folds[1])))
    board = board_of(*runs, folds=3, recommended=advice.key, recommendation=advice.text)
    kept = []

    def keep(fitted: FittedRun):
        kept.append(fitted.run)
        return fitted.run.model_copy(update={"size_bytes": 2_100})

    in_use = InUse(problem, keep)
    in_use.on_fitted(FittedRun(runs[1], model, outcomes, np.array([0]), np.array([0])))
    assert kept[0].row_seconds > 0
    after = in_use.board(board)
    assert after.run("logistic_regression").size_bytes == 2_100
    assert after.run("logistic_regression").row_seconds == kept[0].row_seconds
    assert after.run("random_forest") == runs[0]
    assert after.recommended == "logistic_regression"
    assert "its file 2.1 kB" in after.recommendation
    own_words = board.model_copy(update={"recommended": "random_forest", "recommendation": "By another rule."})
    assert in_use.board(own_words).recommendation == "By another rule."
    assert in_use.board(own_words).recommended == "random_forest"


def test_of_equally_simple_candidates_the_better_one_is_taken_unless_it_is_slower(run_of):
    better = run_of("random_forest", [0.80, 0.79, 0.81], row_seconds=0.010)
    other = replace_key(run_of("random_forest", [0.79, 0.80, 0.80]), "forest_two")
    for seconds, taken in ((0.006, "random_forest"), (0.004, "forest_two")):
        runs = [better, other.model_copy(update={"row_seconds": seconds})]
        assert recommend(runs, "roc_auc", 3, 100, 50).key == taken


def test_a_slower_one_that_is_as_easy_is_not_said_to_be_no_better_than_guessing(run_of):
    tuned = replace_key(run_of("random_forest", [0.80, 0.79, 0.81, 0.8, 0.8], row_seconds=0.055), "random_forest_tuned")
    plain = run_of("random_forest", [0.79, 0.80, 0.80, 0.8, 0.8], row_seconds=0.022)
    advice = recommend([tuned, plain, run_of("baseline", [0.5] * 5)], "roc_auc", 5, 1523, 381)
    assert advice.key == "random_forest"
    assert "better than guessing" not in advice.text


def replace_key(run, key: str):
    return run.model_copy(update={"key": key})


def test_the_recommendation_says_whether_the_easiest_is_the_fastest_too(run_of):
    linear = run_of("logistic_regression", [0.79, 0.78, 0.77, 0.77, 0.78], row_seconds=0.004, size_bytes=12_000)
    forest = run_of("random_forest", [0.78, 0.80, 0.76, 0.79, 0.77], row_seconds=0.029)
    fast = recommend([linear, forest], "roc_auc", 5, 1523, 381).text
    assert fast.startswith(
        "Logistic regression: easiest to explain and as fast as any of two that cannot be told apart ("
    )
    assert fast.endswith("One prediction takes it 4.0 ms, its file 12 kB.")
    slow = linear.model_copy(update={"row_seconds": 0.060})
    told = recommend([slow, forest], "roc_auc", 5, 1523, 381).text
    assert told.startswith("Logistic regression: easiest to explain of two ")
    assert told.endswith("One prediction takes it 60 ms, its file 12 kB; the fastest, random forest, takes 29 ms.")


def test_the_spread_is_the_standard_deviation_over_the_folds(run_of):
    run = run_of("decision_tree", [0.7, 0.8, 0.9])
    assert run.spread == pytest.approx(0.1)
    alone = FoldScore(fold=0, unseen=0.7, seen=0.7, seconds=0.1)
    assert run.model_copy(update={"folds": (alone,)}).spread is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.00004, "0.1 ms"), (0.0042, "4.2 ms"), (0.0317, "32 ms"), (0.9999, "1 s"), (3.2, "3 s")],
)
def test_short_times_in_words(seconds, words):
    assert blink(seconds) == words
