import time

import numpy as np
import pandas as pd
import pytest

from core.data.knowing.behind import Value
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.evaluate.slices import find_slices
from core.framing.frame import Task
from core.framing.outcomes import Outcomes

SEEDS = range(10)


def table(rng, n, numbers=4, categories=4):
    columns = {f"number {i}": rng.normal(size=n) for i in range(numbers)}
    columns |= {f"kind {i}": rng.choice(list("abcde"), size=n).astype(object) for i in range(categories)}
    kinds = [ColumnType.NUMBER] * numbers + [ColumnType.CATEGORY] * categories
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in zip(columns, kinds, strict=True)))
    return pd.DataFrame(columns), schema


def wrong_where(wrong):
    """Make binary outcomes that are answered wrongly where ``wrong`` is true."""
    actual = np.where(np.arange(len(wrong)) % 2 == 0, "yes", "no").astype(object)
    score = np.where((actual == "yes") ^ wrong, 0.9, 0.1)
    return Outcomes(Task.BINARY, actual, ("no", "yes"), "yes", np.column_stack([1 - score, score]))


def amounts(errors):
    return Outcomes(Task.REGRESSION, np.asarray(errors, dtype=float), values=np.zeros(len(errors)))


def test_nothing_is_found_where_wrong_answers_fall_at_random():
    quiet = 0
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        rows, schema = table(rng, 2_000)
        found = find_slices(wrong_where(rng.random(2_000) < 0.15), rows, schema, list(rows))
        assert found.looked_at > 600
        quiet += not found.found
    assert quiet >= 9


@pytest.mark.parametrize("tail", ["normal", "heavy"])
def test_nothing_is_found_where_errors_of_amounts_fall_at_random(tail):
    quiet = 0
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        rows, schema = table(rng, 2_000)
        errors = rng.normal(size=2_000) if tail == "normal" else rng.standard_t(3, size=2_000)
        quiet += not find_slices(amounts(errors), rows, schema, list(rows)).found
    assert quiet >= 9


@pytest.mark.parametrize("seed", SEEDS)
def test_a_planted_category_is_found_first_and_alone(seed):
    rng = np.random.default_rng(seed)
    rows, schema = table(rng, 2_000)
    planted = (rows["kind 1"] == "c").to_numpy()
    found = find_slices(wrong_where(rng.random(2_000) < np.where(planted, 0.5, 0.1)), rows, schema, list(rows))
    assert [each.parts for each in found.found] == [(Value("kind 1", ("c",)),)]
    assert found.found[0].rows.tolist() == np.flatnonzero(planted).tolist()
    assert found.found[0].more_low > 0.1
    assert "`kind 1` is c" in found.sentence


@pytest.mark.parametrize("amount", [False, True])
def test_a_planted_pair_is_found_first(amount):
    rng = np.random.default_rng(3)
    rows, schema = table(rng, 3_000)
    planted = ((rows["kind 0"] == "a") & (rows["number 2"] > rows["number 2"].quantile(0.8))).to_numpy()
    if amount:
        outcomes = amounts(rng.normal(size=3_000) * np.where(planted, 5, 1))
    else:
        outcomes = wrong_where(rng.random(3_000) < np.where(planted, 0.8, 0.1))
    worst = find_slices(outcomes, rows, schema, list(rows)).found[0]
    assert worst.words.startswith("`number 2` is 0.8")
    assert worst.words.endswith(" or more and `kind 0` is a")
    assert worst.rows.tolist() == np.flatnonzero(planted).tolist()
    assert worst.low <= worst.error <= worst.high
    assert worst.elsewhere < worst.error - worst.more_low


def test_a_pair_that_is_all_but_its_part_is_told_as_the_part():
    rng = np.random.default_rng(8)
    rows, schema = table(rng, 3_000)
    planted = (rows["kind 1"] == "c").to_numpy()
    # Ten rows of the part lie elsewhere, and are met exactly.
    rows["kind 2"] = np.where(planted & (planted.cumsum() <= 10), "b", "a")
    errors = rng.normal(size=3_000) * np.where(planted, np.where(rows["kind 2"] == "b", 0.001, 6), 1)
    found = find_slices(amounts(errors), rows, schema, list(rows))
    assert [each.words for each in found.found] == ["`kind 1` is c"]


def test_rows_without_a_value_are_a_part_of_their_own():
    rng = np.random.default_rng(5)
    rows, schema = table(rng, 1_000)
    rows.loc[:99, "number 0"] = np.nan
    found = find_slices(wrong_where((np.arange(1_000) < 60) | (rng.random(1_000) < 0.1)), rows, schema, list(rows))
    assert found.found[0].words == "`number 0` missing"
    assert found.found[0].n == 100


def test_counts_and_the_exact_chance_are_right_by_hand():
    rows = pd.DataFrame({"x": ["a"] * 4 + ["b"] * 4})
    schema = Schema(columns=(ColumnSpec(name="x", type=ColumnType.CATEGORY),))
    found = find_slices(wrong_where(np.arange(8) < 4), rows, schema, ["x"], smallest=2)
    assert found.looked_at == 2
    [worst] = found.found
    assert (worst.n, worst.error, worst.elsewhere) == (4, 1.0, 0.0)
    assert worst.p_value == pytest.approx(1 / 70)  # one of the 70 ways to choose four rows of eight


def test_a_table_too_small_to_be_cut_is_said_to_be():
    rows = pd.DataFrame({"x": ["a"] * 20 + ["b"] * 20})
    schema = Schema(columns=(ColumnSpec(name="x", type=ColumnType.CATEGORY),))
    found = find_slices(wrong_where(np.arange(40) < 20), rows, schema, ["x"])
    assert found.found == ()
    assert found.sentence == "No part of the rows could be looked at: each needs at least 30 rows, and as many outside."


def test_a_model_without_an_error_fails_nowhere():
    rows = pd.DataFrame({"x": ["a"] * 40 + ["b"] * 40})
    schema = Schema(columns=(ColumnSpec(name="x", type=ColumnType.CATEGORY),))
    found = find_slices(wrong_where(np.zeros(80, dtype=bool)), rows, schema, ["x"])
    assert found.sentence == (
        "2 parts of the rows were looked at; on none is the model worse than on the others by more than chance."
    )


def test_twenty_thousand_rows_and_thirty_columns_take_seconds():
    rng = np.random.default_rng(0)
    rows, schema = table(rng, 20_000, 15, 15)
    outcomes = wrong_where(rng.random(20_000) < np.where(rows["kind 1"] == "c", 0.4, 0.1))
    start = time.process_time()
    found = find_slices(outcomes, rows, schema, list(rows))
    assert time.process_time() - start < 2
    assert found.looked_at > 9_000
    assert found.found[0].words == "`kind 1` is c"
