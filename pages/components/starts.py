"""The ways to begin: a file, a template, a saved project, a guided sample."""

from collections.abc import Callable

import streamlit as st

from core.data.samples import SAMPLES
from core.errors import FairwayError
from core.framing.frame import Task
from core.framing.templates import TEMPLATES
from core.limits import ARCHIVE_BYTES
from core.workspace import intake
from core.workspace.archive import import_project
from pages.components import bring, draw, filebringing, layout, session, upload

KINDS = {"All": None, "Yes or no": Task.BINARY, "Several": Task.MULTICLASS, "Amount": Task.REGRESSION}


def card(title: str, sentence: str, *, glyph: str, label: str, action: Callable[[], None]) -> None:
    """Draw one way to begin."""
    with st.container(border=True, height="stretch", key=f"start_{glyph}"):
        draw.html(
            f'<div class="fw-start"><div class="fw-tile fw-tone-violet">{draw.icon(glyph)}</div><div>'
            f'<div class="fw-cardtitle">{draw.text(title)}</div>'
            f'<div class="fw-sub">{draw.text(sentence)}</div></div></div>'
        )
        st.space("stretch")
        if st.button(label, key=f"begin_{glyph}", width="stretch"):
            action()


@st.dialog("New project")
def new_project() -> None:
    """Ask for a name and open an empty project."""
    name = st.text_input("Name", key="new_name", placeholder="Whom to call before the contract ends")
    if st.button("Create project", type="primary", key="primary_create"):
        try:
            project = session.workspace().create(name, now=session.now())
        except FairwayError as error:
            draw.banner(error.message, "Not created.", "block", "red")
            return
        session.go("frame", project)


@st.dialog("From a file", width="large")
def from_file() -> None:
    """Take a file and open a project with it."""
    draw.muted("Each row is one case, one column is the outcome.")
    filebringing.ask(None, key="home", in_dialog=True)


@st.dialog("From another place", width="large")
def from_elsewhere() -> None:
    """Bring a table from a source and open a project with it."""
    bring.source_form(None, key="home_source")


@st.dialog("From a question", width="large")
def from_template() -> None:
    """Choose one of the templates."""
    draw.muted("The costs in them are examples; Frame asks for yours.")
    for template in TEMPLATES.values():
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", key=f"row_template_{template.key}"):
            with st.container(width="stretch"):
                draw.html(
                    f'<div class="fw-start"><div class="fw-tile fw-tone-violet">{draw.icon(template.icon)}</div><div>'
                    f'<div class="fw-cardtitle">{draw.text(template.title)}</div>'
                    f'<div class="fw-sub">{draw.text(template.summary)}</div></div></div>'
                )
            if st.button("Begin", key=f"template_{template.key}"):
                session.go("frame", intake.start_template(session.workspace(), template.key, now=session.now()))


@st.dialog("From a saved project")
def from_archive() -> None:
    """Import a project from its archive."""
    uploaded = upload.uploader("A saved project", key="archive_upload", types=("fairway",), limit=ARCHIVE_BYTES)
    if uploaded is None:
        return
    try:
        with upload.on_disk(uploaded, key="archive_upload", limit=ARCHIVE_BYTES) as path:
            project = import_project(session.workspace(), path, now=session.now())
    except FairwayError as error:
        upload.refuse("Not imported.", error.message, key="archive_upload", in_dialog=True)
        return
    session.flash("Opened as a copy")
    session.go("frame", project)


def samples() -> None:
    """Draw the guided samples, filtered by the kind of answer."""
    with layout.row("samplehead", align="bottom"):
        with st.container(width="stretch", gap=None):
            draw.heading("Guided samples")
            draw.muted("Real tables with a lesson in each. Good for a first half hour.")
        kind = st.segmented_control(
            "Kind of answer", list(KINDS), default="All", required=True, key="sample_kind", label_visibility="collapsed"
        )
    wanted = KINDS[kind or "All"]
    with st.container(border=True, gap=None, key="list_samples"):
        for sample in SAMPLES.values():
            if wanted is None or sample.frame.task is wanted:
                _sample_row(sample.key)


def _sample_row(key: str) -> None:
    sample = SAMPLES[key]
    kind = sample.frame.task.words if sample.frame.task else ""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key=f"row_sample_{key}"):
        with st.container(width="stretch"):
            draw.html(
                '<div class="fw-grid" style="grid-template-columns:minmax(0,1.3fr) 96px 92px minmax(0,1.7fr) 52px">'
                f'<div><b>{draw.text(sample.title)}</b><div class="fw-sub">{draw.text(sample.subtitle)}</div></div>'
                f"<div>{draw.chip(kind)}</div><div class='fw-num fw-sub'>{sample.rows:,} × {sample.columns}</div>"
                f'<div class="fw-sub">{draw.text(sample.lesson)}</div>'
                f'<div class="fw-num fw-sub">{sample.minutes} min</div></div>'
            )
        with st.popover("About", type="tertiary", key=f"about_{key}"):
            _about(key)
        if st.button("Start", key=f"sample_{key}", type="tertiary", icon=":material/play_arrow:"):
            session.go("frame", intake.start_sample(session.workspace(), key, now=session.now()))


def _about(key: str) -> None:
    sample = SAMPLES[key]
    said = sample.description if isinstance(sample.description, str) else " ".join(sample.description)
    draw.html(
        f"<p class='fw-words' style='font-size:14px'>{draw.text(said)}</p>"
        f"<p class='fw-sub'>Source: {draw.text(sample.source)}</p>"
        f"<p class='fw-sub'>Licence: {draw.text(sample.licence)}</p>"
    )
