import numpy as np
import pytest

from core.charts.pointwise import pair_figure
from core.evaluate.compare import fold_interval
from core.evaluate.pointwise import DRAWN, compare_rows
from core.framing.frame import Task
from core.framing.outcomes import Outcomes

ROWS = np.arange(6)
FOLDS = np.array([0, 0, 0, 1, 1, 1])


def of(outcomes, other, metric, rows=None, folds=FOLDS):
    return compare_rows(outcomes, other, rows or (ROWS, ROWS), folds, metric, seed=1)


def test_the_rows_on_which_two_models_disagree_most_stand_first(binary):
    happened = [1, 0, 1, 0, 1, 0]
    first = binary(happened, [0.9, 0.2, 0.6, 0.4, 0.7, 0.1])
    second = binary(happened, [0.8, 0.9, 0.56, 0.43, 0.2, 0.1])
    pair = of(first, second, "accuracy")
    assert pair.order.tolist() == [1, 4, 0, 2, 3, 5]
    assert pair.apart == pytest.approx([0.1, 0.7, 0.04, 0.03, 0.5, 0.0])
    # Row 1 and row 4 are decided otherwise, both times rightly by the first.
    assert pair.right == (4, 2, 0, 0)
    assert pair.scores == pytest.approx((1.0, 2 / 3))
    assert pair.gain == pytest.approx(-1 / 3)
    assert pair.sentences("Tree", "Forest")[1] == (
        "They decide 4 of 6 rows alike. Of the other 2, Tree is right in 2 and Forest in 0."
    )


def test_the_difference_is_paired_by_fold_with_the_corrected_interval(binary):
    rng = np.random.default_rng(3)
    happened = rng.random(500) < 0.4
    good = np.clip(happened * 0.3 + rng.random(500) * 0.7, 0, 1)
    poor = rng.random(500)
    folds, rows = np.arange(500) % 5, np.arange(500)
    pair = of(binary(happened, poor), binary(happened, good), "brier", (rows, rows), folds)
    by_fold = [
        np.mean((poor - happened)[folds == k] ** 2) - np.mean((good - happened)[folds == k] ** 2) for k in range(5)
    ]
    assert pair.gain == pytest.approx(np.mean(by_fold))
    assert (pair.low, pair.high) == pytest.approx(fold_interval(by_fold, 400, 100))
    assert pair.low > 0
    assert pair.p_value < 0.05
    assert ": Forest is better by 0." in pair.sentences("Guess", "Forest")[0]


def test_what_chance_explains_is_called_so(binary):
    rng = np.random.default_rng(3)
    happened = rng.random(300) < 0.4
    one, other = rng.random(300), rng.random(300)
    rows = np.arange(300)
    told = of(binary(happened, one), binary(happened, other), "roc_auc", (rows, rows), rows % 5).sentences("A", "B")[0]
    assert "may be chance: B may be worse by 0." in told


def test_rows_are_matched_by_their_place_in_the_table(binary):
    first = binary([1, 0, 1, 0, 1, 0], [0.9, 0.2, 0.6, 0.4, 0.7, 0.1])
    mixed = np.array([5, 4, 3, 2, 1, 0])
    pair = of(first, first.take(mixed), "accuracy", (ROWS, mixed))
    assert pair.apart.max() == 0.0
    fewer = of(first, first.take(np.array([4, 1, 2])), "accuracy", (ROWS, np.array([4, 1, 2])))
    assert fewer.rows.tolist() == [1, 2, 4]


def test_amounts_are_compared_by_which_is_nearer():
    actual = np.array([10.0, 20.0, 30.0, 40.0])
    first = Outcomes(Task.REGRESSION, actual, values=np.array([11.0, 20.0, 33.0, 44.0]))
    second = Outcomes(Task.REGRESSION, actual, values=np.array([10.0, 25.0, 31.0, 44.0]))
    rows = np.arange(4)
    pair = of(first, second, "mae", (rows, rows), np.array([0, 0, 1, 1]))
    assert pair.nearer == (1, 2)
    assert pair.scores == pytest.approx((2.0, 2.5))
    # Less is better: the second is worse by half.
    assert pair.gain == pytest.approx(-0.5)
    assert pair.axes[0].tolist() == [11.0, 20.0, 33.0, 44.0]
    assert pair.sentences("A", "B")[1] == "Of 4 rows A is nearer to what happened in 1, B in 2."


def test_of_several_outcomes_the_chance_of_what_happened_is_drawn(three):
    turned = Outcomes(three.task, three.actual, three.classes, None, three.probabilities[:, [1, 0, 2]])
    pair = of(three, turned, "accuracy")
    assert pair.axes[0].tolist() == [0.7, 0.3, 0.6, 0.8, 0.6, 0.4]
    assert pair.apart[0] == pytest.approx(0.5)
    assert sum(pair.right) == 6
    figure = pair_figure(pair, "One", "Other").figure
    assert [trace.name for trace in figure.data[1:]] == ["Same answer", "Different answers"]


def test_of_many_rows_a_sample_is_drawn_and_always_those_furthest_apart(binary):
    n = 3 * DRAWN
    score = np.linspace(0.01, 0.99, n)
    other = score.copy()
    other[n // 2] = 0.0
    rows = np.arange(n)
    pair = of(binary(rows % 2, score), binary(rows % 2, other), "roc_auc", (rows, rows), rows % 5)
    drawn = np.concatenate([places for _, places in pair.groups])
    assert len(drawn) <= DRAWN
    assert n // 2 in drawn
    result = pair_figure(pair, "One", "Other", dark=True)
    assert result.table["Row"].iloc[0] == n // 2 + 1
    assert sum(len(trace.x) for trace in result.figure.data[1:]) == len(drawn)
    assert result.alt.startswith("What Other says of each row over what One says")
