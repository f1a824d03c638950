from dataclasses import replace

import numpy as np
import pytest

from core.errors import JobError, TrainingError
from core.framing.frame import Task
from core.prepare.recipe import Recipe, Step
from core.train.trials.quick import QuickScore, compare_recipes, gain, quick_models, quick_score, sampled
from tests.unit.train.conftest import make_problem


def scored(*folds, model="m", metric="roc_auc"):
    return QuickScore(model, metric, folds, float(np.nanmean(folds)), 0.0, 1.0, 80.0, 20.0, 100, 100, 3, 0.1)


def without(problem, *columns):
    return Recipe(steps=(Step(id="drop_columns-1", kind="drop_columns", columns=columns), *problem.recipe.steps))


def test_the_gain_is_the_mean_difference_with_the_interval_of_overlapping_folds():
    found = gain(scored(0.70, 0.72, 0.71, 0.69, 0.73), scored(0.74, 0.75, 0.73, 0.74, 0.74))
    # By hand: differences 4, 3, 2, 5, 1 hundredths, standard deviation 1.5811, error × sqrt(1/5 + 20/80), t(4) 2.7764.
    assert found.gain == pytest.approx(0.03)
    assert found.high - found.gain == pytest.approx(2.7764451 * 0.015811388 * np.sqrt(0.45), rel=1e-6)
    assert found.is_better
    assert not found.is_worse


def test_less_of_a_loss_is_a_gain():
    found = gain(scored(3.0, 3.2, metric="rmse"), scored(2.0, 2.1, metric="rmse"))
    assert found.gain == pytest.approx(1.05)


def test_a_fold_without_a_score_is_left_out_of_the_difference():
    found = gain(scored(0.5, np.nan, 0.6), scored(0.6, 0.9, 0.8))
    assert found.gain == pytest.approx(0.15)
    assert np.isnan(gain(scored(0.5, np.nan), scored(0.6, 0.7)).low)


def test_scores_of_two_models_are_not_compared():
    with pytest.raises(ValueError, match="not of the same model"):
        gain(scored(0.5, 0.6), scored(0.5, 0.6, model="other"))


def test_a_sample_keeps_the_folds_and_holds_no_sealed_row():
    problem = make_problem(rows=400)
    small = sampled(problem, most_rows=100, seed=1)
    assert len(small.split.train) == 100
    assert not np.isin(small.split.train, problem.split.test).any()
    assert len(small.split.test) == 0
    for (fit, judge), (whole_fit, whole_judge) in zip(small.split.folds, problem.split.folds, strict=True):
        assert np.isin(fit, whole_fit).all()
        assert np.isin(judge, whole_judge).all()
    assert np.array_equal(sampled(problem, most_rows=100, seed=1).split.train, small.split.train)


@pytest.mark.parametrize("task", list(Task))
def test_leaving_out_what_decides_the_outcome_is_worse_with_both_models(task):
    problem = make_problem(task, rows=400, folds=5)
    found = compare_recipes(problem, problem.recipe, without(problem, "age", "town"), seed=3)
    assert [one.before.model for one in found] == list(quick_models(task))
    assert all(one.is_worse for one in found)
    assert all(one.before.rows == one.before.of_rows == len(problem.split.train) for one in found)
    assert all(one.after.columns < one.before.columns for one in found)


def test_leaving_out_noise_is_neither_better_nor_worse():
    problem = make_problem(rows=240)
    found = compare_recipes(problem, problem.recipe, without(problem, "noise"), seed=3)
    assert not any(one.is_worse for one in found)


def test_the_same_seed_gives_the_same_score():
    problem = sampled(make_problem(rows=200), most_rows=120, seed=5)
    first, second = (quick_score(problem, model="gradient_boosting", seed=5) for _ in range(2))
    assert first.folds == second.folds


def test_a_trial_can_be_stopped():
    with pytest.raises(JobError, match="stopped"):
        quick_score(make_problem(), model="gradient_boosting", seed=1, should_stop=lambda: True)


def test_a_split_without_a_fold_to_score_is_said():
    problem = make_problem()
    empty = replace(problem, split=replace(problem.split, folds=()))
    with pytest.raises(TrainingError, match="No fold"):
        quick_score(empty, model="gradient_boosting", seed=1)
