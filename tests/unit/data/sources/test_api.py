"""A JSON API: pages that end, repeat or never end, records of every shape, and secrets that stay secret."""

import json
import threading
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from core.data import read_table
from core.data.sources import api, api_paging, api_rows
from core.data.sources.api import ApiOrigin, acquire
from core.data.sources.api_path import decoded, records_in
from core.data.sources.wire import StoppedError
from core.errors import DataError, InputError, LimitError


def bring(open_reach, url, **fields):
    found = acquire(ApiOrigin(url=url, **fields), open_reach)
    return found, read_table(found.path, found.options, name=found.name).frame


def records(site, document, **fields):
    return site.serve_json("/v1/items", lambda _call: document)


def test_records_become_rows_and_nested_fields_columns(site, open_reach):
    url = records(
        site,
        {
            "data": {
                "items": [
                    {"id": 1, "owner": {"name": "Ada", "tags": ["a", "b"]}, "when": "2026-03-01T10:00:00+02:00"},
                    {"id": 2, "owner": {"name": "Łódź 東京"}, "when": None, "late": True},
                ]
            }
        },
    )
    found, frame = bring(open_reach, url, records="data.items")
    assert list(frame.columns) == ["id", "owner.name", "owner.tags", "when", "late"]
    assert frame["id"].tolist() == [1, 2]
    assert frame["owner.name"].tolist() == ["Ada", "Łódź 東京"]
    assert frame["owner.tags"].tolist()[0] == '["a", "b"]'
    assert str(frame["when"].iloc[0]) == "2026-03-01 08:00:00"
    assert found.name == "items of 127.0.0.1.parquet"
    assert found.warnings[0].endswith("named by their path, such as `owner.name`.")
    assert "`when`: moments with a time zone were brought to UTC." in found.warnings
    assert [path.name for path in open_reach.folder.iterdir()] == ["records.parquet"]


def test_values_are_typed_over_all_pages_and_lose_no_digit(site, open_reach):
    url = records(
        site,
        [
            {"whole": 1, "number": 1, "big": 12345678901234567890, "mixed": 1, "zip": "007", "flag": True, "no": None},
            {"whole": 2, "number": 2.5, "big": 5, "mixed": "x", "zip": "12", "flag": False, "day": "2026-01-31"},
        ],
    )
    found, frame = bring(open_reach, url)
    assert frame["whole"].tolist() == [1, 2]
    assert frame["number"].tolist() == [1.0, 2.5]
    assert frame["big"].tolist() == ["12345678901234567890", "5"]
    assert frame["mixed"].tolist() == ["1", "x"]
    assert frame["zip"].tolist() == ["007", "12"]
    assert frame["flag"].tolist() == [True, False]
    assert str(frame["day"].iloc[1]) == "2026-01-31 00:00:00"
    assert "`big`" in found.warnings[0]
    assert "`mixed`" in found.warnings[0]


@pytest.mark.parametrize(
    ("document", "path", "said"),
    [
        ({"data": {"rows": []}}, "data.items", "`items` is not there. It holds `data`"),
        ({"error": "no"}, "data.items", "`data` is not there. It holds `error`"),
        ([1, 2], "data", "`data` is not there. It is a list"),
        ({"data": 5}, "data", "stands a single value"),
        ({"a": [{"x": 1}], "b": [{"x": 1}]}, "", "several lists: `a`, `b`"),
        ("text", "", "is a single value"),
        (5, "", "is a single value"),
        ([], "", "holds no records"),
        (None, "", "holds no records"),
        ({"data": []}, "data", "holds no records"),
        ({"data": None}, "data", "holds no records"),
        ([{}, {}], "", "hold no fields"),
    ],
)
def test_records_that_are_not_there_are_said_so_and_nothing_is_left(site, open_reach, document, path, said):
    with pytest.raises(DataError, match=said):
        bring(open_reach, records(site, document), records=path)
    assert list(open_reach.folder.iterdir()) == []


