"""Networks: what they answer (always), and how they learn (where PyTorch is installed)."""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from core.runtime import learning
from core.runtime.errors import UnusableError
from core.runtime.persist import load_model, save_model
from core.runtime.transformers import NetworkClassifier, NetworkRegressor
from core.train.causes import cause_in_words

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = [np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]])]
BIASES = [np.array([0.5, -0.5]), np.array([0.0, 0.1, 0.2])]


def taught(network, weights=WEIGHTS, biases=BIASES, **known):
    """A network that has learned what it is told here."""
    network.weights_, network.biases_, network.n_features_in_ = weights, biases, weights[0].shape[0]
    network.n_iter_, network.loss_curve_, network.aside_curve_ = 3, [0.9, 0.8, 0.7], []
    for name, value in known.items():
        setattr(network, name, value)
    return network


def classifier():
    return taught(NetworkClassifier((2,)), classes_=np.array(["a", "b", "c"]))


# --- what it answers ---------------------------------------------------------------------------------------------


def test_the_chances_are_those_worked_out_by_hand():
    # Hidden units of the row (1, 2): 1 + 4 + 0.5 = 5.5, and -1 + 1 - 0.5 = -0.5, which the rectifier makes 0.
    scores = np.array([5.5, 0.1, -5.3])
    expected = np.exp(scores) / np.exp(scores).sum()
    assert classifier().predict_proba([[1.0, 2.0]])[0] == pytest.approx(expected, abs=1e-12)
    # Those of the row (-3, 2): -3 + 4 + 0.5 = 1.5, and 3 + 1 - 0.5 = 3.5.
    scores = np.array([1.5 + 1.75, 7.0 + 0.1, -1.5 + 0.2])
    assert classifier().predict_proba([[-3.0, 2.0]])[0] == pytest.approx(np.exp(scores) / np.exp(scores).sum())
    assert classifier().predict([[1.0, 2.0], [-3.0, 2.0]]).tolist() == ["a", "b"]


def test_the_amounts_are_those_worked_out_by_hand():
    network = taught(NetworkRegressor((2,)), [WEIGHTS[0], np.array([[2.0], [-1.0]])], [BIASES[0], np.array([0.25])])
    assert network.predict([[1.0, 2.0], [-3.0, 2.0], [0.0, 0.0]]).tolist() == [11.25, -0.25, 1.25]


def test_a_row_is_answered_alone_as_among_others():
    network = classifier()
    rows = np.random.default_rng(1).normal(size=(500, 2))
    alone = np.vstack([network.predict_proba(row.reshape(1, -1)) for row in rows])
    assert alone == pytest.approx(network.predict_proba(rows), abs=1e-12)


def test_what_it_answers_needs_no_pytorch_and_survives_being_saved(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch", None)
    rows = np.random.default_rng(1).normal(size=(20, 2))
    save_model(Pipeline([("model", classifier())]), tmp_path / "model.skops")
    again = load_model(tmp_path / "model.skops")
    assert np.array_equal(again.predict_proba(rows), classifier().predict_proba(rows))


def test_a_gap_is_refused_as_scikit_learn_refuses_it():
    with pytest.raises(ValueError, match="contains NaN"):
        classifier().predict_proba([[1.0, np.nan]])


def test_without_pytorch_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UnusableError) as fault:
        NetworkClassifier().fit(np.zeros((4, 1)), ["a", "b", "a", "b"])
    assert str(fault.value) == (
        f"PyTorch, with which this network learns, is not installed here (pip install torch=={learning.PYTORCH})."
    )


def test_the_version_named_is_the_one_that_is_pinned():
    for name in ("requirements-torch.in", "requirements-torch.txt"):
        found = re.search(r"^torch==(\S+)", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
        assert found is not None
        assert found[1] == learning.PYTORCH


def test_the_extra_pins_what_it_shares_as_the_app_does():
    pins = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE))
        for name in ("requirements.txt", "requirements-torch.txt")
    ]
    shared = pins[0].keys() & pins[1].keys()
    assert {"fsspec", "jinja2"} <= shared
    assert {name: pins[1][name] for name in shared} == {name: pins[0][name] for name in shared}


