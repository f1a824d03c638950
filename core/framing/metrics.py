"""The metric catalogue: what can be measured for each task, in plain words and in the field's term."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.framing.frame import Task
from core.framing.outcomes import Outcomes

_BINARY = (Task.BINARY,)
_MULTICLASS = (Task.MULTICLASS,)
_BOTH = (Task.BINARY, Task.MULTICLASS)
_REGRESSION = (Task.REGRESSION,)
_SHARE = (0.0, 1.0)
_LOSS = (0.0, float("inf"))

NEAR_ZERO = 0.01
"""An actual amount below this share of the mean absolute amount makes percentage errors meaningless."""
NOT_DEFINED = "not defined"


@dataclass(frozen=True)
class Metric:
    """One way to measure how good predictions are.

    Parameters
    ----------
    key : str
        Stable name.
    title : str
        The field's term.
    plain : str
        A few plain words that stand before the term: "Ranking (ROC AUC)".
    meaning : str
        One sentence that says what the number counts.
    tasks : tuple of Task
        Tasks it applies to.
    higher_is_better : bool
    needs : str
        What it looks at: ``"decisions"``, ``"probabilities"`` or ``"amounts"``.
    bounds : tuple of float
        Smallest and largest possible value.
    measure : callable
        From outcomes on which it is defined to its value; ``compute`` is the safe way to call it.
    format : callable
        From a value to the text shown.
    reason : callable
        From outcomes to why it is not defined on them; an empty text where it is.
    """

    key: str
    title: str
    plain: str
    meaning: str
    tasks: tuple[Task, ...]
    higher_is_better: bool
    needs: str
    bounds: tuple[float, float]
    measure: Callable[[Outcomes], float]
    format: Callable[[float], str]
    reason: Callable[[Outcomes], str]

    def undefined(self, outcomes: Outcomes) -> str:
        """Return why the metric is not defined on these outcomes, in plain words; empty where it is."""
        return _unusable(self, outcomes) or self.reason(outcomes)

    def compute(self, outcomes: Outcomes) -> float:
        """Return the metric's value, NaN where it is not defined; never warns.

        Parameters
        ----------
        outcomes : Outcomes
            n rows of one of the metric's tasks.
        """
        if self.undefined(outcomes):
            return float("nan")
        with np.errstate(all="ignore"):
            return float(self.measure(outcomes))

    def better(self, one: float, other: float) -> bool:
        """Whether the first value is strictly better than the second."""
        return one > other if self.higher_is_better else one < other


def class_codes(labels: NDArray[np.generic], classes: tuple[str, ...]) -> NDArray[np.intp]:
    """Return each label's position among the classes, shape (n,); −1 for a label that is none of them."""
    return np.asarray(pd.Index(classes, dtype=object).get_indexer(pd.Index(labels, dtype=object)), dtype=np.intp)


def _unusable(metric: Metric, outcomes: Outcomes) -> str:
    if outcomes.task not in metric.tasks:
        return f"{metric.title} does not suit this kind of answer."
    if len(outcomes) == 0:
        return "There are no rows to judge."
    if metric.needs == "probabilities" and outcomes.probabilities is None:
        return "The model gave no probabilities."
    if metric.needs == "decisions" and outcomes.probabilities is None and outcomes.decided is None:
        return "The model gave no predictions."
    if metric.needs == "amounts" and outcomes.values is None:
        return "The model gave no predictions."
    numbers = outcomes.values if metric.needs == "amounts" else outcomes.probabilities
    if numbers is not None and not np.isfinite(numbers).all():
        return "Some predictions are no numbers."
    if metric.needs == "amounts" and not np.isfinite(_amounts(outcomes)).all():
        return "Some actual amounts are missing."
    return ""


def _always(_: Outcomes) -> str:
    return ""


def _both_happened(outcomes: Outcomes) -> str:
    happened = np.unique(class_codes(outcomes.actual, outcomes.classes))
    return "" if len(happened) > 1 else "Only one outcome happened in these rows."


def _positive_happened(outcomes: Outcomes) -> str:
    return "" if outcomes.is_positive.any() else "The outcome looked for did not happen in these rows."


def _anything_flagged(outcomes: Outcomes) -> str:
    return "" if outcomes.flagged.any() else "Nothing is flagged at this threshold."


def _flagged_or_happened(outcomes: Outcomes) -> str:
    some = outcomes.flagged.any() or outcomes.is_positive.any()
    return "" if some else "The outcome looked for neither happened nor was predicted."


def _amounts_differ(outcomes: Outcomes) -> str:
    return "" if np.ptp(_amounts(outcomes)) > 0 else "All actual amounts are the same."


def _away_from_zero(outcomes: Outcomes) -> str:
    sizes = np.abs(_amounts(outcomes))
    if sizes.min() > NEAR_ZERO * sizes.mean():
        return ""
    return "Some actual amounts are zero or close to it, and a percentage of almost nothing says nothing."


def _amounts(outcomes: Outcomes) -> NDArray[np.float64]:
    return np.asarray(outcomes.actual, dtype=float)


