"""Three projects that went the whole way, made once, and what is on a screen of theirs."""

import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.project import judge, shipping
from core.project.document import Project
from core.project.fingerprint import model_fingerprint, training_fingerprint
from core.project.journey import chosen_run
from core.project.standing import findings_before_packing
from core.settings import Settings
from core.train.board import TrainPlan
from core.train.measures import InUse
from core.train.search import train
from core.workspace import Workspace, intake

NOW = datetime(2026, 3, 1, 9, 14, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
PLANS = {
    "mortgages": ("logistic_regression",),
    "penguins": ("decision_tree",),
    "house_prices": ("linear_regression",),
}


def go_the_whole_way(workspace: Workspace, sample: str) -> Project:
    project = intake.start_sample(workspace, sample, now=NOW)
    assert project.data is not None
    table = workspace.read_table(project.data.content_hash)
    fingerprint = training_fingerprint(project)
    folder = workspace.training(project.id, fingerprint)
    plan = TrainPlan(candidates=PLANS[sample], budget_seconds=60, draws=0, blend=False)
    built = judge.problem(project, table)
    in_use = InUse(built, folder.save_fitted)
    train(
        built,
        plan,
        fingerprint=fingerprint,
        on_board=lambda board: folder.write_board(in_use.board(board)),
        on_fitted=in_use.on_fitted,
        should_stop=lambda: False,
        clock=time.monotonic,
    )
    project = project.updated(training=fingerprint)
    board = folder.board()
    run = chosen_run(project, board)
    assert board is not None
    assert run is not None
    mark = model_fingerprint(project, run)
    project = workspace.save(project.updated(reviewed={"evaluate": mark}), now=NOW)
    packed = shipping.pack(
        project,
        built,
        board,
        run,
        folder.pipeline(run),
        judge.Judged(folder.outcomes(run), folder.folds(run), folder.rows(run)),
        workspace.artefact_dir(project.id, "bundle", mark),
        fingerprint=mark,
        findings=findings_before_packing(project, table, built, board, folder.pipeline(run)),
        now=NOW,
    )
    assert packed.certificate.offered, packed.certificate.reasons
    return workspace.save(shipping.record(project, packed, mark, now=NOW), now=NOW)


@pytest.fixture(scope="session")
def finished_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Three projects that went the whole way, made once."""
    home = tmp_path_factory.mktemp("finished")
    workspace = Workspace.open(Settings.from_environment({"FAIRWAY_HOME": str(home)}))
    return home, {sample: go_the_whole_way(workspace, sample).id for sample in PLANS}


@pytest.fixture
def finished(
    finished_home: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    home, projects = finished_home
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    monkeypatch.setenv("FAIRWAY_HOME", str(copy))
    monkeypatch.delenv("FAIRWAY_DATABASE_URL", raising=False)
    return projects


def text_of(screen: AppTest) -> str:
    parts = [str(element.value) for kind in ("markdown", "title") for element in screen.get(kind)]
    parts += [element.proto.body for element in screen.get("html")]
    return "\n".join(parts)


def caught(said: str) -> int:
    found = re.search(r"catches (\d+)%", said)
    assert found
    return int(found.group(1))


def show(stage: str, project_id: str) -> AppTest:
    screen = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=90)
    screen.query_params["project"] = project_id
    return screen.switch_page(f"{stage}.py").run()


def assert_sound(screen: AppTest) -> str:
    said = text_of(screen)
    assert not screen.exception
    assert "could not be" not in said
    return said
