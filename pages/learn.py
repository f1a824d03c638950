"""Learn: a lesson for each step, and every term in plain words."""

import streamlit as st

from core.prepare.spec import FAMILIES
from pages.components import draw, header, layout, lessons, session

if st.session_state.get("open_project") is not None:
    header.topbar(session.current(), "learn")
with st.container(gap=None, key="titles"):
    st.title("Learn", anchor=False)
    st.markdown(":gray[One lesson a step, to read beside your own data, and every term in plain words.]")

view = layout.switch(["Lessons", "Glossary"], key="learn_view")
if view == "Glossary":
    wanted = st.text_input("Find a term", key="learn_term", placeholder="Find a term", label_visibility="collapsed")
    terms = {
        term: said
        for term, said in lessons.texts("glossary.yaml").items()
        if wanted.casefold() in f"{term} {said}".casefold()
    }
    with st.container(border=True, key="glossary"):
        if not terms:
            draw.muted(f"No term holds “{wanted}”.")
        draw.html(
            "".join(
                f'<div class="fw-pair"><b class="fw-term">{draw.text(term)}</b>'
                f'<span style="flex:1">{draw.text(said)}</span></div>'
                for term, said in terms.items()
            )
        )
else:
    for number, lesson in enumerate(lessons.texts("lessons.yaml"), start=1):
        with st.container(border=True, key=f"lesson_{lesson['stage']}"):
            draw.card_head(f"{number}. {lesson['title']}", lesson["stage"].capitalize())
            lessons.body(lesson)
    draw.heading("Steps of a recipe")
    for family, lesson in lessons.texts("steps.yaml").items():
        with st.container(border=True, key=f"steps_{family}"):
            draw.card_head(lesson["title"], FAMILIES[family])
            lessons.body(lesson)
