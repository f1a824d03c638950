"""Steps of a journey, in the words of the screens."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect


def settle(page: Page) -> None:
    """Wait until the script has run and nothing is being drawn."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)


def press(page: Page, name: str | re.Pattern[str], nth: int = 0) -> None:
    settle(page)
    page.get_by_role("button", name=name, exact=isinstance(name, str)).nth(nth).click()
    page.wait_for_timeout(150)
    settle(page)


def title(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", name=text, level=1)).to_be_visible(timeout=60_000)
    settle(page)


def project_of(page: Page) -> str:
    found = re.search(r"project=([A-Za-z0-9_-]+)", page.url)
    assert found, page.url
    return found.group(1)


def start_sample(page: Page, name: str) -> str:
    title(page, "Projects")
    row = page.locator('[class*="st-key-row_sample_"]').filter(has_text=name)
    row.get_by_role("button", name="Start").click()
    title(page, "Frame")
    return project_of(page)


def start_file(page: Page, path: Path) -> str:
    title(page, "Projects")
    press(page, "Choose a file")
    page.locator('input[type="file"]').set_input_files(str(path))
    press(page, "Read the table")
    title(page, "Frame")
    return project_of(page)


def choose(page: Page, label: str, value: str) -> None:
    """Choose a value in a select box."""
    settle(page)
    box = page.get_by_role("combobox", name=re.compile(re.escape(label)))
    box.click()
    box.fill(value)
    page.get_by_role("option", name=value, exact=True).first.click()
    settle(page)


def fill(page: Page, label: str, value: str) -> None:
    """Write into a field, and leave it."""
    page.get_by_label(label, exact=True).fill(value)
    page.keyboard.press("Tab")
    settle(page)


def open_form(page: Page, kind: str) -> Locator:
    """Open the form of a kind of source; returns the dialog it stands in."""
    title(page, "Projects")
    press(page, "Choose a source")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(kind, exact=True).first.click()
    settle(page)
    return dialog


def open_source(page: Page, project: str) -> None:
    """Open the Source view of a project's table."""
    page.goto(f"{'/'.join(page.url.split('/')[:3])}/data?project={project}")
    title(page, "Data")
    page.get_by_role("radio", name="Source").or_(page.get_by_role("button", name="Source")).first.click()
    settle(page)


def train(page: Page, timeout: float = 180_000, *, afterwards: str = "Nothing more") -> None:
    """Train to the end; tuning and a blend, which take the whole budget, only where they are asked for."""
    title(page, "Train")
    choose(page, "Afterwards", afterwards)
    press(page, "Start training")
    expect(page.get_by_text(re.compile("Every candidate was tried|The time budget ran out"))).to_be_visible(
        timeout=timeout
    )
    settle(page)
