"""Leakage replay and the look at both parts of the split, on Prepare."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.jobs.trying import trial_key
from core.project.document import Project
from core.workspace import Workspace
from pages.components.leakcards import apart_words, verdict
from tests.pages.conftest import said


def gain(before: float, after: float, high: float) -> dict[str, object]:
    score = {"model": "gradient_boosting", "metric": "roc_auc", "folds": [before] * 5, "rows": 300, "of_rows": 900}
    return {
        "before": score | {"score": before},
        "after": score | {"score": after},
        "gain": after - before,
        "low": 2 * (after - before) - high,
        "high": high,
    }


def test_a_replay_that_costs_much_says_how_much_is_not_real() -> None:
    text = verdict([gain(0.95, 0.75, -0.15)])
    assert text.startswith("Without it ROC AUC is worse by 0.2 (at least 0.15).")
    assert verdict([gain(0.75, 0.74, 0.02)]).startswith("Without it the score stays as it is")


def test_parts_that_cannot_be_told_apart_are_called_alike() -> None:
    assert "cannot be told apart" in apart_words({"differs": False})
    assert "can be told apart" in apart_words({"differs": True})


def test_what_a_replay_found_is_shown_after_a_refresh(
    show: Callable[..., AppTest], workspace: Workspace, framed: Project
) -> None:
    column = framed.table_schema.features(framed.frame)[0] if framed.table_schema else ""
    found = {"gains": [gain(0.95, 0.75, -0.15)], "finished": True}
    workspace.trials(framed.id).write(trial_key(framed, "replay", {"columns": [column]}), found)
    screen = show("prepare", framed.id)
    assert not screen.exception
    assert "Choose a column that may know the outcome" in said(screen)
    screen.multiselect(key="replay_columns").select(column).run()
    text = said(screen)
    assert "0.950" in text
    assert "On 300 of 900 training rows in 5 folds" in text
    screen.button(key="leave_suspects").click().run()
    after = workspace.get(framed.id)
    assert after.table_schema is not None
    assert column not in after.table_schema.features(after.frame)
