import numpy as np
import pytest

from core.framing.frame import Task
from core.train.board import RunStatus, TrainPlan
from core.train.catalog import MODELS, candidates
from core.train.fits import REFIT
from core.train.runner import FitFailed, InProcessRunner
from core.train.search import train


def plain(**given):
    """A plan of candidates alone; tuning and blends have tests of their own."""
    return TrainPlan(**{"draws": 0, "blend": False, **given})


ALL = plain(budget_seconds=1000)
SOME = plain(budget_seconds=1000, candidates=("decision_tree", "random_forest"))


def run(problem, runner, clock, *, plan=None, stop=lambda: False, skips=frozenset, finished=None):
    boards, fitted = [], []
    board = train(
        problem,
        plan or SOME,
        fingerprint="abc",
        on_board=boards.append,
        on_fitted=fitted.append,
        should_stop=stop,
        skips=skips,
        clock=clock,
        finished=finished,
        runner=runner,
    )
    return board, boards, fitted


def test_the_baseline_runs_first(problem, scripted, clock):
    runner = scripted()
    board, _, fitted = run(problem, runner, clock, plan=ALL)
    assert fitted[0].run.key == "baseline"
    assert len(fitted) == len(board.runs) == sum(spec.by_default for spec in candidates(Task.BINARY))


def test_the_quickest_runs_first_and_then_the_order_of_the_catalogue(problem, scripted, clock):
    _, boards, fitted = run(problem, scripted(), clock, plan=ALL)
    forecasts = {run.key: run.forecast_seconds for run in boards[0].runs if not run.is_baseline}
    ran = [one.run.key for one in fitted]
    assert forecasts[ran[1]] == min(forecasts.values())
    order = [spec.key for spec in candidates(Task.BINARY)]
    assert ran[2:] == sorted(ran[2:], key=order.index)


def test_the_first_board_shows_every_candidate_waiting_with_a_forecast(problem, scripted, clock):
    _, boards, _ = run(problem, scripted(), clock)
    assert {run.status for run in boards[0].runs} == {RunStatus.WAITING}
    assert all(run.forecast_seconds > 0 for run in boards[0].runs)


def test_a_board_comes_at_the_end_of_each_fold(problem, scripted, clock):
    _, boards, _ = run(problem, scripted(), clock)
    lengths = [len(board.run("decision_tree").folds) for board in boards]
    assert sorted(set(lengths)) == [0, 1, 2, 3]


def test_finished_candidates_stand_by_score_best_first(problem, scripted, clock):
    board, _, _ = run(problem, scripted(quality={"random_forest": 0.45, "decision_tree": 0.35}), clock)
    scores = [run.score for run in board.done]
    assert board.runs[0].key == "random_forest"
    assert scores == sorted(scores, reverse=True)


def test_a_finished_training_says_so(problem, scripted, clock):
    board, boards, _ = run(problem, scripted(), clock)
    assert (board.finished, board.ended) == (True, "done")
    assert boards[-1] == board
    assert not any(earlier.finished for earlier in boards[:-1])


def test_the_board_names_what_it_was_made_from(problem, scripted, clock):
    board, _, _ = run(
        problem, scripted(), clock, plan=plain(candidates=("decision_tree",), budget_seconds=1000, seed=5)
    )
    assert (board.fingerprint, board.metric, board.seed) == ("abc", "roc_auc", 5)
    assert (board.rows, board.test_rows, board.folds) == (120, 30, 3)


def test_the_budget_is_kept_and_the_overrun_candidate_says_after_how_many_folds(problem, scripted, clock):
    # Forecasts of a second; the decision tree takes 40 s a fold.
    runner = scripted(seconds={"decision_tree": 40.0})
    began = clock.now
    plan = plain(candidates=("decision_tree",), budget_seconds=100)
    board, _, _ = run(problem, runner, clock, plan=plan)
    assert clock.now - began <= 100.2
    tree = board.run("decision_tree")
    assert tree.status is RunStatus.STOPPED
    assert tree.reason == "Ran out of time after 2 of 3 folds."
    assert len(tree.folds) == 2
    assert board.ended == "budget"