def test_records_are_found_where_no_path_is_given():
    assert records_in({"count": 2, "next": None, "results": [{"a": 1}]}, "") == (
        [{"a": 1}],
        ["The records were found under `results`."],
    )
    assert records_in({"tags": ["x"], "results": [{"a": 1}]}, "")[0] == [{"a": 1}]
    assert records_in({"a": 1}, "") == ([{"a": 1}], ["The answer holds one object, and became one row."])
    assert records_in({"x": [{"rows": [{"a": 1}]}]}, "x.0.rows")[0] == [{"a": 1}]
    assert records_in({"a.b": [{"c": 1}]}, "a.b")[0] == [{"c": 1}]


def test_single_values_and_lists_without_names_become_columns(site, open_reach):
    found, frame = bring(open_reach, records(site, ["a", "b", None]))
    assert frame["value"].tolist()[:2] == ["a", "b"]
    assert "single values" in found.warnings[0]
    found, frame = bring(open_reach, records(site, [["x", 1], ["y", 2]]))
    assert frame.to_dict("list") == {"column 1": ["x", "y"], "column 2": [1, 2]}
    assert "lists without names" in found.warnings[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "answer is empty"),
        (b"  \n", "answer is empty"),
        (b"<html>Sign in</html>", "a web page"),
        (b'[{"a": 1}, {"a"', "cut off or damaged"),
        (b"\xff\xfe\x00", "cut off or damaged"),
        (b"[" * 100_000, "cut off or damaged"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "cut off or damaged"),
    ],
)
def test_what_is_no_json_is_refused(body, said):
    with pytest.raises(DataError, match=said):
        decoded(body)


def test_odd_json_is_read():
    assert decoded(b'\xef\xbb\xbf[{"a": NaN, "b": -Infinity}]') == [{"a": None, "b": None}]
    assert decoded('[{"ä": "ü"}]'.encode("utf-16")) == [{"ä": "ü"}]


def test_half_a_letter_and_colliding_names_survive(site, open_reach):
    _, frame = bring(
        open_reach, site.serve("/v1/items", rb'[{"a.b": 1, "a": {"b": 2}, "": "\ud800x", "c": "<b>\u0000"}]')
    )
    assert list(frame.columns) == ["a.b", "a.b_2", "unnamed", "c"]
    assert frame.iloc[0, :3].tolist() == [1, 2, "?x"]


# Pages


def numbered(site, pages, size=2):
    def make(call):
        page = int(call.query.get("page", 1))
        return {"results": [{"id": page * 10 + n} for n in range(size)] if page <= pages else []}

    return site.serve_json("/v1/items", make)


def test_pages_by_number_end_with_an_empty_one(site, open_reach):
    _, frame = bring(open_reach, numbered(site, 3), paging="page")
    assert frame["id"].tolist() == [10, 11, 20, 21, 30, 31]
    assert [call.query["page"] for call in site.calls] == ["1", "2", "3", "4"]


def test_pages_by_offset(site, open_reach):
    def make(call):
        begin = int(call.query["offset"])
        return [{"id": n} for n in range(begin, min(begin + 4, 10))]

    url = site.serve_json("/v1/items", make) + "?limit=4"
    _, frame = bring(open_reach, url, paging="page", page_parameter="offset", page_start=0, page_step=4)
    assert frame["id"].tolist() == list(range(10))
    assert site.calls[1].query == {"limit": "4", "offset": "4"}


def test_nothing_beyond_the_last_page_is_an_end_but_not_on_the_first(site, open_reach):
    def answer(handler, call):
        if int(call.query["page"]) > 2:
            handler.answer(b"none", 404, {})
        else:
            handler.answer(json.dumps([{"id": call.query["page"]}]).encode(), 200, {})

    site.pages["/v1/items"] = answer
    _, frame = bring(open_reach, site.url("/v1/items"), paging="page")
    assert frame["id"].tolist() == ["1", "2"]
    with pytest.raises(DataError, match="nothing at this address"):
        bring(open_reach, site.url("/v1/items"), paging="page", page_start=3)


