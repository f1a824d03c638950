"""Every screen of a project that went the whole way, for each kind of answer, and after something before it changed."""

import re

import pytest
from streamlit import cache_resource
from streamlit.testing.v1 import AppTest

from core.data.schema import Role
from core.evaluate.expectations import Condition, Expectation
from core.project import judge, shipping
from core.project.changes import accept, open_seal, set_column
from core.project.document import SealOpening
from core.project.expecting import expect, expect_no_more
from core.project.export_checks import export_findings
from core.project.journey import STAGES
from core.settings import Settings
from core.workspace import Workspace, intake
from tests.pages.whole import NOW, PLANS, ROOT, assert_sound, caught, show, text_of


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
