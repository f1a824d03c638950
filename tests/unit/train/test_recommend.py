from core.train.recommend import fold_scores, recommend

FOLDS = {"folds": 5, "n_fit": 1523, "n_judge": 381}


def test_the_simplest_of_those_that_cannot_be_told_apart_is_recommended(run_of):
    runs = [
        run_of("random_forest", [0.78, 0.80, 0.76, 0.79, 0.77]),
        run_of("logistic_regression", [0.79, 0.78, 0.77, 0.77, 0.78]),
        run_of("baseline", [0.5] * 5),
    ]
    advice = recommend(runs, "roc_auc", **FOLDS)
    assert advice.key == "logistic_regression"
    assert set(advice.tied) == {"random_forest", "logistic_regression"}
    assert advice.text == (
        "Logistic regression: easiest to explain of two that cannot be told apart "
        "(differences up to 0.002, intervals about 0.10 wide)."
    )


def test_a_clear_winner_is_recommended_though_it_is_not_simple(run_of):
    runs = [
        run_of("random_forest", [0.88, 0.90, 0.86, 0.89, 0.87]),
        run_of("logistic_regression", [0.79, 0.80, 0.77, 0.79, 0.78]),
        run_of("baseline", [0.5] * 5),
    ]
    advice = recommend(runs, "roc_auc", **FOLDS)
    assert (advice.key, advice.tied) == ("random_forest", ("random_forest",))
    assert advice.text == "Random forest: the best by more than chance."


def test_where_nothing_beats_guessing_the_baseline_is_recommended_and_the_text_says_why(run_of):
    runs = [
        run_of("random_forest", [0.60, 0.41, 0.55, 0.48, 0.52]),
        run_of("logistic_regression", [0.52, 0.47, 0.50, 0.55, 0.44]),
        run_of("baseline", [0.5] * 5),
    ]
    advice = recommend(runs, "roc_auc", **FOLDS)
    assert advice.key == "baseline"
    assert advice.text.startswith("No candidate is better than always guessing by more than chance: the best, random f")
    assert "baseline" in advice.tied


def test_a_baseline_without_spread_is_beaten_by_an_interval_that_leaves_it_out(run_of):
    guess = run_of("baseline", [0.5] * 5)
    folds = [0.66, 0.57, 0.60, 0.63, 0.54]
    narrow, wide = run_of("random_forest", folds, half=0.09), run_of("random_forest", folds, half=0.11)
    assert recommend([narrow, guess], "roc_auc", **FOLDS).key == "random_forest"
    assert recommend([wide, guess], "roc_auc", **FOLDS).key == "baseline"


def test_trying_many_does_not_make_chance_a_winner(run_of):
    # Paired with the baseline the better one's differences give p = 0.032: enough alone, not as the best of two.
    guess = run_of("baseline", [0.80, 0.82, 0.78, 0.81, 0.79], half=0.0)
    gains = [0.016, 0.007, 0.010, 0.013, 0.004]
    lucky = run_of("random_forest", [fold.unseen + gain for fold, gain in zip(guess.folds, gains, strict=True)])
    other = run_of("decision_tree", [fold.unseen - 0.001 * i for i, fold in enumerate(guess.folds)])
    assert recommend([lucky, guess], "accuracy", **FOLDS).key == "random_forest"
    assert recommend([lucky, other, guess], "accuracy", **FOLDS).key == "baseline"


def test_errors_are_better_when_smaller(run_of):
    runs = [
        run_of("linear_regression", [10.0, 10.5, 9.8, 10.2, 10.1]),
        run_of("random_forest", [14.0, 14.5, 13.8, 14.2, 14.1]),
        run_of("baseline", [30.0, 30.5, 29.8, 30.2, 30.1]),
    ]
    advice = recommend(runs, "rmse", **FOLDS)
    assert (advice.key, advice.tied) == ("linear_regression", ("linear_regression",))


def test_before_anything_has_finished_nothing_is_recommended(run_of):
    waiting = run_of("random_forest", [0.7, 0.7], status="waiting")
    assert recommend([waiting], "roc_auc", **FOLDS).key is None


def test_with_the_baseline_alone_the_baseline_is_what_there_is(run_of):
    advice = recommend([run_of("baseline", [0.5] * 5)], "roc_auc", **FOLDS)
    assert (advice.key, advice.text) == ("baseline", "Only the baseline has finished.")


def test_a_simpler_model_that_does_not_beat_guessing_is_passed_over(run_of):
    runs = [
        run_of("random_forest", [0.70, 0.71, 0.69, 0.70, 0.70]),
        run_of("decision_tree", [0.90, 0.30, 0.80, 0.55, 0.60], half=0.3),
        run_of("baseline", [0.5] * 5),
    ]
    advice = recommend(runs, "roc_auc", **FOLDS)
    assert set(advice.tied) == {"random_forest", "decision_tree"}
    assert advice.key == "random_forest"
    assert "better than guessing" in advice.text


def test_a_fold_without_a_score_is_not_a_number(run_of):
    run = run_of("decision_tree", [0.6, 0.7])
    scores = fold_scores(run.model_copy(update={"folds": run.folds[1:]}), 2)
    assert scores[0] != scores[0]
    assert scores[1] == 0.7


def test_ties_end_at_the_first_candidate_that_is_worse(run_of):
    runs = [
        run_of("random_forest", [0.80, 0.81, 0.79, 0.80, 0.80]),
        run_of("gradient_boosting", [0.78, 0.79, 0.77, 0.78, 0.78]),
        run_of("decision_tree", [0.90, 0.60, 0.85, 0.75, 0.70]),
        run_of("baseline", [0.5] * 5),
    ]
    advice = recommend(runs, "roc_auc", **FOLDS)
    assert advice.p_values["decision_tree"] > 0.05 > advice.p_values["gradient_boosting"]
    assert (advice.key, advice.tied) == ("random_forest", ("random_forest",))
