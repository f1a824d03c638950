"""The app and, as its floor, the smallest app Streamlit can serve, each started as a person starts it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.conftest import ROOT, free_port

HEALTH = {"app.py": "/fairway/health", "floor.py": "/_stcore/health"}
FLOOR = {
    "floor.py": (
        "import streamlit as st\n"
        'page = st.navigation([st.Page("first.py", default=True), st.Page("second.py")], position="hidden")\n'
        "with st.sidebar:\n"
        '    st.page_link("first.py", label="First")\n'
        '    st.page_link("second.py", label="Second")\n'
        "page.run()\n"
    ),
    "first.py": 'import streamlit as st\nst.title("First")\n',
    "second.py": 'import streamlit as st\nst.title("Second")\n',
}
"""An app of two pages of one line each."""
OPTIONS = {"headless": "true", "address": "127.0.0.1", "fileWatcherType": "none"}
SECONDS_TO_START = 60


@contextmanager
def app(home: Path) -> Iterator[str]:
    """Serve Fairway with its data in ``home``; yields its address."""
    with _served(ROOT, "app.py", home) as url:
        yield url


@contextmanager
def floor(folder: Path) -> Iterator[str]:
    """Serve the smallest app, its files in ``folder``; yields its address."""
    folder.mkdir(exist_ok=True)
    for name, text in FLOOR.items():
        (folder / name).write_text(text)
    with _served(folder, "floor.py", folder) as url:
        yield url


@contextmanager
def _served(folder: Path, script: str, home: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = [f"--server.{name}={value}" for name, value in {**OPTIONS, "port": port}.items()]
    # Without compiled modules a start is measured that no user sees a second time.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "streamlit", "run", script, "--browser.gatherUsageStats=false", *options]
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=env | {"FAIRWAY_HOME": str(home)}, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(url + HEALTH[script], process, home / "server.log")
        yield url
    finally:
        process.kill()
        process.wait()


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-2000:]}")
