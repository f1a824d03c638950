"""What an estimator is built for."""

from dataclasses import dataclass

from core.framing.frame import Task

INNER_FOLDS = 3
"""Folds inside one fit, where an estimator chooses something from its own rows."""


@dataclass(frozen=True)
class Setting:
    """What an estimator is built for.

    Parameters
    ----------
    task : Task
    metric : str
        Key of the metric that judges; decides what the best constant guess is, and what boosting minimises.
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
    least_amount : float
        Smallest amount in any fit; 0 for a classification.
    quantile : float
        The one asked for, where amounts are answered by a quantile.
    directed : bool
        Whether the answer is to rise or fall with some columns.
    class_costs : tuple of (str, float)
        Each of two outcomes, and what getting a row with it wrong costs; empty where nobody said.
    """

    task: Task
    metric: str
    seed: int
    threads: int
    n_rows: int
    n_features: int
    n_classes: int
    smallest_class: int
    least_amount: float = 0.0
    quantile: float = 0.5
    directed: bool = False
    class_costs: tuple[tuple[str, float], ...] = ()
