import gzip
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data import ReadOptions, Table, read_table
from core.errors import DataError, LimitError


def write(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, options: ReadOptions | None = None, name: str = "data.csv") -> Table:
    return read_table(write(folder, text, name), options)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"a,b\n", "no rows"),
        (b"a,b\n\n\n", "no rows"),
        (b"a,b\n,\nNA,\n", "no usable rows"),
        (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.", "pickle"),
        (b"\x80\x02}q\x00.", "pickle"),
        (b"cos\nsystem\n(S'true'\ntR.", "pickle"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "HTML"),
        (b"\xef\xbb\xbf<html><head></head></html>", "HTML"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b'{"a": [1, 2]}', "JSON"),
        (b'[{"a": 1}]', "JSON"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"PAR1" + b"\0" * 50, "Parquet"),
        (b"SQLite format 3\x00" + b"\0" * 50, "SQLite"),
        (bytes(range(256)) * 50, "binary"),
        (b"a,b\n1,2\n\x00\x00\x00\x01\x02\n", "binary"),
        (b"\x1f\x8b\x08\x00" + b"\0" * 20, "gzip"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_what_it_is(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read(tmp_path, content)


@pytest.mark.parametrize("name", ["model.pkl", "page.html", "noending", "archive.7z", "model.pkl.gz"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="not read"):
        read(tmp_path, "a,b\n1,2\n", name=name)


def test_messages_speak_of_the_users_name_and_never_of_the_stored_path(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n", "3f2a")
    with pytest.raises(DataError) as caught:
        read_table(path, name="../../Sales <b>.csv")
    assert "Sales <b>.csv" in caught.value.message
    assert str(tmp_path) not in caught.value.message
    assert "3f2a" not in caught.value.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("encoding", "text", "kept"),
    [
        ("utf-8", "name,n\nMüller,1\n", "Müller"),
        ("utf-8-sig", "name,n\nMüller,1\n", "Müller"),
        ("utf-16", "name,n\nMüller,1\n", "Müller"),
        ("utf-16-le", "name,n\nMuller and son,1\n", "Muller and son"),
        ("utf-16-be", "name,n\nMuller and son,1\n", "Muller and son"),
        ("latin-1", "name,n\nMüller,1\nÉric,2\n", "Müller"),
        ("cp1252", "name,n\n“Café” €,1\n", "“Café” €"),
    ],
)
def test_encodings_load_right(tmp_path: Path, encoding: str, text: str, kept: str) -> None:
    table = read(tmp_path, text.encode(encoding))
    assert list(table.frame.columns) == ["name", "n"]
    assert table.frame["name"].iloc[0] == kept


def test_a_guessed_encoding_is_announced_and_can_be_changed(tmp_path: Path) -> None:
    content = "name,n\nŁódź,1\n".encode("cp1250")
    guessed = read(tmp_path, content)
    assert any("encoding was guessed" in warning for warning in guessed.warnings)
    assert read(tmp_path, content, ReadOptions(encoding="cp1250")).frame["name"].iloc[0] == "Łódź"


def test_cyrillic_is_recognised(tmp_path: Path) -> None:
    lines = "город,население\n" + "\n".join(f"Москва и область номер {i},{i}" for i in range(50))
    assert read(tmp_path, lines.encode("cp1251")).frame.columns[0] == "город"


@pytest.mark.parametrize(
    ("encoding", "words"), [("cp1251", "Windows-1251 (Cyrillic)"), ("koi8-r", "KOI8-R (Cyrillic)")]
)
def test_cyrillic_is_told_from_its_neighbours_and_named(tmp_path: Path, encoding: str, words: str) -> None:
    people = ("Иван Петров;Москва", "Анна Смирнова;Санкт-Петербург", "Ольга;Новосибирск")
    path = tmp_path / "t.csv"
    path.write_bytes(("имя;город\n" + "".join(f"{person}\n" for person in people) * 30).encode(encoding))
    table = read_table(path)
    assert table.frame.iloc[0].tolist() == ["Иван Петров", "Москва"]
    assert f"The encoding was guessed: {words}. If letters look wrong, choose another encoding." in table.warnings


def test_columns_lined_up_by_spaces_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("name      value\n" + "".join(f"n{n:<9}town {n}\n" for n in range(9)), encoding="utf-8")
    assert any("lined up by spaces are not read apart" in told for told in read_table(path).warnings)
    path.write_text("name\n" + "a  b\nab\n" * 9, encoding="utf-8")
    assert not any("lined up" in told for told in read_table(path).warnings)


def test_proven_utf8_is_not_announced(tmp_path: Path) -> None:
    assert read(tmp_path, "name,n\nMüller,1\n").warnings == []


@pytest.mark.parametrize("encoding", ["no-such", "zlib_codec", "ascii"])
def test_an_encoding_that_does_not_fit_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(DataError, match="encoding"):
        read(tmp_path, "name,n\nMüller,1\n", ReadOptions(encoding=encoding))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (["id", "note"], ["1", "a b"], ["2", "c d"], ["3", "e f"]))
    table = read(tmp_path, text)
    assert table.shape == (3, 2)
    assert table.read_as["delimiter"] == delimiter


def test_a_semicolon_table_with_commas_in_its_texts_keeps_its_columns(tmp_path: Path) -> None:
    table = read(tmp_path, "id;note\n1;a,b,c\n2;d,e,f\n")
    assert table.frame["note"].tolist() == ["a,b,c", "d,e,f"]
    assert any("semicolons" in warning for warning in table.warnings)


def test_one_column_with_commas_in_its_texts_stays_one_column(tmp_path: Path) -> None:
    assert read(tmp_path, "text\nhello, you\nbye, now\n\nwell\n").frame["text"].tolist() == [
        "hello, you",
        "bye, now",
        "well",
    ]


def test_the_delimiter_can_be_chosen(tmp_path: Path) -> None:
    assert read(tmp_path, "a b,c\n1 2,3\n", ReadOptions(delimiter=" ")).frame.columns.tolist() == ["a", "b,c"]


def test_title_lines_above_the_names_are_left_out_and_told(tmp_path: Path) -> None:
    table = read(tmp_path, "Report of May\na,b,c\n1,2,3\n4,5,6\n7,8,9\n")
    assert table.frame.to_dict("list") == {"a": [1, 4, 7], "b": [2, 5, 8], "c": [3, 6, 9]}
    told = "The first line, which begins with “Report of May”, stands above the table and was left out."
    assert table.warnings == [told]


def test_the_separator_line_of_excel_is_understood(tmp_path: Path) -> None:
    assert read(tmp_path, "sep=;\na;b\n1;2\n").frame.to_dict("list") == {"a": [1], "b": [2]}


def test_a_file_without_names_gets_numbered_columns(tmp_path: Path) -> None:
    table = read(tmp_path, "5.1,3.5\n4.9,3.0\n")
    assert table.frame.to_dict("list") == {"column 1": [5.1, 4.9], "column 2": [3.5, 3.0]}
    assert any("read as a row" in warning for warning in table.warnings)


def test_names_that_are_running_numbers_stay_names(tmp_path: Path) -> None:
    assert read(tmp_path, "0,1,2\n5,6,7\n").frame.columns.tolist() == ["0", "1", "2"]


def test_names_survive_whatever_they_are(tmp_path: Path) -> None:
    table = read(tmp_path, "<script>alert(1)</script>, a ,a,,a_2,\n1,2,3,4,5,6\n")
    assert table.frame.columns.tolist() == ["<script>alert(1)</script>", "a", "a_3", "column 4", "a_2", "column 6"]
    assert len(table.warnings) == 2


def test_an_open_quote_is_refused_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 3 "):
        read(tmp_path, 'a,b\n1,2\n"open,3\n4,5\n6,7\n')


def test_an_open_quote_that_a_later_one_seems_to_close_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 2 "):
        read(tmp_path, 'a,b\n"open,1\n2,3\n"x",4\n5,6\n')


def test_quotes_can_be_taken_as_they_stand(tmp_path: Path) -> None:
    table = read(tmp_path, 'size,n\n5",1\n"6,2\n', ReadOptions(quotes=False))
    assert table.frame["size"].tolist() == ['5"', '"6']


def test_a_stray_quote_within_its_line_is_announced(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n"say "hi" now",1\nx,2\n')
    assert table.shape == (2, 2)
    assert any("line 2" in warning for warning in table.warnings)


def test_quoted_line_ends_and_delimiters_stay_in_their_value(tmp_path: Path) -> None:
    assert read(tmp_path, 'a,b\n"x\ny",1\n"p,q",2\n').frame["a"].tolist() == ["x\ny", "p,q"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path: Path, end: str) -> None:
    assert read(tmp_path, end.join(["a,b", "1,2", "3,4", ""])).frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}


def test_short_rows_are_padded_and_counted(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b,c\n1,2,3\n4\n5,6\n")
    assert table.shape == (3, 3)
    assert table.frame["c"].isna().tolist() == [False, True, True]
    assert any("2 rows have fewer values" in warning for warning in table.warnings)


def test_long_rows_are_refused_by_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Line 3 of the file holds more values"):
        read(tmp_path, "a,b\n1,2\n3,4,5\n6,7\n")


def test_few_long_rows_among_many_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = ["a,b", *(f"{i},{i}" for i in range(500))]
    lines[100] = "1,2,3"
    table = read(tmp_path, "\n".join(lines))
    assert len(table.frame) == 499
    assert 99 not in table.frame["a"].tolist()
    assert any(warning.startswith("Line 101") for warning in table.warnings)


def test_trailing_delimiters_lose_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2,\n3,4,\n5,6\n").frame.to_dict("list") == {"a": [1, 3, 5], "b": [2, 4, 6]}


def test_row_names_without_a_heading_become_a_column(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\nr1,1,2\nr2,3,4\n")
    assert table.frame.columns.tolist() == ["row name", "a", "b"]
    assert table.frame["b"].tolist() == [2, 4]


def test_empty_rows_at_the_end_are_left_out(tmp_path: Path) -> None:
    table = read(tmp_path, "a,b\n1,2\n,\n3,4\n,\n,\n")
    assert table.shape == (3, 2)
    assert any("2 empty rows" in warning for warning in table.warnings)


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(b"a,b\n1,2\n"), name="data.csv.gz").shape == (1, 2)


def test_a_gzip_that_is_cut_off_is_told(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"".join(f"{i},{i * 7}\n".encode() for i in range(5000)))
    with pytest.raises(DataError, match="cut off"):
        read(tmp_path, packed[:-2000], name="data.csv.gz")


def test_a_gzip_bomb_is_refused_quickly(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=6) as file:
        for _ in range(80):
            file.write(b"1" * 1_048_576)
    started = time.process_time()
    with pytest.raises(LimitError, match="limit"):
        read_table(path)
    assert time.process_time() - started < 3


def test_a_pickle_in_gzip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="pickle"):
        read(tmp_path, gzip.compress(b"\x80\x04}\x94."), name="data.csv.gz")


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="10,001 columns"):
        read(tmp_path, ",".join(f"c{i}" for i in range(10_001)) + "\n" + ",".join("1" * 10_001))


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    table = read(tmp_path, ",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join(["1"] * 10_000) + "\n")
    assert table.shape == (1, 10_000)


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.data.scan.TABLE_ROWS", 10)
    with pytest.raises(LimitError, match="more than 10 rows"):
        read(tmp_path, "a,b\n" + "1,2\n" * 11)


def test_one_endless_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="line 2 is longer"):
        read(tmp_path, "a,b\n" + "x" * 200_000 + ",1\n")


def test_fifty_thousand_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({f"n{i}": rng.normal(size=50_000).round(4) for i in range(10)})
    for i in range(5):
        frame[f"t{i}"] = rng.choice(["alpha", "beta", "gamma delta"], 50_000)
    frame.to_csv(tmp_path / "large.csv", index=False)
    table = read_table(tmp_path / "large.csv")
    pd.testing.assert_frame_equal(table.frame, frame.astype(dict.fromkeys(frame.columns[10:], "str")))


def test_a_first_line_whose_words_stand_below_again_is_a_row(tmp_path: Path) -> None:
    rows = [f"{n},0.{n},{'yes' if n % 2 else 'no'},2023-01-{n:02d}" for n in range(1, 21)]
    table = read(tmp_path, "\n".join(rows) + "\n")
    assert list(table.frame) == ["column 1", "column 2", "column 3", "column 4"]
    assert len(table.frame) == 20
    assert table.read_as["header"] == "no"


def test_a_first_line_with_a_date_and_a_word_of_its_own_is_names(tmp_path: Path) -> None:
    table = read(tmp_path, "country,2023-01-01,2023-02-01\n" + "DE,1,2\nFR,3,4\n" * 10)
    assert list(table.frame) == ["country", "2023-01-01", "2023-02-01"]
