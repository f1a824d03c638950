"""The dialogs that add a step to the recipe and edit one, with a field for each setting."""

import streamlit as st

from core.errors import FairwayError
from core.prepare.fitting import UNFIT
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import FAMILIES, StepSpec
from core.prepare.steps import STEPS, usual_place
from core.project import changes
from core.project.actions import new_step_id
from core.project.document import Project
from pages.components import draw, lessons, results, session, stepfields

ANY = "Anything"


@st.dialog("Edit step")
def edit(step: Step, spec: StepSpec) -> None:
    edit_fields(step, spec)


def edit_fields(step: Step, spec: StepSpec) -> None:
    """Draw what the dialog holds; saving a step that did not fit switches it on."""
    project = session.current()
    draw.muted(spec.summary)
    _lesson(spec)
    try:
        columns, params = stepfields.fields(project, spec, step)
    except FairwayError as error:
        # A setting of another version that is no more, say.
        draw.banner(error.message, "Remove the step and add it anew.", "block", "red")
        return
    edited: dict[str, object] = {"columns": columns, "params": params}
    if step.reason.startswith(UNFIT):
        edited |= {"on": True, "reason": "Edited by you"}
    wanted = project.recipe.changed(step.id, **edited)
    if _ready(project, spec, columns, wanted, step.id, "Save step", "primary_savestep"):
        step_id, what = step.id, f"Edited step: {spec.title}"
        session.change(
            lambda seen: changes.edit_step(
                seen, step_id, lambda recipe: recipe.changed(step_id, **edited), what, now=session.now()
            )
        )
        st.rerun()


@st.dialog("Add a step")
def add() -> None:
    project = session.current()
    families = [key for key in FAMILIES if any(spec.family == key for spec in STEPS.values())]
    family = st.selectbox("About", [ANY, *families], format_func=lambda key: FAMILIES.get(key, key), key="add_family")
    kinds = [kind for kind, spec in STEPS.items() if family in (ANY, spec.family)]
    kind = st.selectbox("Step", kinds, format_func=lambda key: STEPS[key].title, key="add_kind")
    spec = STEPS[kind]
    draw.muted(f"{spec.summary} {spec.scope.words}.")
    _lesson(spec)
    columns, params = stepfields.fields(project, spec, Step(id="new", kind=kind))
    step = Step(id=new_step_id(project, kind), kind=kind, columns=columns, params=params, reason="Added by you")
    at = usual_place(project.recipe, kind, names_columns=bool(columns))
    wanted = project.recipe.with_step(step, at)
    if _ready(project, spec, columns, wanted, step.id, "Add step", "primary_addstep"):
        session.change(
            lambda seen: changes.edit_recipe(
                seen, seen.recipe.with_step(step, at), f"Added step: {spec.title}", now=session.now()
            )
        )
        st.session_state["step_looked_at"] = step.id
        st.rerun()


def _lesson(spec: StepSpec) -> None:
    """Offer what to know about the family of steps."""
    lesson = lessons.texts("steps.yaml")[spec.family]
    with st.popover("When and why", icon=":material/school:", type="tertiary", key=f"lesson_{spec.family}"):
        lessons.lesson(lesson)


def _ready(
    project: Project, spec: StepSpec, columns: tuple[str, ...], wanted: Recipe, step_id: str, label: str, key: str
) -> bool:
    """Draw the button that takes the step, or why it cannot be taken; returns whether it was pressed."""
    lacking = spec.needs_columns and not columns
    fault = "" if lacking else _fault(project, wanted, step_id)
    if fault:
        draw.banner(fault, "", "block", "red")
    elif lacking:
        draw.muted("Choose the columns first: this step acts on none by itself.")
    return st.button(label, type="primary", key=key, disabled=lacking or bool(fault))


def _fault(project: Project, wanted: Recipe, step_id: str) -> str:
    from core.prepare.faults import step_fault

    try:
        return step_fault(results.problem(project), wanted, step_id)
    except FairwayError as error:
        return error.message
