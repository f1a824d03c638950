"""A file at a web address: how it is named, what is taken for what, and what is refused."""

import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from core.data import read_table
from core.data.sources import web_file
from core.data.sources.guarded import Answer
from core.data.sources.secrets import part_secret
from core.data.sources.web_file import UrlOrigin, acquire
from core.errors import DataError, FairwayError, InputError, LimitError
from tests.webserver import TABLE, packed


def bring(open_reach, url, **fields):
    found = acquire(UrlOrigin(url=url, **fields), open_reach)
    return found, read_table(found.path, found.options, name=found.name)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["town", "people"])
    book.active.append(["Bern", 134000])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parquet() -> bytes:
    target = io.BytesIO()
    pd.DataFrame({"town": ["Bern"], "people": [134000]}).to_parquet(target)
    return target.getvalue()


def test_a_file_is_brought_under_its_name(site, open_reach):
    found, table = bring(open_reach, site.serve("/data/towns.csv") + "?v=2#top")
    assert found.name == "towns.csv"
    assert found.warnings == ()
    assert table.frame.to_dict("list") == {"town": ["Bern", "Basel"], "people": [134000, 173000]}
    assert site.calls[0].query == {"v": "2"}


@pytest.mark.parametrize(
    ("path", "body", "headers", "name"),
    [
        ("/towns", TABLE, {}, "towns.csv"),
        ("/", TABLE, {}, "download.csv"),
        ("/export.php", TABLE, {"Content_Type": "text/csv"}, "export.csv"),
        ("/export", b"a\tb\n1\t2\n", {"Content_Type": "text/tab-separated-values"}, "export.tsv"),
        ("/x", TABLE, {"Content_Disposition": 'attachment; filename="towns 2026.csv"'}, "towns 2026.csv"),
        ("/x", TABLE, {"Content_Disposition": "attachment; filename*=UTF-8''St%C3%A4dte.csv"}, "Städte.csv"),
        ("/x", TABLE, {"Content_Disposition": 'attachment; filename="../../etc/passwd"'}, "passwd.csv"),
        ("/x", TABLE, {"Content_Disposition": "attachment; filename=..\\..\\a.csv"}, "a.csv"),
        ("/x.csv", TABLE, {"Content_Disposition": "attachment"}, "x.csv"),
        ("/x.csv", TABLE, {"Content_Disposition": ";;;==\"'"}, "x.csv"),
        ("/%2E%2E%2Fsecret.csv", TABLE, {}, "secret.csv"),
        ("/book", workbook(), {}, "book.xlsx"),
        ("/book.xlsx", workbook(), {"Content_Type": "text/plain"}, "book.xlsx"),
        ("/p", parquet(), {"Content_Type": "application/octet-stream"}, "p.parquet"),
        ("/towns.csv.gz", packed(TABLE), {}, "towns.csv.gz"),
        ("/towns.csv.gz", packed(TABLE), {"Content_Encoding": "gzip"}, "towns.csv"),
        ("/towns", packed(TABLE), {}, "towns.csv.gz"),
    ],
)
def test_a_name_and_its_ending_are_found(site, open_reach, path, body, headers, name):
    found, table = bring(open_reach, site.serve(path, body, **headers))
    assert found.name == name
    assert list(table.frame.columns) in (["town", "people"], ["a", "b"])


def test_a_false_ending_is_put_right_and_said(site, open_reach):
    found, table = bring(open_reach, site.serve("/towns.csv", workbook()))
    assert found.name == "towns.xlsx"
    assert found.warnings == ("The name ends with .csv, but it was read as .xlsx, which it is.",)
    assert table.shape == (1, 2)


@pytest.mark.parametrize("body", [b"<!doctype html><html><body>Sign in</body></html>", b"\n <html lang=en><p>x</html>"])
def test_a_web_page_named_csv_is_refused(site, open_reach, body):
    with pytest.raises(DataError, match="stands a web page, not a file"):
        acquire(UrlOrigin(url=site.serve("/towns.csv", body, Content_Type="text/csv")), open_reach)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 abc", "a PDF document"),
        (b"\x80\x04\x95abc.", "a Python pickle"),
        (b"a,b\n", "no rows"),
    ],
)
def test_what_is_no_table_is_refused_by_the_reader(site, open_reach, body, said):
    found = acquire(UrlOrigin(url=site.serve("/towns.csv", body)), open_reach)
    with pytest.raises(FairwayError, match=said):
        read_table(found.path, found.options, name=found.name)


