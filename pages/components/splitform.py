"""The dialog that changes the split plan, and the splits that the table speaks for."""

from typing import Any

import streamlit as st

from core.data.schema import ColumnType
from core.errors import FairwayError
from core.limits import FOLDS
from core.prepare.plan import Scheme, SplitKind, SplitPlan
from core.prepare.proposal import SplitProposal, why_default
from core.project import judge
from core.project.changes import set_split
from core.project.document import Project
from core.runtime.values import as_text
from pages.components import draw, layout, results, session

WORDS = {
    SplitKind.STRATIFIED: "Outcomes in equal shares (stratified)",
    SplitKind.RANDOM: "At random",
    SplitKind.GROUP: "All rows of one group in one part (group)",
    SplitKind.TIME: "Trained on the past, judged on what came later (time)",
    SplitKind.COLUMN: "A column says which rows are the test",
}
SCHEMES = {
    Scheme.FOLDS: "Each fold in turn (cross-validation)",
    Scheme.HOLDOUT: "One validation part",
}
LABELS = {
    SplitKind.GROUP: "Column that names the group",
    SplitKind.TIME: "Column that tells the time",
    SplitKind.COLUMN: "Column that names the part",
}
PART_VALUES = 30
"""Most different values of a column that may name the part."""


def reason(project: Project) -> str:
    """Return why the plan is as it is, in words; empty where only the user knows."""
    found = results.split_proposals(project)
    for one in found:
        if _is_so(project.split, one):
            return str(one.reason)
    return "" if found or project.split_touched else why_default(project.split)


def _proposals(project: Project) -> None:
    """Offer the splits that the table and the frame speak for, with the reason and a button."""
    for number, one in enumerate(results.split_proposals(project)):
        if _is_so(project.split, one):
            continue
        with st.container(border=True, key=f"proposal_{number}"):
            draw.html(f"<div><b>{draw.marked(one.title)}?</b> {draw.marked(one.reason)}</div>")
            if st.button("Split so", key=f"use_proposal_{number}", type="tertiary"):
                _use(one)
                st.rerun()


def _is_so(plan: SplitPlan, proposal: SplitProposal) -> bool:
    wanted = proposal.changes
    return plan.kind.value == wanted["kind"] and plan.column == wanted.get("column", "")


def _use(proposal: SplitProposal) -> None:
    session.change(lambda seen: set_split(seen, now=session.now(), **proposal.changes))


@st.dialog("Change the split")
def change() -> None:
    """Open the dialog."""
    contents()


def contents() -> None:
    """Draw what the dialog holds."""
    project = session.current()
    plan, schema = project.split, project.table_schema
    assert schema is not None
    _proposals(project)
    kinds = list(SplitKind)
    kind = st.selectbox("How", kinds, index=kinds.index(plan.kind), format_func=WORDS.__getitem__, key="split_kind")
    wanted: dict[str, Any] = {"kind": kind, "column": "", "balance": ()}
    if kind.needs_column:
        wanted |= _column(project, plan, kind)
    if kind is SplitKind.STRATIFIED and project.frame.sensitive:
        options = list(project.frame.sensitive)
        kept = [name for name in plan.balance if name in options]
        wanted["balance"] = tuple(st.multiselect("Equal shares of", options, default=kept, key="split_balance"))
    if kind is not SplitKind.COLUMN:
        share = st.number_input("Sealed, in %", 5, 50, round(plan.test_share * 100), key="split_share")
        wanted["test_share"] = share / 100
    wanted |= _judging(plan, kind, bool(wanted.get("validation_values")))
    if project.seal:
        draw.banner(
            "The sealed part has been opened. Another split puts rows that were seen into training; the log keeps it.",
            glyph="warning",
        )
    fault = _fault(project, plan, wanted)
    if fault:
        draw.banner(fault, "", "block", "red")
    if st.button("Use this split", type="primary", key="primary_split", disabled=bool(fault)):
        session.change(lambda seen: set_split(seen, now=session.now(), **wanted))
        st.rerun()


def _column(project: Project, plan: SplitPlan, kind: SplitKind) -> dict[str, Any]:
    schema = project.table_schema
    assert schema is not None
    options = [column.name for column in schema.columns if column.name != project.frame.target]
    if kind is SplitKind.TIME:
        times = (*schema.of_type(ColumnType.DATE), *schema.of_type(ColumnType.NUMBER))
        options = [name for name in times if name in options] or options
    if kind is SplitKind.COLUMN:
        usable = schema.of_type(ColumnType.CATEGORY, ColumnType.YES_NO, ColumnType.NUMBER, ColumnType.IDENTIFIER)
        options = [name for name in usable if name in options] or options
    index = options.index(plan.column) if plan.column in options else 0
    column = st.selectbox(LABELS[kind], options, index=index, key=f"split_column_{kind.value}") or ""
    found: dict[str, Any] = {"column": column}
    if kind is SplitKind.TIME and column:
        unit = "days" if schema[column].type is ColumnType.DATE else "units"
        found["gap"] = st.number_input(
            f"Gap before what is judged, in {unit}",
            min_value=0.0,
            value=float(plan.gap),
            key="split_gap",
            help="Rows this close before a judged part are not learned from: say, outcomes that were not known yet.",
        )
    if kind is SplitKind.COLUMN and column:
        counts = as_text(session.table(project)[column]).value_counts()
        values = [str(value) for value in counts.index[:PART_VALUES]]
        for name, label, given in (
            ("test_values", "Its values that are sealed", plan.test_values),
            ("validation_values", "Its values for validation (none: folds)", plan.validation_values),
        ):
            kept = [value for value in given if value in values]
            found[name] = tuple(
                st.multiselect(
                    label,
                    values,
                    default=kept,
                    format_func=lambda value: f"{value} ({counts[value]:,} rows)",
                    key=f"split_{name}_{column}",
                )
            )
    return found


def _judging(plan: SplitPlan, kind: SplitKind, validation_named: bool) -> dict[str, Any]:
    """Ask how models are judged before the seal is opened."""
    found: dict[str, Any] = {}
    scheme = Scheme.FOLDS
    if kind is not SplitKind.COLUMN:
        schemes = list(Scheme)
        scheme = st.selectbox(
            "Judged on", schemes, index=schemes.index(plan.scheme), format_func=SCHEMES.__getitem__, key="split_scheme"
        )
        found["scheme"] = scheme
    with layout.row():
        if scheme is Scheme.HOLDOUT:
            share = st.number_input(
                "Validation, in % of training", 5, 50, round(plan.validation_share * 100), key="split_validation"
            )
            found["validation_share"] = share / 100
        elif not validation_named:
            found["folds"] = int(st.number_input("Folds", FOLDS[0], FOLDS[1], plan.folds, key="split_folds"))
            if kind is not SplitKind.TIME:
                found["repeats"] = int(
                    st.number_input(
                        "Times dealt",
                        1,
                        5,
                        plan.repeats,
                        key="split_repeats",
                        help="Dealt anew, folds steady a score on few rows; training takes as many times longer.",
                    )
                )
        found["seed"] = int(st.number_input("Seed", 0, 999_999, plan.seed, key="split_seed"))
    return found


def _fault(project: Project, plan: SplitPlan, wanted: dict[str, Any]) -> str:
    """Say in words why the split wished for cannot be made; empty where it can."""
    try:
        asked = SplitPlan.model_validate(plan.model_dump() | wanted).trimmed()
        judge.problem(project.updated(split=asked), session.table(project))
    except FairwayError as error:
        return error.message
    return ""
