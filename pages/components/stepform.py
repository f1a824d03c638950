"""The dialogs that add a step to the recipe and edit one, with a field for each setting."""

from typing import Any

import streamlit as st

from core.limits import PARAM_LENGTH
from core.prepare.recipe import Step
from core.prepare.spec import FAMILIES, ParamSpec, StepSpec
from core.prepare.steps import STEPS, usual_place
from core.project import changes
from core.project.actions import new_step_id
from core.project.document import Project
from pages.components import draw, ordereditor, session

ANY = "Anything"
NONE = "None"
LINE = 200


@st.dialog("Edit step")
def edit(step: Step, spec: StepSpec) -> None:
    project = session.current()
    draw.muted(spec.summary)
    columns, params = _fields(project, spec, step)
    if st.button("Save step", type="primary", key="primary_savestep", disabled=spec.needs_columns and not columns):
        session.change(
            lambda seen: changes.edit_recipe(
                seen,
                seen.recipe.changed(step.id, columns=columns, params=params),
                f"Edited step: {spec.title}",
                now=session.now(),
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
    columns, params = _fields(project, spec, Step(id="new", kind=kind))
    if st.button("Add step", type="primary", key="primary_addstep", disabled=spec.needs_columns and not columns):
        step = Step(id=new_step_id(project, kind), kind=kind, columns=columns, params=params, reason="Added by you")
        at = usual_place(project.recipe, kind, names_columns=bool(columns))
        session.change(
            lambda seen: changes.edit_recipe(
                seen, seen.recipe.with_step(step, at), f"Added step: {spec.title}", now=session.now()
            )
        )
        st.session_state["step_looked_at"] = step.id
        st.rerun()


def _fields(project: Project, spec: StepSpec, step: Step) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Draw a step's columns and settings; returns what they say."""
    assert project.table_schema is not None
    columns: tuple[str, ...] = ()
    if spec.suits:
        schema = project.table_schema
        usable = set(schema.of_type(*spec.suits)) & {*schema.features(project.frame), *schema.texts(project.frame)}
        options = [name for name in project.table_schema.names if name in usable or name in step.columns]
        everything = "Choose columns" if spec.needs_columns else "Every column it suits"
        columns = tuple(
            st.multiselect(
                "Columns",
                options,
                default=list(step.columns),
                key=f"cols_{step.id}_{spec.kind}",
                placeholder=everything,
            )
        )
    values = spec.settings(step)
    for param in spec.params:
        asked = param.shown_when is None or values[param.shown_when[0]] in param.shown_when[1]
        if asked:
            values[param.name] = _field(project, param, values[param.name], step, columns)
    return columns, values


def _field(project: Project, param: ParamSpec, value: Any, step: Step, columns: tuple[str, ...]) -> Any:
    key = f"param_{step.id}_{step.kind}_{param.name}"
    schema = project.table_schema
    assert schema is not None
    if param.kind == "text":
        long = (param.high or PARAM_LENGTH) > LINE
        ask = st.text_area if long else st.text_input
        return ask(param.label, str(value), key=key, help=param.help or None).strip()
    if param.kind == "column":
        names = [column.name for column in schema.columns if not param.suits or column.type in param.suits]
        options = ["", *(name for name in names if name != project.frame.target)]
        return st.selectbox(
            param.label,
            options,
            index=options.index(value) if value in options else 0,
            format_func=lambda name: name or NONE,
            key=key,
            help=param.help or None,
        )
    if param.kind == "order":
        ids = [kept.id for kept in project.recipe.steps]
        at = ids.index(step.id) if step.id in ids else usual_place(project.recipe, step.kind, names_columns=True)
        return ordereditor.orders(project, at, columns, dict(value), step.id)
    if param.kind == "choice":
        words = dict(param.choices)
        options = list(words)
        return st.selectbox(
            param.label,
            options,
            index=options.index(value),
            format_func=words.__getitem__,
            key=key,
            help=param.help or None,
        )
    if param.kind == "number":
        kind = int if param.whole else float
        low, high = (None if bound is None else kind(bound) for bound in (param.low, param.high))
        return st.number_input(
            param.label, value=kind(value), min_value=low, max_value=high, key=key, help=param.help or None
        )
    if param.choices:
        words = dict(param.choices)
        return st.multiselect(
            param.label,
            list(words),
            default=list(value),
            format_func=words.__getitem__,
            key=key,
            help=param.help or None,
        )
    shown = (
        value if isinstance(value, list) else sorted({str(item) for given in dict(value).values() for item in given})
    )
    typed = st.text_input(
        param.label, ", ".join(str(item) for item in shown), key=key, help=param.help or "Separated by commas"
    )
    return [part.strip() for part in typed.split(",") if part.strip()]
