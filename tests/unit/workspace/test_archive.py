import hashlib
import io
import json
import pickle
import stat
import zipfile
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.pipeline import Pipeline

from core.errors import DamagedProjectError, DataError, FairwayError, InputError, LimitError, NotFoundError
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.project.document import DataRef, Watch
from core.train.board import Leaderboard, Run, RunStatus
from core.train.search import FittedRun
from core.workspace.archive import export_project, import_project


@pytest.fixture
def project(workspace, frame, noon):
    """A project with a table, a later table, and a training of one candidate."""
    later = frame.assign(age=[1.0, 2.0, 3.0])
    data = DataRef(
        content_hash=workspace.write_table(frame), name="a.csv", rows=3, columns=2, size_bytes=9, imported=noon
    )
    watch = Watch(at=noon, name="b.csv", content_hash=workspace.write_table(later), rows=3, verdict="same")
    made = workspace.create("Churn", now=noon)
    made = workspace.save(
        made.updated(frame=Frame(question="Who leaves?"), data=data, watches=(watch,), training="abc"), now=noon
    )
    folder = workspace.training(made.id, "abc")
    run = Run(key="forest", title="Forest", status=RunStatus.DONE, score=1.0)
    values = np.array([1.0, 2.0])
    model = Pipeline([("model", DummyRegressor())]).fit(np.zeros((2, 1)), values)
    outcomes = Outcomes(task=Task.REGRESSION, actual=values, values=values)
    folder.save_fitted(FittedRun(run, model, outcomes, np.array([0, 1]), np.array([0, 2])))
    folder.write_board(
        Leaderboard(
            fingerprint="abc", metric="rmse", higher_is_better=False, runs=(run,), rows=2, test_rows=1, folds=2, seed=7,
            budget_seconds=10, finished=True,
        )
    )  # fmt: skip
    return made


@pytest.fixture
def archive(workspace, project, tmp_path):
    return export_project(workspace, project.id, tmp_path / "churn.fairway")


def parts_of(archive) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(path, parts: dict[str, bytes], *, sign: bool = True):
    """Write a project file; with ``sign`` the manifest fits the parts, as an attacker would make it fit."""
    if sign:
        entries = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
        entries.pop("manifest.json", None)
        parts = {**parts, "manifest.json": json.dumps({"format": 1, "entries": entries}).encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def refused(workspace, path, noon, kind=InputError, match=None) -> None:
    before = sorted(path.name for path in (workspace.home / "projects").iterdir())
    listed = workspace.list()
    with pytest.raises(kind, match=match) as error:
        import_project(workspace, path, now=noon)
    assert "/" not in error.value.message
    assert workspace.list() == listed
    assert sorted(path.name for path in (workspace.home / "projects").iterdir()) == before


def test_a_project_comes_back_as_a_copy_with_everything_in_it(workspace, project, archive, frame, noon):
    later = noon + timedelta(days=1)
    copy = import_project(workspace, archive, now=later)
    assert copy.id != project.id
    assert (copy.name, copy.revision, copy.frame, copy.data) == ("Churn", 0, project.frame, project.data)
    assert (copy.created, copy.changed) == (later, later)
    assert copy.decisions[-1].what == "Opened from a project file as a copy."
    assert workspace.get(copy.id) == copy
    ours, theirs = workspace.training(project.id, "abc"), workspace.training(copy.id, "abc")
    assert theirs.board() == ours.board()
    assert theirs.outcomes("forest").values.tolist() == [1.0, 2.0]
    assert theirs.pipeline("forest").predict(np.zeros((1, 1))).tolist() == [1.5]


def test_it_opens_in_another_workspace_that_never_saw_the_table(archive, project, frame, tmp_path, noon):
    from core.settings import Settings
    from core.workspace import Workspace

    other = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(tmp_path / "other")}))
    copy = import_project(other, archive, now=noon)
    pd.testing.assert_frame_equal(other.read_table(copy.data.content_hash), frame)
    assert len(other.read_table(copy.watches[0].content_hash)) == 3
    other.database.close()


def test_the_same_project_gives_the_same_file(workspace, project, archive, tmp_path):
    again = export_project(workspace, project.id, tmp_path / "again.fairway")
    assert again.read_bytes() == archive.read_bytes()


def test_a_project_without_a_table_travels_too(workspace, noon, tmp_path):
    made = workspace.create("Empty", now=noon)
    path = export_project(workspace, made.id, tmp_path / "empty.fairway")
    assert sorted(parts_of(path)) == ["manifest.json", "project.json"]
    assert import_project(workspace, path, now=noon).name == "Empty"


