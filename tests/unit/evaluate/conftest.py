import numpy as np
import pytest

from core.framing.frame import Task
from core.framing.outcomes import Outcomes


@pytest.fixture
def binary():
    """Make binary outcomes from what happened (truthy) and the scores."""

    def make(positive, score, threshold=0.5):
        positive, score = np.asarray(positive, dtype=bool), np.asarray(score, dtype=float)
        actual = np.where(positive, "yes", "no").astype(object)
        probabilities = np.column_stack([1 - score, score])
        return Outcomes(Task.BINARY, actual, ("no", "yes"), "yes", probabilities, threshold=threshold)

    return make


@pytest.fixture
def three():
    """Six rows of three outcomes; the second and the last are predicted wrongly."""
    return Outcomes(
        Task.MULTICLASS,
        np.array(["a", "a", "b", "b", "c", "c"], dtype=object),
        ("a", "b", "c"),
        None,
        np.array(
            [[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.6, 0.2], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.1, 0.4]]
        ),
    )
