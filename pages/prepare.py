"""Prepare: the recipe as an ordered list, before and after, and the split with its sealed part."""

import streamlit as st

from core.errors import FairwayError
from pages.components import (
    comparecard,
    contractcard,
    draw,
    leakcards,
    recipelist,
    results,
    session,
    splitcard,
    suggesting,
)
from pages.components.screen import action_bar, is_locked, screen

SENTENCE = "The recipe turns raw rows into what a model can learn from. It travels with the model."

if not is_locked("prepare", SENTENCE):
    with screen("prepare", SENTENCE) as project:
        try:
            results.problem(project)
        except FairwayError as error:
            draw.banner(error.message, "Training cannot start like this.", "block", "red")
            with st.container(horizontal=True, key="turnback"):
                recipelist.turns(project)
        else:
            recipelist.recipe(project)
            suggesting.card(project)
            left, right = st.columns(2, gap="small")
            with left:
                recipelist.before_after(project)
            with right:
                splitcard.card(project)
            left, right = st.columns(2, gap="small")
            with left:
                leakcards.replay(project)
            with right:
                leakcards.apart(project)
            comparecard.card(project)
            contractcard.card(project)
    note = "Nothing is learned from the sealed part"
    if session.current().training is not None:
        note = "A change here makes results out of date until you train again"
    action_bar("prepare", "Continue to Train", note=note)
