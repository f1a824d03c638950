"""How soon the first screen stands, and how soon the next one after a click in the sidebar."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks import servers, studio
from tests.benchmarks.figures import Figure
from tests.benchmarks.stopwatch import followed, opened, tab
from tests.journeys.conftest import launch

REPEATS = 5
WARM_UP = 2
FIRST_SCREEN_SECONDS = 2.5
SWITCH_SECONDS = 0.3
BEFORE_TRAINING = ("Frame", "Data", "Prepare")
AFTER_TRAINING = ("Train", "Evaluate", "Explain", "Fairness")
FLOOR = ("First", "Second")


@dataclass(frozen=True)
class Circle:
    """Screens walked round and round in one tab, and the seconds each switch took."""

    page: Page
    screens: tuple[str, ...]
    taken: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def walk(self, *, counted: bool) -> None:
        """Walk once round."""
        for start, end in zip(self.screens, (*self.screens[1:], self.screens[0]), strict=True):
            runs = self.taken.setdefault((start, end), [])
            seconds = followed(self.page, end)
            runs += [seconds] if counted else []


def measure(home: Path, scratch: Path) -> list[Figure]:
    """Open the first screen and walk in circles, in the app and in the smallest app in turn.

    Parameters
    ----------
    home : Path
        What the server is given as ``FAIRWAY_HOME``.
    scratch : Path
    """
    workspace = studio.workspace_in(home)
    trained = studio.trained(workspace)
    fresh = studio.mortgages(workspace)
    with servers.app(home) as ours, servers.floor(scratch / "floor") as least, sync_playwright() as playwright:
        browser = launch(playwright)
        first = _first_screen(browser, ours, least)
        starts = {
            f"{least}/": FLOOR,
            f"{ours}/{BEFORE_TRAINING[0].lower()}?project={fresh.id}": BEFORE_TRAINING,
            f"{ours}/{AFTER_TRAINING[0].lower()}?project={trained.id}": AFTER_TRAINING,
        }
        switches = _switches(browser, starts)
        browser.close()
    return [first, *switches]


def _first_screen(browser: Browser, ours: str, least: str) -> Figure:
    taken, floor = [], []
    for turn in range(REPEATS + 1):
        for runs, address, heading in ((taken, ours, "Projects"), (floor, least, FLOOR[0])):
            with tab(browser) as page:
                seconds = opened(page, f"{address}/", heading)
            # The first visit warms the server and does not count.
            runs += [seconds] if turn else []
    return Figure("First screen, opened", taken, "s", "a one-line page", floor, FIRST_SCREEN_SECONDS)


def _switches(browser: Browser, starts: dict[str, tuple[str, ...]]) -> list[Figure]:
    with ExitStack() as tabs:
        circles = []
        for address, screens in starts.items():
            page = tabs.enter_context(tab(browser))
            opened(page, address, screens[0])
            circles.append(Circle(page, screens))
        for turn in range(WARM_UP + REPEATS):
            for circle in circles:
                circle.walk(counted=turn >= WARM_UP)
    least, *ours = circles
    floor = [seconds for runs in least.taken.values() for seconds in runs]
    return [
        Figure(f"Switch {start} to {end}", runs, "ms", "between one-line pages", floor, SWITCH_SECONDS)
        for circle in ours
        for (start, end), runs in circle.taken.items()
    ]
