"""Two quick scores side by side, model by model."""

from collections.abc import Sequence
from typing import Any

from core.framing.metrics import METRICS
from core.train.catalog import MODELS
from pages.components import draw

Gains = Sequence[dict[str, Any]]


def lines(gains: Gains, first: str, second: str) -> None:
    """Draw a line a model; ``first`` and ``second`` name the two columns."""
    metric = METRICS[gains[0]["before"]["metric"]]
    drawn = [_line(metric.title, first, second, "fw-sub")]
    for gain in gains:
        scores = [metric.format(gain[side]["score"]) for side in ("before", "after")]
        drawn.append(_line(MODELS[gain["before"]["model"]].title, *scores))
    draw.html(f'<div class="fw-lines">{"".join(drawn)}</div>')


def rows(gains: Gains) -> None:
    """Say on which rows the scores were computed."""
    first = gains[0]["before"]
    of = f" of {first['of_rows']:,}" if first["rows"] < first["of_rows"] else ""
    draw.muted(f"On {first['rows']:,}{of} training rows in {len(first['folds'])} folds, each judged when left out.")


def _line(name: str, first: str, second: str, css: str = "") -> str:
    columns = "minmax(0,1fr) 72px 72px"
    return (
        f'<div class="fw-grid {css}" style="grid-template-columns:{columns}"><span>{draw.text(name)}</span>'
        f'<span class="fw-num">{draw.text(first)}</span><span class="fw-num">{draw.text(second)}</span></div>'
    )