@pytest.mark.parametrize(
    ("y", "loss", "aside"),
    [
        (np.zeros(60), "squared_error", 0),
        (np.zeros(100), "squared_error", 15),
        (np.repeat([0, 1], [60, 40]), "log_loss", 15),
        (np.repeat([0, 1], [99, 1]), "log_loss", 15),
        (np.arange(100) // 2, "log_loss", 15),
    ],
    ids=["too few to part", "amounts", "outcomes", "an outcome of one row", "more outcomes than rows aside"],
)
def test_rows_set_aside_are_no_rows_it_learns_from(y, loss, aside):
    lesson = learning.Lesson((2,), 0.0, 0.0, 0.1, 5, loss, 7)
    learn, judge = learning._parts(y, lesson)
    assert len(judge) == aside
    assert sorted([*learn, *judge]) == list(range(len(y)))


def test_the_rows_set_aside_keep_the_shares_of_the_outcomes():
    y = np.repeat([0, 1], [160, 40])
    _, judge = learning._parts(y, learning.Lesson((2,), 0.0, 0.0, 0.1, 5, "log_loss", 7))
    assert np.bincount(y[judge]).tolist() == [24, 6]


# --- how it learns -----------------------------------------------------------------------------------------------


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed: make torch")


def ring(rows=600, seed=5):
    """Rows within a circle and around it: no line parts them."""
    X = np.random.default_rng(seed).normal(size=(rows, 2))
    return X, np.where((X**2).sum(axis=1) < 1.4, "in", "out").astype(object)


def forward(torch, network, X):
    """What PyTorch itself answers with the learned numbers, in four bytes a number."""
    values = torch.tensor(X, dtype=torch.float32)
    for place, (weight, bias) in enumerate(zip(network.weights_, network.biases_, strict=True)):
        values = values @ torch.tensor(weight, dtype=torch.float32) + torch.tensor(bias, dtype=torch.float32)
        values = torch.relu(values) if place < len(network.weights_) - 1 else values
    return values


def test_it_learns_what_no_line_parts(torch):
    X, y = ring()
    X_new, y_new = ring(seed=6)
    network = NetworkClassifier().fit(X, y)
    assert network.score(X_new, y_new) > 0.93
    assert network.classes_.tolist() == ["in", "out"]
    assert [weight.shape for weight in network.weights_] == [(2, 64), (64, 32), (32, 2)]


def test_numpy_answers_as_pytorch_does(torch):
    X, y = ring()
    network = NetworkClassifier(seed=3).fit(X, y)
    theirs = torch.softmax(forward(torch, network, X), dim=1).numpy()
    assert network.predict_proba(X) == pytest.approx(theirs, abs=1e-5)
    amounts = NetworkRegressor(seed=3).fit(X, X[:, 0] * X[:, 1])
    assert amounts.predict(X) == pytest.approx(forward(torch, amounts, X)[:, 0].numpy(), abs=1e-5)


def test_the_same_seed_gives_the_same_numbers_on_any_number_of_threads(torch):
    X, y = ring(200)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = NetworkClassifier(seed=3, epochs=8).fit(X, y).predict_proba(X)
        torch.set_num_threads(2)
        torch.rand(3)
        two = NetworkClassifier(seed=3, epochs=8).fit(pd.DataFrame(X), y).predict_proba(pd.DataFrame(X))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(one, two)
    assert not np.array_equal(one, NetworkClassifier(seed=4, epochs=8).fit(X, y).predict_proba(X))


def test_chance_elsewhere_in_the_process_is_left_alone(torch):
    torch.manual_seed(11)
    expected = torch.rand(2).tolist()
    torch.manual_seed(11)
    NetworkClassifier(epochs=2).fit(*ring(100))
    assert torch.rand(2).tolist() == expected


def test_it_is_kept_as_after_the_pass_that_did_best_on_rows_set_aside(torch):
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(300, 10)), rng.choice(["a", "b"], 300)
    network = NetworkClassifier(dropout=0.0, rate=0.01).fit(X, y)
    # Nothing can be learned from noise: each later pass learns rows by heart.
    assert network.n_iter_ < 20
    assert len(network.loss_curve_) == network.n_iter_ + learning.PATIENCE
    assert network.n_iter_ == int(np.argmin(network.aside_curve_)) + 1
    lesson = learning.Lesson((64, 32), 0.0, 0.01, 0.01, 100, "log_loss", 0)
    _, aside = learning._parts(np.unique(y, return_inverse=True)[1], lesson)
    given = network.predict_proba(X[aside])[np.arange(len(aside)), np.searchsorted(network.classes_, y[aside])]
    assert -np.log(given).mean() == pytest.approx(min(network.aside_curve_), abs=1e-5)


