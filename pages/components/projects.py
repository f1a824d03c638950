"""Project cards, and what can be done with a project as a whole."""

from datetime import datetime

import streamlit as st

from core.errors import FairwayError
from core.framing.metrics import METRICS
from core.jobs import api
from core.project.document import Project
from core.project.fingerprint import digest
from core.project.journey import STAGES, StepStatus, next_line, next_step
from core.workspace.archive import export_project
from core.workspace.store import ProjectRow
from pages.components import draw, layout, results, session, standing
from pages.components.journeybar import WORDS

MORE = ("Rename", "Duplicate", "Export project", "Delete")


def card(row: ProjectRow) -> None:
    """Draw one project."""
    with st.container(border=True, height="stretch", key=f"project_{row.id}"):
        if row.project is None:
            _damaged(row, row.damage)
            return
        project = row.project
        try:
            states = standing.states(project)
        except FairwayError as error:
            _damaged(row, error.message)
            return
        bar = "".join(f'<i class="{state.status.value}"></i>' for state in states)
        said = ", ".join(f"{state.title} {WORDS[state.status]}" for state in states)
        running = any(state.status is StepStatus.RUNNING for state in states)
        glyph = "progress_activity" if running else "arrow_forward"
        question = project.frame.question or "No question yet"
        draw.html(
            f'<div class="fw-cardtop"><div><div class="fw-cardtitle">{draw.text(project.name)}</div>'
            f'<div class="fw-sub">{draw.text(question)}</div></div>{_status(project, states)}</div>'
            f'<div class="fw-bar" role="img" aria-label="{draw.text(said)}">{bar}</div>'
            f'<div class="fw-next">{draw.icon(glyph)}'
            f"<div>{draw.text(next_line(project, states))}{_best(project)}</div></div>"
        )
        st.space("stretch")
        with layout.row(f"row_p_{row.id}"):
            with st.container(width="stretch"):
                draw.html(f'<span class="fw-note">Saved {draw.text(ago(row.changed))}</span>')
            picked = st.menu_button("More", MORE, key=f"more_{row.id}", type="tertiary")
            if st.button("Open", key=f"open_{row.id}"):
                step = next_step(states)
                session.go(step.stage if step else STAGES[-1], project)
        _more(picked, project)


def _damaged(row: ProjectRow, why: str) -> None:
    draw.html(
        f'<div class="fw-cardtop"><div class="fw-cardtitle">{draw.text(row.name)}</div>'
        f"{draw.chip('Damaged', 'red')}</div>"
        f'<p class="fw-muted">{draw.text(why)}</p>'
    )


def _status(project: Project, states: tuple) -> str:
    kinds = {state.status for state in states if not state.seen}
    if StepStatus.RUNNING in kinds:
        return draw.chip("Training", "violet")
    if StepStatus.ATTENTION in kinds or StepStatus.OUTDATED in kinds:
        return draw.chip("Needs a look", "orange")
    if project.exports:
        return draw.chip("Exported", "green")
    return draw.chip("In work", "gray")


def _best(project: Project) -> str:
    board = results.board(project)
    done = [run for run in board.done if not run.is_baseline and run.score is not None] if board else []
    if not done or board is None:
        return ""
    metric = METRICS[board.metric]
    return (
        f'<div class="fw-note">Best so far: {draw.text(metric.title)} {draw.text(metric.format(done[0].score))}</div>'
    )


def ago(moment: datetime) -> str:
    """Return how long ago something happened, in words."""
    seconds = max(0, int((session.now() - moment).total_seconds()))
    if seconds < 60:
        return f"{seconds} s ago"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600} h ago"
    return f"{session.local(moment):%d %B %Y}"


def _more(picked: str | None, project: Project) -> None:
    if picked == "Rename":
        _rename(project)
    elif picked == "Export project":
        _export(project)
    elif picked == "Duplicate":
        session.workspace().duplicate(project.id, now=session.now())
        session.flash(f"Copied {project.name}")
        st.rerun()
    elif picked == "Delete":
        for kind in ("train", "export"):
            job = session.latest_job(project, kind)
            if job is not None and job.is_live:
                api.discard(session.workspace(), job.id, now=session.now())
        session.workspace().delete(project.id, now=session.now())
        st.session_state["deleted"] = (project.id, project.name)
        st.rerun()


def undo_banner() -> None:
    """Offer to take back the last deletion."""
    gone = st.session_state.get("deleted")
    if gone is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo_delete"):
        draw.banner(f"{gone[1]} is deleted.", glyph="delete", tone="gray")
        st.button("Undo", key="undo_delete_button", on_click=_restore, args=(gone[0],))


def _restore(project_id: str) -> None:
    session.workspace().restore(project_id)
    st.session_state.pop("deleted", None)
    session.flash("Back again")


@st.dialog("Rename project")
def _rename(project: Project) -> None:
    name = st.text_input("Name", value=project.name, key="rename_to")
    if st.button("Rename", type="primary", key="primary_rename"):
        try:
            session.workspace().rename(project.id, name, now=session.now())
        except FairwayError as error:
            draw.banner(error.message, "Not renamed.", "block", "red")
            return
        st.rerun()


@st.dialog("Export project")
def _export(project: Project) -> None:
    draw.muted("One file with the table, every decision, the leaderboard and the models. Open it anywhere with Import.")
    with st.spinner("Packing …"):
        folder = session.workspace().artefact_dir(project.id, "archive", digest([project.id, project.revision]))
        path = export_project(session.workspace(), project.id, folder / "project.fairway")
    with path.open("rb") as archive:
        st.download_button(
            "Download",
            archive,
            file_name="project.fairway",
            mime="application/zip",
            key="primary_archive",
            type="primary",
            icon=":material/download:",
        )
