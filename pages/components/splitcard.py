"""The split plan as a picture: what is learned from, judged on and sealed."""

import streamlit as st

from core.prepare.picture import Part, picture
from core.prepare.plan import Split, SplitKind, SplitPlan
from core.project.document import Project
from pages.components import draw, layout, results, splitform

PARTS: dict[Part, str] = {
    "fit": "Learned from",
    "judge": "Judged on",
    "apart": "Left out here",
    "sealed": "Sealed",
}


def card(project: Project) -> None:
    """Draw the split."""
    split = results.problem(project).split
    plan = project.split
    with st.container(border=True, height="stretch", key="split"):
        with layout.row(align="top"):
            with st.container(width="stretch"):
                note = splitform.WORDS[plan.kind] + (f", by {plan.column}" if plan.column else "")
                if plan.balance:
                    note += f"; equal shares of {', '.join(plan.balance)}"
                draw.card_head("Split plan", note)
            if st.button("Change", key="change_split", type="tertiary"):
                splitform.change()
        train, test = len(split.train), len(split.test)
        draw.html(_bar(split) if _is_plain(split, plan) else _lines(split, plan))
        draw.html(
            f'<div class="fw-cardtop fw-sub"><span>Train: {train:,} rows {draw.text(_judged(split, plan))}</span>'
            f"<span>Test: {test:,} rows</span></div>"
        )
        why = splitform.reason(project)
        if why:
            draw.html(f'<p class="fw-muted">{draw.marked(why)}</p>')
        opened = len(project.seal)
        seal = "The seal has not been opened." if not opened else f"The seal was opened {opened} times."
        if opened == 1:
            seal = "The seal was opened once."
        draw.muted(f"Seed {plan.seed}. {seal}")
        if split.judged_rows < train:
            draw.muted(f"Scores are computed on {split.judged_words}.")
        for remark in split.notes:
            draw.muted(remark)


def _is_plain(split: Split, plan: SplitPlan) -> bool:
    """Whether one bar says all: the folds take turns."""
    return plan.kind is not SplitKind.TIME and split.blocks == 1


def _judged(split: Split, plan: SplitPlan) -> str:
    if split.blocks > 1:
        judged = split.judged_rows
        return f"({len(split.train) - judged:,} learned from, {judged:,} for validation)"
    times = f", dealt {plan.repeats} times" if plan.repeats > 1 else ""
    return f"in {len(split.first_pass)} folds{times}"


def _bar(split: Split) -> str:
    folds = len(split.first_pass)
    train, test = len(split.train), len(split.test)
    share = max(14.0, 100 * test / max(1, train + test))
    bars = "".join(f'<i style="flex:{(100 - share) / folds}">{number}</i>' for number in range(1, folds + 1))
    said = f"{train:,} training rows in {folds} folds, {test:,} sealed test rows"
    return (
        f'<div class="fw-folds" role="img" aria-label="{said}">{bars}'
        f'<i style="flex:{share}">{draw.icon("lock")}Sealed</i></div>'
    )


def _lines(split: Split, plan: SplitPlan) -> str:
    """Return each fold as a line, stretches of rows from left to right; by time the earliest are at the left."""
    lines = []
    used: dict[Part, None] = {}
    for line in picture(split, plan):
        total = sum(rows for _, rows in line.segments)
        bars = "".join(
            f'<i class="{part}" style="flex:{max(rows, total / 200):g}" title="{PARTS[part]}: {rows:,} rows"></i>'
            for part, rows in line.segments
        )
        said = ", ".join(f"{PARTS[part].lower()} {rows:,}" for part, rows in line.segments)
        used |= dict.fromkeys(part for part, _ in line.segments)
        lines.append(
            f'<span class="fw-sub">{line.label}</span>'
            f'<div class="fw-stretch" role="img" aria-label="{line.label}: {said}">{bars}</div>'
        )
    keys = "".join(f'<span><i class="{part}"></i>{PARTS[part]}</span>' for part in PARTS if part in used)
    order = '<span class="fw-sub">Earlier rows at the left</span>' if plan.kind is SplitKind.TIME else ""
    return f'<div class="fw-splitlines">{"".join(lines)}</div><div class="fw-splitkey">{keys}{order}</div>'
