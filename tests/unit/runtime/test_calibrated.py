import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.runtime.calibrated import CalibratedModel, ChanceMap
from core.runtime.persist import load_model, save_model


@parametrize_with_checks([CalibratedModel(GaussianNB())])
def test_it_keeps_to_what_the_library_asks_of_a_classifier(estimator, check):
    check(estimator)


def too_sure(n: int = 4_000, seed: int = 1):
    """Chances whose log-odds are twice what they should be, and one lower."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    happened = rng.random(n) < expit(truth)
    return np.column_stack([1 - expit(2 * truth - 1), expit(2 * truth - 1)]), happened.astype(int)


def test_the_sigmoid_finds_the_line_that_was_bent():
    chances, codes = too_sure(20_000)
    slope, intercept = ChanceMap("sigmoid").fit(chances, codes).maps_[0]
    assert slope == pytest.approx(0.5, abs=0.03)
    assert intercept == pytest.approx(0.5, abs=0.06)


def test_the_sigmoid_is_the_librarys_own_on_log_odds():
    chances, codes = too_sure(300)

    class LogOdds(LogisticRegression):
        """Gives what it is fed as its decision, so that the library's sigmoid is fitted on log-odds."""

        def decision_function(self, X):
            return X[:, 0]

    fed = logit(chances[:, 1]).reshape(-1, 1)
    frozen = FrozenEstimator(LogOdds().fit(fed, codes))
    theirs = CalibratedClassifierCV(frozen, method="sigmoid", ensemble=False, cv=2).fit(fed, codes)
    ours = ChanceMap("sigmoid").fit(chances, codes)
    held = (chances > 1 / 600).all(axis=1)
    assert held.sum() > 250
    assert np.abs(ours.apply(chances) - theirs.predict_proba(fed))[held].max() < 1e-4


def test_the_step_curve_is_the_librarys_own_but_for_sure_chances():
    chances, codes = too_sure(500)
    theirs = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(chances[:, 1], codes)
    found = ChanceMap("isotonic").fit(chances, codes).apply(chances)[:, 1]
    floor = 0.5 / 501
    assert np.abs(found - np.clip(theirs.predict(chances[:, 1]), floor, 1 - floor)).max() < 1e-9
    assert found.min() >= floor


def test_several_classes_are_corrected_one_by_one_and_sum_to_one():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(900, 4))
    y = np.array(["blue", "green", "red"])[(X[:, 0] + 0.5 * rng.normal(size=900) > 0).astype(int) + (X[:, 1] > 0.8)]
    chances = GaussianNB().fit(X, y).predict_proba(X)
    codes = pd.Index(["blue", "green", "red"]).get_indexer(y)
    learned = ChanceMap("isotonic").fit(chances, codes)
    found = learned.apply(chances)
    assert found.sum(axis=1) == pytest.approx(np.ones(900))
    alone = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(chances[:, 2], codes == 2)
    assert learned.maps_[2][1].max() == pytest.approx(alone.predict(chances[:, 2]).max())


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_a_pipeline_with_corrected_chances_is_kept_and_answers_as_before(tmp_path, method):
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.normal(size=(200, 2)), columns=["a", "b"])
    y = np.where(X["a"] + rng.normal(size=200) > 0, "yes", "no").astype(object)
    bare = GaussianNB().fit(X, y)
    model = Pipeline([("model", CalibratedModel.around(bare, bare.predict_proba(X), y, method))])
    save_model(model, tmp_path / "m.skops")
    assert np.array_equal(load_model(tmp_path / "m.skops").predict_proba(X), model.predict_proba(X))
    assert list(model.classes_) == ["no", "yes"]
    assert not np.allclose(model.predict_proba(X), bare.predict_proba(X))


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="no way to correct chances by the name magic"):
        ChanceMap("magic").fit(np.full((4, 2), 0.5), np.array([0, 1, 0, 1]))


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_a_map_made_again_from_its_numbers_answers_as_before(method):
    chances, codes = too_sure(300)
    learned = ChanceMap(method).fit(chances, codes)
    again = ChanceMap.of(method, [one.tolist() for one in learned.maps_], float(learned.floor_))
    assert np.array_equal(again.apply(chances), learned.apply(chances))
    X = np.column_stack([chances[:, 1], chances[:, 0]])
    bare = GaussianNB().fit(X, codes)
    one = CalibratedModel.around(bare, chances, codes, method)
    assert np.array_equal(CalibratedModel.with_map(bare, again).predict_proba(X), one.predict_proba(X))
