"""Learn: a lesson for each step, and every term in plain words."""

from pathlib import Path

import streamlit as st
import yaml

from pages.components import draw, header, layout, session

TEXTS = Path(__file__).resolve().parent.parent / "assets" / "lessons"


@st.cache_data(show_spinner=False)
def texts(name: str) -> list[dict[str, str]] | dict[str, str]:
    """Read one of the lesson files."""
    return yaml.safe_load((TEXTS / name).read_text(encoding="utf-8"))


if st.session_state.get("open_project") is not None:
    header.topbar(session.current(), "learn")
with st.container(gap=None, key="titles"):
    st.title("Learn", anchor=False)
    st.markdown(":gray[One lesson a step, to read beside your own data, and every term in plain words.]")

view = layout.switch(["Lessons", "Glossary"], key="learn_view")
if view == "Glossary":
    wanted = st.text_input("Find a term", key="learn_term", placeholder="Find a term", label_visibility="collapsed")
    terms = {
        term: said for term, said in texts("glossary.yaml").items() if wanted.casefold() in f"{term} {said}".casefold()
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
    for number, lesson in enumerate(texts("lessons.yaml"), start=1):
        with st.container(border=True, key=f"lesson_{lesson['stage']}"):
            draw.card_head(f"{number}. {lesson['title']}", lesson["stage"].capitalize())
            draw.html(f'<p class="fw-words" style="font-size:14px">{draw.text(lesson["text"])}</p>')
            draw.pairs([("Try it", lesson["try"]), ("Without it", lesson["wrong"])])
