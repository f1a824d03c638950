"""The frame around every screen: navigation, the project of the address, and the error boundary."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from core.errors import FairwayError, NotFoundError  # noqa: E402  (the path has to be set first)
from core.project.journey import STAGES  # noqa: E402
from pages.components import journeybar, session, shelf, states  # noqa: E402

st.set_page_config(
    page_title="Fairway",
    page_icon=str(ROOT / "assets" / "icon.png"),
    layout="wide",
    initial_sidebar_state=256,
    menu_items={"About": "**Fairway**: guided machine learning, from a question to a model that runs outside the app."},
)
st.html(ROOT / "assets" / "fairway.css")
# Dialogs and menus are drawn outside the element that carries Streamlit's own colour scheme.
st.html(f"<style>:root {{ color-scheme: {'dark' if session.is_dark() else 'light'}; }}</style>")
st.logo(str(ROOT / "assets" / "logo.svg"), size="large", icon_image=str(ROOT / "assets" / "icon.svg"))

page = st.navigation(
    [
        st.Page("home.py", title="Projects", default=True),
        *(st.Page(f"{stage}.py", title=stage.capitalize()) for stage in STAGES),
        st.Page("learn.py", title="Learn"),
        st.Page("connections.py", title="Connections"),
    ],
    position="hidden",
)


def run() -> None:
    """Open the project of the address and draw the screen; nothing technical ever reaches the reader."""
    needs_project = page.url_path in STAGES
    try:
        project = session.load()
    except FairwayError as error:
        journeybar.outside()
        title = "Not found" if isinstance(error, NotFoundError) else "Cannot be opened"
        states.not_found(error.message, title)
        return
    if project is None and needs_project:
        journeybar.outside()
        states.not_found("The address names no project. Open one under Projects.")
        return
    visit = st.session_state.pop("visit", None)
    if visit is not None:
        action, params = visit
        stage = params.get("stage", "fairness") if action == "go_to" else "fairness"
        if "view" in params:
            st.session_state[f"{stage}_view"] = params["view"]
        session.go(stage)
    if project is None or page.url_path == "":
        journeybar.outside()
    else:
        journeybar.inside(project)
    page.run()


try:
    run()
except FairwayError as error:
    states.refused(error)
except Exception as error:  # noqa: BLE001  (the one place where a screen's fault ends)
    states.fault(error)
shelf.tidy()
