"""A stopwatch inside the browser: until a screen's heading stands, its script has ended and the frame is painted."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

MILLISECONDS_TO_WAIT = 60_000
SCRIPT = """
const until = async (found, what) => {
  const end = performance.now() + TO_WAIT;
  for (;;) {
    const there = found();
    if (there) return there;
    if (performance.now() > end) throw new Error(`${what} did not appear`);
    await new Promise(requestAnimationFrame);
  }
};
const all = (selector) => [...document.querySelectorAll(selector)];
const stands = (heading) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const idle = app && app.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale="true"]');
  return idle && all('h1').some((h) => h.offsetParent && h.textContent.trim() === heading);
};
window.shown = async (heading) => {
  await until(() => stands(heading), heading);
  await new Promise(requestAnimationFrame);
  return performance.now();
};
window.follow = async (heading) => {
  const links = () => all('[data-testid="stSidebar"] a');
  // The sidebar is drawn by itself, sometimes after the page.
  const link = await until(() => links().find((a) => a.textContent.trim().endsWith(heading)), `The link ${heading}`);
  const began = performance.now();
  link.click();
  return (await window.shown(heading)) - began;
};
""".replace("TO_WAIT", str(MILLISECONDS_TO_WAIT))


@contextmanager
def tab(browser: Browser) -> Iterator[Page]:
    """Open a tab that nothing was cached for, with the stopwatch in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SCRIPT)
    page = context.new_page()
    page.set_default_timeout(MILLISECONDS_TO_WAIT)
    try:
        yield page
    finally:
        context.close()


def opened(page: Page, address: str, heading: str) -> float:
    """Open an address; return the seconds from the start of the navigation until the screen stands."""
    page.goto(address, wait_until="commit")
    return float(page.evaluate("(heading) => window.shown(heading)", heading)) / 1000


def followed(page: Page, heading: str) -> float:
    """Click a link of the sidebar, named as the screen it leads to; return the seconds until that one stands."""
    return float(page.evaluate("(heading) => window.follow(heading)", heading)) / 1000
