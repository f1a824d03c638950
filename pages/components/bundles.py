"""What Export shows: what ships, the bundle with its certificate, the model card and the code."""

from pathlib import Path

import streamlit as st

from core.export.targets import TARGETS
from core.framing.frame import Task
from core.framing.metrics import METRICS
from core.jobs import api
from core.jobs.job import Job, JobState
from core.limits import GOLDEN_ROWS
from core.project import shipping
from core.project.document import Project
from core.project.shipping import Parcel
from pages.components import draw, layout, results, session, states


def what_ships(project: Project, fingerprint: str) -> None:
    """Draw the figures of the model that would leave."""
    board = results.results_board(project)
    run = board.run(str(results.run_of(project)))
    metric = METRICS[board.metric]
    opened = [opening for opening in project.seal if opening.fingerprint == fingerprint]
    if opened:
        last = opened[-1]
        score = draw.Figure(
            "Score, sealed test",
            metric.format(last.score),
            note=f"{metric.format(last.low)} to {metric.format(last.high)}",
        )
    else:
        judged = results.evaluation(project).main
        score = draw.Figure(
            "Score, rows left out",
            metric.format(judged.value),
            note=f"{metric.format(judged.low)} to {metric.format(judged.high)}; seal not opened",
        )
    note = f"recipe {project.recipe.number}, seed {project.plan.seed}"
    note += "; chances corrected" if project.calibration else ""
    items = [draw.Figure("Model", run.title, note=note), score]
    if project.frame.task is Task.BINARY:
        by = f"by group of {project.remedy.column}" if project.remedy else "for every row"
        line = "By remedy" if project.remedy else f"{project.threshold:.2f}"
        items.append(draw.Figure("Line", line, note=by))
    items.append(draw.Figure("Fingerprint", fingerprint[:8], note="names exactly this model"))
    draw.figures(items)


def bundle(project: Project, fingerprint: str) -> Parcel | None:
    """Draw the bundle: to be made, being checked, offered, or not offered with the reason."""
    parcel = shipping.parcel(session.workspace().artefact_dir(project.id, "bundle", fingerprint))
    job = session.latest_job(project, "export")
    mine = job if job is not None and job.key == fingerprint else None
    if mine is not None and mine.is_live:
        _watch(project, fingerprint)
        return None
    if parcel is None:
        _offer_to_make(project, fingerprint, mine)
        return None
    _certificate(project, parcel, fingerprint)
    return parcel


def _offer_to_make(project: Project, fingerprint: str, job: Job | None) -> None:
    sentence = (
        f"Fairway packs the model, unpacks it in a fresh process and asks it {GOLDEN_ROWS} golden rows, missing and "
        "unseen values among them. Only a copy that answers like the model here is offered. About 15 seconds."
    )
    title, glyph, tone = "Nothing packed yet", "package_2", "violet"
    if job is not None and job.state in (JobState.FAILED, JobState.INTERRUPTED):
        title, sentence, glyph, tone = "Packing did not finish", job.error, "warning", "orange"
    place = states.notice(title, sentence, glyph=glyph, tone=tone, key="unpacked")
    with place:
        st.button("Pack and check", type="primary", key="primary_pack", on_click=_pack, args=(project, fingerprint))


def _pack(project: Project, fingerprint: str) -> None:
    api.submit(
        session.workspace(),
        project.id,
        "export",
        {"fingerprint": fingerprint, "revision": project.revision},
        key=fingerprint,
        now=session.now(),
    )


def _watch(project: Project, fingerprint: str) -> None:
    @st.fragment(run_every=1)
    def live() -> None:
        job = session.latest_job(project, "export")
        if job is None or not job.is_live or job.key != fingerprint:
            st.rerun(scope="app")
            return
        with st.container(border=True, key="packing"):
            draw.card_head(job.message or "Starting", "It runs in a process of its own. You can leave this page.")
            st.progress(min(1.0, max(0.0, job.progress)))

    live()


def _certificate(project: Project, parcel: Parcel, fingerprint: str) -> None:
    certificate = parcel.certificate
    with st.container(border=True, key="bundle"):
        with layout.row():
            with st.container(width="stretch"):
                draw.card_head("Bundle", f"One zip, {draw.size(parcel.size_bytes)}, runs without Fairway")
            if certificate.offered:
                _save("Download", parcel.zip_path, "fairway-bundle.zip", "application/zip")
        if certificate.offered:
            agree = f"{certificate.rows_agreeing} of {certificate.rows_checked} golden rows agree"
            difference = f"largest difference {certificate.largest_difference:.1g}".replace(
                "difference 0", "difference 0"
            )
            draw.banner(f"{agree}, {difference}.", glyph="verified", tone="green")
        else:
            draw.banner(" ".join(certificate.reasons), "Not offered.", "block", "red")
        outdated = certificate.offered and not shipping.says_what_is(parcel, project)
        if outdated:
            draw.banner(
                "Since it was packed, a finding was accepted or taken back, the seal was opened, or the words of Frame "
                "or of the dictionary, or what new rows must hold, changed. The model is the same; the bundle does not "
                "say so yet.",
                "The bundle is out of date.",
                "history",
            )
        items = "".join(
            f'<div class="fw-content"><span class="fw-ink-violet">{draw.icon(target.icon)}</span><div>'
            f'<div class="fw-cardtitle">{target.title}</div><div class="fw-sub">{target.says}</div></div></div>'
            for target in TARGETS
        )
        draw.html(f'<div class="fw-contents">{items}</div>')
        if outdated or not certificate.offered:
            st.button("Pack again", key="pack_again", on_click=_pack_again, args=(project, parcel, fingerprint))


def _pack_again(project: Project, parcel: Parcel, fingerprint: str) -> None:
    shipping.forget(parcel)
    _pack(project, fingerprint)


def papers(parcel: Parcel) -> None:
    """Draw the model card and the code, to read before the download."""
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, height="stretch", key="card"):
        draw.card_head("Model card", "What it is for, how good, for whom not")
        with st.container(horizontal=True):
            if st.button("Preview", key="preview_card", icon=":material/visibility:"):
                _preview(parcel)
            _save("HTML", parcel.card_html, "model-card.html", "text/html")
    with right, st.container(border=True, height="stretch", key="code"):
        draw.card_head("Training script", "Plain Python that makes the same model again")
        with st.container(horizontal=True):
            if st.button("Show", key="show_code", icon=":material/visibility:"):
                _code(parcel)
            _save("train.py", parcel.train_script, "train.py", "text/x-python")


def _save(label: str, path: Path, name: str, kind: str) -> None:
    st.download_button(
        label,
        path.read_bytes(),
        file_name=name,
        mime=kind,
        key=f"save_{name}",
        icon=":material/download:",
        on_click="ignore",
    )


@st.dialog("Model card", width="large")
def _preview(parcel: Parcel) -> None:
    # The card is Markdown of our own making, every user text in it escaped.
    st.markdown(parcel.card_markdown.read_text(encoding="utf-8"))


@st.dialog("Training script", width="large")
def _code(parcel: Parcel) -> None:
    st.code(parcel.train_script.read_text(encoding="utf-8"), language="python", line_numbers=True)
