"""What Train and Evaluate show of models: their cost in use, their chances, two side by side, and what tuning tried."""

import re
import shutil

import pytest

from core.jobs.trying import trial_key
from core.settings import Settings
from core.workspace import Workspace
from tests.pages.whole import NOW, assert_sound, show, text_of


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


def test_what_tuning_tried_is_drawn_once_a_family_has_enough_draws(finished: dict[str, str]) -> None:
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["mortgages"])
    folder = workspace.training(project.id, str(project.training))
    assert "What tuning tried" not in text_of(show("train", project.id))
    board = folder.board()
    assert board is not None
    run = board.run("logistic_regression")
    draws = [
        run.model_copy(
            update={
                "key": f"draw_{i}",
                "family": "gradient_boosting",
                "params": {"learning_rate": 0.01 * (i + 1), "kind": "ab"[i % 2]},
                "score": 0.7 + 0.01 * i,
            }
        )
        for i in range(9)
    ]
    folder.write_board(board.model_copy(update={"runs": (*board.runs, *draws)}))
    screen = show("train", project.id)
    assert_sound(screen)
    said = text_of(screen)
    assert "What tuning tried" in said
    assert "Learning rate mattered most" in said
    assert "A rough guide, from 9 draws" in said


def test_a_candidate_whose_library_is_missing_says_how_to_get_it(
    finished: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.train.spec.find_spec", lambda package: None)
    workspace = Workspace.open(Settings.from_environment())
    project = workspace.get(finished["penguins"])
    said = "Neural network with dropout: It learns with PyTorch, which is not installed here."
    assert said not in text_of(show("train", project.id))
    asked = project.plan.model_copy(update={"candidates": ("torch_network", "decision_tree")})
    changed = workspace.save(project.updated(plan=asked), now=NOW)
    try:
        screen = show("train", project.id)
        assert_sound(screen)
        assert said in text_of(screen)
        assert "Neural network with dropout (not installed)" in screen.multiselect(key="plan_candidates").options
    finally:
        workspace.save(changed.updated(plan=project.plan), now=NOW)
