import numpy as np
import pytest

from core.framing.metrics import METRICS
from core.train.board import FoldScore, Run, RunStatus
from core.train.catalog import MODELS
from core.train.fits import FitAnswer
from core.train.spaces import clash
from core.train.tuning import PATIENCE, Tuner

AUC = METRICS["roc_auc"]


def finished(key, scores):
    folds = tuple(FoldScore(fold=fold, unseen=one, seen=one, seconds=0.1) for fold, one in enumerate(scores))
    spec = MODELS[key]
    return Run(key=key, family=key, title=spec.title, status=RunStatus.DONE, folds=folds, score=float(np.mean(scores)))


def tuner(*keys, seed=1, fixed=None, scores=(0.8,) * 5):
    keys = keys or ("gradient_boosting",)
    return Tuner([(MODELS[key], finished(key, scores)) for key in keys], AUC, seed, fixed or {})


def answer(value):
    return FitAnswer(0.1, 0.1, seen=value, metrics={"roc_auc": value})


def play(search, draft, values):
    for fold, value in enumerate(values):
        if draft.ended_at is None:
            draft.take(fold, answer(value), AUC)
    return search.tell(draft)


def test_draws_lie_in_the_space():
    search = tuner("gradient_boosting", "neural_network", "additive")
    for number in range(12):
        for draft in search.next():
            assert set(draft.params) == set(draft.spec.space) - {"loss", "weights"}
            assert not any(clash(value, draft.spec.space[name]) for name, value in draft.params.items())
            draft.spec.checked(draft.params)
            play(search, draft, [0.7 + 0.01 * number] * 5)


def test_the_same_seed_draws_the_same():
    def drawn(seed):
        search = tuner(seed=seed)
        found = []
        for number in range(8):
            for draft in search.next():
                found.append(draft.params)
                play(search, draft, [0.75 + draft.params["columns"] / 100 + number / 1000] * 5)
        return found

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_what_is_fixed_is_not_varied():
    search = tuner(fixed={"gradient_boosting": {"leaves": 8}})
    assert {draft.params["leaves"] for _ in range(4) for draft in search.next()} == {8}


def test_a_candidate_with_nothing_left_to_vary_is_passed_over():
    fixed = {"random_forest": {"leaf": 3, "columns": 0.5}}
    assert [spec.key for spec in tuner("random_forest", "extra_trees", fixed=fixed).specs] == ["extra_trees"]


def test_a_draw_that_is_worse_on_every_fold_is_given_up_after_three():
    search = tuner()
    draft = search.next()[0]
    play(search, draft, [0.79, 0.78, 0.77, 0.9, 0.9])
    assert draft.ended_at == 3
    assert draft.drawn(AUC).ended_early
    assert draft.drawn(AUC).score == pytest.approx(0.78)


def test_a_draw_that_is_worse_on_some_folds_goes_on():
    search = tuner()
    draft = search.next()[0]
    play(search, draft, [0.79, 0.83, 0.77, 0.9, 0.9])
    assert draft.ended_at is None
    assert search.best["gradient_boosting"] is draft


def test_whether_a_draw_is_given_up_does_not_depend_on_which_fold_came_first():
    ends = []
    for order in ((0, 1, 2, 3, 4), (4, 3, 2, 1, 0)):
        search = tuner()
        draft = search.next()[0]
        for fold in order:
            draft.take(fold, answer((0.79, 0.78, 0.77, 0.9, 0.9)[fold]), AUC)
        search.tell(draft)
        ends.append((draft.ended_at, draft.score(AUC)))
    assert ends[0] == ends[1] == (3, pytest.approx(0.78))


def test_only_what_beats_the_default_settings_is_the_best():
    search = tuner()
    worse, better = search.next()
    assert not play(search, worse, [0.7, 0.85, 0.7, 0.85, 0.7])
    assert play(search, better, [0.9, 0.7, 0.9, 0.7, 0.9])
    assert search.best["gradient_boosting"] is better


def test_later_draws_are_held_against_the_best_before_them():
    search = tuner()
    first, _ = search.next()
    play(search, first, [0.9] * 5)
    later, _ = search.next()
    play(search, later, [0.85] * 5)
    assert later.ended_at == 3


def test_it_ends_when_many_draws_bring_nothing():
    search = tuner()
    while not search.exhausted:
        for draft in search.next():
            play(search, draft, [0.5] * 5)
    assert search.count == PATIENCE


def test_the_best_kind_of_model_gets_half_of_the_draws():
    search = tuner("gradient_boosting", "extra_trees", "additive", "neural_network")
    for _ in range(6):
        for draft in search.next():
            play(search, draft, [0.5] * 5)
    assert {key: len(draws) for key, draws in search.draws.items()} == {
        "gradient_boosting": 6,
        "extra_trees": 4,
        "additive": 2,
    }


def test_draws_get_better_where_the_settings_matter():
    # The best of 40 draws by the search against the same number at random, on a bowl with a known lowest place.
    def bowl(params):
        return 0.9 - 0.2 * (params["columns"] - 0.42) ** 2 - 0.05 * (np.log(params["rate"]) - np.log(0.05)) ** 2

    search = tuner(scores=(0.5,) * 5)
    values = []
    for _ in range(20):
        for draft in search.next():
            value = bowl(draft.params)
            values.append(value)
            play(search, draft, [value] * 5)
    assert np.mean(values[20:]) > np.mean(values[:8])
    assert max(values) > 0.895
