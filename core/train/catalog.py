"""The model catalogue: the candidates a training tries, what they are good at, and what they cost.

Adding a model means adding one entry here, its estimator in ``core.train.estimators``, and its test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log2, sqrt
from typing import Any

from core.framing.frame import Task
from core.train import estimators
from core.train.estimators import Setting

_CLASSES = (Task.BINARY, Task.MULTICLASS)
_ALL = (Task.BINARY, Task.MULTICLASS, Task.REGRESSION)
BASELINE = "baseline"


@dataclass(frozen=True)
class ModelSpec:
    """One candidate.

    Parameters
    ----------
    key, title : str
    good_at : str
        One line in plain words.
    tasks : tuple of Task
        Tasks it suits.
    simplicity : int
        Rank of how easily it is explained and run; lower is simpler.
    needs_scaling : bool
        Whether its columns must have one scale; trees must not get a scaler.
    make : callable
        From a ``Setting`` to an unfitted estimator.
    describe : callable
        From the fitted estimator to a few words, such as "150 trees".
    forecast : callable
        From rows, encoded columns and classes (1 for binary and regression) to the seconds of one fit on two cores.
        Only a start: the search corrects it by what it measures.
    most_rows : int or None
        Above this many training rows it is left out.
    most_rows_reason : str
        Why, in plain words.
    """

    key: str
    title: str
    good_at: str
    tasks: tuple[Task, ...]
    simplicity: int
    needs_scaling: bool
    make: Callable[[Setting], Any]
    describe: Callable[[Any], str]
    forecast: Callable[[int, int, int], float]
    most_rows: int | None = None
    most_rows_reason: str = ""

    @property
    def is_baseline(self) -> bool:
        """Whether it is the naive guess that all others must beat."""
        return self.key == BASELINE

    def build(
        self,
        task: Task,
        seed: int,
        threads: int,
        n_rows: int,
        n_features: int,
        *,
        metric: str = "",
        n_classes: int | None = None,
        smallest_class: int | None = None,
    ) -> Any:
        """Return an unfitted estimator.

        Parameters
        ----------
        task : Task
        seed, threads : int
        n_rows : int
            Fewest rows of any fit.
        n_features : int
            Raw columns the model may see.
        metric : str
            Key of the metric that judges.
        n_classes : int, optional
            Default 2 for a classification.
        smallest_class : int, optional
            Fewest rows of one class in any fit; by default enough of each.

        Returns
        -------
        A scikit-learn estimator.

        Raises
        ------
        TrainingError
            Where it cannot be built for rows like these.
        """
        if n_classes is None:
            n_classes = 2 if task.is_classification else 0
        if smallest_class is None:
            smallest_class = n_rows // n_classes if n_classes else 0
        return self.make(Setting(task, metric, seed, threads, n_rows, n_features, n_classes, smallest_class))


def _baseline_seconds(rows: int, columns: int, classes: int) -> float:
    return 0.002


def _logistic_seconds(rows: int, columns: int, classes: int) -> float:
    fits = 16 if rows <= estimators.CHOOSE_STRENGTH_ROWS else 3
    return 0.03 + fits * rows * (columns + 8) * max(classes, 1) * 4e-8


def _ridge_seconds(rows: int, columns: int, classes: int) -> float:
    return 0.01 + rows * columns * min(rows, columns) * 5e-10


def _tree_seconds(rows: int, columns: int, classes: int) -> float:
    return 0.005 + rows * columns * log2(rows + 2) * 2.5e-8


def _forest_seconds(rows: int, columns: int, classes: int) -> float:
    return 0.15 + 150 * rows * log2(rows + 2) * sqrt(columns) * 2e-8


def _boosting_seconds(rows: int, columns: int, classes: int) -> float:
    trees = 150 * classes if classes <= 4 else 600
    return 0.03 + trees * (4e-4 + rows * (columns + 8) * 2.5e-9)


def _machine_seconds(rows: int, columns: int, classes: int) -> float:
    return 0.02 + rows * rows * (columns + 15) * 9e-10 * sqrt(max(classes, 1))


def _network_seconds(rows: int, columns: int, classes: int) -> float:
    return 0.1 + 60 * rows * (columns + 60) * 1.2e-8


_ENTRIES = (
    ModelSpec(
        BASELINE,
        "Baseline",
        "Always guesses the same; whatever cannot beat it has learned nothing.",
        _ALL,
        0,
        False,
        estimators.baseline,
        estimators.describe_baseline,
        _baseline_seconds,
    ),
    ModelSpec(
        "logistic_regression",
        "Logistic regression",
        "Easiest to explain: each column pushes the chance up or down by a fixed amount.",
        _CLASSES,
        1,
        True,
        estimators.linear,
        estimators.describe_linear,
        _logistic_seconds,
    ),
    ModelSpec(
        "linear_regression",
        "Linear regression",
        "Easiest to explain: each column adds a fixed amount.",
        (Task.REGRESSION,),
        1,
        True,
        estimators.linear,
        estimators.describe_linear,
        _ridge_seconds,
    ),
    ModelSpec(
        "decision_tree",
        "Decision tree",
        "A few questions that fit on one page; good where there are clear rules.",
        _ALL,
        2,
        False,
        estimators.decision_tree,
        estimators.describe_tree,
        _tree_seconds,
    ),
    ModelSpec(
        "gradient_boosting",
        "Gradient boosting",
        "Often the best on tables: many small trees, each mending what those before it missed (LightGBM).",
        _ALL,
        4,
        False,
        estimators.gradient_boosting,
        estimators.describe_boosting,
        _boosting_seconds,
    ),
    ModelSpec(
        "random_forest",
        "Random forest",
        "Robust with little care: many trees on different rows and columns vote.",
        _ALL,
        3,
        False,
        estimators.random_forest,
        estimators.describe_forest,
        _forest_seconds,
    ),
    ModelSpec(
        "support_vector_machine",
        "Support vector machine",
        "Smooth curved boundaries on small tables; slow on large ones.",
        _ALL,
        5,
        True,
        estimators.support_vector_machine,
        estimators.describe_machine,
        _machine_seconds,
        most_rows=20_000,
        most_rows_reason="Its time and memory grow with the square of the rows: it is left out above 20,000.",
    ),
    ModelSpec(
        "neural_network",
        "Neural network",
        "Smooth mixtures of columns; needs many rows and is the hardest to explain.",
        _ALL,
        6,
        True,
        estimators.neural_network,
        estimators.describe_network,
        _network_seconds,
    ),
)

MODELS: dict[str, ModelSpec] = {entry.key: entry for entry in _ENTRIES}


def candidates(task: Task, keys: tuple[str, ...] = ()) -> tuple[ModelSpec, ...]:
    """Return what a training tries: the baseline, then the models asked for that suit the task.

    Parameters
    ----------
    task : Task
    keys : tuple of str
        Keys of ``MODELS``; empty means every model that suits. Unknown keys and other tasks' models are passed over.

    Returns
    -------
    tuple of ModelSpec
    """
    return tuple(
        spec for spec in MODELS.values() if task in spec.tasks and (spec.is_baseline or not keys or spec.key in keys)
    )
