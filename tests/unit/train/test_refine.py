"""Tuning and the blend within a whole training."""

import time

import numpy as np
import pytest

from core.framing.frame import Task
from core.runtime.persist import save_model
from core.train.board import RunStatus, TrainPlan
from core.train.runner import InProcessRunner
from core.train.search import train

THREE = ("decision_tree", "additive", "naive_bayes")


def run(problem, plan, *, finished=None, pipeline_of=None, stop=lambda: False, skips=frozenset):
    fitted = {}
    board = train(
        problem,
        plan,
        fingerprint="f",
        on_board=lambda board: None,
        on_fitted=lambda made: fitted.__setitem__(made.run.key, made),
        should_stop=stop,
        skips=skips,
        clock=time.monotonic,
        finished=finished,
        pipeline_of=pipeline_of,
        runner=InProcessRunner(problem, seed=plan.seed),
    )
    return board, fitted


def told(board):
    return [(run.key, run.status, run.score, run.low, run.high, run.params, run.draws) for run in board.runs]


def without_seconds(rows):
    return [(*row[:-1], [(draw.params, draw.score, draw.folds) for draw in row[-1]]) for row in rows]


@pytest.fixture(scope="module", params=list(Task), ids=str)
def trained(request):
    from tests.unit.train.conftest import make_problem

    problem = make_problem(request.param, rows=240, folds=3)
    keys = THREE if request.param is not Task.REGRESSION else ("decision_tree", "additive", "linear_regression")
    plan = TrainPlan(candidates=keys, draws=6, budget_seconds=1000)
    return problem, plan, *run(problem, plan)


def test_the_blend_and_what_was_tuned_can_be_used_like_any_other(trained, tmp_path):
    problem, _, board, fitted = trained
    assert {one.key for one in board.done} == set(fitted)
    for key, made in fitted.items():
        save_model(made.pipeline, tmp_path / f"{key}.skops")
        answers = np.asarray(made.pipeline.predict(problem.X.iloc[problem.split.test]))
        assert len(answers) == len(problem.split.test)
        assert len(made.outcomes) == len(problem.split.train)


def test_a_count_of_draws_gives_the_same_board_twice(trained):
    problem, plan, board, _ = trained
    again, _ = run(problem, plan)
    assert without_seconds(told(again)) == without_seconds(told(board))


def test_the_draws_are_kept_and_the_best_of_them_is_the_score(trained):
    _, _, board, _ = trained
    tuned = [one for one in board.runs if one.key.endswith("_tuned")]
    tried = sum(len(one.draws) for one in tuned)
    tried += sum(int(note.split(": ")[1].split()[0]) for note in board.notes if "other setting" in note)
    assert tried == 6
    for one in tuned:
        whole = [draw.score for draw in one.draws if not draw.ended_early]
        best = max(whole) if board.higher_is_better else min(whole)
        assert one.score == pytest.approx(best)
        assert one.params in [draw.params for draw in one.draws]
        default = board.run(one.family)
        assert one.score > default.score if board.higher_is_better else one.score < default.score


def test_a_blend_names_its_members_and_their_weights(trained):
    _, _, board, fitted = trained
    assert "blend" in fitted
    blend = fitted["blend"].pipeline[-1]
    assert len(blend.fitted_) == len(blend.members) == len(blend.weights) > 1
    assert sum(blend.weights) == pytest.approx(1, abs=1e-4)
    assert sum(note.count("%") for note in board.notes if note.startswith("The blend: ")) == len(blend.members)
    assert board.run("blend").summary.count("%") == 2


def test_settings_a_person_fixed_are_used_and_said(problem):
    plan = TrainPlan(
        candidates=("decision_tree",), draws=0, blend=False, settings={"decision_tree": {"depth": 2}}, budget_seconds=99
    )
    board, fitted = run(problem, plan)
    assert board.run("decision_tree").params == {"depth": 2}
    assert fitted["decision_tree"].pipeline[-1].get_depth() == 2


def test_a_setting_that_does_not_exist_fails_its_candidate_in_words(problem):
    plan = TrainPlan(candidates=("decision_tree",), draws=0, settings={"decision_tree": {"depth": 99}})
    board, _ = run(problem, plan)
    tree = board.run("decision_tree")
    assert tree.status is RunStatus.FAILED
    assert "depth cannot be 99; it must lie between 2 and 8" in tree.reason