def test_a_candidate_that_does_not_fit_in_what_is_left_is_skipped(problem, scripted, clock):
    runner = scripted(seconds={"decision_tree": 20.0, "logistic_regression": 20.0})
    plan = plain(candidates=("decision_tree", "logistic_regression", "random_forest"), budget_seconds=81)
    board, _, _ = run(problem, runner, clock, plan=plan)
    skipped = [run for run in board.runs if run.status is RunStatus.SKIPPED]
    assert {run.key for run in skipped} == {"logistic_regression", "random_forest"}
    assert all(run.reason.startswith("It needs about ") for run in skipped)
    assert "of the budget were left" in skipped[0].reason


def test_a_slow_candidate_gives_up_after_a_fold_when_the_rest_cannot_fit(problem, scripted, clock):
    runner = scripted(seconds={"random_forest": 30.0})
    plan = plain(candidates=("decision_tree", "random_forest"), budget_seconds=60)
    began = clock.now
    board, _, _ = run(problem, runner, clock, plan=plan)
    assert board.run("random_forest").reason.startswith("Ended after 1 of 3 folds: the rest needs about ")
    assert clock.now - began < 35


def test_the_quickest_model_gets_its_chance_however_small_the_budget(problem, scripted, clock):
    runner = scripted(seconds={"baseline": 3.0})
    board, _, fitted = run(problem, runner, clock, plan=plain(budget_seconds=13))
    assert [one.run.key for one in fitted][:2] == ["baseline", fitted[1].run.key]
    assert board.recommended is not None


def test_stop_keeps_what_is_finished(problem, scripted, clock):
    runner = scripted(seconds={"decision_tree": 1.0})

    def stop():
        return len(runner.done) == 6

    board, _, fitted = run(problem, runner, clock, plan=ALL, stop=stop)
    assert board.ended == "stopped"
    assert [one.run.key for one in fitted] == ["baseline"]
    stopped = [run for run in board.runs if run.status is RunStatus.STOPPED]
    assert [run.reason for run in stopped] == ["Stopped after 2 of 3 folds."]
    skipped = [run for run in board.runs if run.status is RunStatus.SKIPPED]
    assert {run.reason for run in skipped} == {"The training was stopped before its turn."}
    assert len(skipped) == len(board.runs) - 2


AGAIN = "To try it after all, press Train more when this training has ended."


def test_a_waiting_candidate_that_is_skipped_is_shown_so_at_once_and_never_begun(problem, scripted, clock):
    runner = scripted(seconds={"decision_tree": 1.0})

    def skips():
        # Asked for after the tree's first fold.
        return {"random_forest"} if any(task.candidate == "decision_tree" for task in runner.done) else set()

    board, boards, fitted = run(problem, runner, clock, skips=skips)
    forest = board.run("random_forest")
    assert (forest.status, forest.reason) == (RunStatus.SKIPPED, f"Skipped by you before its turn. {AGAIN}")
    assert forest.forecast_seconds is None
    shown = next(board for board in boards if board.run("random_forest").status is RunStatus.SKIPPED)
    assert shown.run("decision_tree").status is RunStatus.RUNNING
    assert len(shown.run("decision_tree").folds) == 1
    assert "random_forest" not in {task.candidate for task in runner.done}
    assert [one.run.key for one in fitted] == ["baseline", "decision_tree"]
    assert board.ended == "done"


def test_a_running_candidate_that_is_skipped_ends_and_the_others_go_on(problem, scripted, clock):
    runner = scripted(seconds={"decision_tree": 60.0})
    skipped_at = []

    def skips():
        if len(runner.done) < 6:
            return ()
        skipped_at.append(clock.now)
        return ("decision_tree",)

    board, _, fitted = run(problem, runner, clock, skips=skips)
    tree = board.run("decision_tree")
    assert (tree.status, tree.reason) == (RunStatus.SKIPPED, f"Skipped by you after 2 of 3 folds. {AGAIN}")
    assert len(tree.folds) == 2
    # Not even a second of the third fold's minute is waited for.
    assert clock.now - skipped_at[0] < 1
    assert [one.run.key for one in fitted] == ["baseline", "random_forest"]
    assert (board.ended, board.recommended) == ("done", "random_forest")


