import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import event

from core.errors import StorageError
from core.framing.frame import Frame
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.files import TEMPORARY, read_json, write_bytes, write_json

ROOT = Path(__file__).resolve().parents[3]


def leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob(f"{TEMPORARY}*"))


@pytest.mark.parametrize("call", ["os.replace", "os.fsync"])
@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "may not write"), (errno.EIO, "refused to write")],
)
def test_a_refused_write_leaves_the_old_file_and_says_why(tmp_path, monkeypatch, call, number, words):
    path = tmp_path / "board.json"
    write_json(path, {"version": "old"})

    def refuse(*_arguments, **_options):
        raise OSError(number, "as the system would say", "/srv/secret/path")

    monkeypatch.setattr(call, refuse)
    with pytest.raises(StorageError, match=words) as refused:
        write_json(path, {"version": "new"})
    monkeypatch.undo()
    assert "/srv" not in refused.value.message
    assert read_json(path) == {"version": "old"}
    assert leftovers(tmp_path) == []


def test_a_disk_that_fills_up_while_a_table_is_written_leaves_no_half_table(workspace, frame, monkeypatch):
    def half(_frame: pd.DataFrame, path: Path) -> None:
        path.write_bytes(b"PAR1 half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.data.store.write_parquet", half)
    with pytest.raises(StorageError, match="disk is full"):
        workspace.write_table(frame)
    assert list((workspace.home / "tables").iterdir()) == []


def test_a_database_that_is_full_keeps_the_old_revision(settings, noon):
    workspace = Workspace.open(settings)
    made = workspace.create("Churn", now=noon)
    workspace.database.engine.dispose()

    @event.listens_for(workspace.database.engine, "connect")
    def limit(connection, _record):
        cursor = connection.cursor()
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}")

    with pytest.raises(StorageError, match="disk is full"):
        workspace.save(made.updated(frame=Frame(question=os.urandom(200_000).hex())), now=noon)
    assert workspace.get(made.id) == made
    assert [revision.number for revision in workspace.history(made.id)] == [0]
    workspace.database.close()


def test_a_copy_that_fails_half_way_leaves_nothing(workspace, noon, monkeypatch):
    made = workspace.create("Churn", now=noon)
    folder = workspace.artefact_dir(made.id, "bundle", "abc")
    for name in ("a", "b"):
        write_bytes(folder / name, b"x")
    real = os.link

    def refuse_b(source, target):
        if Path(source).name == "b":
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr("os.link", refuse_b)
    monkeypatch.setattr("shutil.copyfile", refuse_b)
    with pytest.raises(StorageError, match="disk is full"):
        workspace.duplicate(made.id, now=noon)
    monkeypatch.undo()
    assert [path.name for path in (workspace.home / "projects").iterdir()] == [made.id]
    assert len(workspace.list()) == 1


def test_a_home_that_cannot_be_made_names_the_setting_and_no_path(tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings = Settings.from_environment({"FAIRWAY_HOME": str(tmp_path / "file" / "home")})
    with pytest.raises(StorageError, match="Set FAIRWAY_HOME") as refused:
        Workspace.open(settings)
    assert str(tmp_path) not in refused.value.message


def test_a_database_file_that_is_none_says_so(settings):
    settings.home.mkdir(parents=True)
    (settings.home / "fairway.db").write_bytes(b"no database " * 1000)
    with pytest.raises(StorageError, match="database file is damaged"):
        Workspace.open(settings)


def killed_after(code: str, seconds: float, *arguments: str) -> None:
    """Run Python code, wait for its first line, and kill it a little later."""
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"go\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_writer_killed_at_any_moment_leaves_one_whole_version(tmp_path):
    path = tmp_path / "blob"
    write_bytes(path, b"a" * 3_000_000)
    code = (
        "import sys; from pathlib import Path; from core.workspace.files import write_bytes\n"
        "print('go', flush=True)\n"
        "while True:\n"
        "    for letter in (b'a', b'b'): write_bytes(Path(sys.argv[1]), letter * 3_000_000)\n"
    )
    for seconds in (0.011, 0.023, 0.037):
        killed_after(code, seconds, str(path))
        assert path.read_bytes() in (b"a" * 3_000_000, b"b" * 3_000_000)


def test_a_saver_killed_at_any_moment_leaves_a_project_that_opens(workspace, noon):
    made = workspace.create("Churn", now=noon)
    code = (
        "import sys; from datetime import UTC, datetime\n"
        "from core.framing.frame import Frame; from core.settings import Settings\n"
        "from core.workspace import Workspace\n"
        "workspace = Workspace.open(Settings.from_environment({'FAIRWAY_HOME': sys.argv[1]}))\n"
        "project = workspace.get(sys.argv[2])\n"
        "print('go', flush=True)\n"
        "while True:\n"
        "    question = f'{project.revision + 1} ' * 20_000\n"
        "    project = workspace.save(project.updated(frame=Frame(question=question)), now=datetime.now(UTC))\n"
    )
    revision = 0
    for seconds in (0.05, 0.09):
        killed_after(code, seconds, str(workspace.home), made.id)
        found = workspace.get(made.id)
        assert found.revision > revision
        assert found.frame.question == f"{found.revision} " * 20_000
        assert workspace.at_revision(made.id, found.revision) == found
        revision = found.revision
