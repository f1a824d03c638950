"""The view in which rows get their outcome by hand: a row at a time or in a grid, each label kept at once."""

import pandas as pd
import streamlit as st

from core.data.labels import Reason, agreement, counts_by, progress
from core.errors import FairwayError
from core.project.document import Project
from core.project.labelling import Question, name_outcome, question
from core.workspace.labelling import make_target, target_of, use_labels
from pages.components import draw, labelcard, labeldesk, labelfile, labelgrid, layout, session, states
from pages.components.labeldesk import Desk

QUEUES = {
    "Without a label": Reason.UNLABELLED,
    "Worth labelling next": Reason.PROPOSED,
    "Label looks wrong": Reason.SUSPECT,
    "Labelled here": Reason.REVIEW,
}
KAPPA_ROWS = 10
"""Below this many rows that two have labelled, kappa says nothing."""
KINDS = {"One of a few outcomes": False, "An amount": True}


def view(project: Project, table: pd.DataFrame) -> None:
    """Draw the view; a label redraws this part of the page alone."""
    _view(project.id, table)


@st.fragment
def _view(_project_key: str, table: pd.DataFrame) -> None:
    project = session.current()
    with st.container(horizontal=True, vertical_alignment="bottom", key="labelhead"):
        column = _column(project, table)
        st.text_input(
            "Labelled by",
            key="label_who",
            placeholder="Your name",
            max_chars=60,
            width=170,
            persist_state="session",
            help="Stands beside each label, so that two people can be compared.",
        )
        with st.popover("New column", icon=":material/add:", key="label_new", help="Label from scratch"):
            _new_column(project)
    if not column:
        place = states.notice(
            "Which column is to be labelled?",
            "Choose it above, or make a new one and name its outcomes.",
            glyph="edit_note",
            key="nolabel",
        )
        place.empty()
        return
    try:
        desk = _desk(project, column)
    except FairwayError as error:
        draw.banner(error.message, "Not this one.", "block", "orange")
        return
    labelfile.of_sample(project, desk)
    _progress(desk)
    refused = st.session_state.pop(labeldesk.REFUSED, None)
    if refused:
        draw.banner(refused, "Not kept.", "block", "red")
    with st.container(horizontal=True, horizontal_alignment="distribute", key="labelswitch"):
        queue = layout.switch(list(QUEUES), key="label_queue")
        mode = layout.switch(["One by one", "Grid"], key="label_mode")
    if project.frame.sensitive:
        st.toggle(
            "Judge without seeing sensitive columns",
            key="label_hide",
            help=f"Leaves out {', '.join(project.frame.sensitive)} while you label.",
        )
    _work(desk, table, QUEUES[queue], mode)
    _foot(desk, table)


def _column(project: Project, table: pd.DataFrame) -> str:
    labelling = project.data.labelling if project.data else None
    made = labelling.made if labelling else ()
    names = list(dict.fromkeys([*([project.frame.target] if project.frame.target else []), *made, *table.columns]))
    names = [name for name in names if name in table.columns]
    first = 0 if project.frame.target or made else None
    wanted = st.session_state.pop("label_made", None)
    if wanted in names:
        st.session_state["label_column"] = wanted
    if st.session_state.get("label_column") not in (None, *names):
        st.session_state.pop("label_column")
    return str(st.selectbox("Column to label", names, index=first, key="label_column", width=220) or "")


def _desk(project: Project, column: str) -> Desk:
    values = labeldesk.stored(project, column)
    asked = question(project, column, values)
    target = target_of(project, column)
    log = labeldesk.log_of(project, target)
    people = list(counts_by(log))
    # After a refresh the name is gone; where only one person has labelled so far, it is most likely the same one.
    who = " ".join(str(st.session_state.get("label_who") or "").split())
    who = who or (people[0] if len(people) == 1 else labeldesk.UNNAMED)
    return Desk(project, asked, target, values, log, who, labeldesk.places(project))


def _progress(desk: Desk) -> None:
    far = progress(desk.log, desk.stored)
    words = f"{far.labelled:,} of {far.to_label:,} labelled" if far.to_label else "Every row came with a label"
    again = [f"{far.confirmed:,} confirmed"] * bool(far.confirmed) + [f"{far.corrected:,} corrected"] * bool(
        far.corrected
    )
    st.progress(far.share, text=", ".join([words, *again]))
    people = counts_by(desk.log)
    lines = [f"By {', '.join(f'{_by(who, count)}' for who, count in people.items())}."] if people else []
    for pair in agreement(desk.log)[:3]:
        kappa = "" if pair.kappa is None or pair.rows < KAPPA_ROWS else f", kappa {pair.kappa:.2f}".replace("-", "−")
        lines.append(
            f"{pair.first} and {pair.second} both labelled {pair.rows:,} and say the same of {pair.same:,} "
            f"({100 * pair.same / pair.rows:.0f}%{kappa})."
        )
    if lines:
        draw.muted(" ".join(lines))


def _by(who: str, count: int) -> str:
    return f"nobody named {count:,}" if who == labeldesk.UNNAMED else f"{who} {count:,}"


