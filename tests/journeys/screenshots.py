"""Pictures of every screen, light and dark, wide and narrow: run ``python -m tests.journeys.screenshots``.

A server of its own is walked through with the mouse, and each screen is opened again, by its address, in a light and a
dark browser. The pictures replace those under ``docs/screenshots`` only when all of them were taken and no screen
showed a fault.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.settings import Settings
from core.workspace import Workspace
from tests.journeys import walk
from tests.journeys.conftest import ROOT, Server, Watched, launch
from tests.journeys.test_whole_way import accept_all, settle_findings

Look = Literal["light", "dark"]
FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = (1440, 1024)
LEAST_HEIGHT, MOST_HEIGHT = 900, 1400
COLORS, COMMON_COLORS = 256, 128
"""Colours of a picture, and how many of them are simply its commonest."""
SAMPLE = "Boston, 1990"
LONG_SAMPLE = "Customers of a phone company"
"""A sample whose training takes long enough to be looked at."""
FAULTS = ("This page could not be drawn", "This could not be shown", "Not found")
STILL_DRAWING = '[data-testid="stSkeleton"], [data-testid="stSpinner"], [data-stale="true"]'
HIDDEN_HEIGHT = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return main ? main.scrollHeight - main.clientHeight : 0;
}"""


@dataclass(frozen=True)
class Painter:
    """Two browsers, light and dark, that take a screen's pictures."""

    pages: dict[Look, Page]
    server: Server
    folder: Path

    def paint(self, name: str, project: str = "", *, path: str | None = None, shows: str = "") -> None:
        """Take a screen's pictures.

        Parameters
        ----------
        name : str
            Of the pictures; the stage too, where ``path`` does not say otherwise.
        project : str
            Id in the address.
        path : str, optional
            Of the screen.
        shows : str
            The name of a button that tells that the screen is in the state that is meant.
        """
        query = f"?project={project}" if project else ""
        for look, page in self.pages.items():
            page.set_viewport_size({"width": WIDTHS[0], "height": LEAST_HEIGHT})
            page.goto(f"{self.server.url}/{name if path is None else path}{query}")
            for width in WIDTHS:
                self._take(page, width, self.folder / f"{name}-{look}-{width}.png", shows)

    def _take(self, page: Page, width: int, path: Path, shows: str) -> None:
        page.set_viewport_size({"width": width, "height": LEAST_HEIGHT})
        drawn(page)
        height = min(MOST_HEIGHT, LEAST_HEIGHT + int(page.evaluate(HIDDEN_HEIGHT)))
        page.set_viewport_size({"width": width, "height": height})
        drawn(page)
        page.screenshot(path=path, animations="disabled", caret="hide")
        assert page.locator('[data-testid="stException"]').count() == 0, f"{path.name} shows an exception"
        for fault in FAULTS:
            assert page.get_by_text(fault, exact=True).count() == 0, f"{path.name} shows a fault: {fault}"
        if shows:
            # Looked for after the picture: a state that has passed by then may not be on it.
            expect(page.get_by_role("button", name=shows)).to_be_visible(timeout=1_000)
        shrink(path)


def drawn(page: Page) -> None:
    """Wait until the heading stands, the script has ended, and fonts and charts are there."""
    expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=60_000)
    walk.settle(page)
    expect(page.locator(STILL_DRAWING)).to_have_count(0, timeout=60_000)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    # Charts and tables fit themselves to the window a moment after it has changed.
    page.wait_for_timeout(700)
    walk.settle(page)


