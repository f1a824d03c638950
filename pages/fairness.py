"""Fairness: who bears the errors, what a remedy costs, and the one that becomes part of the model."""

import streamlit as st

from core.framing.frame import Task
from core.project.fingerprint import training_fingerprint
from pages.components import draw, groups, layout, results, session, states
from pages.components.screen import action_bar, is_locked, screen

SENTENCE = "Who bears the errors? Compared between the groups you named, with the measure you chose in Frame."

if not is_locked("fairness", SENTENCE):
    with screen("fairness", SENTENCE) as project:
        outdated = project.training != training_fingerprint(project)
        if outdated:
            states.outdated()
        elif not project.frame.sensitive:
            place = states.notice(
                "No group is named",
                "Name the columns that tell groups apart in Frame; then each group's errors stand here side by side.",
                glyph="diversity_3",
                key="nogroups",
            )
            if place.button("Go to Frame", key="goto_frame"):
                session.go("frame")
        else:
            with layout.row("grouphead"):
                with st.container(width="stretch"):
                    place = st.empty()
                column = st.selectbox(
                    "Groups by", project.frame.sensitive, key="fair_column", label_visibility="collapsed", width=220
                )
            audit = results.audit(project, column)
            line = f", at {project.threshold:.2f}" if project.frame.task is Task.BINARY else ""
            with place.container():
                measure = audit.measures[audit.measure].title.lower()
                draw.heading("By group", f"your measure: {measure}{line}, {audit.rows:,} rows")
            groups.table(project, audit)
            if project.frame.task is Task.BINARY:
                groups.remedies(project, column)
            groups.sentences(project, audit)
    if outdated:
        action_bar("fairness", "Train again", to="train", note="Results belong to an earlier state of the project")
    else:
        action_bar("fairness", "Continue to Export", note="Judged on rows each left out once")
