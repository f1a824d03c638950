"""Starting, watching, stopping and discarding a training."""

import streamlit as st

from core.charts.train import leaderboard_plot
from core.errors import FairwayError
from core.framing.metrics import METRICS
from core.jobs import api
from core.jobs.job import Job, JobState
from core.project.changes import logged
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from core.train.board import Leaderboard, RunStatus
from pages.components import draw, fixing, layout, leaderboard, luck, results, session, states
from pages.components.charts import chart
from pages.components.plan import BUDGETS, candidates_of, settings


def start(project: Project) -> None:
    """Start a training of the project as it is now; a second start of the same gives the same job."""
    wrong = fixing.faults()
    if wrong:
        st.session_state["refused"] = " ".join(wrong)
        return
    fingerprint = training_fingerprint(project)
    plan = project.plan
    session.change(
        lambda seen: logged(
            seen.updated(training=fingerprint, chosen=seen.chosen if seen.training == fingerprint else None),
            "train",
            f"Started training: {len(candidates_of(seen)) - 1} candidates, {BUDGETS.get(int(plan.budget_seconds), '')}",
            now=session.now(),
        )
    )
    try:
        api.submit(
            session.workspace(),
            project.id,
            "train",
            {"fingerprint": fingerprint, "plan": plan.model_dump(mode="json")},
            key=fingerprint,
            now=session.now(),
        )
    except FairwayError as error:
        st.session_state["refused"] = error.message


def watch(project: Project, job: Job) -> None:
    """Draw the job card and the leaderboard of a training at work; the page is drawn anew when it ends."""
    before = results.board(project)
    usable = before is not None and len(before.done) > 1

    @st.fragment(run_every=1)
    def live() -> None:
        seen = session.latest_job(project, "train")
        if seen is None or not seen.is_live:
            st.rerun(scope="app")
            return
        board = results.board_now(project)
        if board is not None and len(board.done) > 1 and not usable:
            st.rerun(scope="app")
        _job_card(project, seen, board)
        if board is not None:
            _board(project, board, plot_key="live", job=seen)

    live()


def _job_card(project: Project, job: Job, board: Leaderboard | None) -> None:
    seconds = int(job.seconds(session.now()))
    budget = leaderboard.seconds_words(project.plan.budget_seconds)
    if job.state is JobState.QUEUED:
        title, note = "Waiting for a free place", "Another job of this machine runs first. You can close this page."
    else:
        title = job.message or "Starting"
        # A finished board is the one of the training before, until the first candidate of this one is done.
        now = None if board is None or board.finished else board
        seen = [run.status for run in now.runs] if now else []
        done = sum(status not in (RunStatus.WAITING, RunStatus.RUNNING, RunStatus.SKIPPED) for status in seen)
        skipped = f", {seen.count(RunStatus.SKIPPED)} skipped" if RunStatus.SKIPPED in seen else ""
        all_ = len(seen) or len(candidates_of(project))
        note = f"{done} of {all_} candidates done{skipped}. {seconds} s of {budget}. Seed {project.plan.seed}."
        if now is not None and now.where:
            note += f" {now.where}"
        if job.state is JobState.STOPPING:
            title = "Stopping, and keeping what is finished"
    with st.container(border=True, key="jobcard"):
        with layout.row():
            with st.container(width="stretch"):
                draw.card_head(title, note)
            st.button(
                "Stop and keep",
                key="stop_job",
                icon=":material/stop_circle:",
                disabled=job.state is JobState.STOPPING,
                on_click=lambda: api.stop(session.workspace(), job.id, now=session.now()),
            )
            if st.button("Discard", key="discard_job", type="tertiary"):
                st.session_state["ask_discard"] = job.id
        if st.session_state.get("ask_discard") == job.id:
            _ask_discard(job)
        st.progress(min(1.0, max(0.0, job.progress)))


def _ask_discard(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="row_discard"):
        draw.muted("Throw away what this training found so far?")
        st.button("Discard it", key="discard_yes", on_click=_discard, args=(job.id,))
        st.button("Go on training", key="discard_no", type="tertiary", on_click=_keep_on)


def _keep_on() -> None:
    st.session_state.pop("ask_discard", None)


def _discard(job_id: str) -> None:
    st.session_state.pop("ask_discard", None)
    api.discard(session.workspace(), job_id, now=session.now())
    left = results.board_now(session.current())
    # What an earlier training of the same state had finished stays.
    gone = {} if left is not None and left.done else {"training": None, "chosen": None}
    session.change(lambda seen: logged(seen.updated(**gone), "train", "Discarded the training", now=session.now()))


def _heading(board: Leaderboard) -> str:
    """Draw the leaderboard's heading; returns the view chosen."""
    metric = METRICS[board.metric]
    with layout.row("boardhead"):
        with st.container(width="stretch"):
            draw.heading("Leaderboard", f"{metric.title} on {board.judged_words}")
        view = layout.switch(["Table", "In use", "Plot", "Folds"], key="board_view")
    return view


def _board(project: Project, board: Leaderboard, *, plot_key: str, job: Job | None = None) -> None:
    view = _heading(board)
    if view == "Plot":
        with st.container(border=True, key="boardplot"):
            chart(leaderboard_plot(board, dark=session.is_dark()), key=plot_key)
    elif view == "Folds":
        leaderboard.folds(board)
    else:
        chosen = results.chosen_of(project, board)
        leaderboard.draw_board(project, board, chosen, job, in_use=view == "In use")
        if view == "In use":
            draw.muted(leaderboard.USE_NOTE)


def ended_card(project: Project, job: Job | None, board: Leaderboard) -> None:
    """Say how the last training ended, and offer to go on."""
    skipped = {run.key for run in board.runs if run.status is RunStatus.SKIPPED} & set(job.skips if job else ())
    how = {
        "done": "Every candidate was tried" if not skipped else "Every candidate that you did not skip was tried",
        "stopped": "Stopped by you",
        "budget": "The time budget ran out",
    }.get(board.ended, "The training ended early")
    done = len(board.done)
    note = (
        f"{done} of {len(board.runs)} candidates finished; this training took "
        f"{leaderboard.seconds_words(board.seconds)}. "
        f"{board.rows:,} training rows in {board.folds} folds, {board.test_rows:,} sealed. Seed {board.seed}."
    )
    if job is not None and job.state in (JobState.FAILED, JobState.INTERRUPTED):
        how, note = (
            "The training did not finish",
            f"{job.error} {done} finished candidates are kept. Nothing else changed.",
        )
    with st.container(border=True, key="jobcard"):
        with layout.row():
            with st.container(width="stretch"):
                draw.card_head(how, note)
            again = "Train again" if project.training != training_fingerprint(project) else "Train more"
            st.button(again, key="train_again", icon=":material/replay:", on_click=start, args=(project,))
        with st.expander("Candidates and time", type="compact", key="note_plan"):
            settings(project)


def board_view(project: Project, board: Leaderboard) -> None:
    """Draw the finished leaderboard with its recommendation and notes."""
    _board(project, board, plot_key="board")
    if board.recommendation:
        draw.muted(board.recommendation)
    luck.of_the_best(project, board)
    for note in (board.where, *board.notes):
        if note:
            draw.muted(note)


def failed(project: Project, job: Job) -> None:
    """Say why a training brought nothing."""
    place = states.notice(
        "Training did not finish",
        f"{job.error} Your project is as it was.",
        glyph="warning",
        tone="orange",
        key="failed",
    )
    with place:
        st.button("Train again", key="train_again", on_click=start, args=(project,))
