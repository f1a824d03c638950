"""Evaluate: how good the model is on rows it has not seen, and where to draw the line."""

import streamlit as st

from core.framing.frame import Task
from core.project.fingerprint import training_fingerprint
from pages.components import amounts, chances, expecting, failing, judgement, pairing, results, sealing, session, states
from pages.components.screen import action_bar, is_locked, screen

SENTENCE = "How good is the model on rows it has not seen, and where should it draw the line?"

if not is_locked("evaluate", SENTENCE):
    with screen("evaluate", SENTENCE) as project:
        outdated = project.training != training_fingerprint(project)
        if outdated:
            states.outdated()
        else:
            evaluation = results.evaluation(project)
            judgement.figures(project, evaluation)
            if evaluation.task is Task.BINARY and evaluation.sweep is not None:
                judgement.line(project, evaluation)
            if evaluation.task is Task.REGRESSION:
                judgement.residuals(project, evaluation)
                amounts.prediction_intervals(evaluation)
            elif evaluation.task is Task.MULTICLASS:
                judgement.matrix(evaluation)
            left, right = st.columns([11, 9], gap="small")
            with left:
                if evaluation.task is Task.REGRESSION:
                    judgement.verdict(evaluation)
                else:
                    judgement.curves(project, evaluation)
            with right:
                sealing.seal(session.current(), evaluation)
            if evaluation.task is not Task.REGRESSION:
                chances.correct(project)
                judgement.verdict(evaluation)
            expecting.expectations(session.current())
            failing.where_it_fails(project)
            pairing.compare(project)
            judgement.all_scores(evaluation)
    if outdated:
        action_bar("evaluate", "Train again", to="train", note="Results belong to an earlier state of the project")
    else:
        action_bar("evaluate", "Continue to Explain", note=f"Judged on {evaluation.n:,} rows, each left out once")
