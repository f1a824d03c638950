"""Join a second table: bring it, choose the keys, see what would happen, then join; and take a join back."""

from typing import Any

import streamlit as st

from core.data.join import Join, JoinPlan, Repeated, apply_join, chosen
from core.data.join_keys import RULES, JoinKey, KeyProposal, kind_of
from core.errors import FairwayError
from core.jobs import importing
from core.jobs import joining as jobs
from core.jobs.job import JobState
from core.limits import PREVIEW_ROWS
from core.project.document import Joined, Project
from core.project.fingerprint import digest
from core.workspace import joining
from core.workspace.importing import Brought
from core.workspace.looking import JoinLook, is_large
from pages.components import atwork, draw, layout, reading, session
from pages.components.joinlook import Sides, first_look, look_at, pairs, rule_key

KIND = "second"
REPEATED: dict[Repeated, str] = {
    "refuse": "Not chosen yet",
    "first": "Keep the first row of each key",
    "latest": "Keep the latest row of each key",
    "count": "Only count the rows of each key",
    "mean": "Mean of numbers, most frequent of the rest",
    "sum": "Sum of numbers, most frequent of the rest",
    "min": "Smallest number, most frequent of the rest",
    "max": "Largest number, most frequent of the rest",
    "median": "Median of numbers, most frequent of the rest",
}
HOW = {"Keep every row": "left", "Only rows that find their key": "inner"}
OWN = "Other columns"


def section(project: Project) -> None:
    """Draw the way to a join, or the join under way."""
    if _under_way(project):
        return
    brought = reading.waiting(project, KIND)
    if isinstance(brought, Brought):
        with st.container(border=True, key="joincard"):
            try:
                _choose(project, brought)
            except FairwayError as error:
                draw.banner(error.message, "Not joined.", "block", "red")
                _let_go(project)
    elif st.session_state.get("joining") and not reading.is_live(project, KIND):
        with st.container(border=True, key="joincard"):
            _bring(project)


def _under_way(project: Project) -> bool:
    """Take the table a process has joined, or show how far it is; returns whether one is under way."""
    job = session.latest_job(project, "join")
    if job is None:
        return False
    if job.is_live:
        with st.container(border=True, key="joincard"):
            atwork.live(project, job)
        return True
    made = jobs.joined(session.workspace(), job) if job.state is JobState.DONE else None
    if made is None:
        atwork.failed(job, "Not joined.")
        return False
    now, frame = session.now(), session.workspace().read_table(made.ref.content_hash)
    taken = session.change(
        lambda seen: joining.made_taken(seen, made, frame, now=now),
    )
    importing.taken(session.workspace(), job)
    if taken:
        session.flash(str(job.params["said"]))
    _close(project) if job.params.get("second") else st.rerun()
    return True


def _bring(project: Project) -> None:
    with layout.row("joinhead"):
        with st.container(width="stretch"):
            draw.card_head(
                "Join a second table",
                "Its columns are added where the keys agree. Nothing changes until you have seen the counts.",
            )
        if st.button("Close", key="close_join", type="tertiary"):
            st.session_state.pop("joining", None)
            st.rerun()
    if layout.switch(["A file", "Another source"], key="join_where") == "A file":
        reading.ask_file(project, KIND)
    else:
        reading.ask_source(project, KIND)


