from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from core.explain.permutation import (
    EVALUATIONS,
    FEWEST_BACKGROUND,
    FEWEST_ROWS,
    PermutationPlan,
    permutation_contributions,
    permutation_plan,
)


def model(X):
    a, b, c = X.to_numpy().T
    return a * b + np.maximum(c, a)


def shapley(row, background):
    """Return the definition: the mean move over all orders and background rows."""
    parts = np.zeros(3)
    orders = list(permutations(range(3)))
    for start in background:
        for order in orders:
            mixed = start.copy()
            for column in order:
                before = model(pd.DataFrame([mixed]))[0]
                mixed[column] = row[column]
                parts[column] += model(pd.DataFrame([mixed]))[0] - before
    return parts / len(orders) / len(background)


def test_with_many_orders_the_parts_are_the_shapley_values():
    rng = np.random.default_rng(0)
    X, background = rng.normal(size=(2, 3)), rng.normal(size=(4, 3))
    values, base = permutation_contributions(
        model, pd.DataFrame(X), pd.DataFrame(background), np.arange(3), PermutationPlan(2, 4, 600), 1
    )
    assert values[0] == pytest.approx(shapley(X[0], background), abs=0.05)
    assert values[1] == pytest.approx(shapley(X[1], background), abs=0.05)
    assert base == pytest.approx(model(pd.DataFrame(background)).mean())


def test_features_of_one_column_change_together():
    rng = np.random.default_rng(0)
    X, background = pd.DataFrame(rng.normal(size=(3, 3))), pd.DataFrame(rng.normal(size=(5, 3)))
    values, base = permutation_contributions(model, X, background, np.zeros(3, int), PermutationPlan(3, 5, 1), 1)
    assert values[:, 0] == pytest.approx(model(X) - base)


@pytest.mark.parametrize(("given", "columns"), [(2000, 12), (2000, 1), (1, 12), (5, 300), (2000, 300)])
def test_a_plan_keeps_its_budget(given, columns):
    plan = permutation_plan(given, columns)
    asked = plan.rows * plan.background * plan.orders * max(1, columns - 1)
    assert 1 <= plan.rows <= given
    assert asked <= EVALUATIONS or (plan.rows <= FEWEST_ROWS and plan.background == FEWEST_BACKGROUND)


def test_the_same_seed_gives_the_same_parts():
    rng = np.random.default_rng(0)
    X, background = pd.DataFrame(rng.normal(size=(3, 3))), pd.DataFrame(rng.normal(size=(5, 3)))
    first, second = (
        permutation_contributions(model, X, background, np.arange(3), PermutationPlan(3, 5, 1), 9)[0] for _ in range(2)
    )
    assert (first == second).all()
