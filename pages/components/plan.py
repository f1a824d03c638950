"""What a training tries and for how long: candidates, time, tuning, and settings that an expert fixes."""

import streamlit as st

from core.limits import BUDGET_SECONDS
from core.project.document import Project
from core.train.catalog import BASELINE, ModelSpec, candidates, suited
from core.train.tuning_words import TUNING, tuning_of
from pages.components import draw, fixing, session

BUDGETS = {30: "30 seconds", 60: "1 minute", 180: "3 minutes", 600: "10 minutes", 1800: "30 minutes", 7200: "2 hours"}
assert min(BUDGETS) >= BUDGET_SECONDS[0]


def candidates_of(project: Project) -> tuple[ModelSpec, ...]:
    """Return the candidates the plan tries."""
    assert project.frame.task is not None
    return candidates(project.frame.task, project.plan.candidates)


def settings(project: Project) -> None:
    """Draw what to try and for how long."""
    assert project.frame.task is not None
    options = [spec for spec in suited(project.frame.task) if not spec.is_baseline]
    titles = {spec.key: f"{spec.title} (not installed)" if spec.missing else spec.title for spec in options}
    st.session_state["plan_candidates"] = [spec.key for spec in candidates_of(project) if not spec.is_baseline]
    st.session_state["plan_budget"] = min(BUDGETS, key=lambda seconds: abs(seconds - project.plan.budget_seconds))
    st.session_state["plan_tuning"] = tuning_of(project.plan)
    st.multiselect(
        "Candidates", list(titles), format_func=titles.__getitem__, key="plan_candidates", on_change=_write_plan
    )
    for spec in candidates_of(project):
        if spec.missing:
            draw.muted(f"{spec.title}: {spec.missing}")
    left, right = st.columns(2)
    left.selectbox("Time budget", list(BUDGETS), format_func=BUDGETS.get, key="plan_budget", on_change=_write_plan)
    right.selectbox(
        "Afterwards",
        list(TUNING),
        format_func=TUNING.get,
        key="plan_tuning",
        on_change=_write_plan,
        help="Tuning draws other settings for the best candidates. A blend lets several answer together.",
    )
    with st.expander("What each is good at", type="compact", icon=":material/info:", key="note_goodat"):
        for spec in options:
            draw.html(
                f'<p class="fw-muted"><b>{draw.text(spec.title)}.</b> {draw.text(spec.good_at)} '
                f"{draw.text(f'{spec.readable} {spec.missing}')}</p>"
            )
    _fixing(project)


def _write_plan() -> None:
    keys = tuple(st.session_state["plan_candidates"])
    budget = float(st.session_state["plan_budget"])
    afterwards = st.session_state["plan_tuning"]

    def edit(seen: Project) -> Project:
        assert seen.frame.task is not None
        usual = {spec.key for spec in candidates(seen.frame.task) if not spec.is_baseline}
        # The usual ones are not named, so that a catalogue that grows is tried whole.
        # Nobody left is the baseline alone, so that a list can be cleared and filled anew.
        asked = () if set(keys) == usual else keys or (BASELINE,)
        draws, blend = {"all": (None, True), "tune": (None, False), "blend": (0, True), "none": (0, False)}[afterwards]
        changed = {"candidates": asked, "budget_seconds": budget, "draws": draws, "blend": blend}
        return seen.updated(plan=seen.plan.model_copy(update=changed))

    session.change(edit)


def _fixing(project: Project) -> None:
    """Draw what an expert fixes."""
    assert project.frame.task is not None
    specs = list(candidates_of(project))
    fixed = fixing.count(project.plan, specs, project.frame.task)
    fixed += len(project.plan.directions)
    title = "Settings of the models" + (f" ({fixed} fixed)" if fixed else "")
    with st.expander(title, type="compact", icon=":material/tune:", key="note_settings"):
        draw.muted("Tick a setting to fix it. The others begin at their usual value, and tuning varies them.")
        fixing.seed(project.plan)
        fixing.directions(project)
        fixing.fixing(project, specs)
