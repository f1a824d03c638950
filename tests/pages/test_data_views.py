"""Every view of the Data screen: drawn, hostile names as text, and what is edited there is kept."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.data.knowing.behind import Bar, Missing, Value
from core.project.changes import change_frame
from core.project.document import Project, Whole
from core.project.report import report_html, report_name
from core.workspace import Workspace, intake
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


def test_a_note_of_the_coach_has_its_fix_and_its_rows(show: Callable[..., AppTest], workspace: Workspace) -> None:
    project = intake.start_sample(workspace, "mortgages", now=NOW)
    screen = show("data", project.id)
    repeats = [button for button in screen.button if button.key == "rows_column_data_duplicate-rows"]
    assert [button.label for button in repeats] == ["Rows"]
    assert "6 of 2,380 mortgage applications" in drawn(repeats[0].click().run())
    straightened = [button for button in screen.button if str(button.key).startswith("fix_column_data_skewed")]
    assert [button.label for button in straightened] == ["Take logarithms"]


def test_rows_of_a_sample_say_of_how_many(show: Callable[..., AppTest], workspace: Workspace, framed: Project) -> None:
    assert framed.data is not None
    whole = Whole(content_hash=framed.data.content_hash, rows=9_000_000, size_bytes=1, seed=7, stratified_by="denied")
    project = workspace.save(framed.updated(data=framed.data.model_copy(update={"whole": whole})), now=NOW)
    screen = show("data", project.id)
    screen.session_state["rows_behind"] = Value("denied", ("yes",))
    body = drawn(screen.run())
    assert "Of the working sample alone: a random sample of 120 of 9,000,000 rows (seed 7" in body


def test_groups_are_named_where_none_is(show: Callable[..., AppTest], workspace: Workspace, framed: Project) -> None:
    table = workspace.read_table(framed.data.content_hash) if framed.data else None
    assert table is not None
    project = workspace.save(change_frame(framed, table, now=NOW, sensitive=()), now=NOW)
    screen = look(show, project, "Groups")
    assert "No group is named yet" in drawn(screen)
    screen = screen.selectbox(key="group_named").set_value("group").run()
    screen = screen.button(key="name_group").click().run()
    assert workspace.get(project.id).frame.sensitive == ("group",)
    assert "Against shares known elsewhere" in drawn(screen)