def _values(outcomes: Outcomes) -> NDArray[np.float64]:
    assert outcomes.values is not None
    return outcomes.values


def _rows_of_one(outcomes: Outcomes) -> NDArray[np.float64]:
    # Rows that sum to 1 only up to rounding make scikit-learn warn.
    assert outcomes.probabilities is not None
    clipped = np.clip(np.asarray(outcomes.probabilities, dtype=float), 1e-15, None)
    return np.asarray(clipped / clipped.sum(axis=1, keepdims=True))


def _accuracy(outcomes: Outcomes) -> float:
    return float(np.mean(np.asarray(outcomes.predicted == outcomes.actual, dtype=bool)))


def _per_class(score: str, average: str, empty: float) -> Callable[[Outcomes], float]:
    def measure(outcomes: Outcomes) -> float:
        import sklearn.metrics

        actual = class_codes(outcomes.actual, outcomes.classes)
        predicted = class_codes(outcomes.predicted, outcomes.classes)
        function = getattr(sklearn.metrics, f"{score}_score")
        return float(function(actual, predicted, average=average, zero_division=empty))

    return measure


def _binary_decisions(score: str) -> Callable[[Outcomes], float]:
    def measure(outcomes: Outcomes) -> float:
        import sklearn.metrics

        function = getattr(sklearn.metrics, f"{score}_score")
        return float(function(outcomes.is_positive, outcomes.flagged, zero_division=0.0))

    return measure


def _roc_auc(outcomes: Outcomes) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(outcomes.is_positive, outcomes.score))


def _roc_auc_ovr(outcomes: Outcomes) -> float:
    from sklearn.metrics import roc_auc_score

    assert outcomes.probabilities is not None
    codes = class_codes(outcomes.actual, outcomes.classes)
    happened = [code for code in np.unique(codes) if code >= 0]
    return float(np.mean([roc_auc_score(codes == code, outcomes.probabilities[:, code]) for code in happened]))


def _average_precision(outcomes: Outcomes) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(outcomes.is_positive, outcomes.score))


def _log_loss(outcomes: Outcomes) -> float:
    from sklearn.metrics import log_loss

    codes = class_codes(outcomes.actual, outcomes.classes)
    probabilities = _rows_of_one(outcomes)
    if (codes < 0).any():
        # An outcome the model does not know was given the smallest chance there is.
        probabilities = np.column_stack([probabilities, np.full(len(codes), 1e-15)])
        codes = np.where(codes < 0, probabilities.shape[1] - 1, codes)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
    return float(log_loss(codes, probabilities, labels=np.arange(probabilities.shape[1])))


def _brier(outcomes: Outcomes) -> float:
    return float(np.mean((outcomes.score - outcomes.is_positive) ** 2))


def _rmse(outcomes: Outcomes) -> float:
    from sklearn.metrics import root_mean_squared_error

    return float(root_mean_squared_error(_amounts(outcomes), _values(outcomes)))


def _mae(outcomes: Outcomes) -> float:
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(_amounts(outcomes), _values(outcomes)))


def _r2(outcomes: Outcomes) -> float:
    from sklearn.metrics import r2_score

    return float(r2_score(_amounts(outcomes), _values(outcomes)))


def _mape(outcomes: Outcomes) -> float:
    from sklearn.metrics import mean_absolute_percentage_error

    return float(mean_absolute_percentage_error(_amounts(outcomes), _values(outcomes)))


def percent(value: float) -> str:
    """Write a share as a percentage with one decimal: 0.573 is "57.3%"."""
    return _signed(f"{value * 100:,.1f}%") if np.isfinite(value) else NOT_DEFINED


def three_decimals(value: float) -> str:
    """Write a score with three decimals: "0.775"."""
    return _signed(f"{value:,.3f}") if np.isfinite(value) else NOT_DEFINED


def amount(value: float) -> str:
    """Write an amount with about four digits and thousands separators: "12,346", "3.142", "0.0021"."""
    if not np.isfinite(value):
        return NOT_DEFINED
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-6:
        return _signed(f"{value:.3e}")
    decimals = 0 if size == 0 else max(0, 3 - int(np.floor(np.log10(size))))
    return _signed(f"{value:,.{decimals}f}")


def _signed(text: str) -> str:
    return text.replace("-", "−")


_HAPPENED = "over the outcomes that happened"

