"""Suggestions put to the trial: intervals, how they are widened, what is found, and what noise is not taken for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from core.framing.frame import Task
from core.prepare.compile import compile_pipeline
from core.prepare.suggest.facts import suggestion
from core.prepare.suggest.suggestion import LINEAR, TREES
from core.train.trials.found import verdict
from core.train.trials.judges import Courtroom
from core.train.trials.quick import sampled
from core.train.trials.scores import compared, promising
from core.train.trials.suggested import Trying, sample_rows
from core.train.trials.words import amount, difference, evidence, measure
from tests.unit.train.trials.planted import (
    SEED,
    clockwork,
    dated,
    found_in,
    noise,
    problem_of,
    rated,
    sized,
    tailed,
    told,
)

# Intervals


def test_the_interval_is_that_of_the_corrected_t_test_at_the_level_given():
    problem = problem_of(tailed(0, 120), folds=5, deals=1)
    before, after = [0.70, 0.72, 0.71, 0.69, 0.73], [0.74, 0.75, 0.73, 0.74, 0.74]
    told = compared(LINEAR, before, after, problem, "roc_auc", 0.001)
    # By hand: differences 4, 3, 2, 5, 1 hundredths; their error is 0.0158114 × √(1/5 + judged/fitted).
    n_fit, n_judge = (np.mean([len(fold[side]) for fold in problem.split.folds]) for side in (0, 1))
    assert told.gain == pytest.approx(0.03)
    assert told.error == pytest.approx(0.015811388 * np.sqrt(0.2 + n_judge / n_fit))
    assert told.high - told.gain == pytest.approx(student.ppf(0.9995, 4) * told.error)
    assert told.confidence == pytest.approx(0.999)


def test_less_of_a_loss_is_a_gain_and_a_fold_without_a_score_is_left_out():
    problem = problem_of(rated(0, 90), task=Task.REGRESSION, metric="rmse", deals=1)
    told = compared(TREES, [3.0, np.nan, 3.2], [2.0, 1.0, 2.1], problem, "rmse", 0.05)
    assert (told.gain, told.folds) == (pytest.approx(1.05), 2)


def test_one_fold_alone_gives_no_interval():
    told = compared(LINEAR, [0.5], [0.6], problem_of(tailed(0, 90), deals=1), "roc_auc", 0.05)
    assert (told.low, told.high, told.gain) == (None, None, pytest.approx(0.1))


@pytest.mark.parametrize(
    ("after", "worth"),
    [
        ([0.60, 0.61, 0.59], True),
        ([0.51, 0.40, 0.60], False),
        ([0.40, 0.41, 0.39], False),
        ([0.5, 0.5, 0.5], False),
    ],
)
def test_what_does_better_than_the_folds_differ_goes_on(after, worth):
    assert bool(promising([0.5] * 3, after, higher_is_better=True, first=3)) is worth


def test_after_the_first_deal_more_is_asked_for():
    after = [0.5 + 0.1 * step for step in (0.0, 1.5, 0.3, 0.0, 1.5, 0.3)]
    assert promising([0.5] * 3, after[:3], higher_is_better=True, first=3) > 0.5
    assert promising([0.5] * 6, after, higher_is_better=True, first=3) == 0.0


def test_the_chance_of_one_error_is_shared_among_all_that_was_looked_at():
    trying = Trying(problem_of(tailed(0, 90), deals=1), seed=SEED, budget=1e9, clock=clockwork())
    plain = [suggestion("bends", f"t{at}", "r", "spline", columns=(f"c{at}",), judges=(LINEAR,)) for at in range(6)]
    both = [suggestion("gaps", f"t{at}", "r", "fill_numbers", columns=(f"c{at}",)) for at in range(2)]
    picked = [
        suggestion("pairs", f"t{at}", "r", "formula", params={"formula": str(at)}, chosen_from=40) for at in range(3)
    ]
    trying.look((*plain, *both, *picked))
    levels = [trying.levels[one.key] for one in (*plain, *both, *picked)]
    assert trying.comparisons == 6 + 4 + 80
    assert levels[:8] == [pytest.approx(0.025 / 10)] * 8
    assert levels[8:] == [pytest.approx(0.025 / 80)] * 3
    # What was looked at and not picked could have been picked: all 40 by both judges count.
    assert 6 * levels[0] + 2 * 2 * levels[6] + 40 * 2 * levels[8] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("intervals", "said"),
    [
        ([(0.1, 0.2)], "helps"),
        ([(0.1, 0.2), (-0.1, 0.1)], "helps"),
        ([(0.1, 0.2), (-0.2, -0.1)], "mixed"),
        ([(-0.1, 0.1), (-0.2, -0.1)], "hurts"),
        ([(-0.1, 0.1), (-0.1, 0.2)], "none"),
    ],
)
def test_a_verdict_is_that_of_both_judges(intervals, said):
    assert verdict(tuple(told(*one) for one in intervals)) == said


def test_what_a_trial_showed_is_said_in_words():
    assert evidence([told(0.004, 0.020), told(-0.1, 0.1, TREES)], "roc_auc", Task.BINARY) == (
        "Tried: Logistic regression, ROC AUC +0.012 (+0.004 to +0.020)."
    )
    assert difference(told(-0.02, 0.01), "roc_auc") == "−0.005 (−0.020 to +0.010)"
    assert amount(0.0123, "accuracy") == "+1.2 points"
    assert amount(-0.00004, "roc_auc") == "0.000"
    assert amount(-1234.4, "mae") == "−1,234"
    assert measure("mae") == "less MAE"


def test_a_judge_scores_as_its_model_does_behind_the_compiled_recipe():
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    problem = sampled(problem_of(dated(2, 150), deals=1), most_rows=90, seed=SEED)
    fit, judge = problem.split.folds[1]
    pipeline = compile_pipeline(problem, LogisticRegression(C=1.0, max_iter=300), scale=True, seed=SEED)
    chances = pipeline.fit(problem.X.iloc[fit], problem.y[fit]).predict_proba(problem.X.iloc[judge])[:, 1]
    court = Courtroom(problem, seed=SEED, threads=1)
    scored = court.score(problem.recipe, (LINEAR,), 1, keep_missed=True)
    assert scored[LINEAR] == pytest.approx(roc_auc_score(problem.y[judge] == "yes", chances))
    assert court.missed[LINEAR][judge, 0] == pytest.approx((problem.y[judge] == "yes") - chances, abs=1e-6)
    assert np.isnan(court.missed[LINEAR][problem.split.test]).all()


# What is found


@pytest.mark.parametrize(
    ("table", "settings", "title", "judge"),
    [
        (dated(1, 600), {}, "Count months from `opened` to `closed`", TREES),
        (sized(1, 300), {"task": Task.REGRESSION, "metric": "mae"}, "Take the logarithm of `income`", LINEAR),
        (rated(1, 400), {"task": Task.REGRESSION, "metric": "mae"}, "Divide `debt` by `income`", LINEAR),
    ],
    ids=["dates", "log", "ratio"],
)
def test_a_planted_signal_is_found_in_the_right_columns(table, settings, title, judge):
    found = found_in(problem_of(table, **settings))
    (one,) = [one for one in found.tried if one.suggestion.title == title]
    assert one.verdict == "helps"
    assert one.best is not None
    assert one.best.judge == judge
    assert found.ended == "done"
    assert found.tried[0].verdict == "helps"


def test_noise_is_hardly_ever_said_to_help():
    helped = []
    for seed in range(10):
        found = found_in(problem_of(noise(seed), folds=3), seed=seed)
        assert len([one for one in found.tried if one.verdict != "failed"]) >= 8
        helped.append(bool(found.of("helps")))
    # By chance it is one table in twenty; more tables: tests/benchmarks/suggestions_on_noise.py.
    assert sum(helped) <= 1


def test_what_is_known_of_sealed_rows_changes_nothing():
    problem = problem_of(tailed(2, 150), folds=3, deals=2)
    X, y = problem.X.copy(), problem.y.copy()
    X.loc[problem.split.test, "income"] = -1e6
    y[problem.split.test] = "no"
    spoiled = replace(problem, X=X, y=y)
    ones, others = (found_in(held).model_dump() for held in (problem, spoiled))
    assert ones == others


def test_the_same_seed_finds_the_same():
    problem = problem_of(tailed(3, 200), folds=3, deals=1)
    assert found_in(problem, most_rows=100) == found_in(problem, most_rows=100)
    assert found_in(problem, most_rows=100).rows == 100


# Time, stopping, and tables with nothing to try


def test_the_budget_ends_it_and_what_was_found_until_then_is_kept():
    found = found_in(problem_of(dated(1, 200), folds=3), budget=40.0, clock=clockwork(1.0))
    assert found.ended == "budget"
    assert found.of("waiting")
    assert len(found.tried) == len(found.of("waiting", "helps", "open", "none", "hurts", "mixed", "failed"))
    assert any(one.told for one in found.tried)


def test_what_looks_promising_when_the_time_is_over_is_not_called_no_difference():
    # Some fifteen fits: enough for a first deal of the most promising, which is the planted one.
    found = found_in(problem_of(tailed(1, 300)), budget=14.0, clock=clockwork(1.0))
    assert found.ended == "budget"
    assert found.of("open")


def test_more_time_looks_at_more_rows_up_to_a_limit():
    assert [sample_rows(seconds) for seconds in (30, 60, 120, 300)] == [5_000, 5_000, 10_000, 20_000]


def test_what_would_help_if_it_were_the_only_one_is_kept_open():
    one = told(0.0, 0.04).model_copy(update={"gain": 0.021})
    # 24 folds: 2.07 standard errors of 0.01 are 0.0207.
    assert one.leans
    assert not one.model_copy(update={"gain": 0.0205}).leans


def test_stopping_keeps_what_was_found():
    kept = []
    found = found_in(problem_of(dated(1, 200), folds=3, deals=1), should_stop=lambda: len(kept) >= 4, keep=kept.append)
    assert found.ended == "stopped"
    assert sum(bool(one.told) for one in found.tried) == 3
    assert [one.ended for one in kept] == ["running"] * 4


def test_progress_is_told_and_never_goes_back():
    said = []
    found_in(problem_of(tailed(0, 120), folds=3, deals=2), report=lambda share, words: said.append((share, words)))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert said[0][1] == "Judging the recipe as it is"
    assert said[1][1].startswith("0 of ")


def test_a_step_that_cannot_be_applied_does_not_end_the_others(monkeypatch):
    wrong = suggestion("pairs", "Wrong", "r", "formula", params={"formula": "nowhere / income"}, promise=1.0)
    right = suggestion("tails", "Right", "r", "log_numbers", columns=("income",), judges=(LINEAR,))
    monkeypatch.setattr("core.train.trials.suggested.suggest", lambda _facts: (wrong, right))
    found = found_in(problem_of(tailed(1, 200), folds=3, deals=1))
    assert {one.suggestion.title: one.verdict for one in found.tried}["Wrong"] == "failed"
    assert "nowhere" in found.of("failed")[0].reason
    assert {one.suggestion.title for one in found.tried if one.told} == {"Right"}


def test_few_rows_are_not_tried():
    found = found_in(problem_of(tailed(0, 60), deals=1))
    assert found.tried == ()
    assert found.note == "There are 48 training rows; with fewer than 60 chance explains any difference."


def test_a_table_that_speaks_for_nothing_is_told():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.choice(["north", "south"], 120), "y": rng.choice(["yes", "no"], 120)})
    found = found_in(problem_of(table, deals=1))
    assert found.note == "Nothing in the training rows speaks for another step."


def test_by_time_rows_are_dealt_once_and_it_is_still_tried():
    table = tailed(1, 300).assign(when=np.arange(300.0))
    found = found_in(problem_of(table, kind="time", column="when", folds=4))
    assert 2 <= found.folds <= 4
    assert all(one.best.folds <= found.folds for one in found.tried if one.best)


def test_several_outcomes_are_judged_too():
    rng = np.random.default_rng(4)
    income = rng.lognormal(4, 2.2, 400).round(2)
    levels = pd.qcut(np.log(income) + rng.normal(size=400), 3, labels=["a", "b", "c"]).astype(str)
    table = pd.DataFrame({"income": income, "age": rng.normal(50, 9, 400), "y": levels})
    found = found_in(problem_of(table, task=Task.MULTICLASS, metric="log_loss"))
    assert {one.suggestion.title: one.verdict for one in found.tried}["Take the logarithm of `income`"] == "helps"
