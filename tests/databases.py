"""Real databases that tests start for themselves: on loopback, on a free port, in a folder of their own."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# pragma: allowlist
SECRET = "p@ss/wörd:%41 'x"
"""A password that an address, a URL and a message each write differently."""


@dataclass(frozen=True)
class Server:
    """A database server that runs: where, and its administrator's and a reader's way in."""

    kind: str
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def address(self, database: str = "shop", user: str = "reader") -> str:
        return f"{self.kind}://{user}@127.0.0.1:{self.port}/{database}"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def left_out(why: str) -> None:
    """Leave a test out, by name, where a server cannot be had; never where everything is to be run."""
    if os.environ.get("CI"):
        raise AssertionError(why)
    pytest.skip(f"Left out: {why}")


def as_user(name: str) -> list[str]:
    """Return what begins a command that must not run as root."""
    return ["runuser", "-u", name, "--"] if os.getuid() == 0 else []


def postgres_programs() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def postgres() -> Iterator[Server]:
    """Start PostgreSQL with a database ``shop`` and a user ``reader`` who needs the password."""
    import psycopg

    folder = postgres_programs()
    if folder is None or not (folder / "initdb").exists():
        left_out("PostgreSQL is not installed")
    assert folder is not None
    place = Path(tempfile.mkdtemp(prefix="fairway-pg-"))
    place.chmod(0o777)
    data, port = str(place / "data"), free_port()
    begin = as_user("postgres")
    quiet: dict[str, Any] = {"check": True, "capture_output": True, "cwd": "/"}
    subprocess.run([*begin, str(folder / "initdb"), "-D", data, "-A", "trust", "-U", "admin", "--no-sync"], **quiet)
    rules = place / "data" / "pg_hba.conf"
    rules.write_text("host all admin 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    options = f"-p {port} -k {place} -c fsync=off -c listen_addresses=127.0.0.1 -c max_connections=20"
    control = [*begin, str(folder / "pg_ctl"), "-D", data, "-w", "-l", str(place / "log")]
    subprocess.run([*control, "-o", options, "start"], **quiet)
    try:
        with psycopg.connect(f"host=127.0.0.1 port={port} user=admin dbname=postgres", autocommit=True) as admin:
            admin.execute(psycopg.sql.SQL("CREATE ROLE reader LOGIN PASSWORD {}").format(SECRET))
            admin.execute("CREATE DATABASE shop TEMPLATE template0 ENCODING 'UTF8'")
        yield Server("postgresql", port)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(place, ignore_errors=True)


def postgres_admin(server: Server) -> Any:
    """Connect as the administrator, who may write."""
    import psycopg

    return psycopg.connect(f"host=127.0.0.1 port={server.port} user=admin dbname=shop", autocommit=True)


@contextmanager
def mariadb() -> Iterator[Server]:
    """Start MariaDB with a database ``shop`` and a user ``reader`` who needs the password."""
    install = shutil.which("mariadb-install-db")
    program = shutil.which("mariadbd") or next((p for p in ("/usr/sbin/mariadbd",) if Path(p).exists()), None)
    if install is None or program is None:
        left_out("MariaDB is not installed")
    place = Path(tempfile.mkdtemp(prefix="fairway-mdb-"))
    place.chmod(0o777)
    port, data, begin = free_port(), f"{place}/data", as_user("mysql")
    subprocess.run(
        [*begin, str(install), "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
         "--skip-test-db"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    process = subprocess.Popen(
        [*begin, str(program), "--no-defaults", f"--datadir={data}", f"--socket={place}/s", f"--port={port}",
         "--bind-address=127.0.0.1", f"--pid-file={place}/pid", "--innodb-flush-log-at-trx-commit=0",
         "--innodb-buffer-pool-size=16M", "--skip-name-resolve"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    server = Server("mysql", port, process)
    try:
        _wait_for(server)
        with mariadb_admin(server, "mysql") as admin, admin.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
            cursor.execute("CREATE USER reader@'127.0.0.1' IDENTIFIED BY %s", (SECRET,))
            # Writing is granted, so that what keeps it from writing is Fairway alone.
            cursor.execute("GRANT ALL ON shop.* TO reader@'127.0.0.1'")
        yield server
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        if process.poll() is None:
            process.kill()
            process.wait()
        shutil.rmtree(place, ignore_errors=True)


def mariadb_admin(server: Server, database: str = "shop") -> Any:
    """Connect as the administrator, who may write."""
    import pymysql

    return pymysql.connect(host="127.0.0.1", port=server.port, user="root", database=database, autocommit=True)


def _wait_for(server: Server) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 0.2):
            return
        time.sleep(0.1)
    raise AssertionError("MariaDB did not start")