def _choose(project: Project, brought: Brought) -> None:
    st.session_state.pop("joining", None)
    assert project.data is not None
    second = joining.second_of(brought)
    mark = digest([project.data.content_hash, second.content_hash])
    sides = Sides(project, second, is_large(project.data, brought.ref), mark)
    draw.card_head(f"Join {second.name}", f"{second.rows:,} rows, {brought.ref.columns:,} columns")
    place = st.container()
    last = first_look(sides, place)
    keys = _keys(sides, last) if last is not None else ()
    if last is None or not keys:
        if last is not None:
            draw.muted("Choose a column of each table that names the same things, such as a customer number.")
        _let_go(project)
        return
    found = look_at(sides, keys, place)
    join = Join(keys=keys)
    known = found or last
    if known.plan is not None and pairs(known.plan.join.keys) == pairs(keys):
        join = _options(sides, join, known.plan, known)
    if found is None or found.plan is None:
        _let_go(project)
        return
    plan = chosen(found.plan, found.left, found.right, join)
    _counts(plan)
    if not plan.refused:
        _preview(found, join)
    draw.muted(
        "If the second table holds what came after the moment of prediction, a model would learn from the future: set "
        "such columns to “Not known then” afterwards."
    )
    with layout.row("joinfoot"):
        with st.container(width="stretch"):
            draw.muted("You can take the join back at any time.")
        if st.button("Do not join", key="let_go_join"):
            _close(project)
        if st.button("Join", key="primary_join", type="primary", icon=":material/join:", disabled=bool(plan.refused)):
            _join(sides, second.model_copy(update={"join": join}))


def _let_go(project: Project) -> None:
    if st.button("Do not join", key="let_go_join"):
        _close(project)


def _words(proposal: KeyProposal) -> str:
    pairs = [key.left if key.left == key.right else f"{key.left} = {key.right}" for key in proposal.keys]
    one = "one row a key" if proposal.unique else "several rows a key"
    found = f"{proposal.found:.0%} found"
    if proposal.loosely - proposal.found >= 0.01:
        found += f", {proposal.loosely:.0%} if the spelling is overlooked"
    return f"{' and '.join(pairs)} ({found}; {one})"


def _keys(sides: Sides, last: JoinLook) -> tuple[JoinKey, ...]:
    """Ask for the keys: the proposed ones, or any; then what is overlooked in their comparison."""
    found = last.proposals
    options = [*range(len(found)), -1]
    chosen = st.selectbox(
        "Keys that must agree",
        options,
        format_func=lambda place: OWN if place < 0 else _words(found[place]),
        key=f"join_keys_{sides.mark}",
    )
    keys = found[chosen].keys if chosen >= 0 else _own_keys(last)
    return tuple(
        key.model_copy(
            update={"rules": tuple(rule for rule in RULES if st.session_state.get(rule_key(sides, key, rule)))}
        )
        for key in keys
    )


def _own_keys(last: JoinLook) -> tuple[JoinKey, ...]:
    left = st.multiselect(
        "Columns of this table", list(last.left.columns), max_selections=3, key="join_left", placeholder="No column"
    )
    others = list(last.right.columns)
    keys = []
    for name in left:
        place = others.index(name) if name in others else 0
        # Names stand beside the widgets and not in their labels, which are drawn as Markdown.
        draw.html(f'<p class="fw-said">{draw.marked(f"`{name}` agrees with")}</p>')
        other = st.selectbox(
            "Agrees with", others, index=place, key=f"join_right_{digest(name)}", label_visibility="collapsed"
        )
        keys.append(JoinKey(left=name, right=other))
    return tuple(keys)


def _options(sides: Sides, join: Join, plan: JoinPlan, found: JoinLook) -> Join:
    """Ask what is overlooked, what becomes of rows that share a key, and which rows stay."""
    for note in plan.notes:
        draw.banner(note, glyph="info", tone="gray")
    offered = {(one.key, one.rule): one for one in plan.proposals}
    for place, key in enumerate(join.keys):
        for rule, said in RULES.items():
            offer = offered.get((place, rule))
            if offer is None and rule not in key.rules:
                continue
            label = f"{said[:1].upper()}{said[1:]}"
            if len(join.keys) > 1:
                label = f"Key {place + 1}: {said}"
            if offer is not None:
                label += f" ({offer.rows:,} more rows find their key"
                label += f"; {offer.clashes:,} keys of the second table fall together)" if offer.clashes else ")"
            # Kept apart from the widget, so that the choice is known before the box is drawn.
            st.checkbox(label, key=rule_key(sides, key, rule))
    changes: dict[str, Any] = {}
    left, right = st.columns(2)
    if plan.right_repeated:
        chosen = left.selectbox(
            f"{plan.right_repeated:,} rows of the second table share a key",
            list(REPEATED),
            format_func=REPEATED.__getitem__,
            key=f"join_repeated_{sides.mark}",
        )
        changes["repeated"] = chosen
        if chosen == "latest":
            moments = [name for name in found.right.columns if kind_of(found.right[name]) in ("date", "text")]
            changes["latest_by"] = left.selectbox("Latest by", moments, key=f"join_latest_{sides.mark}") or ""
    how = right.selectbox("Rows of this table", list(HOW), key=f"join_how_{sides.mark}")
    changes["how"] = HOW[how]
    return join.model_copy(update=changes)


