"""What new rows must hold, on Prepare: the card, the table of the dialog, and what becomes of an edit."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.data.dictionary import Entry
from core.data.guess import guess_schema
from core.framing.frame import Frame, Task
from core.prepare.contract import UNSAID, ColumnContract
from core.project import changes
from core.project.document import DataRef, Project
from core.workspace import Workspace
from pages.components import contractcard
from tests.pages.conftest import NOW, said


@pytest.fixture
def loans(workspace: Workspace, empty: Project) -> Project:
    rows = 80
    table = pd.DataFrame(
        {
            "age": [18 + n % 60 for n in range(rows)],
            "<b>region": ["North", "South", "West", "East"] * 20,
            "since": pd.date_range("2024-01-01", periods=rows).strftime("%Y-%m-%d"),
            "paid": ["yes", "no"] * 40,
        }
    )
    ref = DataRef(content_hash=workspace.write_table(table), name="l", rows=rows, columns=4, size_bytes=1, imported=NOW)
    frame = Frame(target="paid", task=Task.BINARY, positive="yes", metric="roc_auc")
    made = changes.attach_table(empty.updated(frame=frame), ref, guess_schema(table), table, now=NOW)
    return workspace.save(made.updated(dictionary={"age": Entry(allowed="0 to 120")}), now=NOW)


def card() -> None:
    from pages.components import contractcard, session

    session.load()
    contractcard.card(session.current())


def inside() -> None:
    """Draw what the dialog holds: Streamlit's test driver closes a dialog at the first click in it."""
    from pages.components import contractcard, session

    session.load()
    contractcard.contents()


def drawn(part: object, project: Project) -> AppTest:
    screen = AppTest.from_function(part, default_timeout=60)
    screen.query_params["project"] = project.id
    screen.run()
    assert not screen.exception
    return screen


def test_the_card_says_what_is_asked_beyond_the_usual(workspace: Workspace, loans: Project) -> None:
    assert "allowed 0 to 120, others flagged" in said(drawn(card, loans))
    ruled = loans.updated(contract={"<b>region": ColumnContract(unseen="refuse")}, dictionary={})
    text = said(drawn(card, workspace.save(ruled, now=NOW)))
    assert "&lt;b&gt;region</code>: values never seen refused" in text
    plain = workspace.save(workspace.get(loans.id).updated(contract={}), now=NOW)
    assert "As usual" in said(drawn(card, plain))


def test_the_dialog_stores_nothing_where_nothing_was_edited(workspace: Workspace, loans: Project) -> None:
    screen = drawn(inside, loans)
    screen.button(key="primary_contract").click().run()
    assert not screen.exception
    assert workspace.get(loans.id).contract == {}
    assert workspace.get(loans.id).revision == loans.revision


def test_an_edited_line_becomes_a_rule_and_an_untouched_one_none(loans: Project) -> None:
    assert loans.table_schema is not None
    spec = loans.table_schema["age"]
    row = contractcard.row_of(spec, loans.contract, loans.dictionary)
    assert row == {
        "Column": "age", "Not sent": "Refuse", "Missing": "Let through", "Unreadable": "Usual",
        "Beyond training": "Flag", "Never seen": None, "Not allowed": "Flag", "Allowed": "0 to 120",
    }  # fmt: skip
    assert contractcard.contract_of(row, spec, loans) == UNSAID
    edited = row | {"Missing": "Refuse", "Not sent": "Read as missing", "Never seen": "Refuse", "Allowed": None}
    assert contractcard.contract_of(edited, spec, loans) == ColumnContract(
        missing="refuse", absent="missing", allowed=""
    )


def test_a_choice_that_does_not_suit_a_type_is_empty(loans: Project) -> None:
    assert loans.table_schema is not None
    region = contractcard.row_of(loans.table_schema["<b>region"], {}, {})
    since = contractcard.row_of(loans.table_schema["since"], {}, {})
    assert [title for title, value in region.items() if value is None] == ["Unreadable", "Beyond training"]
    assert [title for title, value in since.items() if value is None] == [
        "Beyond training", "Never seen", "Not allowed", "Allowed",
    ]  # fmt: skip


def test_what_was_said_before_looking_for_a_column_is_kept() -> None:
    refused, flagged = ColumnContract(missing="refuse"), ColumnContract(missing="flag")
    draft = contractcard.Draft()
    draft.find("")
    draft.shown = {"age": refused, "town": UNSAID}
    assert draft.turn == 0
    draft.find("town")
    assert (draft.said, draft.turn) == ({"age": refused, "town": UNSAID}, 1)
    draft.shown = {"town": flagged}
    draft.find("town")
    assert draft.turn == 1
    draft.find("")
    assert draft.said == {"age": refused, "town": flagged}
