"""What trials of suggestions showed, in words."""

from collections.abc import Sequence

from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.train.trials.judges import JUDGES
from core.train.trials.scores import Told


def by(judge: str, task: Task | None) -> str:
    """Name a judge, as the beginning of a sentence."""
    return JUDGES[judge].titles[task or Task.BINARY]


def amount(value: float, metric: str) -> str:
    """Say a difference as the metric is written, with its sign; of a share, in points."""
    text = METRICS[metric].format(abs(value))
    if text.endswith("%"):
        text = f"{text[:-1]} points"
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def difference(told: Told, metric: str) -> str:
    """Say a gain with its interval: "+0.012 (+0.004 to +0.020)"."""
    if told.low is None or told.high is None:
        return amount(told.gain, metric)
    return f"{amount(told.gain, metric)} ({amount(told.low, metric)} to {amount(told.high, metric)})"


def measure(metric: str) -> str:
    """Say in which direction a gain goes: "ROC AUC", or "less MAE" where less is better."""
    found = METRICS[metric]
    return found.title if found.higher_is_better else f"less {found.title}"


def evidence(told: Sequence[Told], metric: str, task: Task | None) -> str:
    """Say in a sentence what the judge that speaks most clearly says."""
    known = [one for one in told if one.low is not None]
    if not known:
        return ""
    best = max(known, key=lambda one: one.low or 0.0)
    return f"Tried: {by(best.judge, task)}, {measure(metric)} {difference(best, metric)}."
