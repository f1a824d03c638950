"""Every view of the Data screen: drawn, hostile names as text, and what is edited there is kept."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.data.knowing.behind import Bar, Missing, Value
from core.project.document import Project
from core.project.report import report_html, report_name
from core.workspace import Workspace
from tests.pages.conftest import HOSTILE, NOW, said

VIEWS = ("Overview", "Columns", "Missing", "Associations", "Rows", "Groups", "Dictionary", "Source")


def look(show: Callable[..., AppTest], project: Project, view: str) -> AppTest:
    screen = show("data", project.id)
    return screen.segmented_control(key="data_view").set_value(view).run()


def drawn(screen: AppTest) -> str:
    assert not screen.exception
    assert "This page could not be drawn" not in said(screen)
    return "\n".join(element.proto.body for element in screen.get("html"))


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_is_drawn_and_hostile_names_stay_text(
    show: Callable[..., AppTest], framed: Project, view: str
) -> None:
    body = drawn(look(show, framed, view))
    assert "<script>" not in body
    assert "<b>b</b>" not in body


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("Overview", "Every column at a glance"),
        ("Overview", "Differ from another in one cell"),
        ("Columns", "different values"),
        ("Missing", "No cell is missing"),
        ("Associations", "Pairs, strongest first"),
        ("Rows", "The first 100 of 120 rows"),
        ("Groups", "Against shares known elsewhere"),
        ("Dictionary", "0 of 4 columns are described"),
        ("Source", "Fingerprint"),
    ],
)
def test_each_view_says_what_it_shows(show: Callable[..., AppTest], framed: Project, view: str, words: str) -> None:
    assert words in drawn(look(show, framed, view))


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (Value("group", ("<b>b</b>",)), "40 of 120"),
        (Bar("income", 0), "of 120"),
        (Missing(("income",)), "No row."),
    ],
)
def test_rows_behind_a_number_open_in_a_drawer(
    show: Callable[..., AppTest], framed: Project, selector: object, words: str
) -> None:
    screen = show("data", framed.id)
    screen.session_state["rows_behind"] = selector
    body = drawn(screen.run())
    assert words in body
    assert "<b>b</b>" not in body


def test_a_number_of_a_column_opens_its_rows(show: Callable[..., AppTest], framed: Project) -> None:
    screen = look(show, framed, "Columns")
    screen.selectbox(key="looked_at").set_value("group").run()
    offered = [button for button in screen.button if (button.key or "").startswith("behindcard_")]
    assert [button.label for button in offered] == ["80 a", r"40 \<b\>b\</b\>"]
    assert "80 of 120 rows (66.7%)" in drawn(offered[0].click().run())


def test_every_column_has_its_card(show: Callable[..., AppTest], framed: Project) -> None:
    screen = look(show, framed, "Columns")
    for column in (HOSTILE, "income", "group", "denied"):
        body = drawn(screen.selectbox(key="looked_at").set_value(column).run())
        assert "<script>" not in body


def test_the_report_is_one_page_that_asks_nobody_anything(workspace: Workspace, framed: Project) -> None:
    from core.project import judge

    assert framed.data is not None
    table = workspace.read_table(framed.data.content_hash)
    profile = judge.profile(framed, table)
    page = report_html(framed, table, profile, judge.data_findings(framed, table, profile), now=NOW)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'src="' not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://127.0.0.1:9/p", "")
    assert report_name(framed) == "script-alert-1-script-data-quality.html"
