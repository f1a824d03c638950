"""An object comes from object storage into a project, by mouse: its bucket is looked through, and a wrong key told."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import walk
from tests.storageserver import BUCKET, KEY, KEY_ID, storage

TOWNS = "\n".join(["town,people", *(f"T{number:03d},{1_000 + number * 7}" for number in range(70))]).encode()


@pytest.fixture
def settings() -> dict[str, str]:
    """The storage of these journeys stands on this machine."""
    return {"FAIRWAY_PRIVATE_NETWORK": "1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with storage({"2024/towns.csv": TOWNS, "2024/more.csv": TOWNS}) as url:
        yield url


def test_an_object_is_found_in_its_bucket_and_read(open_page: Callable[..., Page], endpoint: str) -> None:
    page = open_page(height=1000)
    form = walk.open_form(page, "Object storage")
    walk.fill(page, "Key id", KEY_ID)
    walk.fill(page, "Secret key", KEY)
    walk.fill(page, "Endpoint", endpoint)
    walk.fill(page, "Bucket, folder or object", f"s3://{BUCKET}/none.csv")
    walk.press(page, "Preview")
    expect(form.get_by_text("There is no such place in the storage.")).to_be_visible()
    walk.fill(page, "Bucket, folder or object", f"{BUCKET}/2024/")
    walk.press(page, "Look inside")
    expect(form.get_by_text(f"2 at s3://{BUCKET}/2024/")).to_be_visible()
    walk.choose(page, "What lies there", "towns.csv (1 kB)")
    walk.press(page, "Take")
    expect(form.get_by_label("Bucket, folder or object")).to_have_value(f"s3://{BUCKET}/2024/towns.csv")
    walk.press(page, "Preview")
    expect(form.get_by_text("towns.csv: 70 rows, 2 columns. Nothing is kept yet.")).to_be_visible()
    walk.press(page, "Read the table")
    walk.title(page, "Frame")

    walk.open_source(page, walk.project_of(page))
    expect(page.get_by_text("70 × 2").first).to_be_visible()
    walk.press(page, "Refresh")
    walk.fill(page, "Password or token", KEY)
    walk.press(page, "Read it again")
    same = page.get_by_text("Nothing changed: the new table is the one that is here, value by value.")
    expect(same).to_be_visible(timeout=60_000)
