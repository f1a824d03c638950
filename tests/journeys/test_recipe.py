"""A recipe of ten steps with the mouse: undone, done again, kept twice, compared; and a leak found out and left out."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Locator, Page, expect

from core.data.samples import load_sample
from core.prepare.steps import STEPS
from core.settings import Settings
from core.workspace import Workspace
from tests.journeys import walk
from tests.journeys.conftest import Server

ADDED = ("drop_duplicates", "merge_spellings", "cap_outliers", "group_rare", "drop_alike", "formula")
FORMULA = "if(age < 13, 1, 0)"


def with_boats(path: Path) -> Path:
    """Write some of the Titanic's passengers with the lifeboat that took them up: known only afterwards."""
    table = load_sample("titanic").frame.sample(600, random_state=7).reset_index(drop=True)
    draws = np.random.default_rng(1912)
    boats = np.where(table["survived"] == "yes", draws.integers(1, 17, len(table)).astype(str), "none")
    # A few were taken up and died, a few survived in no boat that is known.
    swapped = draws.random(len(table)) < 0.03
    table["boat"] = pd.Series(np.where(swapped, "A", boats)).replace("none", "")
    table.to_csv(path, index=False)
    return path


def add_step(page: Page, kind: str) -> None:
    rows = page.locator('[class*="st-key-row_step_"]')
    before = rows.count()
    walk.press(page, "Add step")
    walk.choose(page, "Step", STEPS[kind].title)
    dialog = page.get_by_role("dialog")
    if kind == "formula":
        walk.fill(page, "Formula", FORMULA)
        walk.fill(page, "Name of the new column", "child")
    dialog.get_by_role("button", name="Add step").click()
    expect(dialog).to_have_count(0)
    expect(rows).to_have_count(before + 1)
    walk.settle(page)


def says(page: Page, steps: int, on: int) -> None:
    expect(page.get_by_text(f"{steps} steps, {on} on")).to_be_visible()
    walk.settle(page)


def keep(page: Page, name: str) -> None:
    walk.press(page, "Versions")
    dialog = page.get_by_role("dialog")
    walk.fill(page, "Keep the recipe as", name)
    dialog.get_by_role("button", name="Keep this version").click()
    expect(dialog.get_by_text(name, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    walk.settle(page)


def card(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key}")


def test_ten_steps_undone_kept_compared_and_a_leak_left_out(
    open_page: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    page = open_page()
    project = walk.start_file(page, with_boats(tmp_path / "passengers.csv"))
    walk.choose(page, "Outcome", "survived")
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    walk.press(page, "Continue to Prepare")
    walk.title(page, "Prepare")

    says(page, 4, 4)
    for kind in ADDED:
        add_step(page, kind)
    says(page, 10, 10)
    keep(page, "All ten")
    for left in (9, 8, 7, 6, 5):
        walk.press(page, "Undo")
        says(page, left, left)
    walk.press(page, "Redo")
    says(page, 6, 6)
    keep(page, "Six of them")

    compared = card(page, "compareversions")
    expect(compared.get_by_role("combobox", name=re.compile("First"))).to_have_value("All ten")
    walk.choose(page, "Second", "Six of them")
    compared.get_by_role("button", name="Compare", exact=True).click()
    expect(compared.get_by_role("button", name="Compare again")).to_be_visible(timeout=60_000)
    expect(compared).to_contain_text("reach the model.")
    expect(compared).to_contain_text("Only in the first: Calculate by a formula")

    replay = card(page, "replay")
    expect(replay.get_by_text("boat", exact=True)).to_be_visible()
    replay.get_by_role("button", name="Replay", exact=True).click()
    expect(replay.get_by_role("button", name="Replay again")).to_be_visible(timeout=60_000)
    expect(replay).to_contain_text("Without it ROC AUC is worse by 0.")
    replay.get_by_role("button", name="Leave out").click()
    expect(replay.get_by_text("boat", exact=True)).to_have_count(0)
    walk.settle(page)

    kept = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(server.home)})).get(project)
    assert kept.table_schema is not None
    assert "boat" not in kept.table_schema.features(kept.frame)
    assert [len(version.recipe.steps) for version in kept.recipe_versions] == [10, 6]
    formula = next(step for step in kept.recipe_versions[0].recipe.steps if step.kind == "formula")
    assert formula.params == {"formula": FORMULA, "name": "child"}
    assert len(kept.recipe.steps) == 6