def _work(desk: Desk, table: pd.DataFrame, reason: Reason, mode: str) -> None:
    if not desk.asked.amount and not desk.asked.outcomes:
        draw.banner("Name at least two below, and label then.", "This column has no outcomes yet.", "info", "gray")
        return
    if reason in (Reason.PROPOSED, Reason.SUSPECT) and (why := labeldesk.no_model(desk)):
        place = states.notice("No model to ask yet", why, glyph="model_training", key="nomodel")
        if desk.project.frame.complete and place.button("Go to Train", key="label_train"):
            session.go("train")
        return
    queue = _queue(desk, reason)
    if reason is Reason.SUSPECT:
        found = labeldesk.suspects_of(desk)
        pairs = ", ".join(f"{n:,} labelled {a} that look like {b}" for (a, b), n in list(found.counts.items())[:3])
        draw.muted(
            f"{len(found.found):,} of {found.judged:,} labels look wrong to a model that had not seen them"
            f"{f': {pairs}' if pairs else ''}. The sealed rows are not looked at."
        )
    skipped: list[int] = st.session_state.setdefault("label_skipped", [])
    later = {row: place for place, row in enumerate(skipped)}
    queue.sort(key=lambda item: later.get(item[0], -1))
    if mode == "Grid":
        labelgrid.grid(desk, table, queue, reason)
        if queue or st.session_state.get("label_grid", {}).get("rows"):
            return
    if not queue:
        _nothing_left(desk, reason)
    else:
        row, why = queue[0]
        labelcard.card(desk, table, row, why, reason, len(queue))


def _queue(desk: Desk, reason: Reason) -> list[tuple[int, str]]:
    if reason is Reason.PROPOSED:
        return labeldesk.proposed(desk)
    if reason is Reason.SUSPECT:
        return labeldesk.suspected(desk)
    if reason is Reason.REVIEW:
        return labeldesk.reviewed(desk)
    return [(row, "") for row in labeldesk.unlabelled(desk)]


def _nothing_left(desk: Desk, reason: Reason) -> None:
    words = {
        Reason.UNLABELLED: ("Every row has a label", "Use them below, then train."),
        Reason.PROPOSED: ("Nothing to propose", "No row is without a label."),
        Reason.SUSPECT: (
            "No label looks wrong",
            "All that looked wrong were confirmed or corrected, or there were none.",
        ),
        Reason.REVIEW: ("Nothing labelled yet", "Rows you or others label here can be looked at again."),
    }
    states.notice(*words[reason], glyph="check_circle", tone="green", key="labelled").empty()
    labelcard.tools(desk, None)


def _foot(desk: Desk, table: pd.DataFrame) -> None:
    count = labeldesk.waiting(desk.project, table, desk.target, desk.log)
    with layout.row("labelfoot"):
        with st.container(width="stretch"):
            draw.muted(
                f"{count:,} {'label is' if count == 1 else 'labels are'} kept, and not in the table yet. What was "
                "trained before is out of date once you use them."
                if count
                else "Each label is kept at once, and all are in the table."
                if desk.log
                else "Each label is kept at once."
            )
        if desk.log:
            labelfile.download(desk)
        if not desk.asked.amount:
            with st.popover("Add an outcome", type="tertiary", key="label_outcome"):
                _add_outcome(desk.asked)
        if st.button("Use these labels", key="use_labels", icon=":material/check:", disabled=not count):
            use(desk.asked.column)
            st.rerun()


def use(column: str) -> None:
    """Make the labels part of the table."""
    said: list[str] = []

    def edit(seen: Project) -> Project:
        used, why_not = use_labels(session.workspace(), seen, column, now=session.now())
        said.append(why_not)
        return used

    with st.spinner("Putting the labels into the table …"):
        done = session.change(edit)
    st.session_state.pop("label_grid", None)
    if done:
        session.flash(f"In the table. {said[-1]}".strip())


def _add_outcome(asked: Question) -> None:
    given = st.text_input("Outcome", key="outcome_name", max_chars=200)
    if st.button("Add", key="add_outcome"):
        if session.change(lambda seen: name_outcome(seen, asked, given, now=session.now())):
            st.session_state.pop("label_grid", None)
        st.rerun()


def _new_column(project: Project) -> None:
    name = st.text_input("Name of the column", key="new_label_name", placeholder="is_urgent")
    kind = st.radio("What a label is", list(KINDS), key="new_label_kind")
    given = ""
    if not KINDS[str(kind)]:
        given = st.text_area("Its outcomes, one a line", key="new_label_outcomes", placeholder="yes\nno")
    if st.button("Make the column", key="primary_make_column", type="primary"):
        outcomes = [line for line in given.splitlines() if line.strip()]
        if not KINDS[str(kind)] and len(outcomes) < 2:
            draw.banner("Name at least two, one a line.", "", "block", "red")
            return
        made = session.change(lambda seen: make_target(session.workspace(), seen, name, outcomes, now=session.now()))
        if made:
            st.session_state["label_made"] = " ".join(name.split())
        st.rerun()


def reminder(project: Project, table: pd.DataFrame) -> None:
    """Say that labels wait to be used, where there are any."""
    count = labeldesk.waiting_in(project, table)
    if count:
        words = "label given by hand is" if count == 1 else "labels given by hand are"
        draw.banner(f"{count:,} {words} not in the table yet. Use them under Data, Label.", "", "edit_note", "gray")
