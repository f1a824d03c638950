"""A file of the server's folder is offered by name, looked at, and asked for with what was chosen."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.workspace import Workspace
from tests.pages.conftest import HOSTILE, said


@pytest.fixture
def folder(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "files"
    place.mkdir()
    lines = "".join(f"{n};0{n % 8 + 1}/0{n % 7 + 1}/2023;{n},5\n" for n in range(200))
    (place / "<b>towns.csv").write_text(f"id;when;{HOSTILE}\n" + lines)
    (place / "empty.csv").touch()
    (place / "link.csv").symlink_to("/etc/hostname")
    monkeypatch.setenv("FAIRWAY_FILES", str(place))
    return place


def form() -> AppTest:
    def draw() -> None:
        import streamlit as st

        from pages.components.sources.choice import ask_any

        asked = ask_any("t")
        if asked is not None:
            st.session_state["asked"] = asked

    screen = AppTest.from_function(draw, default_timeout=60)
    screen.session_state["t_kind"] = "folder"
    screen = screen.run()
    assert not screen.exception
    return screen


@pytest.mark.usefixtures("folder")
def test_a_file_is_looked_at_and_asked_for_with_what_was_chosen() -> None:
    screen = form()
    (choice,) = screen.selectbox
    assert choice.options == ["<b>towns.csv", "empty.csv"]
    screen = choice.select("<b>towns.csv").run()
    assert not screen.exception
    assert HOSTILE not in said(screen)
    assert "<b>towns.csv" not in said(screen)
    assert re.search(r": [1-9]\d* KB\. It is read where it lies", said(screen))
    (shown,) = screen.dataframe
    assert shown.value.shape == (100, 3)
    order = next(box for box in screen.selectbox if box.label == "Order of dates")
    screen = order.select("month first").run()
    read = next(button for button in screen.button if button.label == "Read the table")
    screen = read.click().run()
    assert not screen.exception
    asked = screen.session_state["asked"]
    assert asked.origin.model_dump() == {
        "kind": "folder",
        "name": "<b>towns.csv",
        "options": {"date_order": "month first"},
    }
    assert asked.name == "<b>towns"


@pytest.mark.usefixtures("folder")
def test_a_file_that_cannot_be_read_is_refused_in_words() -> None:
    screen = form().selectbox[0].select("empty.csv").run()
    assert not screen.exception
    assert "0 bytes" in said(screen)
    assert not [button for button in screen.button if button.label == "Read the table"]


def test_without_a_folder_it_says_who_can_name_one(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAIRWAY_FILES", raising=False)
    screen = form()
    assert "This server opens no files of its own." in said(screen)
    assert not screen.selectbox
