"""Train: candidates on the same folds, a live leaderboard, and what holds up on rows they have not seen."""

import streamlit as st

from core.project.fingerprint import training_fingerprint
from core.train.board import RunStatus
from pages.components import draw, labelling, morerows, plan, results, session, states, training, tuned
from pages.components.screen import action_bar, is_locked, screen

SENTENCE = "Fairway tries candidates on the same folds and keeps what holds up on rows they have not seen."

if not is_locked("train", SENTENCE):
    with screen("train", SENTENCE) as project:
        job = session.latest_job(project, "train")
        board = results.board(project)
        labelling.reminder(project, session.table(project))
        usable = board is not None and len(board.done) > 1
        if job is not None and job.is_live:
            training.watch(project, job)
        elif usable and board is not None:
            if project.training != training_fingerprint(project):
                draw.banner("Something before it changed. Shown as it was.", "Out of date.")
            training.ended_card(project, job, board)
            training.board_view(project, board)
            tuned.card(project, board)
            if project.training == training_fingerprint(project):
                morerows.card(project, board)
        elif job is not None and job.state in ("failed", "interrupted") and project.training is not None:
            training.failed(project, job)
        else:
            if board is not None and board.finished:
                failed = next((run.reason for run in board.runs if run.status is RunStatus.FAILED and run.reason), "")
                why = f" {failed[:1].upper()}{failed[1:]}" if failed else ""
                draw.banner(f"The training ended before a model was finished.{why}", "Nothing to keep.", "info", "gray")
            if project.training is not None and board is None:
                draw.banner("Train again; everything else is as it was.", "The last results cannot be read.")
            with st.container(border=True, key="plan"):
                draw.card_head("Candidates", "Each is judged on the same folds. A naive baseline comes first.")
                plan.settings(project)
            sentence = results.forecast_sentence(project)
            place = states.notice("Nothing trained yet", sentence, glyph="model_training", key="untrained")
            with place:
                st.button(
                    "Start training", type="primary", key="primary_start", on_click=training.start, args=(project,)
                )
    if usable:
        live = job is not None and job.is_live
        action_bar("train", "Continue to Evaluate", note="You can continue while training runs" if live else "")
    else:
        action_bar("train")
