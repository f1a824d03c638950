"""Suggestions in a browser: begun, still there after a reload in the middle, taken, undone, and a recipe built."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from playwright.sync_api import Page, expect

from core.project.target import set_target
from core.settings import Settings
from core.workspace import Workspace, intake
from tests.journeys import walk
from tests.journeys.conftest import Server

PLANTED = "Take the logarithm of income"


def planted(server: Server) -> str:
    """Bring a table whose outcome follows the logarithm of a column; return the project's id."""
    rng = np.random.default_rng(1)
    income = rng.lognormal(4, 1.5, 300).round(2)
    spent = (np.log(income) + 0.2 * rng.normal(size=300)).round(3)
    path = server.home / "spending.csv"
    pd.DataFrame({"income": income, "age": rng.normal(50, 9, 300).round(1), "spent": spent}).to_csv(path, index=False)
    now = datetime.now(UTC)
    workspace = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(server.home)}))
    project = intake.new_from_file(workspace, path, name="Spending", file_name="spending.csv", now=now)
    assert project.data is not None
    project = set_target(project, workspace.read_table(project.data.content_hash), "spent", now=now)
    return workspace.save(project, now=now).id


def card(page: Page) -> str:
    return page.locator(".st-key-suggestions").inner_text()


def test_a_suggestion_is_tried_taken_and_undone_and_a_recipe_is_built(
    server: Server, open_page: Callable[..., Page]
) -> None:
    address = f"/prepare?project={planted(server)}"
    page = open_page(address)
    walk.title(page, "Prepare")
    walk.press(page, "Try suggestions")
    expect(page.get_by_text(re.compile(r"\d+ of \d+ tried\. Now:")).first).to_be_visible(timeout=90_000)
    page.reload()
    walk.title(page, "Prepare")
    helped = page.locator('[class*="st-key-row_suggest_helps"]').filter(has_text=PLANTED)
    expect(helped).to_be_visible(timeout=150_000)
    walk.settle(page)
    before = page.locator('[class*="st-key-row_step_"]').count()
    helped.get_by_role("button", name="Add").click()
    expect(page.locator('[class*="st-key-row_step_"]')).to_have_count(before + 1)
    expect(page.get_by_text("Out of date:")).to_be_visible()
    walk.press(page, "Undo")
    expect(page.locator('[class*="st-key-row_step_"]')).to_have_count(before)
    expect(page.get_by_text("Out of date:")).to_have_count(0)
    walk.press(page, "Build it for me")
    expect(page.get_by_text(re.compile("The recipe built holds"))).to_be_visible(timeout=150_000)
    walk.settle(page)
    assert "0 suggestions" not in card(page)
    assert page.locator('[class*="st-key-row_step_"]').count() > before
    walk.press(page, "Undo")
    expect(page.locator('[class*="st-key-row_step_"]')).to_have_count(before)
    expect(page.get_by_role("button", name="Take the recipe built")).to_be_visible()
