"""Every screen of a project that went the whole way, for each kind of answer, and after something before it changed."""

import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit import cache_resource
from streamlit.testing.v1 import AppTest

from core.data.schema import Role
from core.evaluate.expectations import Condition, Expectation
from core.jobs.trying import trial_key
from core.project import judge, shipping
from core.project.changes import accept, open_seal, set_column
from core.project.document import Project, SealOpening
from core.project.expecting import expect, expect_no_more
from core.project.export_checks import export_findings
from core.project.fingerprint import model_fingerprint, training_fingerprint
from core.project.journey import STAGES, chosen_run
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
    plan = TrainPlan(candidates=PLANS[sample], budget_seconds=60)
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


@pytest.mark.parametrize("sample", list(PLANS))
@pytest.mark.parametrize("stage", STAGES)
def test_every_screen_of_a_finished_project_is_sound(finished: dict[str, str], sample: str, stage: str) -> None:
    screen = show(stage, finished[sample])
    assert_sound(screen)
    assert screen.title[0].value == stage.capitalize()


def test_each_view_of_explain_is_sound(finished: dict[str, str]) -> None:
    screen = show("explain", finished["mortgages"])
    for view in ("All cases", "One column", "One case"):
        screen.button_group(key="explain_view").set_value(view).run()
        assert_sound(screen)


def test_the_line_moves_with_its_counts_and_its_money(finished: dict[str, str]) -> None:
    screen = show("evaluate", finished["mortgages"])
    before = text_of(screen)
    screen.slider(key="line_at").set_value(0.15).run()
    after = assert_sound(screen)
    assert caught(after) > caught(before)
    workspace = Workspace.open(Settings.from_environment())
    assert workspace.get(finished["mortgages"]).threshold == 0.15


@pytest.mark.parametrize("sample", list(PLANS))
def test_evaluate_says_where_the_model_fails_and_shows_the_rows(finished: dict[str, str], sample: str) -> None:
    screen = show("evaluate", finished[sample])
    said = assert_sound(screen)
    assert re.search(r"[\d,]+ parts of at least 30 rows from \d+ columns", said)
    listed = [table for table in screen.dataframe if "Elsewhere" in table.value]
    assert bool(listed) == ("Worst where" in said)
    if listed:
        rows = int(listed[0].value["Rows"].iloc[0].replace(",", ""))
        screen.session_state["rows_failing"] = 0
        assert f": {rows:,} of" in assert_sound(screen.run())
        shown = screen.dataframe[-1].value
        assert len(shown) == min(rows, 1_000)
        assert shown.index.name == "Row"


def test_charts_and_sentences_kept_for_a_model_follow_its_line_and_the_case(finished: dict[str, str]) -> None:
    def charts(stage: str) -> list[str]:
        return [element.proto.alt for element in show(stage, finished["mortgages"]).get("plotly_chart")]

    workspace = Workspace.open(Settings.from_environment())
    for threshold in (0.2, 0.3, 0.2):
        workspace.save(workspace.get(finished["mortgages"]).updated(threshold=threshold), now=NOW)
        assert f"At {threshold:.2f} it is" in charts("evaluate")[0]
    screen = show("explain", finished["mortgages"])
    screen.session_state["case_place"] = 1
    first = assert_sound(screen.run())
    screen.session_state["case_place"] = 2
    second = assert_sound(screen.run())
    screen.session_state["case_place"] = 1
    assert assert_sound(screen.run()) == first != second


def test_an_expectation_is_written_checked_and_told_by_the_coach(finished: dict[str, str]) -> None:
    screen = show("evaluate", finished["mortgages"])
    assert "None yet. Say for example" in text_of(screen)
    screen.button(key="add_expectation").click().run()
    assert_sound(screen)
    assert screen.button(key="primary_expect").label == "Add"
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["mortgages"])
    assert project.data is not None
    built = judge.problem(project, workspace.read_table(project.data.content_hash))
    where = (Condition(column="afam", comparison="equals", value="yes"),)
    expected = Expectation(conditions=where, measure="every", side="to", bound=0.2)
    workspace.save(expect(project, expected, built, now=NOW), now=NOW)
    after = show("evaluate", finished["mortgages"])
    assert "An expectation is not met" in assert_sound(after)
    listed = next(table.value for table in after.dataframe if "Expectation" in table.value)
    assert listed["Expectation"].tolist() == ["Every score at most 0.2 where afam is yes"]
    assert listed["Rows left out"].tolist() == ["✕ Not met"]
    # The same model again for the tests that follow.
    workspace.save(expect_no_more(workspace.get(project.id), expected, now=NOW), now=NOW)


