"""Settings of the models: what an expert fixes, and what is wrong with what was typed."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.framing.frame import Task
from core.project.document import Project
from core.train.board import TrainPlan
from core.train.catalog import MODELS
from core.train.directions import FALLS, RISES, choosable
from core.train.estimators.weights import COSTS
from core.train.spaces import HELP, TITLES, Choice, Dimension, Whole, clash, words
from core.train.spec import ModelSpec
from pages.components import draw, layout, session

FAULTS = "plan_faults"
"""What was typed and cannot be taken, by project and field: the value and a sentence. The project keeps another."""
LARGEST_SEED = 2**31 - 1
NO_SEED = f"Seed: give a whole number from 0 to {LARGEST_SEED:,}."


def faults() -> list[str]:
    """Return a sentence for each value that was typed and cannot be taken."""
    return [sentence for _, sentence in _faults().values()]


def _faults() -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = st.session_state.get(FAULTS, {}).get(session.current().id, {})
    return found


def seed(plan: TrainPlan) -> None:
    """Draw the seed."""
    st.session_state["plan_seed"] = _typed("plan_seed", plan.seed)
    st.number_input("Seed", value=None, step=1, key="plan_seed", on_change=_write_seed)
    _say("plan_seed")


def fixing(project: Project, specs: list[ModelSpec]) -> None:
    """Draw the settings of one candidate, each free or fixed."""
    assert project.frame.task is not None
    with_settings = {spec.key: spec for spec in specs if spec.settings(project.frame.task)}
    if not with_settings:
        return
    _fixed(project.plan, list(with_settings.values()), project.frame.task)
    titles = {key: spec.title for key, spec in with_settings.items()}
    chosen = st.selectbox("Model", list(titles), format_func=titles.__getitem__, key="plan_model")
    for name, dimension in with_settings[chosen].settings(project.frame.task).items():
        _setting(project.plan, chosen, name, _offered(project, name, dimension))


def _fixed(plan: TrainPlan, specs: list[ModelSpec], task: Task) -> None:
    """Name what is fixed, whichever model is open, and offer to free all of it."""
    said = []
    for spec in specs:
        own = {name: value for name, value in plan.settings.get(spec.key, {}).items() if name in spec.settings(task)}
        if own:
            said.append(f"{spec.title}: {', '.join(f'{TITLES[name]} {words(value)}' for name, value in own.items())}")
    if not said:
        return
    with layout.row("fixedrow"):
        draw.muted(f"Fixed. {'. '.join(said)}.")
        st.button("Free all", key="free_all", on_click=_free_all)


def _free_all() -> None:
    kept = {key: one for key, one in _faults().items() if not key.startswith("value_")}
    st.session_state[FAULTS] = st.session_state.get(FAULTS, {}) | {session.current().id: kept}
    session.change(lambda seen: seen.updated(plan=seen.plan.model_copy(update={"settings": {}})))


def directions(project: Project) -> None:
    """Draw which columns the answer may only rise or fall with."""
    assert project.table_schema is not None
    known, asked = choosable(project.table_schema, project.frame), project.plan.directions
    if not known:
        return
    what = f"Chance of “{project.frame.positive}”" if project.frame.task is Task.BINARY else "Answer"
    for place, word, sign in zip(st.columns(2), ("rises", "falls"), (RISES, FALLS), strict=True):
        key = f"plan_{word}"
        st.session_state[key] = [name for name in known if asked.get(name) == sign]
        place.multiselect(
            f"{what} only {word} with",
            [name for name in known if asked.get(name, sign) == sign],
            key=key,
            on_change=_direct,
            args=(word, sign),
            placeholder="Free",
            help="All else equal. Trees and boosting keep to it; models that cannot are left out.",
        )


def _direct(word: str, sign: int) -> None:
    chosen = list(st.session_state[f"plan_{word}"])

    def edit(seen: Project) -> Project:
        others = {name: was for name, was in seen.plan.directions.items() if was != sign and name not in chosen}
        asked = others | dict.fromkeys(chosen, sign)
        return seen.updated(plan=seen.plan.model_copy(update={"directions": asked}))

    session.change(edit)


def count(plan: TrainPlan, specs: list[ModelSpec], task: Task) -> int:
    """Return how many settings are fixed that mean something for the task."""
    return sum(name in plan.settings.get(spec.key, {}) for spec in specs for name in spec.settings(task))


def _offered(project: Project, name: str, dimension: Dimension) -> Dimension:
    """Leave weights from costs out where the frame prices no errors, unless they are fixed already."""
    fixed = any(own.get("weights") == COSTS for own in project.plan.settings.values())
    if name != "weights" or not isinstance(dimension, Choice) or fixed or project.frame.costs.line is not None:
        return dimension
    return replace(dimension, values=tuple(one for one in dimension.values if one != COSTS))


def _setting(plan: TrainPlan, key: str, name: str, dimension: Dimension) -> None:
    value = plan.settings.get(key, {}).get(name)
    place = f"value_{key}_{name}"
    with layout.row(f"setting_{name}"):
        tick = f"fix_{key}_{name}"
        st.session_state[tick] = value is not None
        help_ = HELP.get(name)
        st.checkbox(TITLES[name], key=tick, on_change=_fix, args=(key, name, _first(key, name, dimension)), help=help_)
        if value is not None:
            _value(place, key, name, dimension, value)
    _say(place)


def _value(place: str, key: str, name: str, dimension: Dimension, value: Any) -> None:
    st.session_state[place] = _typed(place, value)
    common: dict[str, Any] = {"key": place, "label_visibility": "collapsed", "on_change": _set}
    if isinstance(dimension, Choice):
        args = (key, name, dimension)
        st.selectbox(TITLES[name], list(dimension.values), format_func=words, args=args, **common)
        return
    # No bounds here: a number outside them would stay in the browser, and nobody could say what is wrong with it.
    step = {"step": 1} if isinstance(dimension, Whole) else {"format": "%.4g"}
    st.number_input(TITLES[name], value=None, args=(key, name, dimension), **step, **common)


def _first(key: str, name: str, dimension: Dimension) -> Any:
    """Return what a field begins with: the usual value, or the middle where that follows the table."""
    usual = MODELS[key].usual.get(name)
    if usual is not None and not clash(usual, dimension):
        return usual
    if isinstance(dimension, Choice):
        return dimension.values[0]
    middle = (dimension.low * dimension.high) ** 0.5 if dimension.log else (dimension.low + dimension.high) / 2
    return round(middle) if isinstance(dimension, Whole) else float(f"{middle:.3g}")


def _typed(place: str, value: Any) -> Any:
    """Return what stands in a field: what was typed and could not be taken, or the project's value."""
    return _faults().get(place, (value, ""))[0]