def _counts(plan: JoinPlan) -> None:
    change = plan.rows_after - plan.left_rows
    note = "as before" if change == 0 else f"{-change:,} fewer than before"
    draw.figures(
        [
            draw.Figure("Rows afterwards", f"{plan.rows_after:,}", note=note),
            draw.Figure("Find their key", f"{plan.matched:,}", note=f"of {plan.left_rows:,} rows"),
            draw.Figure("Do not", f"{plan.unmatched:,}", note=f"{plan.left_missing:,} more have no key"),
            draw.Figure("Not needed", f"{plan.unused:,}", note=f"of {plan.right_rows:,} rows of the second table"),
        ]
    )
    shared = "share their key" if plan.left_repeated else "each have a key of their own"
    told = [f"{plan.left_repeated or plan.left_rows - plan.left_missing:,} rows of this table {shared}."]
    if plan.right_repeated:
        told.append(
            f"{plan.right_repeated:,} rows of the second table share theirs, up to {plan.most_per_key:,} a key; every "
            f"pair written out, the join would have {plan.exploded:,} rows."
        )
    if plan.right_missing:
        told.append(f"{plan.right_missing:,} rows of the second table have no key.")
    if plan.unmatched_examples:
        told.append(f"Not found, for example: {'; '.join(plan.unmatched_examples)}.")
    draw.said(" ".join(told))
    if plan.renamed:
        names = ", ".join(f"`{old}` becomes `{new}`" for old, new in plan.renamed[:5])
        more = f" and {len(plan.renamed) - 5:,} more" if len(plan.renamed) > 5 else ""
        draw.banner(f"Names that are taken: {names}{more}.", glyph="info", tone="gray")
    if plan.refused:
        waits = "Choose what becomes of them above." if plan.right_repeated and plan.matched else ""
        draw.banner(f"{plan.refused} {waits}".strip(), "Not possible like this.", "block", "orange")


def _preview(found: JoinLook, join: Join) -> None:
    try:
        table = apply_join(found.left, found.right, join)
    except FairwayError:
        draw.muted(f"None of the first {PREVIEW_ROWS} rows finds its key, so there is no preview.")
        return
    draw.muted(f"The first {len(table.frame):,} rows as they would be.")
    st.dataframe(
        table.frame, height=240, hide_index=True, placeholder=layout.NO_VALUE, alt="First rows of the joined table"
    )


def _join(sides: Sides, second: Joined) -> None:
    now, said = session.now(), f"Joined {draw.plain(second.name)}"
    if sides.large:
        _begin(sides.project, second.model_dump(mode="json"), second.name, said)
    elif session.change(lambda seen: joining.join_second(session.workspace(), seen, second, now=now)):
        session.flash(said)
        _close(sides.project)


def _begin(project: Project, second: dict[str, Any] | None, name: str, said: str) -> None:
    assert project.data is not None
    params = {"table": project.data.content_hash, "second": second, "name": name, "said": said}
    if atwork.begin(project, "join", digest([project.data.content_hash, second]), params) is not None:
        st.rerun()


def _close(project: Project) -> None:
    reading.forget(project, KIND)
    st.rerun()


def take_back(project: Project) -> None:
    """Give the project the table it had before the last join."""
    now, said = session.now(), "The join is taken back"
    assert project.data is not None
    if len(project.data.joined) > 1 and is_large(project.data):
        _begin(project, None, project.data.name, said)
    elif session.change(lambda seen: joining.take_back(session.workspace(), seen, now=now)):
        session.flash(said)
        st.rerun()
