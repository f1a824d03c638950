"""The list of suggestions that were tried: what each is worth, by whom it was judged, and a button that takes it."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.framing.metrics import METRICS
from core.prepare.steps import STEPS
from core.prepare.suggest.suggestion import BOTH, TREES, Suggestion
from core.project.document import Project
from core.project.suggesting import with_suggestion
from core.train.trials.automatic import Automatic
from core.train.trials.found import Suggested, Tried
from core.train.trials.words import amount, by, difference, evidence, measure
from pages.components import draw, session

GRID: Final = "24px minmax(0,1fr) 216px"
BUTTON: Final = 96
SHOWN: Final = 20
"""Most lines of a part of the list; the others are counted."""
PARTS: Final = {
    "helps": ("Help beyond chance", "check"),
    "open": ("Look promising, but chance is not ruled out", "hourglass_top"),
    "none": ("Make no difference that chance does not explain", "drag_handle"),
    "mixed": ("Help one model and hurt the other", "swap_vert"),
    "hurts": ("Hurt", "trending_down"),
    "failed": ("Could not be applied", "block"),
    "waiting": ("Not tried in the time there was", "schedule"),
}
"""Verdict to the heading of its part of the list and its icon."""


def tried(project: Project, found: Suggested) -> None:
    """Draw what suggestions were worth, those that help first."""
    if found.note:
        draw.said(found.note)
        return
    draw.said(_summary(found))
    for verdict, (title, icon) in PARTS.items():
        held = found.of(verdict)
        if held and verdict == "helps":
            _lines(project, found, held, "suggest_helps")
        elif held:
            with st.expander(f"{title}: {len(held)}", type="compact", icon=f":material/{icon}:"):
                _lines(project, found, held, f"suggest_{verdict}")
    basis(project, found)


def so_far(project: Project, found: Suggested) -> None:
    """Draw those that look best while the trial goes on; nothing can be taken yet."""
    ahead = [one for one in found.tried if one.best is not None and one.best.gain > 0][:3]
    if ahead:
        # No interval yet: who stops when one looks good would take chance for help.
        draw.html('<div class="fw-label">Ahead so far; whether chance explains it is said at the end</div>')
        draw.pairs([(one.suggestion.title.replace("`", ""), _ahead(project, found, one)) for one in ahead])


def _ahead(project: Project, found: Suggested, one: Tried) -> str:
    assert one.best is not None
    return f"{amount(one.best.gain, found.metric)}, {by(one.best.judge, project.frame.task).lower()}"


def built(project: Project, found: Automatic) -> None:
    """Draw what automatic mode built: what it took, what it left out, and what made no difference."""
    if found.suggested.note:
        draw.said(f"{found.suggested.note} The recipe is the one the table suggests.")
        return
    tried_ = [one for one in found.suggested.tried if one.verdict not in ("waiting", "failed")]
    beginning = len(found.recipe.steps) - len(found.taken)
    if found.taken:
        more = "one suggestion that helps" if len(found.taken) == 1 else f"{len(found.taken)} suggestions that help"
        draw.said(
            f"The recipe built holds the {beginning} steps the table suggests and {more}, of {len(tried_)} tried."
        )
        _scores(project, found)
        taken = [one.tried.model_copy(update={"told": one.told}) for one in found.taken]
        _lines(project, found.suggested, taken, "built_taken", can_take=False, on="on top of those above")
    else:
        draw.said(
            f"The recipe built holds the {beginning} steps the table suggests. None of {len(tried_)} suggestions tried "
            "helps beyond chance."
        )
    if found.left:
        with st.expander(f"Help alone, and were left out: {len(found.left)}", type="compact", icon=":material/layers:"):
            draw.html(
                "".join(
                    f'<div class="fw-plainrow"><div>{draw.marked(one.tried.suggestion.title)}</div>'
                    f'<div class="fw-sub">{draw.marked(one.why)}</div></div>'
                    for one in found.left
                )
            )
    others = found.suggested.of("open", "none", "mixed", "hurts", "failed", "waiting")
    if others:
        with st.expander(f"Tried and not taken: {len(others)}", type="compact", icon=":material/drag_handle:"):
            _lines(project, found.suggested, others, "built_others")
    basis(project, found.suggested)


def _scores(project: Project, found: Automatic) -> None:
    """Draw the scores of the recipe of the beginning and of the one built."""
    metric = METRICS[found.suggested.metric]
    told = [
        f"{by(judge, project.frame.task)}: {metric.format(found.before[judge])} → {metric.format(found.after[judge])}"
        for judge in BOTH
        if judge in found.before and judge in found.after
    ]
    if told:
        draw.muted(f"{metric.title}. {'. '.join(told)}. The second flatters a little: steps were chosen on these rows.")


def _summary(found: Suggested) -> str:
    begun = [one for one in found.tried if one.verdict != "waiting"]
    helps = len(found.of("helps"))
    told = f"{helps or 'None'} of {len(begun)} suggestions {'helps' if helps < 2 else 'help'} beyond chance."
    beyond = found.found - len(found.tried)
    waiting = len(found.tried) - len(begun)
    if found.ended == "stopped":
        told += f" You stopped it after {found.seconds:.0f} seconds."
    if found.ended == "running":
        told += " It was ended before its time."
    if waiting:
        within = "" if found.ended == "stopped" else f" in {found.budget:g} seconds"
        told += f" {waiting} {'was' if waiting == 1 else 'were'} not tried{within}."
    if beyond:
        told += f" {beyond} less promising {'one was' if beyond == 1 else 'ones were'} left aside."
    return told


def _lines(
    project: Project,
    found: Suggested,
    held: Sequence[Tried],
    key: str,
    *,
    can_take: bool = True,
    on: str = "each on its own",
) -> None:
    scale = _scale(held)
    with st.container(border=True, gap=None, key=f"list_{key}"):
        if any(one.best for one in held):
            draw.html(
                f'<div class="fw-rowhead" style="grid-template-columns:{GRID} {f"{BUTTON}px" if can_take else ""}">'
                f"<span></span><span>Suggestion</span><span>{draw.text(measure(found.metric))}, {on}</span>"
                f"{'<span></span>' if can_take else ''}</div>"
            )
        for one in held[:SHOWN]:
            with st.container(
                horizontal=True, wrap=False, vertical_alignment="center", key=f"row_{key}_{one.suggestion.key}"
            ):
                with st.container(width="stretch"):
                    draw.html(_line(project, found, one, scale))
                if can_take:
                    with st.container(width=BUTTON - 3, horizontal_alignment="right"):
                        _take_button(project, found, one)
        if len(held) > SHOWN:
            draw.html(f'<div class="fw-plainrow fw-sub">{len(held) - SHOWN} more</div>')


def _take_button(project: Project, found: Suggested, one: Tried) -> None:
    suggestion = one.suggestion
    if one.verdict == "failed":
        return
    if suggestion.is_in(project.recipe):
        draw.html(draw.chip("In recipe", "green", "check"))
        return
    clash = suggestion.clash(project.recipe)
    st.button(
        "Add",
        key=f"take_{suggestion.key}",
        icon=":material/add:",
        type="secondary" if one.verdict == "helps" else "tertiary",
        disabled=bool(clash),
        help=f"Another step does this to “{draw.plain(clash)}” already" if clash else None,
        on_click=_take,
        args=(suggestion.model_dump_json(), evidence(one.told, found.metric, project.frame.task)),
    )


def _take(suggestion: str, told: str) -> None:
    wanted = Suggestion.model_validate_json(suggestion)
    session.change(lambda seen: with_suggestion(seen, wanted, now=session.now(), evidence=told))


def _line(project: Project, found: Suggested, one: Tried, scale: float) -> str:
    suggestion = one.suggestion
    under = draw.marked(one.reason or suggestion.reason)
    return (
        f'<div class="fw-grid" style="grid-template-columns:{GRID}">{draw.icon(STEPS[suggestion.step.kind].icon)}'
        f'<div><div>{draw.marked(suggestion.title)}</div><div class="fw-sub">{under}</div></div>'
        f"<div>{_worth(project, found.metric, one, scale)}</div></div>"
    )


def _worth(project: Project, metric: str, one: Tried, scale: float) -> str:
    """Return what a suggestion is worth: the judge that speaks most clearly with its mark, the other in short."""
    best = one.best
    if best is None:
        return ""
    low, high = amount(best.low or 0.0, metric), amount(best.high or 0.0, metric)
    said = f"{difference(best, metric)}, {100 * best.confidence:.2f}% interval from {best.folds} folds"
    mark = draw.Interval(best.gain, best.low or 0.0, best.high or 0.0, -scale, scale, reference=0.0, label=said)
    others = [told for told in one.told if told.judge != best.judge]
    # To trees a number has no shape: they ask only whether it is above another.
    other = "; trees: the same"
    if TREES in one.suggestion.judges:
        other = "".join(f"; {told.judge} {amount(told.gain, metric)}" for told in others)
    return (
        f'<div class="fw-cardtop"><b>{amount(best.gain, metric)}</b><span class="fw-sub">{low} to {high}</span></div>'
        f'{draw.interval(mark)}<div class="fw-sub">{draw.text(by(best.judge, project.frame.task) + other)}</div>'
    )


def _scale(held: Sequence[Tried]) -> float:
    """Return the end of the scale: the widest interval of those that rest on most folds, so that they can be told."""
    told = [one.best for one in held if one.best is not None]
    most = max((one.folds for one in told), default=0)
    ends = [max(abs(one.low or 0.0), abs(one.high or 0.0)) for one in told if one.folds == most]
    return max(ends, default=1.0) or 1.0


def basis(project: Project, found: Suggested) -> None:
    """Say on what the figures rest."""
    metric = METRICS[found.metric]
    of = f" of {found.of_rows:,}" if found.rows < found.of_rows else ""
    judges = " and ".join(
        f"{by(judge, project.frame.task).lower()} ({metric.format(score)} with the recipe as it was)"
        for judge, score in found.before.items()
    )
    picked = ""
    if found.picked_from:
        picked = f" {found.picked_from:,} combinations of numbers that were looked at count too."
    draw.muted(
        f"Judged by {judges}, on {found.rows:,}{of} training rows in up to {found.folds} folds; no sealed row was "
        f"touched. The intervals hold at 95% for all {found.comparisons:,} comparisons together, so each is wider than "
        f"one alone.{picked}"
    )
