"""Suggestions for the recipe, and automatic mode: begun by a button, shown while they run, and found again later."""

from typing import Any, Final

import streamlit as st

from core.jobs.job import Job
from core.jobs.trying import last_key, trial_key
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from core.train.trials.automatic import Automatic
from core.train.trials.found import Suggested, too_few
from pages.components import atwork, draw, layout, results, session, suggestionlist, trying

KEY: Final = "suggestions"
"""Key of both kinds of jobs: one of them runs at a time, and the one begun last is shown."""
BUDGETS: Final = {30: "30 seconds", 60: "1 minute", 120: "2 minutes", 300: "5 minutes"}
SUGGEST, AUTOMATIC = "suggest", "automatic"
NAMES: Final = {SUGGEST: "Suggestions, each with and without", AUTOMATIC: "A recipe built from the table"}
OUTDATED: Final = "The recipe, the frame or the table has changed since; a step may be worth more or less now."


def card(project: Project) -> None:
    """Draw suggestions and automatic mode."""
    with st.container(border=True, key="suggestions"):
        few = too_few(len(results.problem(project).split.train))
        job = session.latest_job(project, trying.KIND, key=KEY)
        live = job is not None and job.is_live
        with layout.row("suggesthead", align="top"):
            with st.container(width="stretch"):
                draw.card_head("Suggestions", "Steps that may help, each tried with and without it on training rows")
            if not few and not live:
                _buttons(project)
        if few:
            draw.muted(f"{few} Add steps by what you know of the table.")
            return
        if job is not None and live:
            atwork.live(project, job)
            _so_far(project, job)
            return
        if job is not None:
            atwork.failed(job, "Not tried.")
        what = str(job.params["what"]) if job is not None else _made_last(project)
        if what == AUTOMATIC:
            _built(project)
        elif what == SUGGEST:
            _tried(project)
        else:
            draw.muted(
                "The profile speaks for some steps; whether they help is tried by a quick linear model and quick "
                "boosted trees. “Build it for me” begins anew from what the table suggests and takes what helps; Undo "
                "brings this recipe back."
            )


def _buttons(project: Project) -> None:
    with st.container(horizontal=True, wrap=False, width="content", vertical_alignment="center"):
        st.selectbox(
            "Time for trying",
            list(BUDGETS),
            index=1,
            format_func=BUDGETS.__getitem__,
            key="suggest_budget",
            label_visibility="collapsed",
            width=128,
        )
        for what, label, icon in (
            (SUGGEST, "Try suggestions", ":material/lightbulb:"),
            (AUTOMATIC, "Build it for me", ":material/auto_fix_high:"),
        ):
            if st.button(label, key=f"begin_{what}", icon=icon):
                _begin(project, what)
                st.rerun()


def _begin(project: Project, what: str) -> None:
    params = {"budget": float(st.session_state.get("suggest_budget", 60))}
    asked = {"what": what, "params": params, "fingerprint": training_fingerprint(project), "name": NAMES[what]}
    if atwork.begin(project, trying.KIND, KEY, asked) is not None and what == AUTOMATIC:
        _folder(project).write("automatic-taken", {"key": trial_key(project, what, params), "taken": False})


def _folder(project: Project) -> Any:
    return session.workspace().trials(project.id)


def _made_last(project: Project) -> str:
    """Return what was made last, where its job is no longer known."""
    return next((what for what in (SUGGEST, AUTOMATIC) if _folder(project).read(last_key(what))), "")


def _found(project: Project, what: str) -> tuple[dict[str, Any], str, str]:
    """Return what was found last, its key, and the fingerprint it was made from; empty where nothing was."""
    last = _folder(project).read(last_key(what)) or {}
    found = _folder(project).read(str(last.get("key", ""))) if last else None
    return found or {}, str(last.get("key", "")), str(last.get("fingerprint", ""))


def _so_far(project: Project, job: Job) -> None:
    """Draw what was found so far, while the trial goes on."""

    @st.fragment(run_every=2.0)
    def rows() -> None:
        found, _, fingerprint = _found(project, str(job.params["what"]))
        if fingerprint == job.params["fingerprint"] and "tried" in found and not found["finished"]:
            suggestionlist.so_far(project, Suggested.model_validate(found))

    rows()


def _tried(project: Project) -> None:
    found, _, fingerprint = _found(project, SUGGEST)
    if not found:
        return
    suggested = Suggested.model_validate(found)
    if fingerprint != training_fingerprint(project):
        draw.banner(OUTDATED, "Out of date:")
    suggestionlist.tried(project, suggested)


def _built(project: Project) -> None:
    found, key, fingerprint = _found(project, AUTOMATIC)
    if not found or not found.get("finished"):
        draw.muted("It was ended before a recipe was built. The recipe is as it was.")
        return
    built = Automatic.model_validate(found)
    taken = _folder(project).read("automatic-taken") or {}
    asked_for = taken.get("key") == key and not taken.get("taken") and not built.stopped
    if asked_for and fingerprint == training_fingerprint(project):
        # One press builds and takes it, also where the page was closed in between. Nothing else has changed since.
        take_built(key)
        session.flash("The recipe was built. Undo brings the one before it back.", ":material/auto_fix_high:")
        st.rerun()
    suggestionlist.built(project, built)
    if project.recipe.steps != built.recipe.steps:
        with layout.row("takebuilt"):
            draw.muted(
                "It was stopped. The recipe is as it was." if built.stopped else "The recipe is another one now."
            )
            st.button(
                "Take the recipe built",
                key="take_built",
                icon=":material/auto_fix_high:",
                on_click=take_built,
                args=(key,),
            )


def take_built(key: str) -> None:
    """Take the recipe that automatic mode built into the open project."""
    from core.project.suggesting import with_automatic

    project = session.current()
    built = Automatic.model_validate(_folder(project).read(key))
    if session.change(lambda seen: with_automatic(seen, built, now=session.now())):
        _folder(project).write("automatic-taken", {"key": key, "taken": True})
