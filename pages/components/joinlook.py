"""What is looked at before a join is made: at once, or for large tables in a process of their own."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.join_keys import JoinKey
from core.jobs import joining as jobs
from core.project.document import Joined, Project
from core.project.fingerprint import digest
from core.workspace.looking import JoinLook, look
from pages.components import atwork, session


@dataclass(frozen=True, eq=False)
class Sides:
    """The two tables that are to be joined.

    Parameters
    ----------
    project : Project
    second : Joined
    large : bool
        Whether they are counted and joined in a process of their own.
    mark : str
        Names the two in caches and keys.
    """

    project: Project
    second: Joined
    large: bool
    mark: str


@st.cache_resource(show_spinner=False, max_entries=8)
def _inline(mark: str, keys: tuple[JoinKey, ...], _sides: Sides) -> JoinLook:
    assert _sides.project.data is not None
    right = session.workspace().read_table(_sides.second.content_hash)
    return look(session.table(_sides.project), right, keys)


def look_at(sides: Sides, keys: tuple[JoinKey, ...], place: DeltaGenerator) -> JoinLook | None:
    """Return what a join by these keys would do; ``None`` while it is being counted, which ``place`` then shows."""
    if not sides.large:
        proposed = _inline(sides.mark, (), sides)
        same = proposed.plan is not None and proposed.plan.join.keys == keys
        return proposed if same else _inline(sides.mark, keys, sides)
    last: JoinLook | None = st.session_state.get(f"join_look_{sides.mark}")
    if last is not None and last.plan is not None and last.plan.join.keys == keys:
        return last
    assert sides.project.data is not None
    params = {
        "table": sides.project.data.content_hash,
        "second": sides.second.model_dump(mode="json"),
        "keys": [key.model_dump(mode="json") for key in keys],
        "mark": sides.mark,
        "name": sides.second.name,
    }
    with place:
        found = atwork.done(
            sides.project,
            "count",
            digest([sides.mark, params["keys"]]),
            params,
            lambda job: jobs.looked(session.workspace(), job),
            again="Count again",
        )
    if found is not None:
        st.session_state[f"join_look_{sides.mark}"] = found
    return found


def first_look(sides: Sides, place: DeltaGenerator) -> JoinLook | None:
    """Return the last look at these tables: before there was one in this session, that of the page before."""
    last: JoinLook | None = st.session_state.get(f"join_look_{sides.mark}")
    if last is not None or not sides.large:
        return last or _inline(sides.mark, (), sides)
    job = session.latest_job(sides.project, "count")
    before = job is not None and job.params.get("mark") == sides.mark
    keys = tuple(JoinKey.model_validate(key) for key in job.params["keys"]) if job is not None and before else ()
    found = look_at(sides, keys, place)
    if found is not None and keys:
        # The page was drawn anew: its fields say again what they said.
        offered = [pairs(one.keys) for one in found.proposals]
        at = offered.index(pairs(keys)) if pairs(keys) in offered else -1
        st.session_state[f"join_keys_{sides.mark}"] = at
        for key in keys:
            for rule in key.rules:
                st.session_state[rule_key(sides, key, rule)] = True
        if at < 0:
            st.session_state["join_left"] = [key.left for key in keys]
            st.session_state.update({f"join_right_{digest(key.left)}": key.right for key in keys})
    return found


def pairs(keys: tuple[JoinKey, ...]) -> list[tuple[str, str]]:
    """Return the columns that must agree, whatever is overlooked in them."""
    return [(key.left, key.right) for key in keys]


def rule_key(sides: Sides, key: JoinKey, rule: str) -> str:
    """Return the key of the box that lets something be overlooked."""
    return f"join_rule_{sides.mark}_{digest([key.left, key.right])}_{rule}"
