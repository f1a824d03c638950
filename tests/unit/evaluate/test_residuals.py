import numpy as np
import pytest

from core.evaluate.residuals import residuals
from core.framing.frame import Task
from core.framing.outcomes import Outcomes


def amounts(actual, values):
    return Outcomes(Task.REGRESSION, np.asarray(actual, dtype=float), values=np.asarray(values, dtype=float))


def test_a_residual_is_actual_minus_predicted():
    result = residuals(amounts([10, 20, 30], [12, 18, 30]), seed=1)
    assert result.residual.tolist() == [-2, 2, 0]
    assert result.quantiles[0.5] == 0


def test_the_largest_errors_come_first_and_name_their_row():
    result = residuals(amounts([10, 20, 30], [11, 26, 25]), seed=1, largest=2)
    assert [(e.row, e.residual) for e in result.largest] == [(1, -6), (2, 5)]


def test_bins_show_where_the_model_says_too_little():
    result = residuals(amounts([1, 3, 12, 14], [2, 2, 10, 10]), seed=1, bins=2)
    assert [(b.n, b.predicted, b.residual) for b in result.bins] == [(2, 2.0, 0.0), (2, 10.0, 3.0)]
    assert result.bins[1].low == pytest.approx(3 - 1.959964 * 2**0.5 / 2**0.5)


def test_many_rows_are_sampled_and_it_says_so():
    rng = np.random.default_rng(0)
    result = residuals(amounts(rng.normal(size=6000), np.zeros(6000)), seed=1)
    assert len(result.residual) == 5000
    assert result.n == 6000
    assert result.sample == "5,000 of 6,000 rows, drawn at random"
    assert len(result.bins) == 1


def test_without_predictions_there_are_no_residuals():
    assert residuals(Outcomes(Task.REGRESSION, np.array([1.0])), seed=1) is None
