"""Many rows at once: the queue as a grid in which labels are typed or chosen."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data.labels import Reason
from core.limits import LABEL_GRID_ROWS
from pages.components import labelcard, labeldesk
from pages.components.labeldesk import Desk


def grid(desk: Desk, table: pd.DataFrame, queue: list[tuple[int, str]], reason: Reason) -> None:
    """Draw up to a page of a queue as a grid; each change is kept at once."""
    mark = (desk.project.id, desk.target, desk.who, reason, bool(st.session_state.get("label_hide")))
    kept = st.session_state.get("label_grid")
    if kept is None or kept["mark"] != mark or kept["turned"] != _turned(desk):
        rows = dict(queue[:LABEL_GRID_ROWS])
        if kept is not None and kept["mark"] == mark:
            # After an undo the same rows stay, with what they say now.
            rows = kept["rows"] or rows
        kept = _page(desk, table, rows, mark, 0 if kept is None else kept["version"] + 1, reason)
        st.session_state["label_grid"] = kept
    if not kept["rows"]:
        return
    key = f"labelgrid_{kept['version']}"
    options: Any = (
        st.column_config.NumberColumn(width=110)
        if desk.asked.amount
        else st.column_config.SelectboxColumn(options=list(desk.asked.outcomes), width=110)
    )
    st.data_editor(
        kept["frame"],
        key=key,
        hide_index=True,
        placeholder="",
        row_height=36,
        height=min(480, 40 + 36 * len(kept["rows"])),
        disabled=[name for name in kept["frame"].columns if name not in kept["editable"]],
        column_config={
            kept["names"]["Row"]: st.column_config.NumberColumn(width=60),
            kept["names"]["Label"]: options,
            kept["names"]["Right"]: st.column_config.CheckboxColumn(width=70, help="The label is right as it stands"),
        },
        alt=f"{len(kept['rows'])} rows to label",
        on_change=_edited,
        args=(desk, key, reason),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(f"Next {LABEL_GRID_ROWS} rows", key="grid_next", icon=":material/refresh:", on_click=_next)
        labelcard.tools(desk, None)


def _turned(desk: Desk) -> int:
    return sum(entry.reason in (Reason.UNDO, Reason.REDO) for entry in desk.log)


def _page(desk: Desk, table: pd.DataFrame, rows: dict[int, str], mark: Any, version: int, reason: Reason) -> Any:
    hidden = desk.project.frame.sensitive if st.session_state.get("label_hide") else ()
    shown = [name for name in table.columns if name != desk.asked.column and name not in hidden]
    names = {name: _free(name, shown) for name in ("Row", "Label", "Right", "Why")}
    values: list[Any] = [_shown(desk, row, reason) for row in rows]
    if desk.asked.amount:
        values = [None if value is None else float(value) for value in values]
    frame = pd.DataFrame({names["Row"]: [row + 1 for row in rows], names["Label"]: values})
    frame[names["Label"]] = frame[names["Label"]].astype("float64" if desk.asked.amount else "str")
    if reason is Reason.SUSPECT:
        frame[names["Right"]] = False
    if any(rows.values()):
        frame[names["Why"]] = list(rows.values())
    cells = table.iloc[list(rows)][shown].reset_index(drop=True)
    return {
        "mark": mark,
        "turned": _turned(desk),
        "rows": rows,
        "names": names,
        "editable": (names["Label"], names["Right"]),
        "frame": pd.concat([frame, cells], axis=1),
        "version": version,
    }


def _shown(desk: Desk, row: int, reason: Reason) -> str | None:
    """Return what the grid says of a row; for a second opinion nobody else's answer."""
    own = desk.own(row)
    if own is not None:
        return own.value
    return None if reason is Reason.REVIEW else desk.value(row)


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += " "
    return name


def _edited(desk: Desk, key: str, reason: Reason) -> None:
    kept = st.session_state["label_grid"]
    rows, names = list(kept["rows"]), kept["names"]
    given = []
    for place, changed in st.session_state[key]["edited_rows"].items():
        row = rows[int(place)]
        now = _shown(desk, row, reason)
        if names["Label"] in changed:
            value = changed[names["Label"]]
            there = float(now) if desk.asked.amount and now is not None else now
            if value != there:
                given.append((row, value, reason))
        elif changed.get(names["Right"]) and now is not None:
            given.append((row, now, reason))
    labeldesk.give_all(desk, given)


def _next() -> None:
    st.session_state.pop("label_grid", None)
