"""Models of smooth boundaries: kernels, neighbours and networks."""

from math import ceil
from typing import Any

from core.errors import TrainingError
from core.train.estimators.setting import INNER_FOLDS, Setting
from core.train.estimators.weights import class_weight

EARLY_STOPPING_ROWS = 100
"""Below this many rows a tenth of them is too few to say when a neural network should stop."""


def support_vector_machine(setting: Setting, *, strength: float = 1.0, width: float | None = None) -> Any:
    """Return a kernel machine: calibrated to probabilities, or on a scale of the amount that bends with its tail.

    Raises
    ------
    TrainingError
        Where an outcome has fewer than two rows in a fit: its probabilities cannot be calibrated.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.svm import SVC, SVR

    from core.runtime.target import TargetScale

    kernel: dict[str, Any] = {"C": strength, "gamma": width or "scale", "cache_size": 400}
    if not setting.task.is_classification:
        return TransformedTargetRegressor(regressor=SVR(**kernel), transformer=TargetScale())
    if setting.smallest_class < 2:
        raise TrainingError("an outcome has a single row in one of the fits, and its chances cannot be calibrated.")
    folds = min(INNER_FOLDS, setting.smallest_class)
    return CalibratedClassifierCV(SVC(random_state=setting.seed, **kernel), ensemble=False, cv=folds)


def kernel_logistic(setting: Setting, *, strength: float = 1.0, width: float = 0.3, weights: str = "") -> Any:
    """Return logistic or ridge regression on how near a row is to a few hundred rows drawn from those it learns.

    ``width`` is the kernel's gamma times the number of columns it sees.
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.kernel_approximation import Nystroem
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import Pipeline

    from core.runtime.target import TargetScale

    near = Nystroem(
        gamma=width / max(1, setting.n_features),
        n_components=max(2, min(300, setting.n_rows // 3)),
        random_state=setting.seed,
    )
    if setting.task.is_classification:
        weighing = class_weight(setting, weights)
        return Pipeline(
            [("near", near), ("model", LogisticRegression(C=strength, max_iter=500, class_weight=weighing))]
        )
    ridge = Pipeline([("near", near), ("model", Ridge(alpha=0.1 / strength))])
    return TransformedTargetRegressor(regressor=ridge, transformer=TargetScale())


def nearest_neighbours(setting: Setting, *, neighbours: int | None = None) -> Any:
    """Return the weighted answer of the rows nearest by."""
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    kind = KNeighborsClassifier if setting.task.is_classification else KNeighborsRegressor
    count = neighbours or max(3, min(25, round(setting.n_rows**0.5 / 2)))
    return kind(n_neighbors=min(count, max(1, setting.n_rows)), weights="distance", algorithm="brute")


def neural_network(setting: Setting, *, width: int = 32, decay: float = 0.01, rate: float = 0.003) -> Any:
    """Return a small network that stops when rows it has set aside get no better."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    from core.runtime.target import TargetScale

    aside = ceil(setting.n_rows / 10)
    stops = setting.n_rows >= EARLY_STOPPING_ROWS
    if setting.task.is_classification:
        stops = stops and setting.smallest_class >= 2 and aside >= setting.n_classes
    common: dict[str, Any] = {
        "hidden_layer_sizes": (width, width // 2),
        "alpha": decay,
        "early_stopping": stops,
        "n_iter_no_change": 25,
        "learning_rate_init": rate,
        "max_iter": 200,
        "random_state": setting.seed,
    }
    if setting.task.is_classification:
        return MLPClassifier(**common)
    return TransformedTargetRegressor(regressor=MLPRegressor(**common), transformer=TargetScale())


def describe_machine(model: Any) -> str:
    """Say how many rows it remembers."""
    machine = model.regressor_ if hasattr(model, "regressor_") else model.calibrated_classifiers_[0].estimator
    return f"{len(machine.support_):,} support vectors"


def describe_kernel(model: Any) -> str:
    """Say how many rows it compares with."""
    whole = getattr(model, "regressor_", model)
    return f"Compared with {len(whole.steps[0][1].components_):,} rows"


def describe_neighbours(model: Any) -> str:
    """Say how many rows answer."""
    return f"The {model.n_neighbors} nearest of {model.n_samples_fit_:,} rows"


def describe_network(model: Any) -> str:
    """Say how large it is and how long it learned."""
    network = getattr(model, "regressor_", model)
    layers = " and ".join(str(width) for width in network.hidden_layer_sizes)
    return f"Layers of {layers} units, {network.n_iter_} rounds"
