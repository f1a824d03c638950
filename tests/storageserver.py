"""A local S3 server (moto) from an environment of its own, which `make test` makes."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyarrow.fs import S3FileSystem

ROOT = Path(__file__).resolve().parents[1]
KEY_ID, KEY = "reader", "s3cret/key"
BUCKET = "towns"


def program() -> str | None:
    """Return the server's path, ``None`` where its environment could not be made."""
    return shutil.which("moto_server", path=str(ROOT / ".venv-s3" / "bin"))


@contextmanager
def storage(files: dict[str, bytes]) -> Iterator[str]:
    """Start a server that holds a bucket with files; gives its endpoint."""
    server = program()
    if server is None:
        if os.environ.get("CI"):
            raise AssertionError("The S3 server of the tests is missing: make .venv-s3/.ready")
        pytest.skip("Left out: the S3 server could not be installed on this machine (make .venv-s3/.ready)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [server, "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        _fill(port, files)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _fill(port: int, files: dict[str, bytes]) -> None:
    system = S3FileSystem(
        access_key=KEY_ID,
        secret_key=KEY,
        region="us-east-1",
        scheme="http",
        endpoint_override=f"127.0.0.1:{port}",
        allow_bucket_creation=True,
    )
    system.create_dir(BUCKET)
    for name, content in files.items():
        with system.open_output_stream(f"{BUCKET}/{name}") as file:
            file.write(content)
