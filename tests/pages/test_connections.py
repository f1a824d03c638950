"""The screen of connections: what is kept is listed, nobody else's, and hostile names stay text."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.workspace import Workspace
from core.workspace.connections import save_connection
from tests.pages.conftest import HOSTILE, NOW, said


def test_without_a_connection_the_screen_offers_the_first(show: Callable[..., AppTest]) -> None:
    screen = show("connections")
    assert not screen.exception
    assert "No connection yet" in said(screen)


def test_connections_are_listed_and_those_of_others_are_not(show: Callable[..., AppTest], workspace: Workspace) -> None:
    save_connection(workspace, HOSTILE, "postgresql://reader@db.example.org/sales", now=NOW)
    save_connection(workspace.for_user("somebody@example.org"), "Theirs", "sqlite:///a.db", now=NOW)
    screen = show("connections")
    assert not screen.exception
    assert "db.example.org / sales as reader" in said(screen)
    assert "<script>" not in said(screen)
    assert "Theirs" not in said(screen)
