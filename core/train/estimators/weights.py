"""How much rows of each outcome count in a fit: alike, so that outcomes do, or by what getting them wrong costs."""

from collections.abc import Callable

from core.errors import TrainingError
from core.train.estimators.setting import Setting

BALANCED, COSTS = "balanced", "costs"


def by_place(place: int, label: str) -> int:
    """Name an outcome as scikit-learn's boosting does, which numbers outcomes before it looks their weights up."""
    return place


def by_text(place: int, label: str) -> str:
    """Name an outcome as LightGBM and logistic regression that chooses its strength do, by its label."""
    return label


def by_number(place: int, label: str) -> int | str:
    """Name an outcome as the rest of scikit-learn does, which reads a label as a whole number where it can."""
    try:
        return int(label)
    except ValueError:
        return label


def class_weight(
    setting: Setting, asked: str, named: Callable[[int, str], int | str] = by_number
) -> str | dict[int | str, float] | None:
    """Return what scikit-learn and LightGBM call ``class_weight``.

    Parameters
    ----------
    setting : Setting
    asked : str
        ``balanced``, ``costs``, or empty for rows that count alike.
    named : callable
        From the place and the label of an outcome to what the library calls it.

    Returns
    -------
    str, dict or None
        From costs, a row with the outcome counts what a miss costs and a row without it what a needless flag costs,
        divided by the mean of the two (Elkan, 2001, The foundations of cost-sensitive learning, IJCAI, section 2).

    Raises
    ------
    TrainingError
        Weights from costs are asked for, and the frame does not price both errors.
    """
    if asked != COSTS:
        return asked or None
    if not setting.class_costs:
        raise TrainingError(
            "Weights from costs need to know what each of the two errors of a yes or no costs.",
            next_step="Give both costs on Frame, or fix other weights.",
        )
    mean = sum(cost for _, cost in setting.class_costs) / 2
    return {named(place, label): cost / mean for place, (label, cost) in enumerate(setting.class_costs)}
