"""What the server keeps in memory after three files were brought with the mouse."""

import sys
import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, sync_playwright

from core.limits import MB
from tests.benchmarks.figures import Figure
from tests.benchmarks.reading import LARGE_BYTES, repeat, table_of_kinds
from tests.journeys.conftest import Server, launch
from tests.journeys.walk import press, settle, title

UPLOADS = 3
PATIENCE = 240
ALLOWED = 60.0


def measure(home: Path, scratch: Path) -> list[Figure]:
    """Open a small table, then bring a file of 150 MB three times and look at each on Data; Linux only."""
    if sys.platform != "linux":
        return []
    small, large = scratch / "small.csv", scratch / "upload.csv"
    table = table_of_kinds()
    table.head(500).to_csv(small, index=False)
    pd.DataFrame(table).to_csv(scratch / "part.csv", index=False)
    repeat(scratch / "part.csv", large, LARGE_BYTES)
    server = Server(home)
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            _bring(page, server, small)
            before = _resident(server)
            for _ in range(UPLOADS):
                _bring(page, server, large)
            time.sleep(2)
            grown = _resident(server) - before
            browser.close()
    finally:
        server.kill()
    what = f"The server after {UPLOADS} uploads of {LARGE_BYTES // MB} MB, more than before"
    return [Figure(what, [grown], "MB", aim=ALLOWED)]


def _bring(page: Page, server: Server, path: Path) -> None:
    page.goto(server.url)
    title(page, "Projects")
    press(page, "Choose a file")
    page.locator('input[type="file"]').set_input_files(str(path))
    press(page, "Read the table")
    page.wait_for_url("**/frame?*", timeout=PATIENCE * 1_000)
    title(page, "Frame")
    page.goto(page.url.replace("/frame", "/data"))
    title(page, "Data")
    settle(page)
    page.wait_for_timeout(1_500)


def _resident(server: Server) -> float:
    assert server.process is not None
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