def test_a_server_that_gives_the_same_page_for_ever_is_noticed(site, open_reach):
    found, frame = bring(open_reach, records(site, [{"id": 1}, {"id": 2}]), paging="page")
    assert frame["id"].tolist() == [1, 2]
    assert found.warnings == ("The server gave the same page again; reading ended there.",)
    assert len(site.calls) == 2


def test_pages_that_never_end_are_cut_and_said(site, open_reach):
    found, frame = bring(open_reach, numbered(site, 10**6), paging="page", pages=5)
    assert len(frame) == 10
    assert "Reading ended at page 5; the server may have more." in found.warnings
    assert len(site.calls) == 5
    found, frame = bring(open_reach, numbered(site, 10**6), paging="page", rows=7)
    assert len(frame) == 7
    assert "Reading ended at 7 records; the server may have more." in found.warnings
    found, frame = bring(open_reach, numbered(site, 3), paging="page", rows=6)
    assert len(frame) == 6
    assert not any("may have more" in one for one in found.warnings)


def test_pages_by_a_cursor(site, open_reach):
    following = {"": "b", "b": "c&d", "c&d": None}

    def make(call):
        at = call.query.get("after", "")
        return {"items": [{"id": at or "a"}], "paging": {"next": following[at]}}

    url = site.serve_json("/v1/items", make)
    _, frame = bring(open_reach, url, paging="cursor", cursor_path="paging.next", cursor_parameter="after")
    assert frame["id"].tolist() == ["a", "b", "c&d"]


@pytest.mark.parametrize("last", [None, "", False, {"x": 1}])
def test_a_cursor_that_is_none_ends(site, open_reach, last):
    url = site.serve_json("/v1/items", lambda _call: {"items": [{"id": 1}], "next": last})
    assert len(bring(open_reach, url, paging="cursor", cursor_parameter="after")[1]) == 1
    assert len(site.calls) == 1


def test_a_cursor_that_repeats_ends(site, open_reach):
    count = iter(range(100))
    url = site.serve_json("/v1/items", lambda _call: {"items": [{"id": next(count)}], "next": "same"})
    found, frame = bring(open_reach, url, paging="cursor", cursor_parameter="after")
    assert frame["id"].tolist() == [0, 1]
    assert "The server led back to a page that was read already; reading ended there." in found.warnings


def test_a_cursor_that_is_an_address(site, open_reach):
    def make(call):
        page = int(call.query.get("p", 1))
        return {"@odata.nextLink": f"/v1/items?p={page + 1}" if page < 3 else None, "value": [{"id": page}]}

    url = site.serve_json("/v1/items", make)
    assert bring(open_reach, url, paging="cursor", cursor_path="@odata.nextLink")[1]["id"].tolist() == [1, 2, 3]


def test_pages_by_link_header_and_a_secret_in_the_address(site, open_reach):
    def make(call):
        page = int(call.query.get("page", 1))
        assert call.query["key"] == "s3cret"
        links = f'<{site.url("/v1/items")}?page=1>; rel="first", <?page={page + 1}>; rel="next"' if page < 3 else ""
        return [{"id": page}], {"Link": links} if links else {}

    url = site.serve_json("/v1/items", make)
    secret = replace(open_reach, secret="s3cret")
    found, frame = bring(secret, url, paging="link", secret_in="parameter", secret_name="key")
    assert frame["id"].tolist() == [1, 2, 3]
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("header", "following"),
    [
        ('<https://a.org/?p=2>; rel="next"', "https://a.org/?p=2"),
        ("</p,2>; rel=next", "/p,2"),
        ('<a>; rel="prev", <b>; title="x, y"; rel="next last"', "b"),
        ('<a>; rel="nextish"', None),
        ("<a>", None),
        ("", None),
        ("<" * 50_000, None),
    ],
)
def test_the_next_link_is_found(header, following):
    assert api_paging.next_link(header) == following


