"""What a setting of a model may be: the space a search draws from and a person may choose in."""

from dataclasses import dataclass, replace

from core.framing.frame import Task

Value = float | int | str | bool


@dataclass(frozen=True)
class Real:
    """A number between two others, both included; ``log`` where factors count and not differences."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Whole:
    """A whole number between two others, both included."""

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True)
class Choice:
    """One of some values.

    Parameters
    ----------
    values : tuple
        The usual one first where a search does not vary it.
    drawn : bool
        Whether a search varies it. What is to be predicted is no matter of luck.
    tasks : tuple of Task
        Those for which it means something; empty for all.
    """

    values: tuple[Value, ...]
    drawn: bool = True
    tasks: tuple[Task, ...] = ()


Dimension = Real | Whole | Choice
Space = dict[str, Dimension]

TITLES = {
    "leaves": "Leaves of a tree",
    "rate": "Learning rate",
    "columns": "Share of columns offered to a tree",
    "rows": "Share of rows offered to a tree",
    "l2": "Penalty on large answers (L2)",
    "least": "Fewest rows in a leaf",
    "random_cuts": "Cut at random places",
    "leaf": "Fewest rows in a leaf",
    "knots": "Knots of a curve",
    "strength": "Freedom (inverse regularisation)",
    "width": "Width",
    "layers": "Layers",
    "dropout": "Dropout",
    "decay": "Weight decay",
    "depth": "Depth",
    "neighbours": "Neighbours",
    "l1_ratio": "Share of the lasso",
    "loss": "Loss",
    "weights": "Weights of the outcomes",
}
"""What each setting is called on the screens."""
VALUES: dict[Value, str] = {
    True: "yes",
    False: "no",
    "squared": "squared error",
    "absolute": "absolute error",
    "quantile": "quantile",
    "poisson": "Poisson",
    "tweedie": "Tweedie",
    "balanced": "balanced",
    "costs": "from the costs",
}
"""What a value is called that is no number."""
HELP = {
    "loss": "Free, it fits the metric.",
    "weights": "Free, all rows count alike and chances mean what they say. Weights distort them; the line that "
    "Evaluate draws from the costs does not.",
}
"""What one should know before fixing a setting."""

LOSS = Choice(("squared", "absolute", "quantile", "poisson", "tweedie"), drawn=False, tasks=(Task.REGRESSION,))
"""What a model of amounts makes small; where nobody fixes it, it is what fits the metric."""

WEIGHTS = Choice(("balanced", "costs"), drawn=False, tasks=(Task.BINARY, Task.MULTICLASS))
"""How much rows of each outcome count; where nobody fixes it, alike."""

BOOSTING: Space = {
    "leaves": Whole(4, 96, log=True),
    "rate": Real(0.015, 0.12, log=True),
    "columns": Real(0.3, 1.0),
    "rows": Real(0.6, 1.0),
    "l2": Real(0.01, 30.0, log=True),
    "least": Whole(3, 100, log=True),
    "random_cuts": Choice((False, True)),
    "loss": LOSS,
    "weights": WEIGHTS,
}
ONLY_LOSS: Space = {"loss": LOSS}
ONLY_WEIGHTS: Space = {"weights": WEIGHTS}
NOT_DRAWN: Space = {"loss": LOSS, "weights": WEIGHTS}
HISTOGRAM: Space = {"loss": replace(LOSS, values=LOSS.values[:-1]), "weights": WEIGHTS}
FOREST: Space = {"leaf": Whole(1, 20, log=True), "columns": Real(0.15, 1.0), "weights": WEIGHTS}
ADDITIVE: Space = {"knots": Whole(3, 12), "strength": Real(0.003, 30.0, log=True), "weights": WEIGHTS}
MACHINE: Space = {"strength": Real(0.1, 100.0, log=True), "width": Real(0.0005, 0.5, log=True)}
KERNEL: Space = {"strength": Real(0.01, 100.0, log=True), "width": Real(0.03, 3.0, log=True), "weights": WEIGHTS}
NETWORK: Space = {
    "width": Whole(16, 128, log=True),
    "decay": Real(0.0001, 3.0, log=True),
    "rate": Real(0.0007, 0.01, log=True),
}
TORCH_NETWORK: Space = {
    "layers": Whole(1, 4),
    "width": Whole(16, 256, log=True),
    "dropout": Real(0.0, 0.5),
    "decay": Real(0.0001, 1.0, log=True),
    "rate": Real(0.0007, 0.02, log=True),
}
TREE: Space = {"depth": Whole(2, 8), "weights": WEIGHTS}
NEIGHBOURS: Space = {"neighbours": Whole(1, 60, log=True)}


def words(value: Value) -> str:
    """Return a value as the screens write it."""
    return VALUES.get(value, str(value)) if isinstance(value, (str, bool)) else f"{value:g}"


def is_drawn(dimension: Dimension) -> bool:
    """Return whether a search varies it."""
    return not isinstance(dimension, Choice) or dimension.drawn


def clash(value: Value, dimension: Dimension) -> str:
    """Say why a value is not in a dimension, or return an empty text."""
    if isinstance(dimension, Choice):
        return "" if value in dimension.values else f"it must be one of {', '.join(map(str, dimension.values))}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "it must be a number"
    if isinstance(dimension, Whole) and value != int(value):
        return "it must be a whole number"
    if not dimension.low <= value <= dimension.high:
        return f"it must lie between {dimension.low:g} and {dimension.high:g}"
    return ""