def test_few_rows_are_all_learned_from(torch):
    X, y = ring(40)
    network = NetworkClassifier(seed=1).fit(X, y)
    assert network.aside_curve_ == []
    assert network.n_iter_ == len(network.loss_curve_) == learning.PLAIN_EPOCHS


def test_the_rate_falls_along_a_cosine(torch, monkeypatch):
    rates = []
    step = torch.optim.AdamW.step

    def watched(self, *given, **named):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *given, **named)

    monkeypatch.setattr(torch.optim.AdamW, "step", watched)
    network = NetworkClassifier(rate=0.01, epochs=12).fit(*ring(300))
    assert len(network.loss_curve_) == 12
    expected = 0.005 * (1 + np.cos(np.pi * np.arange(len(rates)) / len(rates)))
    assert rates == pytest.approx(expected, abs=1e-12)


def test_weight_decay_keeps_weights_small_and_dropout_keeps_from_learning_by_heart(torch):
    X, y = ring(300)

    def size(**settings):
        return sum((weight**2).sum() for weight in NetworkClassifier(epochs=20, **settings).fit(X, y).weights_)

    assert size(decay=1.0) < 0.9 * size(decay=0.0)
    plain, dropped = (NetworkClassifier(dropout=share, epochs=20).fit(X, y).loss_curve_[-1] for share in (0.0, 0.5))
    assert plain < dropped


def test_the_absolute_error_seeks_the_median_and_the_squared_one_the_mean(torch):
    rng = np.random.default_rng(4)
    X = np.zeros((2_000, 1))
    y = rng.exponential(size=2_000)
    said = {
        loss: NetworkRegressor((8,), dropout=0.0, rate=0.01, loss=loss).fit(X, y).predict([[0.0]])[0]
        for loss in ("squared_error", "absolute_error")
    }
    assert said["squared_error"] == pytest.approx(y.mean(), abs=0.08)
    assert said["absolute_error"] == pytest.approx(np.median(y), abs=0.08)


def test_values_too_large_to_hold_are_named(torch):
    X, y = ring(200)
    with pytest.raises(ValueError, match="infinity or a value too large") as fault:
        NetworkClassifier().fit(X * [1e300, 1.0], y)
    assert cause_in_words(fault.value) == (
        "The recipe leaves values that are too large to calculate with. Add a step that caps outliers."
    )


def test_a_network_that_does_not_settle_is_refused(torch):
    with pytest.raises(UnusableError, match="did not settle"):
        NetworkClassifier(rate=1e30, epochs=5).fit(*ring(200))


def test_settings_are_kept_as_given(torch):
    network = NetworkRegressor(
        layers=(8, 4), dropout=0.3, decay=0.2, rate=0.02, epochs=2, loss="absolute_error", seed=9
    )
    assert clone(network).get_params() == network.get_params()
    X, _ = ring(80)
    assert [weight.shape for weight in network.fit(X, X[:, 0]).weights_] == [(2, 8), (8, 4), (4, 1)]
