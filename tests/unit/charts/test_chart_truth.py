import numpy as np
import pytest

from core.charts.truth import gain_figure, lift_figure
from core.evaluate.gains import gains
from core.framing.frame import Task
from core.framing.outcomes import Outcomes


@pytest.fixture
def curve():
    actual = np.array(["yes"] * 20 + ["no"] * 80, dtype=object)
    score = np.linspace(1, 0, 100)
    return gains(Outcomes(Task.BINARY, actual, ("no", "yes"), "yes", np.column_stack([1 - score, score])))


def test_gain_stands_between_guessing_and_a_perfect_ranking(curve):
    result = gain_figure(curve)
    guessing, perfect, own = result.figure.data
    assert (list(guessing.x), list(guessing.y)) == ([0, 1], [0, 1])
    assert (list(perfect.x), list(perfect.y)) == ([0, 0.2, 1], [0, 1, 1])
    assert np.interp([0.1, 0.2], own.x, own.y).tolist() == pytest.approx([0.5, 1.0])
    assert result.table["Looked at"].tolist() == ["1%", "5%", "10%", "20%", "30%", "50%"]
    assert result.table["Found"].tolist() == [0.05, 0.25, 0.5, 1.0, 1.0, 1.0]
    assert "hold 50% of all “yes”" in result.alt
    assert result.alt.endswith("a perfect ranking finds all in the first 20.0%.")


def test_lift_falls_to_one(curve):
    own = lift_figure(curve, dark=True).figure.data[0]
    assert own.y[0] == 5.0
    assert own.y[-1] == 1.0
