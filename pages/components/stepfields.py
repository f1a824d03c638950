"""The fields of a step: its columns, and one for each of its settings."""

from typing import Any

import streamlit as st

from core.limits import PARAM_LENGTH
from core.prepare.recipe import Step
from core.prepare.spec import ParamSpec, StepSpec
from core.prepare.steps import usual_place
from core.project.document import Project
from pages.components import draw, ordereditor

NONE = "None"
LINE = 200
"""A text that may be longer than this is asked for in a field of several lines."""


def fields(project: Project, spec: StepSpec, step: Step) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Draw a step's columns and settings; returns what they say."""
    assert project.table_schema is not None
    columns: tuple[str, ...] = ()
    if spec.suits and spec.asks_columns:
        schema = project.table_schema
        usable = set(schema.of_type(*spec.suits)) & {*schema.features(project.frame), *schema.texts(project.frame)}
        options = [name for name in project.table_schema.names if name in usable or name in step.columns]
        everything = "Choose columns" if spec.needs_columns else "Every column it suits"
        columns = tuple(
            st.multiselect(
                "Columns",
                options,
                default=[name for name in step.columns if name in options],
                key=f"cols_{step.id}_{spec.kind}",
                placeholder=everything,
            )
        )
        gone = [name for name in step.columns if name not in options]
        if gone:
            are = "is" if len(gone) == 1 else "are"
            every = "" if columns or spec.needs_columns else " Without another, it acts on every column it suits."
            draw.muted(f"{', '.join(gone)} {are} not in the table and will be left out of the step.{every}")
    values = spec.settings(step)
    for param in spec.params:
        asked = param.shown_when is None or values[param.shown_when[0]] in param.shown_when[1]
        if asked:
            values[param.name] = _field(project, param, values[param.name], step, columns)
    if spec.says is not None:
        units = {name: entry.unit for name, entry in project.dictionary.items() if entry.unit}
        for sentence in spec.says(values, units):
            draw.muted(sentence)
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
