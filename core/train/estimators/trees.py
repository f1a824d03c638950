"""Trees, and forests of them."""

from typing import Any

from core.train.estimators.setting import Setting
from core.train.estimators.weights import class_weight

TREES = 150


def decision_tree(setting: Setting, *, depth: int = 5, weights: str = "") -> Any:
    """Return one tree, shallow enough to be read."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    leaf = min(max(5, setting.n_rows // 100), max(1, setting.n_rows // 10))
    common: dict[str, Any] = {"max_depth": depth, "min_samples_leaf": leaf, "random_state": setting.seed}
    if setting.task.is_classification:
        return DecisionTreeClassifier(class_weight=class_weight(setting, weights), **common)
    return DecisionTreeRegressor(**common)


def random_forest(setting: Setting, *, leaf: int | None = None, columns: float | None = None, weights: str = "") -> Any:
    """Return a forest whose leaves grow with the table, so that it stays of bearable size."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    common = _forest(setting, leaf or 2)
    if setting.task.is_classification:
        weighing = class_weight(setting, weights)
        return RandomForestClassifier(max_features=columns or "sqrt", class_weight=weighing, **common)
    return RandomForestRegressor(max_features=columns or 0.4, **common)


def extra_trees(setting: Setting, *, leaf: int | None = None, columns: float | None = None, weights: str = "") -> Any:
    """Return a forest that cuts at random places: smoother than a random forest where columns are noisy."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    common = _forest(setting, leaf or 2)
    if setting.task.is_classification:
        weighing = class_weight(setting, weights)
        return ExtraTreesClassifier(max_features=columns or "sqrt", class_weight=weighing, **common)
    return ExtraTreesRegressor(max_features=columns or 0.6, **common)


def _forest(setting: Setting, leaf: int) -> dict[str, Any]:
    return {
        "n_estimators": TREES,
        "min_samples_leaf": max(leaf, setting.n_rows // 5_000),
        "random_state": setting.seed,
        "n_jobs": setting.threads,
    }


def bagged_trees(setting: Setting) -> Any:
    """Return deep trees on rows drawn again and again, all columns offered to each."""
    from sklearn.ensemble import BaggingClassifier, BaggingRegressor
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    leaf = max(3, setting.n_rows // 5_000)
    if setting.task.is_classification:
        tree: Any = DecisionTreeClassifier(min_samples_leaf=leaf)
        return BaggingClassifier(tree, n_estimators=50, random_state=setting.seed, n_jobs=1)
    return BaggingRegressor(
        DecisionTreeRegressor(min_samples_leaf=leaf), n_estimators=50, random_state=setting.seed, n_jobs=1
    )


def describe_tree(model: Any) -> str:
    """Say how deep it is and how many leaves it has."""
    levels, leaves = int(model.get_depth()), int(model.get_n_leaves())
    return f"{levels} level{'' if levels == 1 else 's'}, {leaves} {'leaf' if leaves == 1 else 'leaves'}"


def describe_forest(model: Any) -> str:
    """Say how many trees it has."""
    return f"{len(model.estimators_)} trees"