def test_a_remedy_becomes_part_of_the_model(finished: dict[str, str]) -> None:
    screen = show("fairness", finished["mortgages"])
    screen.button(key="use_remedy").click().run()
    assert_sound(screen)
    project = Workspace.open(Settings.from_environment()).get(finished["mortgages"])
    assert project.remedy is not None
    assert project.remedy.column == "afam"
    evaluate = assert_sound(show("evaluate", finished["mortgages"]))
    assert "The remedy chosen under Fairness draws the line by afam." in evaluate


def test_a_changed_column_makes_results_out_of_date_and_closes_export(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["mortgages"])
    assert project.data is not None
    table = workspace.read_table(project.data.content_hash)
    workspace.save(set_column(project, "pirat", table, now=NOW, role=Role.LEFT_OUT), now=NOW)
    assert "Out of date" in assert_sound(show("evaluate", project.id))
    assert "Evaluate must be up to date" in text_of(show("export", project.id))
    assert "Out of date." in text_of(show("train", project.id))


def test_a_table_without_a_usable_target_leaves_the_project_as_it_was(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.create("One value", now=NOW)
    path = workspace.home / "one.csv"
    path.write_text("a,same\n" + "\n".join(f"{n},x" for n in range(60)), encoding="utf-8")
    project = workspace.save(
        intake.take_file(workspace, project, path, name="one.csv", now=NOW),
        now=NOW,
    )
    screen = show("frame", project.id)
    screen.selectbox(key="frame_target").set_value("same").run()
    said = assert_sound(screen)
    assert "has one value" in said
    assert workspace.get(project.id).frame.target is None


def test_a_project_whose_table_is_gone_can_be_mended_and_hinders_no_other(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["mortgages"])
    assert project.data is not None
    workspace.tables.path(project.data.content_hash).unlink()
    cache_resource.clear()
    home = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=90).run()
    assert "Penguins" in assert_sound(home)
    data = show("data", project.id)
    assert not data.exception
    assert "Bring the same file again; your decisions are kept." in text_of(data)
    cache_resource.clear()


def test_an_unreadable_leaderboard_lets_one_train_again(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["penguins"])
    (workspace.training(project.id, str(project.training)).path / "board.json").write_text("{not json")
    screen = show("train", project.id)
    assert "The last results cannot be read." in text_of(screen)
    assert any(button.label == "Start training" for button in screen.button)


def test_the_same_model_opened_in_two_tabs_is_one_look(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["mortgages"])
    look = SealOpening(at=NOW, fingerprint="f", run="tree", rows=10, metric="roc_auc", score=0.7, low=0.6, high=0.8)
    assert len(open_seal(open_seal(project, look), look).seal) == 1


def test_the_card_tells_what_is_still_open_and_says_when_it_is_out_of_date(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["penguins"])
    mark = project.exports[-1].fingerprint
    packed = shipping.parcel(workspace.artefact_dir(project.id, "bundle", mark))
    assert packed is not None
    card = packed.card_markdown.read_text(encoding="utf-8")
    assert "| Export | Warning | The sealed test is still closed |" in card
    assert "Looked for in Frame, Data, Prepare, Train, Evaluate, Explain, Fairness and Export." in card
    assert "The bundle is out of date." not in assert_sound(show("export", project.id))
    closed = next(one for one in export_findings(project, mark, looked_at_fairness=True) if one.acceptable)
    workspace.save(accept(project, closed, "export", "Opened next week.", now=NOW), now=NOW)
    screen = show("export", project.id)
    assert "The bundle is out of date." in assert_sound(screen)
    assert any(button.label == "Pack again" for button in screen.button)


