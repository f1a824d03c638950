"""The form of a database: connect, then choose a table with its columns and filters, or write one SELECT."""

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import ValidationError

from core.data.sources import database as db
from core.data.sources.database import OPERATORS, DatabaseOrigin, Filter
from core.data.sources.source import Reach
from core.errors import FairwayError, InputError
from core.limits import DATABASE_ROWS, DATABASE_SECONDS, PREVIEW_ROWS
from pages.components import connecting, draw, layout, session
from pages.components.connecting import Connected
from pages.components.sources.asked import Asked

MOST_FILTERS = 10


def ask(key: str) -> Asked | None:
    """Draw the form.

    Parameters
    ----------
    key : str
        Begins the keys of its fields.

    Returns
    -------
    Asked or None
        What to read, in the run in which the user asked for it.
    """
    connected = connecting.connect(key)
    if connected is None:
        return None
    try:
        asked = _question(key, connected)
        left, right = st.columns(2)
        rows = left.number_input("At most so many rows", 1, DATABASE_ROWS, 1_000_000, step=1_000, key=f"{key}_rows")
        seconds = right.number_input("At most so many seconds", *DATABASE_SECONDS, 300, step=30, key=f"{key}_seconds")
        with st.container(horizontal=True, key=f"{key}_buttons"):
            read = st.button("Read the table", type="primary", key=f"primary_{key}_read", icon=":material/download:")
            look = st.button("Preview", key=f"{key}_look", icon=":material/visibility:")
        if not (read or look):
            return None
        if not (asked.get("table") or asked.get("select")):
            raise InputError("Nothing is chosen yet.", next_step="Choose a table, or write a SELECT.")
        origin = _origin(connected, asked | {"rows": int(rows), "seconds": int(seconds)})
        if read:
            db.check_select(origin)
            return Asked(origin, origin.name, connected.secret)
        _preview(origin, connected)
    except FairwayError as error:
        draw.banner(error.message, "Not read.", "block", "red")
    return None


def _origin(connected: Connected, asked: dict[str, Any]) -> DatabaseOrigin:
    try:
        return DatabaseOrigin(url=connected.address, **asked)
    except ValidationError as error:
        raise InputError("This cannot be read as it stands.", next_step="Choose the table again.") from error


def _question(key: str, connected: Connected) -> dict[str, Any]:
    ways = ["A table", "A SELECT"]
    way = st.segmented_control(
        "What to read", ways, default=ways[0], required=True, key=f"{key}_way", label_visibility="collapsed"
    )
    if way == ways[1]:
        text = st.text_area(
            "One SELECT",
            key=f"{key}_select",
            height=140,
            placeholder="SELECT id, age, churned FROM customers WHERE age >= 18",
            help="One statement that begins with SELECT or WITH. It runs in a transaction that may only read.",
        )
        return {"select": text.strip()}
    schema = connected.schemas[0] if connected.schemas else ""
    left, right = st.columns(2)
    if len(connected.schemas) > 1:
        usual = connected.schemas.index("public") if "public" in connected.schemas else 0
        schema = left.selectbox("Schema", connected.schemas, index=usual, key=f"{key}_schema")
    tables = _seen(connected, ("tables", schema))
    if not tables:
        draw.muted("There is no table here that your user may read.")
        return {}
    place = right if len(connected.schemas) > 1 else st.container()
    table = place.selectbox("Table", [one.name for one in tables], key=f"{key}_table_{schema}")
    columns = _seen(connected, ("columns", schema, table))
    types = {one.name: one.type for one in columns}
    wanted = st.multiselect(
        "Columns",
        list(types),
        key=f"{key}_columns_{schema}_{table}",
        placeholder=f"All {len(types):,}",
        format_func=lambda name: f"{name} · {types[name]}",
    )
    return {
        "table_schema": schema,
        "table": table,
        "columns": tuple(wanted),
        "filters": _filters(f"{key}_filter_{schema}_{table}", list(types)),
    }


def _seen(connected: Connected, what: tuple[str, ...]) -> Any:
    if what not in connected.seen:
        look = db.tables if what[0] == "tables" else db.columns
        with st.spinner("Looking …"):
            connected.seen[what] = look(connected.address, *what[1:], connected.secret, **connecting.allowed())
    return connected.seen[what]


def _filters(key: str, names: list[str]) -> tuple[Filter, ...]:
    numbers: list[int] = st.session_state.setdefault(f"{key}_numbers", [])
    found = []
    for number in numbers:
        with st.container(horizontal=True, wrap=False, vertical_alignment="bottom", key=f"{key}_{number}"):
            column = st.selectbox("Filter", names, key=f"{key}_column_{number}")
            operator = st.selectbox(
                "Comparison",
                list(OPERATORS),
                key=f"{key}_operator_{number}",
                format_func=lambda one: OPERATORS[one].words,
                width=150,
            )
            takes = OPERATORS[operator].takes_value
            value = st.text_input("Value", key=f"{key}_value_{number}", disabled=not takes)
            st.button("", key=f"{key}_remove_{number}", icon=":material/close:", help="Remove this filter",
                      on_click=numbers.remove, args=(number,))  # fmt: skip
        found.append(Filter(column=column, operator=operator, value=value if takes else ""))
    st.button(
        "Add a filter",
        key=f"{key}_add",
        type="tertiary",
        icon=":material/filter_alt:",
        on_click=lambda: numbers.append(max(numbers, default=0) + 1),
        disabled=len(numbers) >= MOST_FILTERS,
    )
    return tuple(found)


def _preview(origin: DatabaseOrigin, connected: Connected) -> None:
    """Show the first rows as they would arrive; nothing is kept."""
    workspace = session.workspace()
    uploads = workspace.home / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    with st.spinner("Reading the first rows …"), tempfile.TemporaryDirectory(dir=uploads) as folder:
        settings = workspace.settings
        reach = Reach(
            Path(folder),
            secret=connected.secret,
            private_network=settings.private_network,
            local_files=settings.local_files,
        )
        table = db.preview(origin, reach)
    rows = len(table.frame)
    draw.muted(f"The first {rows:,} rows; nothing is kept yet." if rows >= PREVIEW_ROWS else f"All {rows:,} rows.")
    st.dataframe(table.frame, height=240, hide_index=True, placeholder=layout.NO_VALUE, alt="First rows of the table")
    for warning in table.warnings:
        draw.banner(warning, glyph="info", tone="gray")
