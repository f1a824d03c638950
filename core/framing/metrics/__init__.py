"""The metric catalogue: what can be measured for each task, in plain words and in the field's term."""

from core.framing.frame import Costs, Task
from core.framing.metrics.amounts import AMOUNTS
from core.framing.metrics.chances import CHANCES
from core.framing.metrics.decisions import DECISIONS
from core.framing.metrics.metric import Metric, amount, percent, three_decimals
from core.framing.metrics.weights import class_codes
from core.framing.outcomes import Outcomes

__all__ = [
    "METRICS",
    "Metric",
    "amount",
    "class_codes",
    "evaluate_all",
    "metrics_for",
    "percent",
    "three_decimals",
]

METRICS: dict[str, Metric] = {metric.key: metric for metric in (*DECISIONS, *CHANCES, *AMOUNTS)}
"""Every metric by its key, in the order in which screens list them."""


def metrics_for(task: Task, costs: Costs | None = None) -> tuple[Metric, ...]:
    """Return the metrics of a task, in the catalogue's order; those that need costs only where both are given."""
    priced = costs is not None and costs.line is not None
    return tuple(one for one in METRICS.values() if task in one.tasks and (priced or not one.needs_costs))


def evaluate_all(outcomes: Outcomes) -> dict[str, float]:
    """Compute every metric of the outcomes' task, and of their costs where they are known.

    Parameters
    ----------
    outcomes : Outcomes

    Returns
    -------
    dict of str to float
        Metric key to value, NaN where it is not defined on these rows.
    """
    return {metric.key: metric.compute(outcomes) for metric in metrics_for(outcomes.task, outcomes.costs)}
