"""What a person does by accident: refresh, two tabs, a cold deep link, a killed worker, a killed server."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from core.jobs import api
from core.project.journey import STAGES
from core.settings import Settings
from core.workspace import Workspace
from tests.journeys import walk
from tests.journeys.conftest import Server

LONG = "Customers of a phone company"
"""A sample whose training takes long enough to be interrupted."""


def workspace_of(server: Server) -> Workspace:
    return Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(server.home)}))


def to_training(page: Page, sample: str = LONG) -> str:
    project = walk.start_sample(page, sample)
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    accept_errors(page)
    walk.press(page, "Continue to Prepare")
    walk.title(page, "Prepare")
    walk.press(page, "Continue to Train")
    walk.title(page, "Train")
    walk.choose(page, "Time budget", "3 minutes")
    walk.choose(page, "Afterwards", "Nothing more")
    walk.press(page, "Start training")
    expect(page.get_by_role("button", name="Stop and keep")).to_be_visible(timeout=30_000)
    return project


def accept_errors(page: Page) -> None:
    for name in ("Leave it out",):
        while page.get_by_role("button", name=name).count():
            walk.press(page, name)


def pid_of_worker(server: Server, project: str) -> int:
    for _ in range(600):
        job = api.latest(workspace_of(server), project, "train")
        if job is not None and job.pid and job.progress > 0.1:
            return job.pid
        time.sleep(0.1)
    raise AssertionError("no worker started")


def test_after_a_refresh_in_the_middle_of_training_one_is_where_one_was_and_what_was_skipped_stays_so(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    to_training(page)
    last, slow = (page.locator(f".st-key-row_run_{key}") for key in ("neural_network", "support_vector_machine"))
    last.get_by_role("button", name="Skip").click(timeout=60_000)
    expect(page.get_by_text("Skipped by you before its turn.")).to_be_visible(timeout=5_000)
    page.reload()
    walk.title(page, "Train")
    expect(page.get_by_text(re.compile(r"\d+ of \d+ candidates done, 1 skipped"))).to_be_visible()
    expect(page.get_by_text("Skipped by you before its turn.")).to_be_visible()
    expect(last).to_have_count(0)

    expect(slow.get_by_text(re.compile("fold 1 of 5"))).to_be_visible(timeout=120_000)
    slow.get_by_role("button", name="Skip").click()
    expect(page.get_by_text(re.compile(r"Skipped by you after \d of 5 folds\. To try it"))).to_be_visible(timeout=5_000)
    expect(page.get_by_text("Every candidate that you did not skip was tried")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("10 of 12 candidates finished")).to_be_visible()


def test_stop_keeps_what_is_finished_within_five_seconds(open_page: Callable[..., Page], server: Server) -> None:
    page = open_page()
    project = to_training(page)
    expect(page.get_by_text(re.compile(r"([2-9]|\d\d) of \d+ candidates done"))).to_be_visible(timeout=60_000)
    walk.press(page, "Stop and keep")
    expect(page.get_by_text("Stopped by you")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Continue to Evaluate")).to_be_visible()
    job = api.latest(workspace_of(server), project, "train")
    assert job is not None
    assert job.state == "stopped"
    assert job.stop_asked is not None
    assert job.ended is not None
    assert (job.ended - job.stop_asked).total_seconds() < 5.5


def test_a_killed_worker_is_named_and_the_project_stays(open_page: Callable[..., Page], server: Server) -> None:
    page = open_page()
    project = to_training(page)
    os.killpg(pid_of_worker(server, project), signal.SIGKILL)
    expect(page.get_by_text(re.compile("did not finish")).first).to_be_visible(timeout=20_000)
    page.goto(f"{server.url}/frame?project={project}")
    walk.title(page, "Frame")
    expect(page.get_by_label("The decision")).not_to_have_value("")


def test_a_killed_server_finds_the_training_again(open_page: Callable[..., Page], server: Server) -> None:
    page = open_page()
    project = to_training(page)
    pid = pid_of_worker(server, project)
    server.kill()
    assert Path(f"/proc/{pid}").exists()
    page.context.close()
    server.start()
    again = open_page(f"/train?project={project}")
    walk.title(again, "Train")
    expect(again.get_by_text("Every candidate was tried")).to_be_visible(timeout=180_000)


def test_a_cold_deep_link_opens_each_screen(open_page: Callable[..., Page], server: Server) -> None:
    page = open_page()
    project = walk.start_sample(page, "Palmer Station")
    for stage in STAGES:
        cold = open_page(f"/{stage}?project={project}")
        walk.title(cold, stage.capitalize())
        cold.context.close()
    page.go_back()
    walk.title(page, "Projects")


def test_a_second_tab_that_saves_over_an_older_revision_is_told(open_page: Callable[..., Page]) -> None:
    first = open_page()
    project = walk.start_sample(first, "Palmer Station")
    second = first.context.new_page()
    second.goto(first.url)
    walk.title(second, "Frame")
    first.get_by_label("How is it decided today?").fill("By hand")
    first.get_by_label("How is it decided today?").press("Enter")
    walk.settle(first)
    expect(first.get_by_text(re.compile(r"Saved \d\d:\d\d")).first).to_be_visible()
    second.get_by_label("The decision").fill("Which island?")
    second.get_by_label("The decision").press("Enter")
    expect(second.get_by_text("Changed elsewhere").first).to_be_visible()
    walk.press(second, "Keep my change too")
    expect(second.get_by_label("The decision")).to_have_value("Which island?")
    expect(second.get_by_label("How is it decided today?")).to_have_value("By hand")
    assert project in second.url


def test_hostile_names_are_text_everywhere(open_page: Callable[..., Page], tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    rows = ["a,![p](http://127.0.0.1:9/p)," + hostile + ",y"]
    rows += [
        f"{index % 9},{'u' if index % 2 else '<img src=x>'},{index % 5},{'yes' if index % 3 else 'no'}"
        for index in range(90)
    ]
    path = tmp_path / "<b>evil.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    page = open_page()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    walk.start_file(page, path)
    walk.choose(page, "Outcome", "y")
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    page.get_by_role("radio", name="Columns").click()
    walk.choose(page, "Column", hostile)
    expect(page.locator(".fw-cardtitle").filter(has_text=hostile)).to_be_visible()
    walk.press(page, "Continue to Prepare")
    walk.title(page, "Prepare")
    assert alerts == []
