"""The recipe as an ordered list: switch, move, remove, undo, redo, and before and after."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import FairwayError
from core.limits import RECIPE_STEPS
from core.prepare.recipe import Recipe, Step
from core.prepare.steps import STEPS
from core.project import changes, undoing
from core.project.document import Project
from pages.components import draw, layout, ordereditor, results, session, stepform, versions
from pages.components.charts import chart

TONES = {"fixed": ("gray", "keep"), "rows": ("gray", "table_rows"), "learned": ("violet", "layers")}
PLACE = "Move to position …"
MENU = ("Edit", "Move up", "Move down", "Move to top", "Move to bottom", PLACE, "Remove")
GRID = "24px 24px minmax(0,1fr) 138px 104px"


def recipe(project: Project) -> None:
    """Draw the recipe."""
    steps = project.recipe.steps
    on = len(project.recipe.active)
    with layout.row("recipehead"):
        with st.container(width="stretch"):
            draw.heading("Recipe", f"{len(steps)} steps, {on} on")
        with st.container(horizontal=True, wrap=False, width="content"):
            turns(project)
            if st.button("Versions", key="versions", type="tertiary", icon=":material/bookmarks:"):
                versions.drawer()
            if st.button("Add step", key="add_step", icon=":material/add:"):
                ordereditor.forget()
                stepform.add()
    effects, idle = results.recipe_effects(project), results.idle_steps(project)
    selected = _selected(project)
    with st.container(border=True, gap=None, key="list_recipe"):
        if not steps:
            draw.html('<div class="fw-plainrow fw-sub">No step. Raw columns go to the model as they are.</div>')
        for number, step in enumerate(steps, start=1):
            told = Told(effects.get(step.id, ""), idle.get(step.id, ""))
            _row(project, step, number, told, is_selected=step.id == selected)


def turns(project: Project) -> None:
    """Draw undo and redo, for changes of the recipe, of the split plan and of the contract alike."""
    for label, icon, parts, turn in (
        ("Undo", "undo", project.prepare_past[-1:], undoing.undo),
        ("Redo", "redo", project.prepare_future[:1], undoing.redo),
    ):
        st.button(
            label,
            key=f"{icon}_recipe",
            type="tertiary",
            icon=f":material/{icon}:",
            disabled=not parts,
            help=f"{label} the last change of {undoing.parts_words(parts[0])}" if parts else None,
            on_click=_turn,
            args=(turn,),
        )


def _turn(turn: Callable[..., Project]) -> None:
    session.change(lambda seen: turn(seen, now=session.now()))


def _selected(project: Project) -> str | None:
    ids = [step.id for step in project.recipe.steps]
    chosen = st.session_state.get("step_looked_at")
    return chosen if chosen in ids else (ids[0] if ids else None)


@dataclass(frozen=True)
class Told:
    """What is said of a step: its effect in short, and why it has nothing to act on, where that is so."""

    effect: str
    idle: str


def _row(project: Project, step: Step, number: int, told: Told, *, is_selected: bool) -> None:
    spec = STEPS[step.kind]
    assert project.table_schema is not None
    line = draw.marked(spec.describe(step, project.table_schema))
    tone, glyph = TONES[spec.scope.value]
    off = "" if step.on else " fw-off"
    warning = (
        f'<div class="fw-warn">{draw.icon("warning")}<span>{draw.marked(told.idle)}</span></div>' if told.idle else ""
    )
    with st.container(
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        key=f"row_step_{number}{'_selected' if is_selected else ''}",
    ):
        with st.container(width="stretch"):
            draw.html(
                f'<div class="fw-grid{off}" style="grid-template-columns:{GRID}">'
                f'<span class="fw-sub fw-num">{number}</span>'
                f"{draw.icon(spec.icon)}<div><div>{line}</div>"
                f'<div class="fw-sub">{draw.marked(step.reason or spec.summary)}</div>{warning}</div>'
                f"<div>{draw.chip(spec.scope.words, tone, glyph)}</div>"
                f'<div class="fw-num fw-sub">{draw.text(told.effect)}</div></div>'
            )
        key = f"on_{step.id}"
        st.session_state[key] = step.on
        st.toggle(f"Step {number} on", key=key, label_visibility="collapsed", on_change=_switch, args=(step.id, number))
        st.button(
            "",
            key=f"look_{step.id}",
            icon=":material/compare:",
            type="tertiary",
            help=f"Show step {number} before and after",
            on_click=lambda: st.session_state.update(step_looked_at=step.id),
        )
        picked = st.menu_button(
            "",
            MENU,
            key=f"menu_{step.id}",
            type="tertiary",
            icon=":material/more_vert:",
            help=f"More for step {number}",
        )
        _menu(step, number, picked)


def _switch(step_id: str, number: int) -> None:
    on = bool(st.session_state[f"on_{step_id}"])
    what = f"Switched step {number} {'on' if on else 'off'}"
    _edit(step_id, lambda recipe: recipe.changed(step_id, on=on), what)


def _edit(step_id: str, edit: Callable[[Recipe], Recipe], what: str) -> None:
    """Change a step of the recipe as it is when this is saved: another tab may have changed others."""
    session.change(lambda seen: changes.edit_step(seen, step_id, edit, what, now=session.now()))


def _menu(step: Step, number: int, picked: str | None) -> None:
    if picked == "Edit":
        ordereditor.forget()
        stepform.edit(step, STEPS[step.kind])
        return
    if picked == PLACE:
        place(step.id)
        return
    step_id, moves = (
        step.id,
        {"Move up": -1, "Move down": 1, "Move to top": -RECIPE_STEPS, "Move to bottom": RECIPE_STEPS},
    )
    if picked in moves:
        by = moves[picked]
        _edit(step_id, lambda recipe: recipe.moved(step_id, by), f"Moved step {number}")
    elif picked == "Remove":
        _edit(step_id, lambda recipe: recipe.without(step_id), f"Removed step {number}")
    else:
        return
    st.rerun()


@st.dialog("Move to position")
def place(step_id: str) -> None:
    """Ask where a step is to stand; Enter in the field moves it."""
    place_fields(step_id)


def place_fields(step_id: str) -> None:
    """Draw what the dialog holds."""
    project = session.current()
    steps = project.recipe.steps
    number = project.recipe.position(step_id) + 1
    draw.muted(f"{STEPS[steps[number - 1].kind].title} is step {number} of {len(steps)}.")
    with st.form("move_to", border=False):
        to = st.number_input(
            f"New position, 1 to {len(steps)}", 1, len(steps), value=number, step=1, key=f"place_{step_id}"
        )
        if st.form_submit_button("Move it", type="primary", key="primary_place"):
            _edit(step_id, lambda recipe: recipe.moved_to(step_id, to), f"Moved step {number} to position {to}")
            st.rerun()


def before_after(project: Project) -> None:
    """Draw what the selected step does to the training rows."""
    from core.charts import prepare as charts

    selected = _selected(project)
    with st.container(border=True, height="stretch", key="beforeafter"):
        if selected is None:
            draw.card_head("Before and after", "The recipe has no step yet.")
            return
        number = project.recipe.position(selected) + 1
        looked = st.session_state.get(f"preview_{selected}")
        try:
            preview = results.preview(project, selected, looked)
        except FairwayError as error:
            # A step that does not fit the table, say one of another project; the rest of the page stands without it.
            draw.card_head(f"Step {number}, before and after", "There is nothing to show")
            draw.muted(error.message)
            return
        note = (
            f"of the {preview.rows_in:,} training rows"
            if preview.rows_in == preview.of_rows
            else (f"{preview.rows_in:,} of {preview.of_rows:,} training rows")
        )
        draw.card_head(f"Step {number}, before and after", f"{preview.column or 'All columns'}, {note}")
        if len(preview.choices) > 1 and preview.column:
            st.selectbox(
                "Column shown",
                preview.choices,
                index=preview.choices.index(preview.column),
                key=f"preview_{selected}",
                label_visibility="collapsed",
            )
        if preview.before is not None:
            chart(charts.before_after(preview, dark=session.is_dark()), key="beforeafter")
        if not project.recipe.steps[number - 1].on:
            draw.muted("The step is off. This is what it would do.")
        draw.html(f'<p class="fw-muted">{draw.marked(preview.words)}</p>')
        _costs(preview)


def _costs(preview: Any) -> None:
    """Say what a step on rows costs each group of the sensitive columns."""
    if not preview.costs:
        return
    lines = "".join(
        f'<div class="fw-grid" style="grid-template-columns:minmax(0,1fr) auto 56px">'
        f"<span>{draw.text(cost.column)}: {draw.text(cost.group)}</span>"
        f'<span class="fw-num">{cost.before:,} → {cost.after:,} rows</span>'
        f'<span class="fw-num">{draw.text(_share(cost))}</span></div>'
        for cost in preview.costs
    )
    draw.html(f'<div class="fw-label">What it costs each group</div>{lines}')


def _share(cost: Any) -> str:
    change = 100 * (cost.after - cost.before) / cost.before
    return f"{change:+.1f}%".replace("-", "−") if change else "none"
