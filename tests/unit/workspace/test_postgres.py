"""The same promises on PostgreSQL, on a server of its own; left out where none is installed."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import insert

from core.errors import StaleRevisionError
from core.framing.frame import Frame
from core.jobs import ledger
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.database import Database
from core.workspace.migrations import MIGRATIONS, migrate
from core.workspace.tables import JOBS


def programs() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def run_as_server(*command: str) -> None:
    # PostgreSQL refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def server():
    folder = programs()
    if folder is None or not (folder / "initdb").exists():
        pytest.skip("PostgreSQL is not installed")
    if os.getuid() == 0 and (shutil.which("runuser") is None or not Path("/var/lib/postgresql").exists()):
        pytest.skip("PostgreSQL cannot be started as root, and there is no user postgres")
    import tempfile

    place = Path(tempfile.mkdtemp(prefix="fairway-pg-"))
    place.chmod(0o777)
    data = str(place / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run_as_server(str(folder / "initdb"), "-D", data, "-A", "trust", "-U", "fairway", "--no-sync")
    options = f"-p {port} -k {place} -c fsync=off -c listen_addresses=127.0.0.1"
    run_as_server(str(folder / "pg_ctl"), "-D", data, "-w", "-l", str(place / "log"), "-o", options, "start")
    yield f"postgresql://fairway@127.0.0.1:{port}/"
    run_as_server(str(folder / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def on_postgres(server, tmp_path):
    name = f"t{tmp_path.name}".replace("-", "_").lower()[-50:]
    admin = sqlalchemy.create_engine(
        server.replace("postgresql:", "postgresql+psycopg:") + "postgres", isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(sqlalchemy.text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return Settings.from_environment({"FAIRWAY_HOME": str(tmp_path / "home"), "FAIRWAY_DATABASE_URL": server + name})


def test_projects_are_saved_compared_and_kept(on_postgres, noon):
    workspace = Workspace.open(on_postgres)
    made = workspace.create("Łódź <b> a\0b", now=noon)
    saved = workspace.save(made.updated(frame=Frame(question="a\0b")), now=noon)
    assert workspace.get(made.id) == saved
    with pytest.raises(StaleRevisionError):
        workspace.save(made, now=noon)
    assert workspace.at_revision(made.id, 0) == made
    workspace.delete(made.id, now=noon)
    assert workspace.list() == ()
    assert workspace.restore(made.id) == saved
    workspace.database.close()


def test_an_older_schema_is_migrated_with_a_copy_inside_the_database(on_postgres, noon):
    database = Database(on_postgres.database_url)
    migrate(database, on_postgres.home, now=noon, migrations=MIGRATIONS[:1])
    made = Workspace(on_postgres, database).create("Kept", now=noon)
    migrate(database, on_postgres.home, now=noon)
    assert Workspace(on_postgres, database).get(made.id) == made
    with database.read() as connection:
        assert connection.execute(sqlalchemy.text("SELECT id FROM backup_1_projects")).scalar() == made.id
    database.close()


def test_a_waiting_job_is_taken_once(on_postgres, noon, monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    workspace = Workspace.open(on_postgres)
    for number in range(3):
        values = dict.fromkeys(("project_id", "owner", "message", "error", "log_tail", "host"), "")
        values |= {"id": str(number), "kind": "train", "key": str(number), "params": "{}", "state": "queued"}
        with workspace.database.write() as connection:
            connection.execute(insert(JOBS).values(**values, progress=0.0, created=noon))
    with ThreadPoolExecutor(6) as pool:
        taken = [job_id for job_id in pool.map(lambda _: ledger._take(workspace), range(6)) if job_id]
    assert sorted(taken) == ["0", "1"]
    workspace.database.close()
