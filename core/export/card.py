"""The model card: what the model is for, what it was judged on, and where it must not be trusted."""

from typing import Any

from core.export.facts import BundleSpec, GroupFact, ScoreFact
from core.export.templates import render_html, render_markdown
from core.framing.frame import Task
from core.framing.metrics import METRICS, percent
from core.prepare.contract import rule_words
from core.runtime.schema import InputColumn

SHOWN_LEVELS = 8
"""Values of a column the card names."""
SEVERITIES = {"error": "Error", "warning": "Warning"}
"""How an open finding stands, in words."""


def card_markdown(spec: BundleSpec) -> str:
    """Return the model card as Markdown, in which every text of the user is text."""
    return render_markdown("card.md.j2", _values(spec))


def card_html(spec: BundleSpec) -> str:
    """Return the model card as one HTML page that asks no other machine for anything."""
    return render_html("card.html.j2", _values(spec))


def _values(spec: BundleSpec) -> dict[str, Any]:
    card = spec.card
    return {
        "card": card,
        "title": spec.title,
        "target": spec.target,
        "task": spec.task.words,
        "positive": spec.positive,
        "classes": spec.classes,
        "decision": _decision(spec),
        "created": spec.created.date().isoformat(),
        "fingerprint": spec.fingerprints.get("model", ""),
        "columns": [
            (column.name, column.type.replace("_", " or "), _seen(column), held(column))
            for column in spec.input.columns
        ],
        "scores": [_score(score) for score in card.scores],
        "openings": [
            (
                opening.at.date().isoformat(),
                opening.model,
                f"{opening.rows:,}",
                _title(opening.metric),
                _written(opening.metric, opening.score),
                _interval(opening.metric, opening.low, opening.high),
            )
            for opening in card.openings
        ],
        "measures": list(dict.fromkeys(name for group in card.groups for name in group.measures)),
        "groups": [_group(group, [name for g in card.groups for name in g.measures]) for group in card.groups],
        "severities": SEVERITIES,
        "examined": _and([stage.capitalize() for stage in card.examined]),
        "limits": _limits(spec),
    }


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _decision(spec: BundleSpec) -> str:
    if spec.task is Task.REGRESSION and spec.metric == "pinball":
        return f"The answer is an amount that {spec.quantile:.0%} of the outcomes should lie below (a quantile)."
    if spec.task is Task.REGRESSION:
        return "The answer is an amount."
    if spec.task is Task.MULTICLASS:
        return "The answer is the most probable outcome."
    if spec.rule:
        return f"The line above which the answer is “{spec.positive}” differs by group: a fairness remedy set it."
    return f"The answer is “{spec.positive}” where its probability is at least {spec.threshold:.3g}."


def _score(score: ScoreFact) -> tuple[str, str, str, str]:
    interval = "" if score.low is None or score.high is None else _interval(score.metric, score.low, score.high)
    return _title(score.metric), _written(score.metric, score.value), interval, score.rows


def _title(key: str) -> str:
    metric = METRICS.get(key)
    return f"{metric.plain} ({metric.title})" if metric else key


def _written(key: str, value: float) -> str:
    metric = METRICS.get(key)
    return metric.format(value) if metric else f"{value:,.4g}".replace("-", "−")


def _interval(key: str, low: float, high: float) -> str:
    return f"{_written(key, low)} to {_written(key, high)}"


def _group(group: GroupFact, names: list[str]) -> tuple[str, str, str, list[str]]:
    cells = []
    for name in dict.fromkeys(names):
        found = group.measures.get(name)
        cells.append(f"{percent(found[0])} ({percent(found[1])} to {percent(found[2])})" if found else "not defined")
    return group.column, group.group, f"{group.rows:,}", cells


def _seen(column: InputColumn) -> str:
    if column.low is not None and column.high is not None:
        return f"{column.low:,.6g} to {column.high:,.6g}".replace("-", "−")
    if column.levels:
        more = len(column.levels) - SHOWN_LEVELS
        return ", ".join(column.levels[:SHOWN_LEVELS]) + (f" and {more:,} more" if more > 0 else "")
    return ""


def held(column: InputColumn) -> str:
    """Say what a column must hold beyond what every model asks; empty where that is nothing."""
    words = rule_words(column.rule, required=column.required)
    return words[:1].upper() + words[1:]


def _limits(spec: BundleSpec) -> list[str]:
    card = spec.card
    limits = [
        f"It knows {card.train_rows:,} rows of {card.data_name or 'one table'} and nothing else. Where the world has "
        "changed since, or rows come from elsewhere, its scores do not hold.",
        "What it leans on is not what causes the outcome.",
        "Values never seen in training, and numbers beyond the range seen, are answered with a warning"
        + (", unless the column's rule says otherwise." if any(map(held, spec.input.columns)) else "."),
    ]
    if not card.openings:
        limits.append("The sealed test part was never opened: every score here comes from cross-validation.")
    elif len(card.openings) > 1:
        limits.append(
            f"The sealed test part was opened {len(card.openings)} times: the more often it is looked at, the kinder "
            "its scores become."
        )
    if not card.groups:
        limits.append("Whether it treats groups of people alike was not examined.")
    return [*limits, *card.limits]
