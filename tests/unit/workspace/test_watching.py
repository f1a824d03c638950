import gzip
import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import DataError, NotFoundError
from core.runtime.bundle import BundleInfo
from core.runtime.schema import InputColumn, InputSchema
from core.workspace import Workspace, watching

INFO = BundleInfo(
    title="Test model",
    task="binary",
    target="y",
    input=InputSchema((InputColumn("n", "number"), InputColumn("c", "category", levels=("a", "b")))),
    classes=("no", "yes"),
    positive="yes",
    read_as={"format": "text", "delimiter": ";", "decimal": ",", "encoding": "utf-8", "missing": '["-9"]'},
)
ANSWER = json.dumps({"at": "2026-11-20T10:00:00+00:00", "row": {"n": 1.5, "c": "a"}, "prediction": "no"}) + "\n"


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_exported", lambda *_: SimpleNamespace(info=INFO))


def kept(workspace: Workspace, folder: Path, content: bytes, name: str, noon: datetime):
    path = folder / "upload.part"
    path.write_bytes(content)
    project = workspace.create("Watched", now=noon)
    return watching.keep_later(workspace, project, path, name=name, now=noon)


@pytest.mark.usefixtures("exported")
def test_a_later_table_is_read_by_the_signs_of_the_training_file(
    workspace: Workspace, tmp_path: Path, noon: datetime
) -> None:
    watch = kept(workspace, tmp_path, b"n;c;y\n1,234;a;yes\n-9;b;no\n", "later.csv", noon)
    table = workspace.read_table(watch.content_hash)
    assert (watch.rows, watch.notes) == (2, ())
    assert table["n"].tolist()[0] == 1.234
    assert table["n"].isna().tolist() == [False, True]
    assert table["y"].tolist() == ["yes", "no"]


@pytest.mark.usefixtures("exported")
def test_what_is_read_otherwise_is_kept_with_it(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    watch = kept(workspace, tmp_path, b"n,c\n1.5,a\n", "later.csv", noon)
    assert [note.partition(".")[0] for note in watch.notes] == ["later"]


@pytest.mark.usefixtures("exported")
def test_a_table_that_cannot_be_read_for_certain_is_refused(
    workspace: Workspace, tmp_path: Path, noon: datetime
) -> None:
    with pytest.raises(DataError, match=r"later\.csv: column `n` holds “1728\.65”"):
        kept(workspace, tmp_path, b"n;c\n1728.65;a\n", "later.csv", noon)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ANSWER.encode(), "predictions.jsonl"),
        (ANSWER.encode(), "predictions.jsonl.3"),
        (gzip.compress(ANSWER.encode(), mtime=0), "predictions.jsonl.gz"),
        (gzip.compress(ANSWER.encode(), mtime=0), "predictions.jsonl.1.gz"),
    ],
)
def test_a_log_is_kept_as_one_however_it_is_called(
    workspace: Workspace, tmp_path: Path, noon: datetime, content: bytes, name: str
) -> None:
    watch = kept(workspace, tmp_path, content, name, noon)
    assert (watch.content_hash[:4], watch.rows, watch.name) == ("log:", 1, name)


def test_without_an_export_a_table_is_not_taken(workspace: Workspace, tmp_path: Path, noon: datetime) -> None:
    with pytest.raises(NotFoundError, match="No model was exported yet"):
        kept(workspace, tmp_path, b"n;c\n1,5;a\n", "later.csv", noon)
