import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.train.trials.apart import tell_apart
from core.train.trials.quick import compare_recipes
from core.train.trials.replay import replay
from tests.unit.train.conftest import make_problem


def leaking(rows=300):
    """The small problem with a column that is filled in with the outcome."""
    from dataclasses import replace

    problem = make_problem(rows=rows)
    X = problem.X.assign(noise=np.where(problem.y == "yes", 1.0, 0.0) + np.random.default_rng(1).normal(0, 0.05, rows))
    return replace(problem, X=X)


def test_without_the_leak_the_score_falls_and_both_stand_side_by_side():
    for found in replay(leaking(), ["noise"], seed=1):
        assert found.before.score > 0.99
        assert found.after.score < found.before.score
        assert found.gain == pytest.approx(found.after.score - found.before.score)


def test_a_replay_is_the_comparison_with_the_column_left_out():
    problem = leaking()
    from core.train.trials.replay import without

    usual = compare_recipes(problem, problem.recipe, without(problem.recipe, ["noise"]), seed=1)
    assert [one.after.folds for one in usual] == [one.after.folds for one in replay(problem, ["noise"], seed=1)]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([], "No column is named"),
        (["gone"], "does not see “gone”"),
        (["day"], "does not see “day”"),
        (["age", "income", "town", "noise"], "none is left"),
    ],
)
def test_what_cannot_be_replayed_is_said(columns, said):
    with pytest.raises(InputError, match=said):
        replay(make_problem(), columns, seed=1)


def test_rows_dealt_at_random_cannot_be_told_apart():
    found = tell_apart(make_problem(rows=600), seed=2)
    assert found.low <= 0.5 <= found.high
    assert not found.differs
    assert found.columns == ()
    assert (found.training, found.sealed) == (480, 120)


def test_a_column_that_drifts_gives_the_sealed_rows_away():
    from dataclasses import replace

    problem = make_problem(rows=600, kind="time", column="day")
    X = problem.X.assign(income=problem.X["income"] + pd.Series(np.linspace(0, 90, 600)))
    found = tell_apart(replace(problem, X=X), seed=2)
    assert found.differs
    assert found.columns[0].column == "income"
    assert found.columns[0].alone > 0.9
    assert sum(one.share for one in found.columns) == pytest.approx(1, abs=0.01)


def test_no_outcome_is_looked_at():
    from dataclasses import replace

    problem = make_problem(rows=300)
    scrambled = replace(problem, y=np.random.default_rng(0).permutation(problem.y))
    assert tell_apart(problem, seed=3) == tell_apart(scrambled, seed=3)