_CATALOGUE = (
    Metric(
        "accuracy", "accuracy", "Right answers", "Share of rows whose outcome was predicted rightly.",
        _BOTH, True, "decisions", _SHARE, _accuracy, percent, _always,
    ),
    Metric(
        "balanced_accuracy", "balanced accuracy", "Right answers, each outcome counted alike",
        f"Share predicted rightly within each outcome, averaged {_HAPPENED}.",
        _BOTH, True, "decisions", _SHARE, _per_class("recall", "macro", np.nan), percent, _both_happened,
    ),
    Metric(
        "precision", "precision", "Flags that are right", "Share of the flagged rows in which the outcome happened.",
        _BINARY, True, "decisions", _SHARE, _binary_decisions("precision"), percent, _anything_flagged,
    ),
    Metric(
        "recall", "recall", "Outcomes caught", "Share of the rows with the outcome that were flagged.",
        _BINARY, True, "decisions", _SHARE, _binary_decisions("recall"), percent, _positive_happened,
    ),
    Metric(
        "f1", "F1", "Flags right and outcomes caught", "Harmonic mean of precision and recall.",
        _BINARY, True, "decisions", _SHARE, _binary_decisions("f1"), three_decimals, _flagged_or_happened,
    ),
    Metric(
        "f1_macro", "macro F1", "Right and caught, each outcome counted alike",
        "F1 of each outcome against the rest, averaged over the outcomes.",
        _MULTICLASS, True, "decisions", _SHARE, _per_class("f1", "macro", 0.0), three_decimals, _always,
    ),
    Metric(
        "precision_macro", "macro precision", "Right when predicted, each outcome counted alike",
        "Precision of each outcome, averaged; an outcome that happened but was never predicted counts as 0.",
        _MULTICLASS, True, "decisions", _SHARE, _per_class("precision", "macro", 0.0), percent, _always,
    ),
    Metric(
        "recall_macro", "macro recall", "Caught, each outcome counted alike",
        f"Recall of each outcome, averaged {_HAPPENED}.",
        _MULTICLASS, True, "decisions", _SHARE, _per_class("recall", "macro", np.nan), percent, _always,
    ),
    Metric(
        "f1_weighted", "weighted F1", "Right and caught, each row counted alike",
        "F1 of each outcome, averaged with the outcome's number of rows as weight.",
        _MULTICLASS, True, "decisions", _SHARE, _per_class("f1", "weighted", 0.0), three_decimals, _always,
    ),
    Metric(
        "roc_auc", "ROC AUC", "Ranking",
        "Chance that a row with the outcome is scored above one without it; 0.5 is guessing, 1 is perfect.",
        _BINARY, True, "probabilities", _SHARE, _roc_auc, three_decimals, _both_happened,
    ),
    Metric(
        "roc_auc_ovr", "ROC AUC, one against the rest", "Ranking",
        f"ROC AUC of each outcome against the rest, averaged {_HAPPENED}; 0.5 is guessing, 1 is perfect.",
        _MULTICLASS, True, "probabilities", _SHARE, _roc_auc_ovr, three_decimals, _both_happened,
    ),
    Metric(
        "average_precision", "average precision", "Ranking of a rare outcome",
        "Precision averaged over all thresholds, weighted by the recall each adds; guessing gives the outcome's share.",
        _BINARY, True, "probabilities", _SHARE, _average_precision, three_decimals, _positive_happened,
    ),
    Metric(
        "log_loss", "log loss", "Surprise at what happened",
        "Mean of minus the logarithm of the probability given to what happened; 0 is perfect.",
        _BOTH, False, "probabilities", _LOSS, _log_loss, three_decimals, _always,
    ),
    Metric(
        "brier", "Brier score", "Error of the probabilities",
        "Mean squared difference between the probability and what happened (0 or 1); 0 is perfect.",
        _BINARY, False, "probabilities", _SHARE, _brier, three_decimals, _always,
    ),
    Metric(
        "rmse", "RMSE", "Typical error, large ones counted more",
        "Root of the mean squared error, in the outcome's unit.",
        _REGRESSION, False, "amounts", _LOSS, _rmse, amount, _always,
    ),
    Metric(
        "mae", "MAE", "Average error", "Mean absolute error, in the outcome's unit.",
        _REGRESSION, False, "amounts", _LOSS, _mae, amount, _always,
    ),
    Metric(
        "r2", "R²", "Variation explained",
        "Share of the outcome's variance that the predictions explain; 0 is no better than always saying the mean.",
        _REGRESSION, True, "amounts", (float("-inf"), 1.0), _r2, three_decimals, _amounts_differ,
    ),
    Metric(
        "mape", "MAPE", "Average error in percent", "Mean absolute error as a share of the actual amount.",
        _REGRESSION, False, "amounts", _LOSS, _mape, percent, _away_from_zero,
    ),
)  # fmt: skip

METRICS: dict[str, Metric] = {metric.key: metric for metric in _CATALOGUE}
"""Every metric by its key, in the order in which screens list them."""


def metrics_for(task: Task) -> tuple[Metric, ...]:
    """Return the metrics of a task, in the catalogue's order."""
    return tuple(metric for metric in METRICS.values() if task in metric.tasks)


def evaluate_all(outcomes: Outcomes) -> dict[str, float]:
    """Compute every metric of the outcomes' task.

    Parameters
    ----------
    outcomes : Outcomes

    Returns
    -------
    dict of str to float
        Metric key to value, NaN where it is not defined on these rows.
    """
    return {metric.key: metric.compute(outcomes) for metric in metrics_for(outcomes.task)}
