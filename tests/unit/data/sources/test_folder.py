"""Files of the operator's folder: by name, and nothing beside them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.data import read_table
from core.data.options import ReadOptions
from core.data.sources import folder as folders
from core.data.sources.folder import FolderOrigin, acquire, table_in, tables_in
from core.data.sources.registry import SOURCES
from core.data.sources.source import Reach
from core.errors import DataError, FairwayError, InputError, LimitError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with tables, what is none, and ways out of it."""
    place = tmp_path / "files"
    (place / "deep").mkdir(parents=True)
    (place / "a.csv").write_text("when;n\n03/04/2023;1,5\n05/06/2023;2,5\n")
    (place / "deep" / "B.CSV.GZ").write_bytes(b"\x1f\x8b")
    (place / "empty.csv").touch()
    (place / "shop.db").write_text("x")
    (place / ".hidden.csv").write_text("a\n1\n")
    (tmp_path / "outside.csv").write_text("secret\n1\n")
    (place / "link.csv").symlink_to(tmp_path / "outside.csv")
    (place / "within.csv").symlink_to(place / "a.csv")
    (place / "linked").symlink_to(tmp_path)
    (place / "folder.csv").mkdir()
    return place


def test_tables_are_listed_by_name_without_links(folder: Path) -> None:
    assert tables_in(folder) == {"a.csv": 37, "empty.csv": 0, "deep/B.CSV.GZ": 2}
    assert tables_in(None) == {}
    assert tables_in(folder / "nowhere") == {}


def test_no_more_are_listed_than_the_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "FOLDER_FILES", 2)
    assert list(tables_in(folder)) == ["a.csv", "empty.csv"]
    monkeypatch.setattr(folders, "VISITED", 1)
    assert len(tables_in(folder)) < 2


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../outside.csv", "deep/../../outside.csv", "deep/../a.csv", "{parent}/outside.csv",
        "{folder}/a.csv", "link.csv", "within.csv", "linked/outside.csv", "folder.csv", "deep", "shop.db",
        ".hidden.csv", "nothing.csv", "a.csv\0", "/etc/passwd", "~/a.csv", "a" * 300 + ".csv",
    ],
)  # fmt: skip
def test_no_file_outside_of_the_folder_is_opened(folder: Path, name: str) -> None:
    with pytest.raises(InputError, match="There is no such file") as error:
        table_in(folder, name.format(parent=folder.parent, folder=folder))
    assert str(folder) not in error.value.message


def test_without_the_setting_nothing_is_opened(reach: Callable[..., Reach]) -> None:
    with pytest.raises(InputError, match="opens no files of its own"):
        acquire(FolderOrigin(name="a.csv"), reach(""))


def test_a_file_is_read_where_it_lies_by_its_options(folder: Path, reach: Callable[..., Reach]) -> None:
    options = ReadOptions(date_order="month first")
    origin = FolderOrigin.model_validate({"name": "a.csv", "options": options.to_dict()})
    found = SOURCES["folder"].acquire(origin, reach("", local_files=folder))
    assert (found.path, found.name, found.options) == (folder / "a.csv", "a.csv", options)
    assert read_table(found.path, found.options).frame["n"].tolist() == [1.5, 2.5]
    assert origin.words() == "a.csv from the folder of this server"


def test_what_is_empty_or_too_large_is_refused(
    folder: Path, reach: Callable[..., Reach], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="0 bytes"):
        acquire(FolderOrigin(name="empty.csv"), reach("", local_files=folder))
    monkeypatch.setattr(folders, "LARGE_BYTES", 30)
    with pytest.raises(LimitError, match="larger than 0 MB"):
        acquire(FolderOrigin(name="a.csv"), reach("", local_files=folder))


def test_an_origin_that_says_more_than_it_may_is_refused(folder: Path, reach: Callable[..., Reach]) -> None:
    with pytest.raises(FairwayError, match="says nothing about how to read"):
        acquire(FolderOrigin(name="a.csv", options={"eval": "x"}), reach("", local_files=folder))
