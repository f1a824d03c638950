"""Gaps in categories filled by what the other columns suggest."""

import numpy as np
import pandas as pd
import pytest
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from core.runtime import guesses
from core.runtime.persist import load_model, save_model
from core.runtime.transformers import FillCategories


def words(values):
    return pd.array(values, dtype="str")


def related(rows=300, seed=0, share=0.2):
    """A town that follows from two numbers, and a land that follows from the town."""
    draws = np.random.default_rng(seed)
    x, z = draws.normal(size=rows), draws.normal(size=rows)
    town = np.select([x + 0.3 * z > 0.6, x - 0.3 * z < -0.6], ["Ulm", "Bonn"], "Kiel").astype(object)
    land = np.where(town == "Ulm", "south", "north").astype(object)
    frame = pd.DataFrame({"x": x, "z": z, "town": words(town), "land": words(land)})
    return frame, frame.assign(town=words(np.where(draws.random(rows) < share, None, town)))


def iterative(**settings):
    return FillCategories(strategy="iterative", **settings)


def test_one_column_is_filled_as_scikit_learn_does():
    _, seen = related()
    seen = seen.drop(columns="land")
    levels = guesses.frequent_levels(seen, ["town"])["town"]
    codes = pd.Series(seen["town"]).map({level: float(code) for code, level in enumerate(levels)})
    matrix = np.column_stack([StandardScaler().fit_transform(seen[["x", "z"]]), codes])
    judge = IterativeImputer(
        LogisticRegression(C=1.0, max_iter=guesses.ITERATIONS),
        max_iter=1,
        initial_strategy="most_frequent",
        skip_complete=True,
    )
    with pytest.warns(UserWarning, match="Early stopping"):
        expected = judge.fit_transform(matrix)[:, 2]
    filled = iterative(rounds=1).fit(seen).transform(seen)
    assert filled["town"].tolist() == [levels[int(code)] for code in expected]


def test_what_follows_from_the_others_is_found_again_better_than_by_the_most_frequent():
    whole, seen = related()
    gaps = seen["town"].isna().to_numpy()
    filled = iterative().fit(seen).transform(seen)
    plain = FillCategories(strategy="most_frequent").fit(seen).transform(seen)
    right = float((filled["town"] == whole["town"])[gaps].mean())
    assert right > 0.9 > float((plain["town"] == whole["town"])[gaps].mean())
    assert (filled["town"] == whole["town"])[~gaps].all()


def test_gaps_in_two_columns_help_each_other():
    seen = pd.DataFrame({"a": words(["p", "q"] * 40), "b": words(["r", "s"] * 40), "n": [0.0, 1.0] * 40})
    step = iterative().fit(seen)
    asked = pd.DataFrame({"a": words([None, "q", None]), "b": words(["r", None, None]), "n": [np.nan, np.nan, 1.0]})
    assert step.transform(asked)[["a", "b"]].to_numpy().tolist() == [["p", "r"], ["q", "s"], ["q", "s"]]


def test_a_value_never_seen_stays_and_helps_as_little_as_a_missing_one():
    _, seen = related()
    step = iterative(columns=["town"]).fit(seen)
    asked = pd.DataFrame({"x": [2.0, 2.0, 0.0], "z": [0.0] * 3, "town": words([None, None, "Rome"])})
    known = step.transform(asked.assign(land=words([None, "south", "north"])))
    strange = step.transform(asked.assign(land=words(["west", "south", "north"])))
    assert strange["town"].tolist() == known["town"].tolist() == ["Ulm", "Ulm", "Rome"]


def test_a_row_is_filled_alike_alone_and_among_others_and_each_time():
    _, seen = related(share=0.3)
    step, again = iterative().fit(seen), iterative().fit(seen)
    together = step.transform(seen)["town"].tolist()
    assert again.transform(seen)["town"].tolist() == together
    assert [step.transform(seen.iloc[[row]])["town"].iloc[0] for row in range(40)] == together[:40]


def test_nothing_is_learned_from_rows_that_are_filled_later():
    _, seen = related()
    step = iterative().fit(seen)
    before = {name: scores.copy() for name, scores in step.equations_.items()}
    step.transform(seen.assign(town=words(["Rome"] * len(seen))))
    assert all(np.array_equal(before[name], step.equations_[name]) for name in before)


def test_a_saved_step_fills_as_before(tmp_path):
    _, seen = related()
    step = iterative(indicator=True).fit(seen)
    save_model(Pipeline([("fill", step)]), tmp_path / "m.skops")
    loaded = load_model(tmp_path / "m.skops")
    pd.testing.assert_frame_equal(loaded.transform(seen), step.transform(seen))


def test_odd_tables_stand():
    odd = pd.DataFrame({"e": words([None] * 4), "o": words(["a", None, "a", None]), "n": [np.nan] * 4})
    step = iterative().fit(odd)
    filled = step.transform(odd)
    assert filled["e"].tolist() == ["(missing)"] * 4
    assert filled["o"].tolist() == ["a"] * 4
    assert step.transform(odd.iloc[:0]).shape == (0, 3)
    alone = pd.DataFrame({"c": words(["b", "b", "a", None])})
    assert iterative().fit(alone).transform(alone)["c"].tolist() == ["b", "b", "a", "b"]
    numbers = pd.DataFrame({"n": [1.0, np.nan]})
    assert iterative().fit_transform(numbers)["n"].isna().tolist() == [False, True]


def test_many_rows_and_values_are_bounded_and_the_rarest_never_guessed(monkeypatch):
    monkeypatch.setattr(guesses, "GUESSING_ROWS", 50)
    monkeypatch.setattr(guesses, "CHAIN_LEVELS", 2)
    _, seen = related()
    step = iterative().fit(seen)
    assert len(step.levels_["town"]) == 2
    assert step.equations_["town"].shape == (2, 2 + 2 + 2 + 1)
    gaps = seen["town"].isna()
    assert set(step.transform(seen)["town"][gaps]) <= set(step.levels_["town"])