def test_the_baseline_and_what_is_done_cannot_be_skipped(problem, scripted, clock):
    done = []

    def skips():
        return ("baseline", *done, "of no model")

    board, _, _ = run(problem, scripted(), clock, skips=skips)
    assert {run.status for run in board.runs} == {RunStatus.DONE}
    done += ["decision_tree", "random_forest"]
    board, _, _ = run(problem, scripted(), clock, skips=skips)
    assert [run.key for run in board.done] == ["baseline"]


def test_a_skip_outlasts_a_stop(problem, scripted, clock):
    runner = scripted()
    board, _, _ = run(problem, runner, clock, skips=lambda: ["random_forest"], stop=lambda: len(runner.done) == 6)
    assert board.run("random_forest").reason.startswith("Skipped by you before its turn.")
    assert board.run("decision_tree").reason == "Stopped after 2 of 3 folds."
    assert board.ended == "stopped"


def test_a_failed_candidate_is_a_row_with_its_cause_and_ends_nothing(problem, scripted, clock):
    runner = scripted(faults={("random_forest", 1): FitFailed("It needed more memory than there is.")})
    board, _, _ = run(problem, runner, clock)
    forest = board.run("random_forest")
    assert (forest.status, forest.reason) == (RunStatus.FAILED, "It needed more memory than there is.")
    assert len(forest.folds) == 1
    assert len(board.done) == 2
    assert board.ended == "done"


def test_a_candidate_that_needs_more_memory_than_its_fits_have_is_not_started(problem, scripted, clock):
    runner = scripted()
    runner.free_bytes = lambda: 1e5
    board, _, _ = run(problem, runner, clock)
    forest = board.run("random_forest")
    assert forest.status is RunStatus.SKIPPED
    assert forest.reason.endswith(" of memory; 100 kB are free.")
    assert "random_forest" not in {task.candidate for task in runner.done}


def test_a_board_says_where_its_fits_ran(problem, scripted, clock):
    runner = scripted()
    runner.where = "Fitted elsewhere."
    board, boards, _ = run(problem, runner, clock)
    assert {board.where for board in boards} == {"Fitted elsewhere."}
    assert "Fitted elsewhere." not in board.notes


def test_a_failed_baseline_leaves_the_others_to_finish(problem, scripted, clock):
    board, _, _ = run(problem, scripted(faults={("baseline", 0): FitFailed("It crashed.")}), clock)
    assert board.baseline is None
    assert len(board.done) == 2


def test_what_an_earlier_training_finished_is_not_fitted_again(problem, scripted, clock):
    plan = plain(candidates=("decision_tree",), budget_seconds=1000)
    _, _, fitted = run(problem, scripted(), clock, plan=plan)
    second = scripted()
    kept = {one.run.key: one for one in fitted}
    board, _, newly = run(problem, second, clock, plan=SOME, finished=kept)
    assert "decision_tree" not in {task.candidate for task in second.done}
    assert board.run("decision_tree") == kept["decision_tree"].run.model_copy(
        update={"tied": board.run("decision_tree").tied, "p_value": board.run("decision_tree").p_value}
    )
    assert [one.run.key for one in newly] == ["random_forest"]


def test_the_model_kept_is_the_one_fitted_on_all_training_rows(problem, scripted, clock):
    runner = scripted()
    _, _, fitted = run(problem, runner, clock)
    assert fitted[1].pipeline == {"fitted": fitted[1].run.key}
    assert sum(task.fold == REFIT for task in runner.done) == 3


