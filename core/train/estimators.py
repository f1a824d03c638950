"""The estimators behind the catalogue, built for a task and the size of its table.

Every one of them is deterministic for a seed and made of classes that the persistence of a bundle knows. The libraries
are imported when one is built: the screens read the catalogue and must not pay for that.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

from core.errors import TrainingError
from core.framing.frame import Task

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of regularisation that logistic regression chooses among, weakest last."""
PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
"""Penalties that linear regression chooses among."""
INNER_FOLDS = 3
THREADED_BOOSTING_ROWS = 50_000
"""Below this many rows LightGBM's threads wait for each other longer than they work."""
CHOOSE_STRENGTH_ROWS = 50_000
"""Above this many rows the strength of regularisation hardly matters and is not searched."""
EARLY_STOPPING_ROWS = 100
"""Below this many rows a tenth of them is too few to say when a neural network should stop."""
MEDIAN_METRICS = frozenset({"mae", "mape"})
"""Metrics of which the median, not the mean, is the best constant guess."""


@dataclass(frozen=True)
class Setting:
    """What an estimator is built for.

    Parameters
    ----------
    task : Task
    metric : str
        Key of the metric that judges; decides what the best constant guess is.
    seed : int
    threads : int
        Threads one fit may use.
    n_rows : int
        Fewest rows of any fit.
    n_features : int
        Raw columns the model may see.
    n_classes : int
        0 for regression.
    smallest_class : int
        Fewest rows of one class in any fit; 0 for regression.
    """

    task: Task
    metric: str
    seed: int
    threads: int
    n_rows: int
    n_features: int
    n_classes: int
    smallest_class: int


def baseline(setting: Setting) -> Any:
    """Return the naive guess: the shares of the outcomes, or the constant amount the metric likes best."""
    from sklearn.dummy import DummyClassifier, DummyRegressor

    if setting.task.is_classification:
        return DummyClassifier(strategy="prior")
    return DummyRegressor(strategy="median" if setting.metric in MEDIAN_METRICS else "mean")


def linear(setting: Setting) -> Any:
    """Return logistic or ridge regression; the strength is chosen inside each fit, from its own rows."""
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, RidgeCV

    if not setting.task.is_classification:
        return RidgeCV(alphas=PENALTIES)
    # Each inner fold needs every class, or its log loss is not defined.
    if setting.smallest_class < INNER_FOLDS or setting.n_rows > CHOOSE_STRENGTH_ROWS:
        return LogisticRegression(C=1.0, max_iter=1_000)
    return LogisticRegressionCV(
        Cs=STRENGTHS,
        l1_ratios=(0.0,),
        cv=INNER_FOLDS,
        scoring="neg_log_loss",
        max_iter=1_000,
        use_legacy_attributes=False,
    )


def decision_tree(setting: Setting) -> Any:
    """Return one tree, shallow enough to be read."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind = DecisionTreeClassifier if setting.task.is_classification else DecisionTreeRegressor
    leaf = min(max(5, setting.n_rows // 100), max(1, setting.n_rows // 10))
    return kind(max_depth=5, min_samples_leaf=leaf, random_state=setting.seed)


def random_forest(setting: Setting) -> Any:
    """Return a forest whose leaves grow with the table, so that it stays of bearable size."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    leaf = max(2, setting.n_rows // 5_000)
    common: dict[str, Any] = {
        "n_estimators": 150,
        "min_samples_leaf": leaf,
        "random_state": setting.seed,
        "n_jobs": setting.threads,
    }
    if setting.task.is_classification:
        return RandomForestClassifier(max_features="sqrt", **common)
    return RandomForestRegressor(max_features=0.4, **common)


def gradient_boosting(setting: Setting) -> Any:
    """Return LightGBM with small trees; ``deterministic`` makes the answer the same for any number of threads."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if setting.task.is_classification else LGBMRegressor
    rounds = 150 if setting.n_classes <= 4 else max(40, 600 // setting.n_classes)
    return kind(
        n_estimators=rounds,
        learning_rate=0.06,
        num_leaves=15,
        min_child_samples=min(20, max(5, setting.n_rows // 20)),
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.8,
        reg_lambda=1.0,
        random_state=setting.seed,
        n_jobs=setting.threads if setting.n_rows >= THREADED_BOOSTING_ROWS else 1,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )


def support_vector_machine(setting: Setting) -> Any:
    """Return a kernel machine: calibrated to probabilities, or on a scaled target.

    Raises
    ------
    TrainingError
        Where an outcome has fewer than two rows in a fit: its probabilities cannot be calibrated.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC, SVR

    if not setting.task.is_classification:
        return TransformedTargetRegressor(regressor=SVR(cache_size=400), transformer=StandardScaler())
    if setting.smallest_class < 2:
        raise TrainingError("an outcome has a single row in one of the fits, and its chances cannot be calibrated.")
    folds = min(INNER_FOLDS, setting.smallest_class)
    return CalibratedClassifierCV(SVC(cache_size=400, random_state=setting.seed), ensemble=False, cv=folds)


def neural_network(setting: Setting) -> Any:
    """Return a small network that stops when rows it has set aside get no better."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    aside = ceil(setting.n_rows / 10)
    stops = setting.n_rows >= EARLY_STOPPING_ROWS
    if setting.task.is_classification:
        stops = stops and setting.smallest_class >= 2 and aside >= setting.n_classes
    common: dict[str, Any] = {
        "hidden_layer_sizes": (32, 16),
        "alpha": 0.01,
        "early_stopping": stops,
        "n_iter_no_change": 25,
        "learning_rate_init": 0.003,
        "max_iter": 200,
        "random_state": setting.seed,
    }
    if setting.task.is_classification:
        return MLPClassifier(**common)
    return TransformedTargetRegressor(regressor=MLPRegressor(**common), transformer=StandardScaler())


def describe_baseline(model: Any) -> str:
    """Say what is always guessed."""
    if hasattr(model, "classes_"):
        return "Always the shares of the outcomes"
    return f"Always the {model.strategy}"


def describe_linear(model: Any) -> str:
    """Say how many weights it has."""
    weights = int(model.coef_.size)
    return f"{weights:,} weight" + ("" if weights == 1 else "s")


def describe_tree(model: Any) -> str:
    """Say how deep it is and how many leaves it has."""
    levels, leaves = int(model.get_depth()), int(model.get_n_leaves())
    return f"{levels} level{'' if levels == 1 else 's'}, {leaves} {'leaf' if leaves == 1 else 'leaves'}"


def describe_forest(model: Any) -> str:
    """Say how many trees it has."""
    return f"{len(model.estimators_)} trees"


def describe_boosting(model: Any) -> str:
    """Say how many trees it has."""
    return f"{model.booster_.num_trees()} small trees"


def describe_machine(model: Any) -> str:
    """Say how many rows it remembers."""
    machine = model.regressor_ if hasattr(model, "regressor_") else model.calibrated_classifiers_[0].estimator
    return f"{len(machine.support_):,} support vectors"


def describe_network(model: Any) -> str:
    """Say how large it is and how long it learned."""
    network = getattr(model, "regressor_", model)
    layers = " and ".join(str(width) for width in network.hidden_layer_sizes)
    return f"Layers of {layers} units, {network.n_iter_} rounds"
