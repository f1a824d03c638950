"""A server of its own for each journey, and a browser that fails on any error and any request outside the app."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

# On a busy machine what is not there at once may come later; speed is judged by the benchmarks.
expect.set_options(timeout=20_000)

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WITHOUT_SERVER = ("Failed to load resource", "WebSocket", "when disconnected from server")
"""What a tab writes to its console while the server is away, as where a journey kills it; no fault of a screen."""

ALLOWED_404 = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
"""A cold deep link asks for these two before Streamlit finds its base."""


def chromium() -> str | None:
    """Return the browser's path, ``None`` where Playwright has to bring its own."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """The app, started as a person starts it."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """What whoever runs the app has set."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        env = os.environ | {"FAIRWAY_HOME": str(self.home), "PYTHONUNBUFFERED": "1"} | self.settings
        command = ["-m", "streamlit", "run", "app.py", "--server.port", str(self.port), "--server.address", "127.0.0.1"]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
            )
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/fairway/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.home / "server.log").read_text()[-2000:])

    def kill(self) -> None:
        """End the server as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            opened = launch(playwright)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(
                f"Left out: no Chromium on this machine, and Playwright has none of its own ({error.message[:80]})"
            )
        yield opened
        opened.close()


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)


@pytest.fixture
def settings() -> dict[str, str]:
    """What whoever runs the app has set; a module that needs more has a fixture of this name."""
    return {}


@pytest.fixture
def server(tmp_path: Path, settings: dict[str, str]) -> Iterator[Server]:
    started = Server(tmp_path, settings=settings)
    started.start()
    yield started
    started.kill()


@dataclass
class Watched:
    """What a browser must not do on a journey, as it was seen."""

    faults: list[str] = field(default_factory=list)

    def follow(self, page: Page, origin: str) -> None:
        def on_request(request: object) -> None:
            url = request.url  # type: ignore[attr-defined]
            if url.startswith(("http", "ws")) and origin.split("://")[1] not in url:
                self.faults.append(f"request outside the app: {url}")

        def on_response(response: object) -> None:
            status, url = response.status, response.url  # type: ignore[attr-defined]
            if status >= 400 and not ALLOWED_404.search(url.split("?")[0]):
                self.faults.append(f"{status} for {url}")

        def on_console(message: object) -> None:
            text = message.text  # type: ignore[attr-defined]
            if message.type == "error" and not any(one in text for one in WITHOUT_SERVER):  # type: ignore[attr-defined]
                self.faults.append(f"console: {text[:300]}")

        page.on("request", on_request)
        page.on("response", on_response)
        page.on("console", on_console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {str(error)[:300]}"))


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open tabs; at the end no tab may have met an error or left the app."""
    watched = Watched()
    contexts = []

    def make(path: str = "/", width: int = 1440, height: int = 900, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        watched.follow(page, server.url)
        page.goto(f"{server.url}{path}")
        return page

    yield make
    for context in contexts:
        for page in context.pages:
            assert page.locator('[data-testid="stException"]').count() == 0
            assert page.get_by_text("This page could not be drawn").count() == 0
        context.close()
    assert watched.faults == []
