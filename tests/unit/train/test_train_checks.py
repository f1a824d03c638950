import pytest

from core.findings import Severity
from core.framing.frame import Frame
from core.train.board import Run
from core.train.checks import check_training

FRAME = Frame(metric="roc_auc", row_is="application")


def codes(findings):
    return [finding.code for finding in findings]


def one(findings, code):
    return next(finding for finding in findings if finding.code == code)


@pytest.fixture
def tied(run_of):
    return [
        run_of("random_forest", [0.78, 0.77, 0.785], tied=True, half=0.035),
        run_of("logistic_regression", [0.77, 0.765, 0.77], tied=True, half=0.035),
        run_of("baseline", [0.5] * 3, half=0.0),
    ]


def test_a_chosen_tie_that_is_not_the_simplest_can_be_changed_with_one_click(board_of, tied):
    board = board_of(*tied, recommended="logistic_regression")
    finding = one(check_training(board, FRAME, chosen="random_forest"), "ties")
    assert finding.title == "Two models cannot be told apart"
    assert finding.evidence == "On the same folds they differ by 0.010 at most; each interval is about 0.070 wide."
    assert finding.fix.label == "Choose logistic regression"
    assert (finding.fix.action, finding.fix.params) == ("choose_run", {"run": "logistic_regression"})


def test_ties_are_only_a_note_once_the_simplest_is_chosen(board_of, tied):
    finding = one(check_training(board_of(*tied, recommended="logistic_regression"), FRAME), "ties")
    assert (finding.severity, finding.fix) == (Severity.INFO, None)


def test_a_chosen_model_that_is_worse_than_the_best_is_named(board_of, run_of, tied):
    board = board_of(*tied, run_of("decision_tree", [0.6, 0.6, 0.61]), recommended="logistic_regression")
    finding = one(check_training(board, FRAME, chosen="decision_tree"), "worse-chosen")
    assert finding.fix.params == {"run": "logistic_regression"}


def test_a_model_that_knows_its_rows_by_heart_is_named(board_of, run_of):
    board = board_of(run_of("random_forest", [0.78, 0.78, 0.78], seen=0.95), recommended="random_forest")
    finding = one(check_training(board, FRAME), "by-heart-random-forest")
    assert finding.title == "Random forest learns its rows by heart"
    assert finding.evidence == "0.950 on rows it saw, 0.780 on rows it did not."
    assert "more applications would help" in finding.why


def test_a_small_gap_is_no_finding(board_of, run_of):
    board = board_of(run_of("random_forest", [0.78, 0.78, 0.78], seen=0.85), recommended="random_forest")
    assert codes(check_training(board, FRAME)) == []


def test_of_errors_the_gap_is_a_share(board_of, run_of):
    run = run_of("random_forest", [100.0, 100.0, 100.0], seen=60.0)
    board = board_of(run, metric="rmse", higher_is_better=False, recommended="random_forest")
    assert codes(check_training(board, Frame(metric="rmse"))) == ["by-heart-random-forest"]


def test_nothing_better_than_guessing_is_a_warning(board_of, run_of):
    runs = [run_of("random_forest", [0.52, 0.5, 0.51]), run_of("baseline", [0.5] * 3)]
    finding = one(check_training(board_of(*runs, recommended="baseline"), FRAME), "not-better-than-baseline")
    assert finding.title == "Nothing beats always guessing"
    assert finding.severity is Severity.WARNING


def test_a_score_below_good_enough_is_a_warning(board_of, tied):
    frame = Frame(metric="roc_auc", good_enough=0.85)
    finding = one(check_training(board_of(*tied, recommended="logistic_regression"), frame), "below-good-enough")
    assert "you asked for 0.850" in finding.evidence


def test_failed_candidates_are_listed_with_their_causes(board_of, tied):
    failed = Run(key="neural_network", title="Neural network", status="failed", reason="It crashed.")
    board = board_of(*tied, failed, recommended="logistic_regression")
    finding = one(check_training(board, FRAME), "failed-candidates")
    assert finding.title == "One candidate could not be fitted"
    assert finding.evidence == "Neural network: It crashed."


def test_a_training_that_ran_out_of_time_says_what_is_missing(board_of, tied):
    skipped = Run(key="neural_network", title="Neural network", status="skipped", reason="…")
    board = board_of(*tied, skipped, recommended="logistic_regression", ended="budget")
    assert one(check_training(board, FRAME), "ended-early").evidence == "Not finished: neural network."


def test_folds_that_disagree_are_named(board_of, run_of):
    board = board_of(run_of("decision_tree", [0.55, 0.9, 0.7]), recommended="decision_tree")
    assert one(check_training(board, FRAME), "unstable-folds").evidence == (
        "Decision tree scores 0.550 to 0.900 on 3 folds."
    )


def test_a_training_in_which_nothing_finished_must_be_settled(board_of):
    board = board_of(Run(key="decision_tree", title="Decision tree", status="failed", reason="It crashed."))
    finding = check_training(board, FRAME)[0]
    assert (finding.code, finding.severity) == ("nothing-finished", Severity.ERROR)


def test_while_a_training_runs_nothing_is_found(board_of, tied):
    assert check_training(board_of(*tied, finished=False), FRAME) == []