def _say(place: str) -> None:
    sentence = _faults().get(place, ("", ""))[1]
    if sentence:
        draw.html(f'<p class="fw-muted" role="alert"><span class="fw-ink-bad">{draw.text(sentence)}</span></p>')


def _note(place: str, value: Any, sentence: str) -> None:
    """Remember what is wrong with a field, or that nothing is."""
    kept = {key: one for key, one in _faults().items() if key != place}
    now = kept | ({place: (value, sentence)} if sentence else {})
    st.session_state[FAULTS] = st.session_state.get(FAULTS, {}) | {session.current().id: now}


def _fix(key: str, name: str, value: Any) -> None:
    _note(f"value_{key}_{name}", None, "")
    _change(key, name, value if st.session_state[f"fix_{key}_{name}"] else None)


def _set(key: str, name: str, dimension: Dimension) -> None:
    place = f"value_{key}_{name}"
    value = st.session_state[place]
    wrong = "give a number, or untick it" if value is None else clash(value, dimension)
    _note(place, value, f"{TITLES[name]}: {wrong}." if wrong else "")
    if not wrong:
        _change(key, name, value)


def _change(key: str, name: str, value: Any) -> None:
    def edit(seen: Project) -> Project:
        own = {one: was for one, was in seen.plan.settings.get(key, {}).items() if one != name}
        if value is not None:
            own[name] = value
        others = {one: was for one, was in seen.plan.settings.items() if one != key}
        settings = others | ({key: own} if own else {})
        return seen.updated(plan=seen.plan.model_copy(update={"settings": settings}))

    session.change(edit)


def _write_seed() -> None:
    value = st.session_state["plan_seed"]
    usable = value is not None and 0 <= value <= LARGEST_SEED
    _note("plan_seed", value, "" if usable else NO_SEED)
    if usable:
        session.change(lambda seen: seen.updated(plan=seen.plan.model_copy(update={"seed": int(value)})))
