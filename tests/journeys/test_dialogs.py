"""Dialogs open with the mouse and do what they say."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.prepare.steps import STEPS
from tests.journeys import walk


def test_history_and_share_open_with_the_mouse(open_page: Callable[..., Page]) -> None:
    page = open_page()
    project = walk.start_sample(page, "Palmer Station")
    walk.press(page, "History")
    expect(page.get_by_role("dialog").get_by_text("Took Penguins").first).to_be_visible()
    page.keyboard.press("Escape")
    walk.press(page, "Share")
    expect(page.get_by_role("dialog").get_by_text(project)).to_be_visible()


def test_an_earlier_revision_is_gone_back_to_and_that_is_taken_back(open_page: Callable[..., Page]) -> None:
    page = open_page()
    walk.start_sample(page, "Palmer Station")
    question = page.get_by_role("textbox", name="The decision")
    before = "Which species is this penguin?"
    expect(question).to_have_value(before)
    question.fill("Which bird is it?")
    question.press("Tab")
    walk.settle(page)
    for wanted, differs in ((before, True), ("Which bird is it?", False)):
        walk.press(page, "History")
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("Revisions", exact=True).click()
        walk.settle(page)
        if differs:
            walk.press(page, "See what differs")
            expect(dialog.get_by_text("Frame: Question")).to_be_visible()
        walk.press(page, "Go back to this")
        expect(dialog).to_have_count(0)
        walk.settle(page)
        expect(question).to_have_value(wanted)


@pytest.mark.parametrize("kind", ["cap_outliers", "group_rare", "encode"])
def test_a_step_with_numbers_can_be_added(open_page: Callable[..., Page], kind: str) -> None:
    page = open_page()
    walk.start_sample(page, "Palmer Station")
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    walk.press(page, "Continue to Prepare")
    walk.title(page, "Prepare")
    walk.press(page, "Add step")
    walk.choose(page, "Step", STEPS[kind].title)
    page.get_by_role("dialog").get_by_role("button", name="Add step").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    walk.settle(page)
    expect(page.get_by_text("Added by you").first).to_be_visible()


def test_a_good_file_after_a_bad_one_is_taken(open_page: Callable[..., Page], tmp_path: Path) -> None:
    bad, good = tmp_path / "empty.csv", tmp_path / "good.csv"
    bad.write_text("a,b\n", encoding="utf-8")
    good.write_text("a,b\n" + "\n".join(f"{n},{n % 2}" for n in range(60)), encoding="utf-8")
    page = open_page()
    walk.title(page, "Projects")
    walk.press(page, "Choose a file")
    page.locator('input[type="file"]').set_input_files(str(bad))
    expect(page.get_by_text("Not read so.")).to_be_visible()
    walk.press(page, "Choose another file")
    page.locator('input[type="file"]').set_input_files(str(good))
    expect(page.get_by_role("button", name="Read the table")).to_be_visible()
    walk.press(page, "Read the table")
    walk.title(page, "Frame")


def test_values_are_put_in_order_by_their_positions(open_page: Callable[..., Page]) -> None:
    page = open_page()
    walk.start_sample(page, "Palmer Station")
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    walk.press(page, "Continue to Prepare")
    walk.title(page, "Prepare")
    walk.press(page, "Add step")
    walk.choose(page, "Step", STEPS["encode"].title)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Columns").first.click()
    page.get_by_role("option", name="island", exact=True).click()
    walk.settle(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("option")).to_have_count(0)
    walk.choose(page, "How", "Numbers in order")
    expect(dialog.get_by_text("The values tell no order: they stand alphabetically.")).to_be_visible()
    table = dialog.locator('[data-testid="stDataFrame"]')
    page.wait_for_timeout(500)
    table.click(position={"x": 40, "y": 126})
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("In your order.")).to_be_visible()
    dialog.get_by_role("button", name="Add step").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    walk.settle(page)
    expect(page.get_by_text("Number island in your order")).to_be_visible()
