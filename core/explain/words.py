"""One case in plain sentences; what was decisive stands out. Never "because": a model leans on columns, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.explain.values import MISSING, Usual, number_text
from core.explain.waterfall import Waterfall, WaterfallStep
from core.explain.what_if import WhatIf
from core.framing.frame import Frame, Task
from core.runtime.values import as_number

LEADING = 2
"""Columns that are named in each direction."""
SMALL = 0.0005
"""Contributions below this share of the way are not worth a word."""


@dataclass(frozen=True)
class Segment:
    """A stretch of plain text; ``strong`` marks what was decisive. Raw text: whoever draws it escapes it."""

    text: str
    strong: bool = False


Sentence = tuple[Segment, ...]


def plain_text(sentences: Sequence[Sentence]) -> str:
    """Return sentences as one text without emphasis."""
    return " ".join("".join(segment.text for segment in sentence) for sentence in sentences)


def explain_in_words(
    waterfall: Waterfall,
    frame: Frame,
    *,
    usual: Mapping[str, Usual],
    threshold: float = 0.5,
    flagged: bool | None = None,
    actual: object = None,
    with_usual: tuple[str, WhatIf] | None = None,
) -> list[Sentence]:
    """Say in sentences what a case's answer is and what the model leaned on.

    Parameters
    ----------
    waterfall : Waterfall
        Of the case.
    frame : Frame
    usual : dict of str to Usual
        What is usual in each column.
    threshold : float
        Binary only.
    flagged : bool, optional
        The decision, where a rule other than the threshold made it.
    actual : object, optional
        The real outcome, where it is known: a label, or an amount.
    with_usual : (str, WhatIf), optional
        A column and the answers before and after giving it its usual value.

    Returns
    -------
    list of Sentence
    """
    noun = frame.row_is.strip() or "row"
    sentences = [_answer(waterfall, frame.task, noun, threshold, flagged)]
    if frame.task is Task.BINARY:
        by_line = waterfall.result >= threshold - 1e-12 if flagged is None else flagged
        sentences += _two_sided(waterfall, usual, 1.0 if by_line else -1.0, is_amount=False)
    else:
        way = 1.0 if frame.task is Task.MULTICLASS or waterfall.result >= waterfall.base else -1.0
        sentences += _two_sided(waterfall, usual, way, is_amount=frame.task is Task.REGRESSION)
    if with_usual is not None:
        sentences.append(_with_usual(with_usual, usual, waterfall, frame.task, threshold))
    if actual is not None:
        shown = number_text(float(str(actual))) if frame.task is Task.REGRESSION else f"“{actual}”"
        sentences.append((Segment(f"The real outcome was {shown}."),))
    return sentences


def decisive(waterfall: Waterfall, *, flagged: bool | None = None) -> str | None:
    """Return the column that counted most, towards the decision where one is given; ``None`` where none did."""
    way = 0.0 if flagged is None else (1.0 if flagged else -1.0)
    for step in waterfall.steps:
        if step.contribution and (way == 0 or step.contribution * way > 0):
            return step.column
    return None


def _answer(waterfall: Waterfall, task: Task | None, noun: str, threshold: float, flagged: bool | None) -> Sentence:
    if task is Task.REGRESSION:
        return (Segment(f"The model says {number_text(waterfall.result)} for this {noun}."),)
    chance = percent(waterfall.result)
    if task is Task.MULTICLASS:
        return (Segment(f"The model gives “{waterfall.outcome}” a chance of {chance} for this {noun}."),)
    above = waterfall.result >= threshold - 1e-12
    by_rule = flagged is not None and flagged != above
    decided = above if flagged is None else flagged
    text = f"This {noun} is {'' if decided else 'not '}flagged: its chance of “{waterfall.outcome}” is {chance}"
    side = "above" if waterfall.result > threshold + 1e-12 else "on" if above else "below"
    where = f"{side} the line at {percent(threshold)}"
    rule = "; the rule for its group decided" if by_rule else ""
    return (Segment(f"{text}, {where}{rule}."),)


def _two_sided(waterfall: Waterfall, usual: Mapping[str, Usual], way: float, *, is_amount: bool) -> list[Sentence]:
    size = max((abs(step.contribution) for step in waterfall.steps), default=0.0)
    steps = [step for step in waterfall.steps if abs(step.contribution) > SMALL * size and size > 1e-12]
    if not steps:
        return [(Segment("The model leaned on no column: it gives every row this answer."),)]
    leading = [step for step in steps if step.contribution * way > 0][:LEADING]
    against = [step for step in steps if step.contribution * way < 0][:LEADING]
    led, pulled = ("Upwards", "Downwards") if way > 0 else ("Downwards", "Upwards")
    for_it, against_it = (led, pulled) if is_amount else ("For this answer", "Against it")
    nothing_for = f"No column pulled the answer {led.lower()}." if is_amount else "No column spoke for this answer."
    nothing_against = f"No column pulled the answer {pulled.lower()}." if is_amount else "No column spoke against it."
    return [
        _side(f"{for_it} the model leaned most on ", leading, usual) or (Segment(nothing_for),),
        _side(f"{against_it} counted most ", against, usual) or (Segment(nothing_against),),
    ]


def _side(start: str, steps: Sequence[WaterfallStep], usual: Mapping[str, Usual]) -> Sentence:
    """Name the strongest columns of one direction; empty where there is none."""
    parts: list[Segment] = []
    for number, step in enumerate(steps):
        joint = start if not number else ", and on " if start.endswith(" on ") else ", and "
        parts += [Segment(joint), *_value(step, usual.get(step.column))]
    return (*parts, Segment(".")) if parts else ()


def _value(step: WaterfallStep, usual: Usual | None) -> list[Segment]:
    if step.value == MISSING:
        return [Segment(f"{step.column} missing", strong=True)]
    is_number = usual is not None and usual.is_number
    name = f"{step.column} of {step.value}" if is_number else f"{step.column} “{step.value}”"
    return [Segment(name, strong=True), *([Segment(_beside(step, usual))] if usual is not None else [])]


def _beside(step: WaterfallStep, usual: Usual) -> str:
    if usual.value is None:
        return ""
    if step.value == usual.text:
        return ", as is usual"
    if not usual.is_number:
        return f", where “{usual.text}” is usual"
    held = float(as_number(pd.Series([step.raw], dtype=object)).iloc[0])
    if np.isnan(held):
        return ""
    return f", {'above' if held > float(usual.value) else 'below'} the usual {usual.text}"


def _with_usual(
    with_usual: tuple[str, WhatIf],
    usual: Mapping[str, Usual],
    waterfall: Waterfall,
    task: Task | None,
    threshold: float,
) -> Sentence:
    column, answer = with_usual
    start = Segment("With the usual ")
    strong = Segment(f"{column} ({usual[column].text})", strong=True)
    if task is Task.REGRESSION:
        return start, strong, Segment(f" and all else as it is, the model would say {number_text(answer.after)}.")
    text = f" and all else as it is, the chance of “{waterfall.outcome}” would be {percent(answer.after)}"
    if task is Task.BINARY:
        before, after = answer.before >= threshold, answer.after >= threshold
        side = "above" if after else "below"
        text += f", {'still ' if before == after else ''}{side} the line"
    return start, strong, Segment(f"{text}.")


def percent(share: float) -> str:
    """Return a chance in percent, with a decimal below one and above 99."""
    shown = f"{100 * share:.1f}" if 0 < share < 0.0095 or 0.9905 < share < 1 else f"{100 * share:.0f}"
    return f"{shown}%"
