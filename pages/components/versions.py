"""The drawer of recipes kept under a name, and of recipes as files and from other projects."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import FairwayError, RecipeError
from core.limits import MB, NAME_LENGTH, RECIPE_FILE_BYTES
from core.prepare.document import Written, from_yaml, to_yaml
from core.project import versions
from core.project.document import Project, RecipeVersion
from pages.components import draw, session

DIFFERENCES_SHOWN = 6


@st.dialog("Versions", position="right", width=460, on_dismiss="rerun")
def drawer() -> None:
    """Open the drawer."""
    contents()


def contents() -> None:
    """Keep the recipe under a name, go back to one, write it as a file, or take one from elsewhere."""
    project = session.current()
    fault = st.session_state.pop("version_fault", "")
    if fault:
        draw.banner(fault, "", "block", "red")
    st.text_input("Keep the recipe as", max_chars=NAME_LENGTH, placeholder="Say: without postcodes", key="keep_as")
    st.button("Keep this version", key="keep_version", icon=":material/bookmark_add:", on_click=_keep)
    if not project.recipe_versions:
        draw.muted("No version is kept yet. A version holds the steps as they are now.")
    for number, version in enumerate(reversed(project.recipe_versions), start=1):
        _version(project, version, number)
    _file(project)
    _elsewhere(project)


def _do(edit: Callable[[Project], Project]) -> None:
    """Make a change, or keep why it cannot be made for the drawer to say."""
    try:
        edit(session.current())
    except FairwayError as error:
        st.session_state["version_fault"] = error.message
        return
    session.change(edit)


def _keep() -> None:
    name = str(st.session_state.get("keep_as", ""))
    _do(lambda seen: versions.keep(seen, name, now=session.now()))
    if "version_fault" not in st.session_state:
        st.session_state["keep_as"] = ""


def _button(label: str, key: str, edit: Callable[[Project], Project], **look: Any) -> None:
    """Draw a button that makes a change of the recipe: it closes the drawer, or the drawer says why it cannot be."""
    if st.button(label, key=key, **look):
        _do(edit)
        st.rerun(scope="fragment" if "version_fault" in st.session_state else "app")


def _version(project: Project, version: RecipeVersion, number: int) -> None:
    with st.container(border=True, key=f"version_{number}"):
        on, when = len(version.recipe.active), f"{session.local(version.at):%d %b %Y, %H:%M}"
        draw.card_head(version.name, f"{len(version.recipe.steps):,} steps, {on:,} on, kept {when}")
        told = versions.differing(version.recipe, project.recipe)
        if not told:
            draw.muted("The same steps as the recipe now.")
        else:
            more = len(told) - DIFFERENCES_SHOWN
            lines = [*told[:DIFFERENCES_SHOWN], *([f"{more:,} more"] if more > 0 else [])]
            with st.expander(f"{len(told):,} {'difference' if len(told) == 1 else 'differences'}"):
                draw.muted("The first is this version, the second the recipe now.")
                draw.html("".join(f'<div class="fw-sub">{draw.text(line)}</div>' for line in lines))
        with st.container(horizontal=True, vertical_alignment="center"):
            _button(
                "Go back to it",
                f"use_version_{number}",
                lambda seen: versions.use(seen, version.name, now=session.now()),
                disabled=not told,
            )
            with st.popover("Rename", type="tertiary", key=f"rename_{number}"):
                to = st.text_input("New name", version.name, max_chars=NAME_LENGTH, key=f"name_{number}_{version.name}")
                st.button(
                    "Rename it",
                    key=f"rename_version_{number}",
                    disabled=to == version.name,
                    on_click=_do,
                    args=(lambda seen: versions.rename(seen, version.name, to, now=session.now()),),
                )
            st.button(
                "Delete",
                key=f"delete_version_{number}",
                type="tertiary",
                on_click=_do,
                args=(lambda seen: versions.delete(seen, version.name, now=session.now()),),
            )


def _file(project: Project) -> None:
    draw.heading("As a file")
    st.download_button(
        "Download the recipe",
        data=lambda: to_yaml(project.recipe, project.split, project.contract).encode(),
        file_name="recipe.yaml",
        mime="application/yaml",
        icon=":material/download:",
        on_click="ignore",
        key="recipe_file",
        help="Recipe, split plan and what new rows must hold, as readable YAML.",
    )
    given = st.file_uploader("Take a recipe from a file", type=["yaml", "yml"], max_upload_size=1, key="recipe_given")
    if given is not None:
        _button("Use the recipe of this file", "use_recipe_file", lambda seen: _take(seen, _read(given), "a file"))


def _take(seen: Project, written: Written, source: str) -> Project:
    """Take a recipe of elsewhere, and have what of it is left out told once the drawer is closed."""
    left = versions.left_out(seen, written)
    if left:
        session.flash(f"Left out: {left}", ":material/warning:")
    return versions.apply(seen, written, source, now=session.now())


def _read(given: Any) -> Written:
    if given.size > RECIPE_FILE_BYTES:
        raise RecipeError(f"The recipe file is larger than {RECIPE_FILE_BYTES // MB:,} MB.")
    try:
        return from_yaml(given.getvalue().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RecipeError("The recipe file is not written in UTF-8.", next_step="Save it as UTF-8.") from None


def _elsewhere(project: Project) -> None:
    names = {row.id: row.name for row in session.workspace().list() if row.project is not None and row.id != project.id}
    if not names:
        return
    draw.heading("From another project")
    chosen = st.selectbox("Project", list(names), format_func=names.__getitem__, key="recipe_of")
    _button(
        "Use its recipe",
        "use_recipe_of",
        lambda seen: _take(seen, _of(chosen), f"“{names[chosen]}”"),
    )


def _of(project_id: str) -> Written:
    return Written(session.workspace().get(project_id).recipe)
