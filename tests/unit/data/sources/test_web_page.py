"""The tables of a web page: merged cells, heads, odd markup, and nothing that is fetched or run."""

from dataclasses import replace

import pytest

from core.data import read_table
from core.data.sources import web_page
from core.data.sources.web_page import HtmlOrigin, acquire, tables_in, tables_of
from core.errors import DataError, InputError, LimitError

TOWNS = (
    "<table><caption>Towns</caption><thead><tr><th>Town</th><th>People</th></tr></thead>"
    "<tbody><tr><td>Zürich</td><td>434.008</td></tr><tr><td>Bern</td><td>134.794</td></tr></tbody></table>"
)
RIVERS = "<table><tr><td>River<td>km<tr><td>Aare<td>288</table>"


def page(*tables: str) -> bytes:
    return f"<!doctype html><meta charset=utf-8><body><p>Hello{''.join(tables)}</body>".encode()


def rows(markup: str) -> list[tuple[str, ...]]:
    table = tables_in(page(f"<table>{markup}</table>"))[0]
    return [table.head, *table.rows]


def test_tables_are_listed_with_size_and_head(site, open_reach):
    url = site.serve("/p", page(TOWNS, RIVERS, "<table><tr><td>alone</table>"))
    tables = tables_of(HtmlOrigin(url=url), open_reach)
    assert [table.words for table in tables] == ["Towns: 2 × 2 (Town, People)", "2 × 2 (River, km)"]
    assert [table.headed for table in tables] == [True, False]


def test_one_is_chosen_and_read_like_a_file(site, open_reach):
    url = site.serve("/p", page(TOWNS, RIVERS))
    found = acquire(HtmlOrigin(url=url), open_reach)
    assert found.name == "Towns.csv"
    frame = read_table(found.path, found.options, name=found.name).frame
    assert frame["Town"].tolist() == ["Zürich", "Bern"]
    found = acquire(HtmlOrigin(url=url, position=2), open_reach)
    assert found.name == "Table 2 of 127.0.0.1.csv"
    assert read_table(found.path, found.options, name=found.name).frame.to_dict("list") == {
        "River": ["Aare"],
        "km": [288],
    }
    with pytest.raises(DataError, match="has 2 tables, and none at place 3"):
        acquire(HtmlOrigin(url=url, position=3), open_reach)


def test_a_table_that_moved_is_found_by_its_head(site, open_reach):
    origin = HtmlOrigin(url=site.serve("/p", page(RIVERS, TOWNS)), position=1, head=("Town", "People"))
    found = acquire(origin, open_reach)
    assert found.name == "Towns.csv"
    assert found.warnings == ("The table now stands at place 2 of the page.",)
    found = acquire(origin.model_copy(update={"head": ("Lake",)}), open_reach)
    assert found.warnings == ("The table at this place has other columns than when it was chosen.",)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "<tr><th>A<th>B<th>C<tr><td rowspan=2>1<td colspan=2>2<tr><td>3<td>4",
            [("A", "B", "C"), ("1", "2", "2"), ("1", "3", "4")],
        ),
        ("<tr><td>a<td>b<tr><td rowspan=9>1<td>2<tr><td>3", [("a", "b"), ("1", "2"), ("1", "3")]),
        (
            "<tr><th rowspan=2>T<th colspan=2>Year<tr><th>2024<th>2025<tr><td>x<td>1<td>2",
            [("T", "Year / 2024", "Year / 2025"), ("x", "1", "2")],
        ),
        ("<tr><td>a<td>b<tr><td>1", [("a", "b"), ("1", "")]),
        ("<tr><td>a<tr><td>1<td>2", [("a", ""), ("1", "2")]),
        ("<tr><th>a<th>b<tr><th>x<td>1", [("a", "b"), ("x", "1")]),
        ("<tr><th>a<tr><th>b", [("a",), ("b",)]),
        ("<tr><td>a<td>b<tr><td><td><tr><td>1<td>2", [("a", "b"), ("1", "2")]),
        ("<tr><td colspan=0>a<td colspan=-3>b<td colspan=x>c<tr><td>1<td>2<td>3", [("a", "b", "c"), ("1", "2", "3")]),
        ("<tr><td>a<br>b<td><b>c</b>d<tr><td>1 \n 2<td>&lt;b&gt;&amp;&#8364;", [("a b", "cd"), ("1 2", "<b>&€")]),
        (
            "<tr><td>a<script>alert(1)</script><td>b<style>x</style><tr><td>1<!--n--><td>2",
            [("a", "b"), ("1", "2")],
        ),
        ("<tr><td>a<td>b<tr><td>1<table><tr><td>in<tr><td>side</table><td>2", [("a", "b"), ("1", "2")]),
        ("<tfoot><tr><td>sum<td>3</tfoot><tr><td>a<td>b<tr><td>x<td>3", [("a", "b"), ("x", "3"), ("sum", "3")]),
    ],
)
def test_cells_are_written_out(markup, expected):
    assert rows(markup) == expected