def test_a_candidate_still_at_work_stays_at_home(workspace, project, tmp_path):
    (workspace.training(project.id, "abc").path / "runs" / "forest" / "run.json").unlink()
    names = parts_of(export_project(workspace, project.id, tmp_path / "x.fairway"))
    assert [name for name in names if "runs" in name] == []


def test_a_project_whose_table_is_gone_is_not_exported_without_it(workspace, project, tmp_path):
    workspace.tables.path(project.data.content_hash).unlink()
    with pytest.raises(NotFoundError, match="table of this project is missing"):
        export_project(workspace, project.id, tmp_path / "x.fairway")
    assert not (tmp_path / "x.fairway").exists()


def test_a_project_too_large_to_come_back_is_not_exported(workspace, project, tmp_path, monkeypatch):
    monkeypatch.setattr("core.limits.ARCHIVE_BYTES", 1000)
    with pytest.raises(LimitError, match="larger than"):
        export_project(workspace, project.id, tmp_path / "x.fairway")


def test_bundles_do_not_travel(workspace, project, tmp_path, noon):
    from core.project.document import Export

    export = Export(
        at=noon, fingerprint="f", blob="b", size_bytes=1, rows_agreeing=1, rows_checked=1, largest_difference=0.0
    )
    workspace.save(project.updated(exports=(export,)), now=noon)
    path = export_project(workspace, project.id, tmp_path / "x.fairway")
    assert import_project(workspace, path, now=noon).exports == ()


@pytest.mark.parametrize("content", [b"", b"PK", b"hello" * 100, b"PK\x05\x06" + b"\0" * 18, pickle.dumps({"a": 1})])
def test_a_file_of_another_kind_is_refused(workspace, tmp_path, noon, content):
    (tmp_path / "x.fairway").write_bytes(content)
    refused(workspace, tmp_path / "x.fairway", noon, match="no project file")


def test_a_file_cut_off_anywhere_is_refused(workspace, archive, noon):
    whole = archive.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        archive.write_bytes(whole[: int(len(whole) * share)])
        refused(workspace, archive, noon)


def test_a_flipped_bit_is_noticed(workspace, archive, noon):
    parts = parts_of(archive)
    parts["project.json"] = parts["project.json"].replace(b"Who leaves?", b"Who stays??")
    refused(workspace, packed(archive, parts, sign=False), noon, match="changed since it was made")


def test_bytes_damaged_within_an_entry_are_noticed(workspace, archive, noon):
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as file:
        entry = file.getinfo("project.json")
    content[entry.header_offset + 30 + len("project.json") + 20] ^= 0xFF
    archive.write_bytes(bytes(content))
    refused(workspace, archive, noon, match="damaged|changed")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil.json", "outside itself"),
        ("/etc/passwd", "outside itself"),
        ("training/../../x/board.json", "outside itself"),
        ("..\\evil.json", "outside itself"),
        ("C:evil.json", "outside itself"),
        ("model.pkl", "pickle"),
        ("training/abc/runs/forest/model.pickle", "pickle"),
        ("training/abc/runs/forest/model.joblib", "pickle"),
        ("readme.txt", "does not belong"),
        ("tables/", "does not belong"),
        ("training/abc/board.json/x", "does not belong"),
    ],
)
def test_an_entry_that_does_not_belong_is_refused(workspace, archive, noon, name, words):
    refused(workspace, packed(archive, {**parts_of(archive), name: b"x"}), noon, match=words)


def test_a_link_is_refused(workspace, archive, noon):
    parts = parts_of(archive)
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            if name == "project.json":
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(entry, content)
    refused(workspace, archive, noon, match="link")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_entry_twice_is_refused(workspace, archive, noon):
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("project.json", b"{}")
    refused(workspace, archive, noon, match="twice")


def test_a_bomb_is_refused_by_what_it_says_it_unpacks_to(workspace, archive, noon, monkeypatch):
    monkeypatch.setattr("core.limits.ARCHIVE_BYTES", 5_000_000)
    parts = {**parts_of(archive), "training/abc/runs/forest/outcomes.npz": b"\0" * 6_000_000}
    packed(archive, parts)
    assert archive.stat().st_size < 50_000
    refused(workspace, archive, noon, kind=LimitError, match="unpacks to more than 4 MB")


