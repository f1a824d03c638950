"""An audit in plain sentences, each with its counts, its interval and the limit."""

from math import isnan

from core.fairness.audit import Audit, Gap
from core.fairness.measures import Rate
from core.framing.frame import Task

_COUNTED = {
    "outcome_rate": ("", "had the outcome “{positive}”"),
    "selection_rate": ("", "were flagged"),
    "false_positive_rate": (" whose outcome was “{negative}”", "were flagged for nothing"),
    "false_negative_rate": (" whose outcome was “{positive}”", "were missed"),
    "accuracy": ("", "were answered right"),
}
"""Measure to the rows it is counted over, and what happened to the share of them."""
_AMOUNTS = {
    "outcome_mean": "the mean outcome is",
    "mean_error": "the prediction is off by, on average,",
    "mae": "the typical error is",
}


def percent(share: float, digits: int = 0) -> str:
    """Return a share as ``"35%"``; an unknown one as ``"unknown"``."""
    return "unknown" if isnan(share) else f"{100 * share:.{digits}f}%"


def points(share: float) -> str:
    """Return a difference of shares in points, ``"−5"``, without a decimal unless it is below one point."""
    size = abs(100 * share)
    text = f"{size:.1f}" if 0 < size < 0.95 else f"{size:.0f}"
    return f"−{text}" if share < 0 and float(text) > 0 else text


def in_points(number: str) -> str:
    """Return a number of points with its unit: ``"1 point"``, ``"0.4 points"``."""
    return f"{number} point" if number.lstrip("−") == "1" else f"{number} points"


def amount(value: float) -> str:
    """Return an amount to three significant digits, with thousands separators."""
    if isnan(value):
        return "unknown"
    text = f"{abs(value):,.0f}" if abs(value) >= 100 else f"{abs(value):.3g}"
    return f"−{text}" if value < 0 else text


def gap_words(audit: Audit, gap: Gap) -> str:
    """Return the size of a gap with its interval: ``"22 points (95% interval 15 to 30)"``."""
    is_share = audit.measures[gap.measure].is_share
    say, apart = points if is_share else amount, gap.difference
    size = in_points(points(apart.value)) if is_share else amount(apart.value)
    if isnan(apart.low):
        return f"{size} (too few rows for an interval)"
    return f"{size} (95% interval {say(apart.low)} to {say(apart.high)})"


def limit_words(audit: Audit) -> str:
    """Return the frame's limit in the measure's own unit."""
    if audit.measures[audit.measure].is_share:
        return f"your limit is {in_points(f'{100 * audit.limit:.3g}')}"
    return f"your limit is {amount(audit.allowed)} ({100 * audit.limit:.3g}% of the overall error)"


def gap_sentence(audit: Audit, gap: Gap, rows_are: str = "rows") -> str:
    """Return one gap as a sentence.

    Parameters
    ----------
    audit : Audit
    gap : Gap
        One of the audit's.
    rows_are : str
        What the rows are, in the plural.

    Returns
    -------
    str
        Plain text; the column's name between backticks.
    """
    first, second = (audit.group(name).rates[gap.measure] for name in (gap.group, gap.reference))
    counted, happened = _phrases(audit, gap.measure)
    where = f"`{audit.column}` “{gap.group}”"
    if 0 in (first.rows, second.rows):
        lacking = gap.group if first.rows == 0 else gap.reference
        return f"No {rows_are} with `{audit.column}` “{lacking}”{counted}: nothing can be compared."
    if audit.task is Task.REGRESSION:
        text = f"For the {first.rows:,} {rows_are} with {where} {happened} {amount(first.value)}, for the "
        text += f"{second.rows:,} with “{gap.reference}” {amount(second.value)}."
    else:
        text = f"Of the {first.rows:,} {rows_are} with {where}{counted}, {_share(first)} {happened}; of the "
        text += f"{second.rows:,} with “{gap.reference}”, {_share(second)}."
    end = f"; {limit_words(audit)}." if gap.measure == audit.measure else "."
    return f"{text} A gap of {gap_words(audit, gap)}{end}"


def _share(rate: Rate) -> str:
    digits = 1 if 0 < rate.value < 0.01 else 0
    return percent(rate.value, digits)


def _phrases(audit: Audit, measure: str) -> tuple[str, str]:
    if audit.task is Task.REGRESSION:
        return "", _AMOUNTS[measure]
    kind, _, name = measure.partition(":")
    counted, happened = _COUNTED[kind]
    if not name:
        return tuple(text.format(positive=audit.positive, negative=audit.negative) for text in (counted, happened))  # type: ignore[return-value]
    return {
        "outcome_rate": ("", f"had the outcome “{name}”"),
        "selection_rate": ("", f"were predicted “{name}”"),
        "false_negative_rate": (f" whose outcome was “{name}”", "were missed"),
    }[kind]


def four_fifths_sentences(audit: Audit, rows_are: str = "rows") -> list[str]:
    """Return the four-fifths rule for each group as a sentence that says which answer it took as the favourable one."""
    favourable = "flagged" if audit.positive_is_favourable else "not flagged"
    sentences = []
    for impact in audit.impacts:
        best = audit.group(impact.best).rates["selection_rate"].value
        best = best if audit.positive_is_favourable else 1 - best
        if isnan(impact.ratio):
            sentences.append(
                f"No {rows_are} of any group were {favourable}: the four-fifths rule has nothing to compare."
            )
            continue
        verdict = "within" if impact.passes else "below"
        doubt = "" if impact.passes or impact.fails_clearly else ", which chance alone could explain"
        sentences.append(
            f"{percent(impact.rate)} of `{audit.column}` “{impact.group}” were {favourable}, which counts here as the "
            f"favourable answer, and {percent(best)} of “{impact.best}”: a ratio of {impact.ratio:.2f} (95% interval "
            f"{impact.low:.2f} to {impact.high:.2f}), {verdict} the four-fifths rule{doubt}."
        )
    return sentences


def audit_sentences(audit: Audit, rows_are: str = "rows") -> list[str]:
    """Return the whole audit as sentences: the measure that counts first, then the others, then four fifths."""
    keys = [audit.measure, *(key for key in audit.measures if key != audit.measure)]
    sentences = [gap_sentence(audit, gap, rows_are) for key in keys for gap in audit.gaps[key]]
    return sentences + four_fifths_sentences(audit, rows_are)