def test_out_of_fold_outcomes_stand_on_the_training_rows_in_their_order(problem, scripted, clock):
    _, _, fitted = run(problem, scripted(), clock)
    one = fitted[-1]
    assert one.rows.tolist() == problem.split.train.tolist()
    assert one.outcomes.actual.tolist() == problem.y[problem.split.train].tolist()
    for fold, (_, judge) in enumerate(problem.split.folds):
        assert sorted(one.rows[one.folds == fold]) == sorted(judge)


def test_the_score_is_the_mean_of_the_folds_within_its_interval(problem, scripted, clock):
    board, _, _ = run(problem, scripted(), clock)
    tree = board.run("decision_tree")
    assert tree.score == pytest.approx(np.mean([fold.unseen for fold in tree.folds]))
    assert tree.low < tree.score < tree.high


def test_every_metric_of_a_fold_is_kept(problem, scripted, clock):
    board, _, _ = run(problem, scripted(), clock)
    assert {"roc_auc", "log_loss", "accuracy"} <= board.run("decision_tree").folds[0].metrics.keys()


def test_a_table_too_large_for_a_model_says_so(problem, scripted, clock, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(
        MODELS, "decision_tree", replace(MODELS["decision_tree"], most_rows=10, most_rows_reason="Why.")
    )
    board, boards, _ = run(problem, scripted(), clock)
    assert (board.run("decision_tree").status, board.run("decision_tree").reason) == (RunStatus.SKIPPED, "Why.")
    assert boards[0].run("decision_tree").forecast_seconds is None
    assert board.ended == "done"


def test_a_board_survives_json(problem, scripted, clock):
    board, _, _ = run(problem, scripted(), clock)
    assert type(board).model_validate_json(board.model_dump_json()) == board


def test_a_split_by_time_leaves_the_earliest_rows_unjudged(problem_of, clock):
    problem = problem_of(kind="time", column="day")
    runner = InProcessRunner(problem, seed=7)
    plan = plain(candidates=("logistic_regression",), budget_seconds=1000)
    board, _, fitted = run(problem, runner, clock, plan=plan)
    judged = np.concatenate([judge for _, judge in problem.split.folds])
    assert fitted[1].rows.tolist() == sorted(judged.tolist())
    assert len(fitted[1].rows) == board.judged_rows == 90
    assert board.rows == 120
    assert board.judged_words == (
        "90 of 120 training rows, each judged by models of earlier rows; the earliest 30 are only learned from"
    )


def test_a_board_of_an_earlier_version_claims_no_number_of_judged_rows(board_of):
    assert board_of().judged_words == "training rows left out in 5 folds"


@pytest.mark.parametrize(("split", "folds"), [({"scheme": "holdout"}, 3), ({"repeats": 2}, 6)])
def test_a_validation_part_and_folds_dealt_twice_are_trained_on(problem_of, clock, split, folds):
    problem = problem_of(rows=240, **split)
    plan = plain(candidates=("logistic_regression",), budget_seconds=1000)
    board, _, kept = run(problem, InProcessRunner(problem, seed=7), clock, plan=plan)
    found = board.run("logistic_regression")
    assert len(found.folds) == folds
    assert found.score == pytest.approx(np.mean([fold.unseen for fold in found.folds]))
    assert found.low < found.score < found.high
    rows = next(one for one in kept if one.run.key == "logistic_regression").rows
    assert len(set(rows.tolist())) == len(rows) == problem.split.judged_rows


def test_real_fits_find_the_signal_and_the_same_one_twice(problem, clock):
    plan = plain(candidates=("logistic_regression", "decision_tree"), budget_seconds=1000)
    first, _, _ = run(problem, InProcessRunner(problem, seed=7), clock, plan=plan)
    second, _, _ = run(problem, InProcessRunner(problem, seed=7), clock, plan=plan)
    assert first.recommended == "logistic_regression"
    assert first.run("logistic_regression").score > 0.9
    assert [(run.key, run.score) for run in first.runs] == [(run.key, run.score) for run in second.runs]
