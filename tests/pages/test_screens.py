"""Every screen in every state of a project: no fault, and the right thing said."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.project.document import Project
from core.project.journey import STAGES
from core.workspace import Workspace

LOCKED_AT_FIRST = STAGES[2:]


def text_of(screen: AppTest) -> str:
    parts = [str(element.value) for kind in ("markdown", "title") for element in screen.get(kind)]
    parts += [element.proto.body for element in screen.get("html")]
    return "\n".join(parts)


def assert_sound(screen: AppTest) -> None:
    assert not screen.exception
    assert "This page could not be drawn" not in text_of(screen)


def test_home_offers_the_ways_to_begin(show: Callable[..., AppTest]) -> None:
    screen = show("home")
    assert_sound(screen)
    assert [title.value for title in screen.title] == ["Projects"]
    assert "From a file" in text_of(screen)
    assert "Mortgage" in text_of(screen)


@pytest.mark.parametrize("stage", STAGES)
def test_without_a_project_a_screen_says_where_to_open_one(show: Callable[..., AppTest], stage: str) -> None:
    screen = show(stage)
    assert_sound(screen)
    assert "Open one under Projects" in text_of(screen)


@pytest.mark.parametrize("bad", ["nothing-of-this-name-here", "../../etc/passwd", "%2e%2e", "a" * 500])
def test_an_unknown_project_is_not_found(show: Callable[..., AppTest], bad: str) -> None:
    screen = show("data", bad)
    assert_sound(screen)
    assert [title.value for title in screen.title] == ["Not found"]


@pytest.mark.parametrize("stage", STAGES)
def test_an_empty_project_opens_every_screen(show: Callable[..., AppTest], empty: Project, stage: str) -> None:
    screen = show(stage, empty.id)
    assert_sound(screen)
    assert screen.title[0].value == stage.capitalize()
    if stage in LOCKED_AT_FIRST:
        assert any(button.label.startswith("Go to ") for button in screen.button)


@pytest.mark.parametrize("stage", STAGES)
def test_a_project_half_way_opens_every_screen_and_hostile_names_stay_text(
    show: Callable[..., AppTest], framed: Project, stage: str
) -> None:
    screen = show(stage, framed.id)
    assert_sound(screen)
    drawn = "\n".join(element.proto.body for element in screen.get("html"))
    assert "<script>" not in drawn
    assert "<b>b</b>" not in drawn


def test_a_damaged_project_is_named_and_the_others_open(
    show: Callable[..., AppTest], workspace: Workspace, empty: Project, framed: Project
) -> None:
    from sqlalchemy import update

    from core.workspace.tables import PROJECTS

    with workspace.database.write() as connection:
        connection.execute(update(PROJECTS).where(PROJECTS.c.id == empty.id).values(document="{not json"))
    home = show("home")
    assert_sound(home)
    assert "Damaged" in text_of(home)
    assert_sound(show("data", framed.id))
    damaged = show("data", empty.id)
    assert_sound(damaged)
    assert "cannot be" in text_of(damaged)


def test_another_users_project_is_not_found(show: Callable[..., AppTest], workspace: Workspace) -> None:
    from tests.pages.conftest import NOW

    other = workspace.for_user("somebody@example.org").create("Theirs", now=NOW)
    for stage in STAGES:
        screen = show(stage, other.id)
        assert_sound(screen)
        assert [title.value for title in screen.title] == ["Not found"]
    assert "Theirs" not in text_of(show("home"))
