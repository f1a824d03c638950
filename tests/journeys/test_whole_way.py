"""The whole way with the mouse: from a question to a model that runs outside the app and answers as the app did."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page, expect

from core.project.journey import chosen_run
from core.settings import Settings
from core.workspace import Workspace
from tests.journeys import walk
from tests.journeys.conftest import Server, free_port

TOLERANCE = 1e-9


@contextmanager
def service(bundle: Path, log: Path | None = None) -> Iterator[str]:
    """Start a bundle's service with nothing of the app on the path; ``log`` takes up its answers."""
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FAIRWAY_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "service:app", "--port", str(port), "--log-level", "warning"],
        cwd=bundle,
        env=env | {"PYTHONPATH": str(bundle)} | ({} if log is None else {"FAIRWAY_PREDICTION_LOG": str(log)}),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=1):
                    break
            except OSError:
                if process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def ask(url: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    request = urllib.request.Request(
        f"{url}/predict", data=json.dumps({"rows": rows}).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return list(json.load(answer)["predictions"])


def plain_rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    return list(json.loads(frame.to_json(orient="records", date_format="iso", double_precision=15)))


def download(page: Page, folder: Path) -> Path:
    walk.title(page, "Export")
    walk.press(page, "Pack and check")
    expect(page.get_by_text("golden rows agree")).to_be_visible(timeout=120_000)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download", exact=True).click()
    target = folder / "bundle.zip"
    started.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        archive.extractall(folder / "unpacked")
    unpacked = folder / "unpacked"
    inner = [path for path in unpacked.iterdir() if path.is_dir()]
    return unpacked if (unpacked / "service.py").exists() else inner[0]


def settle_findings(page: Page) -> None:
    """Settle what blocks the way: take the fix where there is one that changes the project, else accept."""
    for name in ("Leave it out", "Not known then"):
        while page.get_by_role("button", name=name, exact=True).count():
            walk.press(page, name)


def accept_all(page: Page, reason: str) -> None:
    while (buttons := page.get_by_role("button", name=re.compile("^Accept …"))).count():
        before = buttons.count()
        walk.press(page, re.compile("^Accept …"))
        page.get_by_role("textbox", name="Because …").fill(reason)
        page.get_by_role("button", name="Accept", exact=True).click()
        expect(buttons).to_have_count(before - 1)
        walk.settle(page)


def model_of(server: Server, project_id: str) -> tuple[object, pd.DataFrame, Workspace]:
    workspace = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(server.home)}))
    project = workspace.get(project_id)
    folder = workspace.training(project_id, str(project.training))
    run = chosen_run(project, folder.board())
    assert project.data is not None
    return folder.pipeline(str(run)), workspace.read_table(project.data.content_hash), workspace


