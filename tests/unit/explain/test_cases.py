import numpy as np

from core.explain.cases import pick_cases
from core.framing.frame import Task
from core.framing.outcomes import Outcomes


def picked(outcomes):
    return {case.key: case.index for case in pick_cases(outcomes)}


def test_yes_or_no_cases():
    score = np.array([0.9, 0.16, 0.3, 0.02, 0.98])
    outcomes = Outcomes(
        Task.BINARY,
        np.array(["no", "no", "yes", "yes", "yes"], dtype=object),
        ("no", "yes"),
        "yes",
        np.column_stack([1 - score, score]),
        threshold=0.15,
    )
    assert picked(outcomes) == {"largest_error": 3, "closest": 1, "typical": 2, "surest": 3}
    assert pick_cases(outcomes)[0].why == "“yes” happened, at a chance of 2.0%"


def test_cases_of_several_outcomes():
    shares = np.array([[0.5, 0.45, 0.05], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]])
    outcomes = Outcomes(Task.MULTICLASS, np.array(["x", "y", "x"], dtype=object), ("x", "y", "z"), probabilities=shares)
    assert picked(outcomes) == {"largest_error": 1, "closest": 0, "typical": 2, "surest": 1}


def test_amount_cases():
    outcomes = Outcomes(Task.REGRESSION, np.array([1.0, 2.0, 3.0]), values=np.array([1.5, 2.1, 9.0]))
    assert picked(outcomes) == {"largest_error": 2, "typical": 1, "smallest_error": 1}


def test_no_rows_no_cases():
    assert pick_cases(Outcomes(Task.REGRESSION, np.array([]), values=np.array([]))) == ()
