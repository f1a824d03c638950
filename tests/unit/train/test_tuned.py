"""Draws of tuning on made-up boards."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.charts.tuned import AXES, draws_figure, importance_figure
from core.train.board import Run, RunStatus
from core.train.tuned import LEAST_DRAWS, Importances, Setting, families, importances

SEED = 3


class Tuned(Run):
    """A run that holds the draws it is the best of."""

    draws: tuple = ()


def runs(n=24, *, matters=True, seed=SEED):
    """Draws whose score follows the learning rate, and nothing else."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        rate = float(10 ** rng.uniform(-3, 0))
        score = 0.8 + 0.05 * np.log10(rate) * matters + 0.002 * rng.normal()
        params = {
            "learning_rate": rate,
            "num_leaves": float(rng.integers(4, 64)),
            "kind": str(rng.choice(["gbdt", "dart"])),
            "depth": 5.0,
        }
        found.append(
            Run(
                key=f"boosting_{number}", title=f"Draw {number}", status=RunStatus.DONE, score=float(score),
                family="gradient_boosting", params=params,
            )
        )  # fmt: skip
    return found


def test_draws_of_one_family_are_gathered_best_first_with_the_settings_that_vary(board_of, run_of):
    plain = run_of("random_forest", [0.8, 0.8])
    (family,) = families(board_of(plain, *runs()))
    assert (family.key, family.title, len(family.draws)) == ("gradient_boosting", "Gradient boosting", 24)
    assert family.draws[0].score == max(one.score for one in family.draws)
    assert [setting.name for setting in family.settings] == ["learning_rate", "num_leaves", "kind"]
    rate, leaves, kind = family.settings
    assert (rate.is_log, leaves.is_log, kind.levels) == (True, False, ("dart", "gbdt"))
    assert rate.title == "Learning rate"
    assert rate.place(0.01) == pytest.approx(-2.0)
    assert kind.place("gbdt") == 1.0


def test_fewer_draws_than_eight_show_nothing(board_of):
    assert families(board_of(*runs(LEAST_DRAWS - 1))) == ()
    assert len(families(board_of(*runs(LEAST_DRAWS)))) == 1
    waiting = [run.model_copy(update={"status": RunStatus.WAITING}) for run in runs()]
    assert families(board_of(*waiting)) == ()


def test_a_run_that_holds_its_draws_speaks_for_all_of_them(board_of):
    draws = tuple(
        SimpleNamespace(params=run.params, score=run.score, ended_early=i < 4) for i, run in enumerate(runs())
    )
    failed = SimpleNamespace(params={"learning_rate": 0.1}, score=None, ended_early=True)
    best = runs(1)[0].model_copy(update={"draws": (*draws, failed)})
    held = Tuned(**{**best.model_dump(exclude={"draws"}), "draws": (*draws, failed)})
    untuned = runs(1)[0].model_copy(update={"key": "untuned", "params": {"depth": 4.0}})
    (family,) = families(board_of(held, untuned))
    assert len(family.draws) == 24
    assert sum(one.ended_early for one in family.draws) == 4
    assert importances(family, seed=1).draws == 20


def test_where_a_smaller_metric_is_better_the_best_draw_has_the_smallest(board_of):
    (family,) = families(board_of(*runs(), metric="rmse", higher_is_better=False))
    assert family.draws[0].score == min(one.score for one in family.draws)


def test_the_setting_that_the_score_follows_matters_most(board_of):
    (family,) = families(board_of(*runs()))
    found = importances(family, seed=1)
    assert found.shares[0][0].name == "learning_rate"
    assert found.shares[0][1] > 0.8
    assert sum(share for _, share in found.shares) == pytest.approx(1.0)
    assert found.explained > 0.5
    assert found.sentence.startswith("Learning rate mattered most: ")
    assert "A rough guide, from 24 draws" in found.sentence
    assert importances(family, seed=1) == found


def test_scores_that_follow_no_setting_are_called_so(board_of):
    (family,) = families(board_of(*runs(40, matters=False)))
    found = importances(family, seed=1)
    assert found.explained < 0.1
    assert found.sentence.startswith("The settings tried hardly explain the scores")
    alike = [run.model_copy(update={"score": 0.8}) for run in runs()]
    (family,) = families(board_of(*alike))
    assert importances(family, seed=1).shares[0][1] == 0.0
    assert "hardly explain" in importances(family, seed=1).sentence


def test_too_few_draws_on_all_folds_tell_nothing(board_of):
    draws = tuple(
        SimpleNamespace(params=run.params, score=run.score, ended_early=i > 5) for i, run in enumerate(runs())
    )
    (family,) = families(board_of(Tuned(**{**runs(1)[0].model_dump(), "draws": draws})))
    assert importances(family, seed=1) is None


@pytest.mark.parametrize("metric", ["roc_auc", "rmse"])
def test_each_draw_is_a_line_that_ends_at_its_score(board_of, metric):
    board = board_of(*runs(), metric=metric, higher_is_better=metric == "roc_auc")
    (family,) = families(board)
    result = draws_figure(family, board, dark=True)
    axes = result.figure.data[0].dimensions
    assert [axis.label for axis in axes][:3] == ["Kind", "Num leaves", "Learning rate"]
    assert list(axes[-1].values) == [one.score for one in family.draws]
    assert list(axes[0].ticktext) == ["dart", "gbdt"]
    assert axes[2].values[0] == pytest.approx(np.log10(family.draws[0].params["learning_rate"]))
    assert len(result.table) == 24
    assert result.alt.startswith("24 draws of Gradient boosting over 3 settings. The best, ")


def test_of_many_settings_those_that_matter_most_are_drawn_beside_the_score(board_of):
    drawn = runs()
    more = [{f"p{i}": float(number * i) for i in range(1, 7)} for number in range(len(drawn))]
    many = [run.model_copy(update={"params": {**run.params, **add}}) for run, add in zip(drawn, more, strict=True)]
    board = board_of(*many)
    (family,) = families(board)
    found = importances(family, seed=1)
    result = draws_figure(family, board, found)
    drawn = [axis.label for axis in result.figure.data[0].dimensions]
    assert len(drawn) == AXES + 1
    assert drawn[-2:] == ["Learning rate", "ROC AUC"]
    assert set(result.table.columns) == {setting.title for setting in family.settings} | {"ROC AUC", "Judged on"}


def test_a_draw_that_ended_early_has_no_line_but_stands_in_the_table(board_of):
    (family,) = families(board_of(*runs()))
    first = replace(family.draws[0], ended_early=True)
    cut = replace(family, draws=(first, *family.draws[1:]))
    result = draws_figure(cut, board_of(*runs()))
    assert len(result.figure.data[0].dimensions[-1]["values"]) == len(family.draws) - 1
    assert len(result.table) == len(family.draws)
    assert list(result.table["Judged on"])[:2] == ["fewer folds", "all folds"]


def test_the_importance_chart_has_a_bar_a_setting():
    found = Importances(((Setting("a"), 0.7), (Setting("b"), 0.3)), 0.5, 12)
    result = importance_figure(found)
    assert list(result.figure.data[0].y) == ["B", "A"]
    assert result.table["Share"].tolist() == ["70%", "30%"]
    assert result.alt == "How much each setting mattered, roughly: A 70%, B 30%."


def test_a_setting_is_called_as_where_it_is_fixed():
    assert Setting("leaves").title == "Leaves of a tree"
    assert Setting("no_longer_there").title == "No longer there"
