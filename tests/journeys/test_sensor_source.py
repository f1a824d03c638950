"""A sensor is recorded while it publishes; a stop keeps what came, and that becomes the table of a project."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.broker import Broker, publish, started
from tests.journeys import walk

EVERY = 0.05
"""Seconds between two messages."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    running = started(folder)
    yield running
    running.stop()


@pytest.fixture
def publisher(broker: Broker) -> Iterator[None]:
    """Publish measurements until the journey ends."""
    over = threading.Event()

    def run() -> None:
        number = 0
        while not over.wait(EVERY):
            number += 1
            payload = f'{{"temp": {20 + number % 7}, "state": {{"fan": "{"on" if number % 3 else "off"}"}}}}'
            publish(broker.port, [(f"plant/{number % 2}/t", payload)])

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(10)


def test_a_recording_that_is_stopped_becomes_a_table(
    open_page: Callable[..., Page], broker: Broker, publisher: None
) -> None:
    page = open_page(height=1200)
    form = walk.open_form(page, "Sensor")
    form.get_by_label("Broker", exact=True).fill("127.0.0.1")
    form.get_by_label("Port", exact=True).fill("65009")
    form.get_by_label("Topic", exact=True).fill("plant/+/t")
    form.get_by_label("Topic", exact=True).press("Tab")
    walk.settle(page)
    form.get_by_role("button", name="Listen for 3 seconds").click()
    expect(form.get_by_text("The broker cannot be reached.")).to_be_visible()
    form.get_by_label("Port", exact=True).fill(str(broker.port))
    form.get_by_label("Port", exact=True).press("Tab")
    walk.settle(page)
    form.get_by_role("button", name="Listen for 3 seconds").click()
    expect(form.get_by_text("messages within 3 seconds; nothing is kept yet.")).to_be_visible()
    form.get_by_role("button", name="Start recording").click()
    walk.title(page, "Data")
    expect(page.get_by_text(re.compile("[2-9][0-9] messages so far")).first).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Stop").click()
    walk.title(page, "Frame")
    page.goto(page.url.replace("/frame", "/data"))
    walk.title(page, "Data")
    page.get_by_text("Source", exact=True).first.click()
    walk.settle(page)
    expect(page.get_by_text("Topic plant/+/t of the broker 127.0.0.1").first).to_be_visible()
    expect(
        page.get_by_text(re.compile("You stopped the recording after .* messages; these were kept")).first
    ).to_be_visible()

    walk.press(page, "Refresh")
    walk.press(page, "Read it again")
    expect(page.get_by_text(re.compile("[2-9][0-9] messages so far")).first).to_be_visible(timeout=30_000)
    page.locator(".st-key-stop_refresh").get_by_role("button").click()
    expect(page.get_by_text("What a refresh changes")).to_be_visible(timeout=30_000)
    walk.press(page, "Keep the old one")
    expect(page.get_by_text("What a refresh changes")).to_have_count(0)