def shrink(path: Path) -> None:
    """Write a picture again in few colours: the commonest as they are, the others by the nearest of a spread of them.

    A palette by frequency alone would turn a small red sign gray, one by spread alone would tint the page.
    """
    with Image.open(path) as taken:
        picture = taken.convert("RGB")
    packed, where, counts = np.unique(
        np.asarray(picture).astype(np.int32) @ (1 << 16, 1 << 8, 1), return_inverse=True, return_counts=True
    )
    colors = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)
    common = colors[np.argsort(-counts)[:COMMON_COLORS]]
    spread = picture.quantize(COLORS - len(common), method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = np.concatenate([common, np.reshape(spread, (-1, 3))])[:COLORS]
    nearest = np.concatenate(
        [((part[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1) for part in np.array_split(colors, 16)]
    )
    small = Image.fromarray(nearest[where].reshape(picture.height, picture.width).astype(np.uint8))
    small.putpalette(palette.astype(np.uint8).tobytes())
    small.save(path, optimize=True)


def onward(page: Page, to: str) -> None:
    """Press the screen's primary button; the screen it leads to stands afterwards."""
    walk.settle(page)
    page.locator(".st-key-primary_next button").click()
    walk.title(page, to)


def training_at_work(page: Page, painter: Painter) -> None:
    """Start a long training, take its pictures, and stop it."""
    project = walk.start_sample(page, LONG_SAMPLE)
    onward(page, "Data")
    settle_findings(page)
    onward(page, "Prepare")
    onward(page, "Train")
    walk.press(page, "Start training")
    expect(page.get_by_text(re.compile(r"([2-9]|\d\d) of \d+ candidates done"))).to_be_visible(timeout=120_000)
    painter.paint("train-running", project, path="train", shows="Stop and keep")
    walk.press(page, "Stop and keep")
    expect(page.get_by_text("Stopped by you")).to_be_visible(timeout=30_000)


def whole_way(page: Page, painter: Painter, scratch: Path) -> None:
    """Walk the sample on mortgages from Frame to Monitor and take each screen's pictures on the way."""
    project = walk.start_sample(page, SAMPLE)
    painter.paint("frame", project)
    onward(page, "Data")
    painter.paint("data", project)
    settle_findings(page)
    onward(page, "Prepare")
    painter.paint("prepare", project)
    onward(page, "Train")
    walk.train(page)
    painter.paint("train", project)
    onward(page, "Evaluate")
    walk.press(page, re.compile("Use cheapest"))
    painter.paint("evaluate", project)
    onward(page, "Explain")
    painter.paint("explain", project)
    onward(page, "Fairness")
    painter.paint("fairness", project)
    walk.press(page, re.compile("^Use “"))
    # A remedy is a new model: what was looked at before it has to be looked at again.
    accept_all(page, "Known, and told in the model card.")
    page.get_by_role("link", name="Evaluate").click()
    walk.title(page, "Evaluate")
    onward(page, "Explain")
    onward(page, "Fairness")
    accept_all(page, "Known, and told in the model card.")
    onward(page, "Export")
    walk.press(page, "Pack and check")
    expect(page.get_by_text("golden rows agree")).to_be_visible(timeout=180_000)
    painter.paint("export", project)
    onward(page, "Monitor")
    page.locator('input[type="file"]').set_input_files(str(later_rows(painter.server, project, scratch)))
    expect(page.get_by_text("What was found")).to_be_visible(timeout=120_000)
    painter.paint("monitor", project)


def later_rows(server: Server, project_id: str, scratch: Path) -> Path:
    """Write rows of the project's table in which one ratio has moved; returns the file."""
    workspace = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(server.home)}))
    data = workspace.get(project_id).data
    assert data is not None
    table = workspace.read_table(data.content_hash).sample(800, random_state=7)
    path = scratch / "later rows.csv"
    table.assign(hirat=table["hirat"] * 1.2).to_csv(path, index=False)
    return path


def take(folder: Path, scratch: Path) -> list[str]:
    """Walk everything and put the pictures into ``folder``; returns what the browser complained of."""
    watched = Watched()
    with serving(scratch) as server, sync_playwright() as playwright:
        browser = launch(playwright)
        looks: tuple[Look, ...] = get_args(Look)
        painter = Painter({look: new_page(browser, watched, server, look) for look in looks}, server, folder)
        page = new_page(browser, watched, server, "light")
        for walked in (training_at_work, lambda *given: whole_way(*given, scratch)):
            page.goto(server.url)
            walked(page, painter)
        painter.paint("learn")
        painter.paint("home", path="")
        browser.close()
    return watched.faults


@contextmanager
def serving(scratch: Path) -> Iterator[Server]:
    """Serve the app with a home of its own."""
    home = scratch / "home"
    home.mkdir()
    server = Server(home)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def new_page(browser: Browser, watched: Watched, server: Server, look: Look) -> Page:
    """Open a watched browser window, light or dark."""
    size = {"width": WIDTHS[0], "height": LEAST_HEIGHT}
    page = browser.new_context(viewport=size, color_scheme=look, reduced_motion="reduce").new_page()
    page.set_default_timeout(60_000)
    watched.follow(page, server.url)
    return page


def main() -> int:
    """Take the pictures and return the exit status."""
    parser = argparse.ArgumentParser("python -m tests.journeys.screenshots", description=str(__doc__).split("\n")[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the pictures (default: docs/screenshots)")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="fairway-screenshots-") as name:
        scratch, taken = Path(name), Path(name) / "taken"
        taken.mkdir()
        faults = take(taken, scratch)
        if faults:
            sys.stderr.write("No picture was kept; the browser complained:\n" + "\n".join(faults) + "\n")
            return 1
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob("*.png"):
            old.unlink()
        for picture in sorted(taken.glob("*.png")):
            (out / picture.name).write_bytes(picture.read_bytes())
        sizes = [picture.stat().st_size for picture in out.glob("*.png")]
    sys.stdout.write(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, in {out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
