"""A neural network that learns with PyTorch, and answers without it."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

Floats = NDArray[np.float64]


class _Network(BaseEstimator):  # type: ignore[misc]
    layers: Sequence[int]
    dropout: float
    decay: float
    rate: float
    epochs: int
    seed: int

    def _learn(self, X: Any, y: NDArray[Any], outputs: int, loss: str) -> Self:
        # PyTorch is imported in there: to answer, a bundle needs numpy alone.
        from core.runtime.learning import Lesson, learn

        with np.errstate(over="ignore", invalid="ignore"):
            X = np.array(validate_data(self, X, dtype=np.float32), order="C")
        lesson = Lesson(tuple(self.layers), self.dropout, self.decay, self.rate, self.epochs, loss, self.seed)
        learned = learn(X, y, outputs, lesson)
        self.weights_, self.biases_ = learned.weights, learned.biases
        self.n_iter_ = learned.epoch
        self.loss_curve_, self.aside_curve_ = learned.seen, learned.aside
        return self

    def _answer(self, X: Any) -> Floats:
        check_is_fitted(self, "weights_")
        values = validate_data(self, X, dtype=np.float64, reset=False)
        last = len(self.weights_) - 1
        for place, (weight, bias) in enumerate(zip(self.weights_, self.biases_, strict=True)):
            values = values @ weight + bias
            if place < last:
                values = np.maximum(values, 0.0)
        return np.asarray(values)


class NetworkClassifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """Layers of rectified units that end in the chances of the outcomes.

    Parameters
    ----------
    layers : sequence of int
        Units of each hidden layer.
    dropout : float
        Share of the units that is left out at random while it learns.
    decay : float
        Weight decay.
    rate : float
        Learning rate to begin with; it falls to nothing along a cosine.
    epochs : int
        Most passes over the rows; it is kept as it was after the one that did best on rows set aside inside the fit.
    seed : int
    """

    def __init__(
        self,
        layers: Sequence[int] = (64, 32),
        dropout: float = 0.25,
        decay: float = 0.3,
        rate: float = 0.002,
        epochs: int = 100,
        seed: int = 0,
    ) -> None:
        self.layers = layers
        self.dropout = dropout
        self.decay = decay
        self.rate = rate
        self.epochs = epochs
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Self:
        """Fit; PyTorch must be installed."""
        self.classes_, numbers = np.unique(np.asarray(y), return_inverse=True)
        return self._learn(X, numbers, len(self.classes_), "log_loss")

    def predict_proba(self, X: Any) -> Floats:
        """Return the chances; shape (n, n_classes)."""
        return np.asarray(softmax(self._answer(X), axis=1))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest outcomes; shape (n,)."""
        return np.asarray(self.classes_[self._answer(X).argmax(axis=1)])


class NetworkRegressor(RegressorMixin, _Network):  # type: ignore[misc]
    """Layers of rectified units that end in one amount, which should come with mean 0 and standard deviation 1.

    Parameters
    ----------
    layers, dropout, decay, rate, epochs, seed
        As of ``NetworkClassifier``.
    loss : {"squared_error", "absolute_error"}
    """

    def __init__(
        self,
        layers: Sequence[int] = (64, 32),
        dropout: float = 0.25,
        decay: float = 0.3,
        rate: float = 0.002,
        epochs: int = 100,
        loss: str = "squared_error",
        seed: int = 0,
    ) -> None:
        self.layers = layers
        self.dropout = dropout
        self.decay = decay
        self.rate = rate
        self.epochs = epochs
        self.loss = loss
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Self:
        """Fit; PyTorch must be installed."""
        return self._learn(X, np.asarray(y, dtype=np.float64).ravel(), 1, self.loss)

    def predict(self, X: Any) -> Floats:
        """Return the amounts; shape (n,)."""
        return self._answer(X)[:, 0]
