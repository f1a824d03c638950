"""The import dialog: what was detected at a glance, each sign changed, and the rows and counts that follow."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import said


def _dialog(path: str, name: str) -> None:
    from pathlib import Path

    import streamlit as st

    from pages.components import importdialog

    options = importdialog.choose(Path(path), name, key="t", instead=lambda: None)
    if options is not None:
        st.session_state["taken"] = options


def opened(path: Path, content: bytes) -> AppTest:
    path.write_bytes(content)
    return AppTest.from_function(_dialog, args=(str(path), path.name), default_timeout=60).run()


@pytest.fixture
def places(tmp_path: Path) -> AppTest:
    rows = "".join(f"Köln {n};{'k. A.' if n % 9 == 0 else f'1.{n:03d},50'};0{n % 9 + 1}/04/2023\n" for n in range(60))
    return opened(tmp_path / "orte.csv", f"Ort;Betrag;Tag\n{rows}".encode("latin-1"))


def test_what_was_detected_and_guessed_is_told_without_a_click(places: AppTest) -> None:
    body = said(places)
    assert "orte.csv: a table in text. 60 rows, 3 columns." in body
    assert "Encoding cp1252" in body
    assert "Semicolon between values" in body
    assert "The encoding was guessed: Windows-1252" in body
    assert "dates could be day first or month first" in body
    assert "7 cells would not parse as a number: “k. A.”. As it is, the column stays text." in body


def test_cells_that_do_not_parse_are_read_as_missing_with_one_click(places: AppTest) -> None:
    screen = places.button(key="t_unread_0").click().run()
    body = said(screen)
    assert "Every cell of the 60 rows looked at parses." in body
    assert "Decimal comma" in body
    assert screen.text_input(key="t_0_missing").value == "k. A."
    assert screen.dataframe[0].value["Betrag"].tolist()[1:3] == [1001.5, 1002.5]
    assert screen.dataframe[0].proto.placeholder == "missing"


def test_a_choice_is_followed_at_once_and_all_can_be_as_detected_again(places: AppTest) -> None:
    screen = places.selectbox(key="t_0_delimiter").set_value("|").run()
    assert "60 rows, 1 column." in said(screen)
    screen = screen.button(key="t_reset").click().run()
    assert "60 rows, 3 columns." in said(screen)
    screen = screen.selectbox(key="t_1_date_order").set_value("day first").run()
    screen = screen.button(key="primary_t_read").click().run()
    assert screen.session_state["taken"].date_order == "day first"
    assert screen.session_state["taken"].delimiter is None


def test_a_text_that_is_refused_can_be_read_another_way(places: AppTest) -> None:
    screen = places.selectbox(key="t_0_encoding").set_value("utf-16").run()
    assert "The file is not text in the encoding utf-16." in said(screen)
    assert "Last read as: cp1252" in said(screen)
    screen = screen.selectbox(key="t_0_encoding").set_value("As detected").run()
    assert "60 rows, 3 columns." in said(screen)


def test_binary_content_is_refused_in_words(tmp_path: Path) -> None:
    screen = opened(tmp_path / "t.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert not screen.exception
    assert "PNG" in said(screen)
    assert not screen.selectbox


def test_a_wide_table_is_drawn_with_its_types(tmp_path: Path) -> None:
    names = [f"m{n}" for n in range(60)]
    screen = opened(tmp_path / "w.csv", "\n".join([",".join(names), *[",".join(["1.5"] * 60)] * 30]).encode())
    assert not screen.exception
    assert "30 rows, 60 columns." in said(screen)
