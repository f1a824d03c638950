"""A neural network with dropout, weight decay, early stopping and a learning-rate schedule, taught by PyTorch."""

from typing import Any

from core.train.estimators.losses import OF_METRIC
from core.train.estimators.setting import Setting

NARROWEST = 8
"""Fewest units of a layer; each has half of those of the one before."""


def torch_network(
    setting: Setting,
    *,
    layers: int = 2,
    width: int = 64,
    dropout: float = 0.25,
    decay: float = 0.3,
    rate: float = 0.002,
) -> Any:
    """Return a network that PyTorch teaches; what it learned is kept as plain numbers, which answer without it."""
    from sklearn.compose import TransformedTargetRegressor

    from core.runtime.target import TargetScale
    from core.runtime.transformers import NetworkClassifier, NetworkRegressor

    common: dict[str, Any] = {
        "layers": tuple(max(NARROWEST, width // 2**place) for place in range(layers)),
        "dropout": dropout,
        "decay": decay,
        "rate": rate,
        "seed": setting.seed,
    }
    if setting.task.is_classification:
        return NetworkClassifier(**common)
    loss = "absolute_error" if OF_METRIC.get(setting.metric) == "absolute" else "squared_error"
    return TransformedTargetRegressor(regressor=NetworkRegressor(loss=loss, **common), transformer=TargetScale())


def describe_torch_network(model: Any) -> str:
    """Say how large it is and after how many passes over the rows it is kept."""
    network = getattr(model, "regressor_", model)
    layers = " and ".join(str(units) for units in network.layers)
    return f"Layers of {layers} units, stopped at round {network.n_iter_}"