@pytest.mark.parametrize("leads", ["http://169.254.169.254/latest", "https://other.example/", "//other.example/x"])
def test_a_next_page_on_another_server_is_refused_and_nothing_is_left(site, open_reach, leads):
    url = site.serve_json("/v1/items", lambda _call: {"items": [{"id": 1}], "next": leads})
    with pytest.raises(DataError, match=r"on another server. \(Page 1.\)"):
        bring(open_reach, url, paging="cursor")
    assert list(open_reach.folder.iterdir()) == []


def test_a_server_that_fails_on_a_later_page_leaves_no_half_table(site, open_reach):
    def answer(handler, call):
        page = int(call.query["page"])
        handler.answer(json.dumps([{"id": page}]).encode(), 200 if page < 3 else 500, {})

    site.pages["/v1/items"] = answer
    with pytest.raises(DataError, match="fault of its own"):
        bring(open_reach, site.url("/v1/items"), paging="page")
    assert list(open_reach.folder.iterdir()) == []


def test_a_page_without_the_path_later_on_is_refused(site, open_reach):
    def make(call):
        return {"items": [{"id": 1}]} if call.query["page"] == "1" else {"message": "slow down"}

    url = site.serve_json("/v1/items", make)
    with pytest.raises(DataError, match="no `items`"):
        bring(open_reach, url, paging="page", records="items")


def test_a_stop_keeps_the_pages_that_came_and_says_so(site, open_reach):
    pressed = threading.Event()

    def make(call):
        page = int(call.query["page"])
        if page == 3:
            pressed.set()
        return [{"id": page}]

    url = site.serve_json("/v1/items", make)
    found, frame = bring(replace(open_reach, should_stop=pressed.is_set), url, paging="page")
    assert frame["id"].tolist()[:2] == [1, 2]
    assert found.warnings[0].startswith("Stopped after ")
    with pytest.raises(StoppedError):
        bring(replace(open_reach, should_stop=lambda: True), url, paging="page")


def test_size_and_columns_are_bounded(site, open_reach, monkeypatch):
    monkeypatch.setattr(api, "WEB_ANSWER_BYTES", 50)
    with pytest.raises(LimitError):
        bring(open_reach, records(site, [{"id": n} for n in range(100)]))
    monkeypatch.undo()
    monkeypatch.setattr(api_rows, "WEB_BYTES", 50)
    with pytest.raises(LimitError, match="records add up"):
        bring(open_reach, records(site, [{"id": n} for n in range(100)]))
    monkeypatch.undo()
    monkeypatch.setattr(api_rows, "API_COLUMNS", 3)
    found, frame = bring(open_reach, records(site, [{f"f{n}": n for n in range(5)}]))
    assert frame.shape == (1, 3)
    assert found.warnings == ("2 fields beyond the first 3 were left out.",)
    assert list(open_reach.folder.iterdir()) == [open_reach.folder / "records.parquet"]


def test_many_records_are_written_in_batches(site, open_reach):
    found, frame = bring(open_reach, records(site, [{"id": n} for n in range(2_500)]))
    assert frame["id"].sum() == 3_123_750
    with pq.ParquetFile(found.path) as file:
        assert file.metadata.num_row_groups == 3


def test_headers_are_sent_and_the_secret_is_nowhere_kept(site, open_reach):
    origin = ApiOrigin(
        url=records(site, [{"id": 1}]),
        headers=(("X-Team", "blue"),),
        secret_in="header",
        secret_name="Authorization",
        secret_prefix="Bearer ",
    )
    acquire(origin, replace(open_reach, secret="s3cret"))
    assert site.calls[0].headers["authorization"] == "Bearer s3cret"
    assert site.calls[0].headers["x-team"] == "blue"
    assert site.calls[0].headers["accept"].startswith("application/json")
    assert "s3cret" not in origin.model_dump_json()
    assert origin.words() == "JSON API of 127.0.0.1, /v1/items"
    with pytest.raises(InputError, match="no name"):
        acquire(origin.model_copy(update={"paging": "page", "page_parameter": ""}), replace(open_reach, secret="x"))