def test_the_later_table_brought_last_is_the_one_shown_and_the_sidebar_tells_what_is_open(
    finished: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = show("monitor", finished["penguins"])
    later = Workspace.open(Settings.from_environment())
    project = later.get(finished["penguins"])
    assert project.data is not None
    table = later.read_table(project.data.content_hash)
    for name, rows in (("one.csv", table), ("two.csv", table.head(120)), ("three.csv", table.iloc[:, :2])):
        screen.file_uploader[0].set_value((name, rows.to_csv(index=False).encode(), "text/csv")).run()
        assert_sound(screen)
    assert screen.selectbox(key="watch_picked").value == 2
    assert "three.csv" in text_of(screen)


def test_what_is_open_is_told_after_a_restart_of_the_server_as_well(finished: dict[str, str]) -> None:
    before = text_of(show("frame", finished["mortgages"])).count("open finding")
    show("fairness", finished["mortgages"])
    told = text_of(show("frame", finished["mortgages"])).count("open finding")
    assert told > before
    cache_resource.clear()
    assert text_of(show("frame", finished["mortgages"])).count("open finding") == told


def test_train_shows_what_each_model_costs_in_use(finished: dict[str, str]) -> None:
    screen = show("train", finished["mortgages"])
    screen.segmented_control(key="board_view").set_value("In use").run()
    assert not screen.exception
    said = text_of(screen)
    assert re.search(r'>1 of 1</span><span class="fw-num">[\d.]+ ms</span><span class="fw-num">\d+ kB</span>', said)
    assert "standard deviation of the score over the folds" in said


def test_chances_are_corrected_by_a_click_and_taken_back_by_another(finished: dict[str, str]) -> None:
    screen = show("evaluate", finished["mortgages"])
    workspace = Workspace.open(Settings.from_environment())
    before = text_of(screen)
    assert "Are the chances right?" in before
    screen.segmented_control(key="chances_way").set_value("Step curve (isotonic)").run()
    screen.button(key="chances_on").click().run()
    assert_sound(screen)
    assert workspace.get(finished["mortgages"]).calibration == "isotonic"
    assert "Part of the model" in text_of(screen)
    for stage in ("explain", "fairness", "export"):
        assert_sound(show(stage, finished["mortgages"]))
    again = show("evaluate", finished["mortgages"])
    again.button(key="chances_off").click().run()
    assert_sound(again)
    assert workspace.get(finished["mortgages"]).calibration == ""
    assert "Are the chances right?" in text_of(show("evaluate", finished["penguins"]))
    assert "Are the chances right?" not in text_of(show("evaluate", finished["house_prices"]))


def test_whether_more_rows_would_help_is_shown_after_a_refresh(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["mortgages"])
    screen = show("train", project.id)
    assert "Would more rows help?" in text_of(screen)
    assert screen.button(key="begin_rows").label == "Find out"
    sizes = [
        {"rows": n, "unseen": [s, s + 0.01], "seen": [0.9, 0.9]} for n, s in ((600, 0.7), (1100, 0.74), (1523, 0.76))
    ]
    numbers = {"gain": 0.04, "low": 0.03, "high": 0.05, "notable": 0.005, "judged": 381.0}
    rounds = {"measure": "log loss", "rounds": [1, 50], "seen": [0.6, 0.3], "unseen": [0.6, 0.4], "folds": 5}
    found = {"metric": "roc_auc", "sizes": sizes, **numbers, "verdict": "yes", "rounds": rounds, "finished": True}
    key = trial_key(project, "rows", {"run": "logistic_regression"})
    workspace.trials(project.id).write(key, found)
    again = show("train", project.id)
    assert_sound(again)
    said = text_of(again)
    assert "More rows would help: from 1,523 rows on, twice as many would improve ROC AUC by about 0.0400" in said
    assert "more rounds may help" in said
    workspace.trials(project.id).write(key, {**found, "finished": False})
    assert "It ended after 3 of 5 sizes" in text_of(show("train", project.id))


def test_two_models_are_compared_row_by_row(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["mortgages"])
    folder = workspace.training(project.id, str(project.training))
    assert "Compare two models" not in text_of(show("evaluate", project.id))
    board = folder.board()
    assert board is not None
    # A second model: the first under another key, its chances turned a little.
    shutil.copytree(folder.path / "runs" / "logistic_regression", folder.path / "runs" / "other")
    other = board.run("logistic_regression").model_copy(update={"key": "other", "title": "Another <b>model</b>"})
    folder.write_board(board.model_copy(update={"runs": (*board.runs, other)}))
    (folder.path / "runs" / "other" / "run.json").write_text(other.model_dump_json(), encoding="utf-8")
    screen = show("evaluate", project.id)
    assert_sound(screen)
    said = text_of(screen)
    assert "Compare two models" in said
    assert "rows alike" in said
    assert "Another &lt;b&gt;model&lt;/b&gt;" in said
    screen.selectbox(key="pair_first").set_value("other").run()
    assert "Choose two different models." in text_of(screen)