def test_a_kept_candidate_with_other_settings_is_fitted_anew(problem):
    plain = TrainPlan(candidates=("decision_tree",), draws=0, blend=False)
    _, before = run(problem, plain)
    changed = plain.model_copy(update={"settings": {"decision_tree": {"depth": 2}}})
    _, fitted = run(problem, changed, finished=before)
    assert set(fitted) == {"decision_tree"}
    _, fitted = run(problem, plain, finished=before)
    assert not fitted


def test_kept_candidates_are_blended_with_new_ones(problem):
    first = TrainPlan(candidates=("additive", "random_forest"), draws=0, blend=False)
    _, before = run(problem, first)
    asked = []

    def pipeline_of(key):
        asked.append(key)
        return before[key].pipeline

    kept = {key: type(made)(made.run, None, made.outcomes, made.folds, made.rows) for key, made in before.items()}
    more = TrainPlan(candidates=("logistic_regression",), draws=0)
    _, fitted = run(problem, more, finished=kept, pipeline_of=pipeline_of)
    if "blend" in fitted:
        members = [name for name, _ in fitted["blend"].pipeline[-1].members]
        assert set(asked) == set(members) - {"logistic_regression"}
    assert "additive" not in fitted


def test_a_blend_that_was_skipped_is_not_made(problem):
    plan = TrainPlan(candidates=THREE, draws=0)
    board, fitted = run(problem, plan, skips=lambda: {"blend"})
    assert "blend" not in fitted
    assert "blend" not in {one.key for one in board.runs}


def test_a_stop_during_tuning_keeps_every_candidate_that_was_done(problem):
    seen = []

    def stop():
        seen.append(1)
        return len(seen) > 60

    plan = TrainPlan(candidates=THREE, draws=1000, budget_seconds=1000)
    board, fitted = run(problem, plan, stop=stop)
    assert board.ended == "stopped"
    assert set(THREE) <= set(fitted)
    assert {one.status for one in board.runs} <= {RunStatus.DONE, RunStatus.STOPPED}


def test_a_blend_stays_when_training_goes_on_and_a_new_one_stands_beside_it(trained):
    problem, plan, _, before = trained
    assert "blend" in before
    more = plan.model_copy(update={"candidates": (*plan.candidates, "random_forest"), "draws": 0})
    board, fitted = run(problem, more, finished=before, pipeline_of=lambda key: before[key].pipeline)
    assert board.run("blend").score == before["blend"].run.score
    assert "blend" not in fitted
    if "blend_2" in fitted:
        better = board.run("blend_2").score > board.run("blend").score
        assert better if board.higher_is_better else not better
    else:
        assert any("no better than the one before" in note for note in board.notes)


def test_what_was_tuned_stays_when_training_goes_on_and_better_settings_stand_beside_it(trained):
    problem, plan, board, before = trained
    kept = {key: made for key, made in before.items() if key.endswith("_tuned")}
    again, fitted = run(problem, plan.model_copy(update={"draws": 14}), finished=before, pipeline_of=before.get)
    for key, made in kept.items():
        assert again.run(key) == made.run.model_copy(
            update={"tied": again.run(key).tied, "p_value": again.run(key).p_value}
        )
        assert key not in fitted
        beside = [one for one in again.done if one.key == f"{key}_2"]
        for one in beside:
            assert one.title.endswith(", tuned 2")
            assert one.score > made.run.score if board.higher_is_better else one.score < made.run.score


def test_what_a_tuned_line_beat_is_kept_for_the_luck_of_the_best(trained):
    _, _, board, fitted = trained
    for key, made in fitted.items():
        if not key.endswith("_tuned"):
            assert made.tried is None
            continue
        whole = sum(not draw.ended_early for draw in board.run(key).draws)
        if whole == 1:
            assert made.tried is None
            continue
        said = made.outcomes.values if made.outcomes.probabilities is None else made.outcomes.probabilities
        assert made.tried.shape == (whole - 1, *said.shape)
        assert not any(np.allclose(one, said) for one in made.tried)


def test_a_stop_keeps_the_best_settings_that_tuning_had_found(trained):
    problem, plan, _, _ = trained
    found, fitted = [], {}

    def on_board(board):
        found.extend(run.key for run in board.runs if run.key.endswith("_tuned") and ", best " in run.summary)

    board = train(
        problem,
        TrainPlan(candidates=plan.candidates, draws=1000, budget_seconds=1000),
        fingerprint="f",
        on_board=on_board,
        on_fitted=lambda made: fitted.__setitem__(made.run.key, made),
        should_stop=lambda: bool(found),
        clock=time.monotonic,
        runner=InProcessRunner(problem, seed=7),
    )
    assert board.ended == "stopped"
    assert board.run(found[0]).status is RunStatus.DONE
    assert fitted[found[0]].pipeline is not None