@pytest.mark.parametrize(
    ("charset", "body", "encoding"),
    [
        ("iso-8859-1", "stadt,n\nZürich,1\n".encode("latin-1"), "cp1252"),
        ("windows-1251", "город,n\nМосква,1\n".encode("cp1251"), "cp1251"),
        ("shift_jis", "町,n\n東京,1\n".encode("shift_jis"), "shift_jis"),
        ("utf-8", "stadt,n\nZürich,1\n".encode("latin-1"), None),
        ("iso-8859-1", "stadt,n\nZürich,1\n".encode(), None),
        ("iso-8859-1", "stadt,n\nZürich,1\n".encode("utf-16"), None),
        ("ascii", "stadt,n\nZürich,1\n".encode("latin-1"), "cp1252"),
        ("nonsense", "stadt,n\nZürich,1\n".encode("latin-1"), None),
        ("hex", "stadt,n\nZürich,1\n".encode("latin-1"), None),
        ('"', "stadt,n\nZürich,1\n".encode("latin-1"), None),
    ],
)
def test_the_server_is_believed_about_the_encoding_where_it_can_be_right(site, open_reach, charset, body, encoding):
    found, table = bring(open_reach, site.serve("/t.csv", body, Content_Type=f"text/csv; charset={charset}"))
    assert found.options.encoding == encoding
    assert table.frame.iloc[0, 0] in ("Zürich", "Москва", "東京")
    assert any("as the server says" in one for one in found.warnings) == (encoding is not None)


def test_a_file_of_unknown_length_is_taken_and_said(site, open_reach):
    found, _ = bring(open_reach, site.serve_raw("/t.csv", b"HTTP/1.1 200 OK\r\n\r\n" + TABLE))
    assert "did not say how long the file is" in found.warnings[0]


def test_a_failed_download_leaves_nothing(site, open_reach, monkeypatch):
    monkeypatch.setattr(web_file, "WEB_BYTES", 10)
    with pytest.raises(LimitError):
        acquire(UrlOrigin(url=site.serve("/t.csv")), open_reach)
    with pytest.raises(DataError, match="nothing at this address"):
        acquire(UrlOrigin(url=site.url("/none.csv")), open_reach)
    assert list(open_reach.folder.iterdir()) == []


def test_a_secret_goes_where_it_belongs_and_is_not_kept(site, open_reach):
    url = site.serve("/t.csv")
    origin = UrlOrigin(url=url, secret_in="header", secret_name="X-Key")
    acquire(origin, replace(open_reach, secret="s3cret"))
    assert site.calls[-1].headers["x-key"] == "s3cret"
    acquire(UrlOrigin(url=url + "?a=1", secret_in="parameter", secret_name="sig"), replace(open_reach, secret="a+b/c="))
    assert site.calls[-1].query == {"a": "1", "sig": "a+b/c="}
    assert "s3cret" not in origin.model_dump_json()
    with pytest.raises(InputError, match="value of X-Key is missing"):
        acquire(origin, open_reach)
    with pytest.raises(InputError, match="holds a secret: api_key") as caught:
        acquire(UrlOrigin(url=url + "?api_key=abc"), open_reach)
    assert "abc" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "parted"),
    [
        ("https://a.org/t.csv?v=1", ("https://a.org/t.csv?v=1", "", "")),
        ("https://a.org/t.csv?v=1&sig=a%2Bb", ("https://a.org/t.csv?v=1", "sig", "a+b")),
        ("https://a.org/?X-Amz-Date=2&X-Amz-Signature=f0", ("https://a.org/?X-Amz-Date=2", "X-Amz-Signature", "f0")),
        ("https://a.org/?token=", ("https://a.org/?token=", "", "")),
        ("https://a.org/?page_token=5", ("https://a.org/?page_token=5", "", "")),
        ("https://[", ("https://[", "", "")),
    ],
)
def test_a_secret_parameter_is_parted_from_its_address(url, parted):
    assert part_secret(url) == parted


def test_two_secrets_in_one_address_are_refused():
    with pytest.raises(InputError, match="several secrets: key, token"):
        part_secret("https://a.org/?key=1&token=2")


def test_an_origin_says_where_the_file_came_from():
    assert UrlOrigin(url="https://a.org/x/towns.csv?v=2").words() == "towns.csv from a.org"
    assert UrlOrigin.model_validate_json(UrlOrigin(url="https://a.org/").model_dump_json()).kind == "url"
    answer = Answer("https://a.org/moved.csv", {})
    assert web_file.named(answer, "https://a.org/", "text") == ("moved.csv", [])
