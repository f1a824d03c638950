"""What new rows must hold, by column: a card that says it, and a dialog with a table in which it is changed."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.data.dictionary import Entry
from core.data.schema import ColumnSpec, ColumnType
from core.errors import FairwayError
from core.prepare.compile import input_columns
from core.prepare.contract import UNSAID, ColumnContract, allowed_of, rule_of, rule_words
from core.project.contract import set_contract
from core.project.document import Project
from pages.components import draw, layout, results, session

DRAFT = "contract_draft"
SHOWN = 4
"""Columns the card names; the dialog shows all."""
ROW = 36
STRICTNESS = {"Let through": "allow", "Flag": "flag", "Refuse": "refuse"}
NOT_SENT = {"Refuse": "refuse", "Read as missing": "missing"}
UNREADABLE = {"Usual": "", "Read as missing": "missing", "Refuse": "refuse"}
CHOICES: dict[str, tuple[str, dict[str, str]]] = {
    "Not sent": ("absent", NOT_SENT),
    "Missing": ("missing", STRICTNESS),
    "Unreadable": ("unreadable", UNREADABLE),
    "Beyond training": ("beyond", STRICTNESS),
    "Never seen": ("unseen", STRICTNESS),
    "Not allowed": ("not_allowed", STRICTNESS),
}
"""Column of the table to the field it sets and the words of its choices."""


@dataclasses.dataclass
class Draft:
    """What was said in the dialog and is not used yet, so that a look for another column loses none of it.

    Attributes
    ----------
    said : dict of str to ColumnContract
        Of columns shown before the last look for some.
    shown : dict of str to ColumnContract
        Of the columns in the table now.
    wanted : str
        Part of a name that is looked for.
    turn : int
        Rises with each look: the table of other rows is another one.
    """

    said: dict[str, ColumnContract] = dataclasses.field(default_factory=dict)
    shown: dict[str, ColumnContract] = dataclasses.field(default_factory=dict)
    wanted: str = ""
    turn: int = 0

    def find(self, wanted: str) -> None:
        """Look for columns; what was said of those shown is kept."""
        if wanted != self.wanted:
            self.said |= self.shown
            self.shown, self.wanted, self.turn = {}, wanted, self.turn + 1


def card(project: Project) -> None:
    """Draw what is asked of new rows."""
    said = _said(project)
    with st.container(border=True, key="contract"):
        with layout.row(align="top"):
            with st.container(width="stretch"):
                draw.card_head(
                    "What new rows must hold", "Checked at each prediction, by column; travels in the bundle"
                )
            if st.button("Change", key="change_contract", type="tertiary"):
                st.session_state.pop(DRAFT, None)
                change()
        if not said:
            draw.muted(
                "As usual: a column that is missing refuses the rows; values never seen and numbers beyond training "
                "are answered with a warning."
            )
            return
        items = [f"<li>{draw.marked(f'`{name}`: {words}')}</li>" for name, words in list(said.items())[:SHOWN]]
        draw.html(f'<ul class="fw-muted">{"".join(items)}</ul>')
        more = len(said) - SHOWN
        if more > 0:
            draw.muted(f"And {more:,} more column{'s' if more > 1 else ''}. The others are held to what is usual.")


def _said(project: Project) -> dict[str, str]:
    """Return what is asked of columns beyond what every model asks, in words."""
    said = {}
    for spec in _specs(project):
        contract = project.contract.get(spec.name, UNSAID)
        rule = rule_of(contract, spec, project.dictionary.get(spec.name))
        words = rule_words(rule, required=contract.absent != "missing")
        if words:
            said[spec.name] = words
    return said


def _specs(project: Project) -> list[ColumnSpec]:
    """Return the columns a model asks for."""
    problem = results.problem(project)
    used = set(input_columns(problem))
    return [spec for spec in problem.schema.columns if spec.name in used]


@st.dialog("What new rows must hold", width="large")
def change() -> None:
    contents()


def contents() -> None:
    """Draw what the dialog holds."""
    project = session.current()
    specs = _specs(project)
    draw.muted(
        "“Usual” for what cannot be read as the column's type: a request is refused, in a file it is read as missing. "
        "A refused row refuses its whole request or file, with the row and column named. Write what is allowed as "
        "“0 to 120”, “0 to”, or values with semicolons between; it begins with what the data dictionary says."
    )
    draft = st.session_state.setdefault(DRAFT, Draft())
    if len(specs) > 10:
        wanted = st.text_input("Find a column", key="contract_find", placeholder="Part of its name")
        draft.find(wanted)
        specs = [spec for spec in specs if wanted.casefold() in spec.name.casefold()]
    rows = pd.DataFrame([row_of(spec, project.contract | draft.said, project.dictionary) for spec in specs])
    edited = st.data_editor(
        rows,
        key=f"contract_table_{project.revision}_{draft.turn}",
        hide_index=True,
        row_height=ROW,
        height=min(420, 2 + ROW * (len(rows) + 1)),
        disabled=["Column"],
        column_config={
            "Column": st.column_config.TextColumn(width=110, pinned=True),
            **{
                title: st.column_config.SelectboxColumn(options=list(words), width=104)
                for title, (_, words) in CHOICES.items()
            },
            "Allowed": st.column_config.TextColumn(width=130, max_chars=500),
        },
        placeholder="",
        alt="Columns with what is done about values that are not as they should be",
    )
    draft.shown = {
        spec.name: contract_of(row, spec, project) for spec, row in zip(specs, edited.to_dict("records"), strict=True)
    }
    wishes = draft.said | draft.shown
    fault = ""
    try:
        set_contract(project, wishes, now=session.now())
    except FairwayError as error:
        fault = error.message
        draw.banner(fault, "", "block", "red")
    if st.button("Use this", type="primary", key="primary_contract", disabled=bool(fault)):
        session.change(lambda seen: set_contract(seen, wishes, now=session.now()))
        st.rerun()


def row_of(spec: ColumnSpec, said: Mapping[str, ColumnContract], dictionary: Mapping[str, Entry]) -> dict[str, Any]:
    """Return a column's line of the table; a choice that does not suit its type is empty."""
    contract = said.get(spec.name, UNSAID)
    row: dict[str, Any] = {"Column": spec.name}
    for title, (field, words) in CHOICES.items():
        value = getattr(contract, field) or ("refuse" if field == "absent" else "")
        row[title] = next(word for word, meant in words.items() if meant == value) if _suits(field, spec) else None
    row["Allowed"] = None if spec.type is ColumnType.DATE else allowed_of(contract, dictionary.get(spec.name))
    return row


def contract_of(row: Mapping[str, Any], spec: ColumnSpec, project: Project) -> ColumnContract:
    """Return what a line of the table says of its column; what is usual is said by nothing."""
    changes: dict[str, Any] = {}
    for title, (field, words) in CHOICES.items():
        if _suits(field, spec) and row[title] in words:
            changes[field] = words[row[title]]
    if changes.get("absent") == "refuse":
        changes["absent"] = ""
    if spec.type is not ColumnType.DATE:
        written = str(row["Allowed"] or "").strip()
        entry = project.dictionary.get(spec.name)
        changes["allowed"] = None if written == (entry.allowed if entry else "") else written
    return ColumnContract(**changes)


def _suits(field: str, spec: ColumnSpec) -> bool:
    number, date = spec.type is ColumnType.NUMBER, spec.type is ColumnType.DATE
    if field == "beyond":
        return number
    if field == "unseen":
        return spec.type in (ColumnType.CATEGORY, ColumnType.YES_NO)
    if field == "unreadable":
        return number or date
    return field != "not_allowed" or not date