def test_tables_within_tables_are_tables_of_their_own():
    outer = "<table><tr><td>a<td>b<tr><td>1<td><table><tr><td>in<tr><td>side</table></table>"
    assert [table.head for table in tables_in(page(outer))] == [("a", "b"), ("in",)]


def test_merged_cells_without_end_are_bounded(monkeypatch):
    assert len(rows("<tr><td colspan=99999999>a<tr><td>1")[0]) == 1_000
    monkeypatch.setattr(web_page, "GRID_CELLS", 5_000)
    with pytest.raises(LimitError, match="more than 5,000 cells"):
        rows("<tr><td colspan=1000>a" * 10)


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"just text", b"<p>no table", b"\x00\x01\x02", b"<table></table>", b"{}"]
)
def test_a_page_without_a_table_is_said_so(body):
    with pytest.raises(DataError, match=r"no table of at least two rows|no web page"):
        tables_in(body)


def test_broken_markup_does_no_harm_and_deep_markup_is_refused_rather_than_cut():
    assert rows("<tr><td>" + "<b>" * 50 + "a<td>b<tr><td>1<td>2</i></table></table>")[-1] == ("1", "2")
    for inner in ("<tr><td>" + "<b>" * 5_000 + "a<td>b<tr><td>1<td>2", "<tr><td>a<tr><td>" + "<div>" * 50_000):
        with pytest.raises(DataError, match="nested too deep"):
            tables_in(page(f"<table>{inner}</table>"))


def test_the_encoding_is_found():
    latin = "<meta charset=iso-8859-1><table><tr><td>Ort<tr><td>Zürich</table>".encode("latin-1")
    assert tables_in(latin)[0].rows == (("Zürich",),)
    assert tables_in("<table><tr><td>Ort<tr><td>Zürich</table>".encode())[0].rows == (("Zürich",),)
    assert tables_in("<table><tr><td>Ort<tr><td>Москва</table>".encode("cp1251"), "cp1251")[0].rows == (("Москва",),)


def test_nothing_else_is_fetched_and_no_file_is_read(site, open_reach, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("s3cret")
    markup = (
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y SYSTEM "{site.url("/y")}">]>'
        f'<link rel=stylesheet href="/style.css"><script src="/run.js"></script><base href="{site.url("/b/")}">'
        '<table><tr><td>a<td>b<tr><td>&x;<td>&y;<img src="/pixel.png"><iframe src="/f"></iframe></table>'
    )
    tables = tables_of(HtmlOrigin(url=site.serve("/p", markup.encode())), open_reach)
    assert "s3cret" not in str(tables[0].rows)
    assert [call.path for call in site.calls] == ["/p"]


def test_secrets_and_names_are_held_like_elsewhere(site, open_reach):
    url = site.serve("/p", page(TOWNS.replace("Towns</c", "../x\x07<b>/</c")))
    origin = HtmlOrigin(url=url, secret_in="header", secret_name="Authorization", secret_prefix="Bearer ")
    found = acquire(origin, replace(open_reach, secret="s3cret"))
    assert site.calls[0].headers["authorization"] == "Bearer s3cret"
    assert "/" not in found.name
    assert origin.words() == "Table 1 of a page of 127.0.0.1"
    with pytest.raises(InputError, match="holds a secret"):
        tables_of(HtmlOrigin(url=url + "?token=1"), open_reach)
