"""Which loss a model of amounts makes small: the one that fits the metric, or the one a person fixed."""

from core.errors import TrainingError
from core.train.estimators.setting import Setting

AUTOMATIC = "automatic"
OF_METRIC = {
    "mae": "absolute",
    "mape": "absolute",
    "pinball": "quantile",
    "poisson_deviance": "poisson",
    "tweedie_deviance": "tweedie",
}
"""The loss whose best answer is also the metric's; of every other metric of amounts it is the squared error."""
POWER = 1.5
"""Of the Tweedie family: between the counts of Poisson (1) and the amounts of gamma (2)."""
NEVER_NEGATIVE = {"poisson": "Poisson", "tweedie": "Tweedie"}


def loss_of(setting: Setting, asked: str = AUTOMATIC) -> str:
    """Return the loss that a model makes small.

    Parameters
    ----------
    setting : Setting
    asked : str
        ``automatic``, or a loss.

    Returns
    -------
    str
        ``squared``, ``absolute``, ``quantile``, ``poisson`` or ``tweedie``.

    Raises
    ------
    TrainingError
        Where the loss is none of amounts below zero, and there are some.
    """
    loss = OF_METRIC.get(setting.metric, "squared") if asked == AUTOMATIC else asked
    if loss == "absolute" and asked == AUTOMATIC and setting.directed:
        # Its leaves are set anew after a tree has grown, and no direction survives that.
        loss = "squared"
    if loss in NEVER_NEGATIVE and setting.least_amount < 0:
        raise TrainingError(
            f"The {NEVER_NEGATIVE[loss]} loss is for amounts that are never negative; "
            f"the smallest in training is {setting.least_amount:,g}.",
            next_step="Fix another loss under “Settings of the models”, or leave it free.",
        )
    return loss


def lightgbm_loss(loss: str, setting: Setting) -> dict[str, float | str]:
    """Return the settings of LightGBM for a loss; none for the squared error, its default."""
    settings: dict[str, dict[str, float | str]] = {
        "squared": {},
        "absolute": {"objective": "l1"},
        "quantile": {"objective": "quantile", "alpha": setting.quantile},
        "poisson": {"objective": "poisson"},
        "tweedie": {"objective": "tweedie", "tweedie_variance_power": POWER},
    }
    return settings[loss]


def histogram_loss(loss: str, setting: Setting) -> dict[str, float | str]:
    """Return the settings of scikit-learn's boosting for a loss; it has no Tweedie, and Poisson is nearest."""
    settings: dict[str, dict[str, float | str]] = {
        "squared": {"loss": "squared_error"},
        "absolute": {"loss": "absolute_error"},
        "quantile": {"loss": "quantile", "quantile": setting.quantile},
        "poisson": {"loss": "poisson"},
        "tweedie": {"loss": "poisson"},
    }
    return settings[loss]
