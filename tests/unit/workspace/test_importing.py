import bz2
import gzip
import lzma
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from core.data.large import sample
from core.data.large.read import read_large
from core.data.options import ReadOptions
from core.errors import DataError, LimitError
from core.framing.frame import Task
from core.limits import MB
from core.workspace import Workspace, importing
from core.workspace.archive import export_project, import_project
from core.workspace.upkeep import purge


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a table of more than 200 rows for a large one, and a file of more than 100 bytes for one read by column."""
    monkeypatch.setattr(sample, "WORKING_ROWS", 200)
    monkeypatch.setattr(importing, "WHOLE_BYTES", 100)


def csv(folder: Path, rows: int = 1_000) -> Path:
    path = folder / "t.csv"
    path.write_text("n,y\n" + "".join(f"{n},{'yes' if n % 10 == 0 else 'no'}\n" for n in range(rows)))
    return path


def test_a_small_table_is_worked_on_whole(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    brought = importing.bring(workspace, csv(tmp_path, 5), name="t.csv", now=noon)
    assert (brought.ref.rows, brought.ref.columns, brought.ref.whole) == (5, 2, None)
    assert workspace.read_table(brought.ref.content_hash)["n"].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("small")
def test_of_a_large_table_a_stated_sample_is_worked_on(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    brought = importing.bring(workspace, csv(tmp_path), name="t.csv", target="y", now=noon)
    ref = brought.ref
    assert ref.whole is not None
    assert (ref.rows, ref.whole.rows, ref.whole.stratified_by) == (200, 1_000, "y")
    assert ref.whole.words(ref.rows) == ("a random sample of 200 of 1,000 rows (seed 7, the shares of `y` kept)")
    assert workspace.read_table(ref.content_hash)["y"].value_counts().to_dict() == {"no": 180, "yes": 20}
    facts = importing.facts_of(workspace, ref)
    assert facts is not None
    assert facts.columns[1].top == (("no", 900), ("yes", 100))
    assert not list((workspace.home / "uploads").iterdir())


@pytest.mark.usefixtures("small")
def test_another_outcome_has_the_sample_drawn_anew(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    project = workspace.create("Large", now=noon)
    brought = importing.bring(workspace, csv(tmp_path), name="t.csv", now=noon)
    project = importing.attach(workspace, project, brought, now=noon)
    assert not importing.needs_draw(workspace, project)
    frame = project.frame.model_copy(update={"target": "y", "task": Task.BINARY})
    project = project.updated(frame=frame)
    assert importing.needs_draw(workspace, project)
    assert project.data is not None
    ref = importing.draw(workspace, project.data, "y")
    again = importing.redrawn(project, ref, now=noon)
    assert not importing.needs_draw(workspace, again)
    assert again.decisions[-1].what.startswith("Drew a random sample of 200 of 1,000 rows")
    assert ref.content_hash != project.data.content_hash


@pytest.mark.usefixtures("small")
def test_each_row_of_a_sample_is_found_in_the_full_table(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    ref = importing.bring(workspace, csv(tmp_path), name="t.csv", now=noon).ref
    assert ref.whole is not None
    places = workspace.tables.places(ref.content_hash)
    assert places is not None
    full = workspace.read_table(ref.whole.content_hash).iloc[places].reset_index(drop=True)
    pd.testing.assert_frame_equal(workspace.read_table(ref.content_hash), full)
    assert workspace.tables.places(ref.whole.content_hash) is None


@pytest.mark.usefixtures("small")
def test_upkeep_leaves_the_full_table_and_its_facts(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    project = workspace.create("Large", now=noon)
    brought = importing.bring(workspace, csv(tmp_path), name="t.csv", now=noon)
    workspace.save(importing.attach(workspace, project, brought, now=noon), now=noon)
    late = noon.replace(year=2040)
    purge(workspace, now=late)
    assert importing.facts_of(workspace, brought.ref) is not None
    assert workspace.tables.places(brought.ref.content_hash) is not None
    assert brought.ref.whole is not None
    assert workspace.tables.path(brought.ref.whole.content_hash).exists()


@pytest.mark.usefixtures("small")
def test_a_project_file_holds_the_sample_alone(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    project = workspace.create("Large", now=noon)
    brought = importing.bring(workspace, csv(tmp_path), name="t.csv", now=noon)
    project = workspace.save(importing.attach(workspace, project, brought, now=noon), now=noon)
    copy = import_project(workspace, export_project(workspace, project.id, tmp_path / "p.fairway"), now=noon)
    assert copy.data is not None
    assert copy.data.whole is None
    assert "a random sample of 200 of 1,000 rows" in copy.data.warnings[-1]
    assert len(workspace.read_table(copy.data.content_hash)) == 200


def test_a_file_that_cannot_be_read_leaves_nothing(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n")
    with pytest.raises(DataError, match="no rows below them"):
        importing.bring(workspace, path, name="t.csv", now=noon)
    assert list((workspace.home / "tables").iterdir()) == []


def test_the_same_table_is_attached_once(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    project = workspace.create("Twice", now=noon)
    brought = importing.bring(workspace, csv(tmp_path, 5), name="t.csv", now=noon)
    once = importing.attach(workspace, project, brought, now=noon)
    assert importing.attach(workspace, once, brought, now=noon) is once
    assert isinstance(workspace.read_table(once.data.content_hash), pd.DataFrame)  # type: ignore[union-attr]


@pytest.mark.parametrize("whole_bytes", [100, 10_000_000], ids=["by column", "whole"])
def test_the_order_of_dates_and_the_options_reach_the_schema_and_the_next_reading(
    whole_bytes: int, workspace: Workspace, tmp_path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "WHOLE_BYTES", whole_bytes)
    path = tmp_path / "t.csv"
    path.write_text("when;n\n" + "".join(f"0{n % 8 + 1}/0{n % 7 + 1}/2023;{n},5\n" for n in range(40)))
    found = importing.bring(workspace, path, name="t.csv", now=noon)
    assert found.table_schema["when"].date_format == "%d/%m/%Y"
    assert any("they were read day first (“08/01/2023” is 8 January 2023)" in told for told in found.ref.warnings)
    options = ReadOptions(date_order="month first", missing=("?",))
    chosen = importing.bring(workspace, path, name="t.csv", now=noon, options=options)
    assert chosen.table_schema["when"].date_format == "%m/%d/%Y"
    assert not any("month first" in told for told in chosen.ref.warnings)
    assert ReadOptions.from_dict(chosen.ref.origin["options"]) == options


def packed(folder: Path, ending: str) -> Path:
    text = csv(folder).read_bytes()
    path = folder / f"t.{ending}"
    if ending == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("first.csv", text)
            archive.writestr("other.csv", "a,b\n1,2\n")
    else:
        path.write_bytes({"csv.gz": gzip, "csv.bz2": bz2, "csv.xz": lzma}[ending].compress(text))
    return path


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("ending", ["csv.gz", "csv.bz2", "csv.xz", "zip"])
def test_a_packed_text_is_read_by_column_where_it_is_large_unpacked(
    workspace: Workspace, tmp_path: Path, noon: datetime, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(
        importing, "read_large", lambda *given, **named: read.append(given[1]) or read_large(*given, **named)
    )
    path = packed(tmp_path, ending)
    brought = importing.bring(workspace, path, name=path.name, target="y", now=noon)
    ref = brought.ref
    assert read == ["text"]
    assert ref.whole is not None
    assert (ref.rows, ref.whole.rows, ref.whole.stratified_by) == (200, 1_000, "y")
    assert (ref.read_as["extension"], ref.read_as["delimiter"]) == ("csv", ",")
    assert ref.read_as["packed"] == {"csv.gz": "gzip", "csv.bz2": "bzip2", "csv.xz": "xz", "zip": "zip"}[ending]
    first = "The archive holds 2 tables; the first, `first.csv`, was read. Left aside: `other.csv`."
    assert (first in ref.warnings) == (ending == "zip")
    assert not list((workspace.home / "uploads").iterdir())


@pytest.mark.usefixtures("small")
def test_a_packed_text_that_unpacks_too_far_is_refused(
    workspace: Workspace, tmp_path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PACKED_LARGE_BYTES", 1_000)
    with pytest.raises(LimitError, match="This compressed file unpacks to more than"):
        importing.bring(workspace, packed(tmp_path, "csv.gz"), name="t.csv.gz", now=noon)
    assert not list((workspace.home / "uploads").iterdir())


@pytest.mark.parametrize("name", ["../../out.csv", "/etc/passwd.csv", "<script>alert(1)</script>.csv", "a\\..\\b.csv"])
def test_the_users_name_of_a_file_forms_no_path(
    workspace: Workspace, tmp_path: Path, noon: datetime, name: str
) -> None:
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(workspace.home)}
    path = csv(tmp_path, 30)
    found = importing.bring(workspace, path, name=name, now=noon)
    project = importing.attach(workspace, workspace.create(name[:60], now=noon), found, now=noon)
    workspace.save(project, now=noon)
    assert found.ref.name == name
    made = {one for one in tmp_path.rglob("*") if not one.is_relative_to(workspace.home)}
    assert made - before == {path}
    stems = {"passwd", "script", "out", "alert"}
    assert not [one for one in workspace.home.rglob("*") if any(stem in one.name for stem in stems)]


@pytest.mark.parametrize(
    ("name", "size", "quick"),
    [
        ("t.csv", 8 * MB, True),
        ("t.CSV", 8 * MB + 1, False),
        ("t.json", 8 * MB, True),
        ("t.csv.gz", MB, True),
        ("t.csv.gz", MB + 1, False),
        ("t.xlsx", MB + 1, False),
        ("t.parquet", MB + 1, False),
        ("t.sav", MB + 1, False),
        ("table", MB + 1, False),
    ],
)
def test_what_may_unpack_to_more_is_read_at_once_only_where_it_is_small(
    name: str, size: int, quick: bool, tmp_path: Path
) -> None:
    path = tmp_path / "upload.part"
    with path.open("wb") as file:
        file.truncate(size)
    assert importing.is_quick(path, name) is quick
