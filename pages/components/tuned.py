"""What tuning tried: every draw over its settings, and which settings mattered."""

import streamlit as st

from core.charts.tuned import AXES, draws_figure, importance_figure
from core.project.document import Project
from core.train.board import Leaderboard
from core.train.tuned import LEAST_DRAWS, families
from pages.components import draw, results, session
from pages.components.charts import chart


def card(project: Project, board: Leaderboard) -> None:
    """Draw the card; a sentence where no family has enough draws, nothing where there was no tuning."""
    found = families(board)
    if not found:
        if board.finished and any(run.draws for run in board.runs):
            draw.muted(f"What tuning tried is drawn once a model that it made better had {LEAST_DRAWS} draws.")
        return
    dark = session.is_dark()
    with st.container(border=True, key="tuned"):
        note = "A line is one draw and ends at its score: the better, the stronger. Drag along an axis to pick some."
        draw.card_head("What tuning tried", note)
        place = 0
        if len(found) > 1:
            titles = [family.title for family in found]
            title = st.selectbox("Family", titles, key="tuned_family", label_visibility="collapsed", width=280)
            place = titles.index(title)
        family = found[place]
        mattered = results.tuned(project, family)
        chart(draws_figure(family, board, mattered, dark=dark), key="draws")
        if len(family.settings) > AXES:
            draw.muted(f"The {AXES} of {len(family.settings)} settings that matter most are drawn; the table has all.")
        early = sum(one.ended_early for one in family.draws)
        if early:
            of = f"{early:,} of {len(family.draws):,} draws ended early"
            draw.muted(f"{of}, judged on fewer folds: the table alone has them.")
        if mattered is None:
            draw.muted("Too few draws were judged on all folds to say which settings mattered.")
            return
        draw.card_head("Which settings mattered", "Foretold by a random forest from settings to score")
        draw.said(mattered.sentence)
        if any(share > 0 for _, share in mattered.shares):
            chart(importance_figure(mattered, dark=dark), key="mattered")