def test_mortgages_from_the_sample_to_a_running_service(
    open_page: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    page = open_page()
    project_id = walk.start_sample(page, "Boston, 1990")
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    expect(page.get_by_text("is decided with the outcome").first).to_be_visible()
    settle_findings(page)
    walk.press(page, "Continue to Prepare")
    walk.title(page, "Prepare")
    walk.press(page, "Continue to Train")
    walk.train(page)
    walk.press(page, "Continue to Evaluate")
    walk.title(page, "Evaluate")
    walk.press(page, re.compile("Use cheapest"))
    walk.press(page, "Open the sealed test …")
    page.get_by_role("dialog").get_by_role("button", name="Open and record").click()
    expect(page.get_by_text("Opened once.")).to_be_visible(timeout=30_000)
    walk.press(page, "Continue to Explain")
    walk.title(page, "Explain")
    expect(page.get_by_text("the model leaned most on")).to_be_visible()
    walk.press(page, "Continue to Fairness")
    walk.title(page, "Fairness")
    expect(page.get_by_text("What a smaller gap costs")).to_be_visible()
    walk.press(page, re.compile("^Use “"))
    expect(page.get_by_role("button", name="Drop this remedy")).to_be_visible()
    accept_all(page, "Known, and told in the card.")
    page.get_by_role("link", name="Evaluate").click()
    walk.title(page, "Evaluate")
    walk.press(page, "Continue to Explain")
    walk.title(page, "Explain")
    page.get_by_role("link", name="Fairness").click()
    walk.title(page, "Fairness")
    accept_all(page, "Known, and told in the card.")
    walk.press(page, "Continue to Export")
    bundle = download(page, tmp_path)

    pipeline, table, _ = model_of(server, project_id)
    rows = table.head(200).drop(columns=["deny"])
    told = pipeline.predict_proba(rows)[:, list(pipeline.classes_).index("yes")]  # type: ignore[attr-defined]
    log = tmp_path / "predictions.jsonl"
    with service(bundle, log) as url:
        answers = ask(url, plain_rows(rows))
        later = table.drop(columns=["deny"]).sample(600, random_state=7)
        ask(url, plain_rows(later.assign(hirat=later["hirat"] * 1.4)))
    served = np.array([answer["probabilities"]["yes"] for answer in answers])  # type: ignore[index]
    assert np.abs(served - told).max() <= TOLERANCE
    labels = {str(answer["prediction"]) for answer in answers}
    assert labels == {"no", "yes"}
    bring_log(page, log)


def bring_log(page: Page, log: Path) -> None:
    """Bring a service's log of 800 answers, in which one column has moved, to Monitor, its last line torn by a kill."""
    with log.open("ab") as file:
        file.write(b'{"at":"2026-11-2')
    walk.press(page, "Set up Monitor")
    walk.title(page, "Monitor")
    page.locator('input[type="file"]').set_input_files(str(log))
    found = page.locator(".st-key-watchwords")
    expect(found).to_contain_text("800 of 800 later rows looked at. The log holds 800 answers, 20", timeout=60_000)
    expect(found).to_contain_text("1 line of the log could not be read as an answer")
    expect(found).to_contain_text("Predictions, chance of “yes”: ")
    expect(found).to_contain_text("1 moved.")
    rows = page.locator(".st-key-list_watch .fw-plainrow")
    expect(rows.nth(0)).to_contain_text("Predictions")
    expect(rows.nth(1)).to_contain_text(re.compile(r"hirat\s*Drifted"))
    expect(rows.nth(2)).to_contain_text("No drift seen")
    expect(page.locator(".st-key-watchnext")).to_contain_text(
        "Find out why the columns moved, and bring the outcomes of these mortgage applications"
    )
    expect(page.get_by_text("Share of the rows, in training and now")).to_be_visible()
    page.reload()
    expect(found).to_contain_text("800 of 800 later rows looked at", timeout=60_000)


def test_a_file_nobody_has_seen_to_a_running_regression_service(
    open_page: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    draws = np.random.default_rng(11)
    rows = 400
    area = draws.normal(90, 25, rows).round(1)
    district = draws.choice(["North", "South; East", "Küste"], rows)
    built = draws.integers(1900, 2020, rows)
    price = (
        2_100 * area + np.where(district == "Küste", 60_000, 0) + 150 * (built - 1900) + draws.normal(0, 9_000, rows)
    )
    table = pd.DataFrame({"area": area, "district": district, "built": built, "price": price.round(0)})
    table.loc[::17, "area"] = np.nan
    path = tmp_path / "flats of a town.csv"
    table.to_csv(path, index=False)

    page = open_page()
    project_id = walk.start_file(page, path)
    walk.choose(page, "Outcome", "price")
    walk.press(page, "Continue to Data")
    walk.title(page, "Data")
    settle_findings(page)
    walk.press(page, "Continue to Prepare")
    walk.title(page, "Prepare")
    walk.press(page, "Continue to Train")
    walk.train(page)
    walk.press(page, "Continue to Evaluate")
    walk.title(page, "Evaluate")
    walk.press(page, "Continue to Explain")
    walk.title(page, "Explain")
    walk.press(page, "Continue to Fairness")
    walk.title(page, "Fairness")
    walk.press(page, "Continue to Export")
    bundle = download(page, tmp_path)

    pipeline, stored, _ = model_of(server, project_id)
    some = stored.head(200).drop(columns=["price"])
    told = pipeline.predict(some)  # type: ignore[attr-defined]
    with service(bundle) as url:
        answers = ask(url, plain_rows(some))
    served = np.array([answer["prediction"] for answer in answers], dtype=float)
    assert np.abs(served - told).max() <= TOLERANCE * np.abs(told).max()

    walk.press(page, "Set up Monitor")
    walk.title(page, "Monitor")
    later = table.assign(area=table["area"] + 40)
    later.to_csv(tmp_path / "later.csv", index=False)
    page.locator('input[type="file"]').set_input_files(str(tmp_path / "later.csv"))
    expect(page.get_by_text("drifted").first).to_be_visible(timeout=60_000)