def test_a_bomb_within_the_predictions_is_refused(workspace, archive, noon, monkeypatch):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("actual.npy", b"\0" * 6_000_000)
    packed(archive, {**parts_of(archive), "training/abc/runs/forest/outcomes.npz": inner.getvalue()})
    monkeypatch.setattr("core.limits.ARCHIVE_BYTES", 5_000_000)
    refused(workspace, archive, noon, kind=LimitError, match="A part of the project file unpacks")


def test_predictions_of_a_million_million_rows_are_refused_without_making_room_for_them(workspace, archive, noon):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)})
        file.writestr("actual.npy", header.getvalue())
    packed(archive, {**parts_of(archive), "training/abc/runs/forest/outcomes.npz": inner.getvalue()})
    refused(workspace, archive, noon, kind=DamagedProjectError)


def test_too_many_entries_are_refused_before_they_are_listed(workspace, archive, noon, monkeypatch):
    monkeypatch.setattr("core.limits.ARCHIVE_ENTRIES", 3)
    refused(workspace, archive, noon, kind=LimitError, match="more than 3 parts")


def test_a_table_larger_than_a_table_may_be_is_refused(workspace, archive, noon, monkeypatch):
    monkeypatch.setattr("core.data.parquet.TABLE_ROWS", 2)
    refused(workspace, archive, noon, kind=LimitError, match="3 rows")


def test_a_table_that_is_none_is_refused(workspace, project, archive, noon):
    name = f"tables/{project.data.content_hash}.parquet"
    refused(workspace, packed(archive, {**parts_of(archive), name: b"PAR1PAR1"}), noon, kind=DataError)


def test_another_table_under_the_same_name_is_refused(workspace, project, archive, noon):
    parts = parts_of(archive)
    later = parts[f"tables/{project.watches[0].content_hash}.parquet"]
    packed(archive, {**parts, f"tables/{project.data.content_hash}.parquet": later})
    refused(workspace, archive, noon, match="not the one it was made from")


def test_a_table_of_this_server_cannot_be_reached_by_naming_its_hash(workspace, project, archive, noon):
    parts = parts_of(archive)
    del parts[f"tables/{project.data.content_hash}.parquet"]
    refused(workspace, packed(archive, parts), noon, match="incomplete")


def test_a_model_that_is_a_pickle_is_refused(workspace, archive, noon):
    class Trap:
        def __reduce__(self):
            return (exec, ("raise SystemExit('loaded')",))

    name = "training/abc/runs/forest/model.skops"
    refused(workspace, packed(archive, {**parts_of(archive), name: pickle.dumps(Trap())}), noon)


def test_a_model_with_a_foreign_type_is_refused(workspace, archive, noon):
    import skops.io

    name = "training/abc/runs/forest/model.skops"
    packed(archive, {**parts_of(archive), name: skops.io.dumps(Fraction(1, 2))})
    refused(workspace, archive, noon, match="parts that Fairway does not make")


def test_a_candidate_that_names_another_place_is_refused(workspace, archive, noon):
    name = "training/abc/runs/forest/run.json"
    run = json.loads(parts_of(archive)[name])
    forged = json.dumps({**run, "key": "../../other"}).encode()
    refused(workspace, packed(archive, {**parts_of(archive), name: forged}), noon, kind=FairwayError)


def test_a_training_that_names_another_place_is_refused(workspace, archive, noon):
    parts = parts_of(archive)
    forged = json.dumps({**json.loads(parts["project.json"]), "training": "../../other"}).encode()
    refused(workspace, packed(archive, {**parts, "project.json": forged}), noon, kind=FairwayError)


def test_a_newer_format_or_document_is_refused_in_words(workspace, archive, noon):
    parts = parts_of(archive)
    manifest = {**json.loads(parts["manifest.json"]), "format": 9}
    packed(archive, {**parts, "manifest.json": json.dumps(manifest).encode()}, sign=False)
    refused(workspace, archive, noon, match="newer version of Fairway")
    newer = json.dumps({**json.loads(parts["project.json"]), "schema_version": 9}).encode()
    packed(archive, {**parts, "project.json": newer})
    refused(workspace, archive, noon, kind=DamagedProjectError, match="newer version of Fairway")


def test_another_user_cannot_export(workspace, project, tmp_path):
    with pytest.raises(NotFoundError):
        export_project(workspace.for_user("bob"), project.id, tmp_path / "x.fairway")
