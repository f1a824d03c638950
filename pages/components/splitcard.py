"""The split plan: five folds and a sealed part, and the dialog that changes it."""

import streamlit as st

from core.data.schema import ColumnType
from core.limits import FOLDS
from core.prepare.plan import SplitKind
from core.project.changes import set_split
from core.project.document import Project
from pages.components import draw, layout, results, session

WORDS = {
    SplitKind.STRATIFIED: "Outcomes in equal shares (stratified)",
    SplitKind.RANDOM: "At random",
    SplitKind.GROUP: "All rows of one group in one part (group)",
    SplitKind.TIME: "Trained on the past, judged on what came later (time)",
}


def card(project: Project) -> None:
    """Draw the split as a bar."""
    split = results.problem(project).split
    plan = project.split
    with st.container(border=True, height="stretch", key="split"):
        with layout.row(align="top"):
            with st.container(width="stretch"):
                note = WORDS[plan.kind] + (f", by {plan.column}" if plan.column else "")
                if plan.balance:
                    note += f"; equal shares of {', '.join(plan.balance)}"
                draw.card_head("Split plan", note)
            if st.button("Change", key="change_split", type="tertiary"):
                _change()
        folds = len(split.folds)
        train, test = len(split.train), len(split.test)
        share = max(14.0, 100 * test / max(1, train + test))
        bars = "".join(f'<i style="flex:{(100 - share) / folds}">{number}</i>' for number in range(1, folds + 1))
        said = f"{train:,} training rows in {folds} folds, {test:,} sealed test rows"
        draw.html(
            f'<div class="fw-folds" role="img" aria-label="{said}">{bars}'
            f'<i style="flex:{share}">{draw.icon("lock")}Sealed</i></div>'
            f'<div class="fw-cardtop fw-sub"><span>Train: {train:,} rows in {folds} folds</span>'
            f"<span>Test: {test:,} rows</span></div>"
        )
        opened = len(project.seal)
        seal = "The seal has not been opened." if not opened else f"The seal was opened {opened} times."
        if opened == 1:
            seal = "The seal was opened once."
        draw.muted(f"Seed {plan.seed}. {seal}")
        if split.judged_rows < train:
            draw.muted(f"Scores are computed on {split.judged_words}.")
        for remark in split.notes:
            draw.muted(remark)


@st.dialog("Change the split")
def _change() -> None:
    project = session.current()
    plan, schema = project.split, project.table_schema
    assert schema is not None
    kinds = list(SplitKind)
    kind = st.selectbox("How", kinds, index=kinds.index(plan.kind), format_func=WORDS.__getitem__, key="split_kind")
    column = ""
    if kind in (SplitKind.GROUP, SplitKind.TIME):
        wanted = [c.name for c in schema.columns if c.name != project.frame.target]
        if kind is SplitKind.TIME:
            wanted = list(schema.of_type(ColumnType.DATE, ColumnType.NUMBER)) or wanted
        label = "Column that names the group" if kind is SplitKind.GROUP else "Column that tells the time"
        index = wanted.index(plan.column) if plan.column in wanted else 0
        column = st.selectbox(label, wanted, index=index, key="split_column") or ""
    balance: tuple[str, ...] = ()
    if kind is SplitKind.STRATIFIED and project.frame.sensitive:
        options = list(project.frame.sensitive)
        kept = [name for name in plan.balance if name in options]
        balance = tuple(st.multiselect("Equal shares of", options, default=kept, key="split_balance"))
    left, middle, right = st.columns(3)
    share = left.number_input("Sealed, in %", 5, 50, round(plan.test_share * 100), key="split_share")
    folds = middle.number_input("Folds", FOLDS[0], FOLDS[1], plan.folds, key="split_folds")
    seed = right.number_input("Seed", 0, 999_999, plan.seed, key="split_seed")
    if project.seal:
        draw.banner(
            "The sealed part has been opened. Another split puts rows that were seen into training; the log keeps it.",
            glyph="warning",
        )
    if st.button("Use this split", type="primary", key="primary_split"):
        session.change(
            lambda seen: set_split(
                seen,
                now=session.now(),
                kind=kind,
                column=column,
                balance=balance,
                test_share=share / 100,
                folds=int(folds),
                seed=int(seed),
            )
        )
        st.rerun()
