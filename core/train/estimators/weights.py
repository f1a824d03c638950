"""How much rows of each outcome count in a fit: alike, so that outcomes do, or by what getting them wrong costs."""

from core.errors import TrainingError
from core.train.estimators.setting import Setting

BALANCED, COSTS = "balanced", "costs"


def class_weight(setting: Setting, asked: str) -> str | dict[str, float] | None:
    """Return what scikit-learn and LightGBM call ``class_weight``.

    Parameters
    ----------
    setting : Setting
    asked : str
        ``balanced``, ``costs``, or empty for rows that count alike.

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
    return {label: cost / mean for label, cost in setting.class_costs}
