import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.signal import find_leak, signal_of_levels, signal_of_numbers, view_target
from core.framing.frame import Task

RNG = np.random.default_rng(3)
COIN = pd.Series(np.where(RNG.random(2000) < 0.5, "yes", "no"))


def binary(values):
    return view_target(pd.Series(values), Task.BINARY, "yes", seed=7)


def test_a_number_that_orders_the_outcomes_has_signal_one():
    assert signal_of_numbers(np.arange(20.0), binary(["no"] * 10 + ["yes"] * 10)) == 1.0


def test_the_direction_does_not_matter():
    assert signal_of_numbers(-np.arange(20.0), binary(["no"] * 10 + ["yes"] * 10)) == 1.0


def test_a_numbers_signal_is_twice_the_auc_less_one():
    from sklearn.metrics import roc_auc_score

    numbers = RNG.normal(size=2000).round(1) + 0.5 * (COIN == "yes").to_numpy()
    expected = 2 * roc_auc_score(COIN == "yes", numbers) - 1
    assert signal_of_numbers(numbers, binary(COIN)) == pytest.approx(expected, abs=1e-12)


def test_rows_without_a_number_are_a_level_between_the_others():
    # Half of each outcome has a number, in perfect order. Of the four kinds of pairs, only missing against missing is
    # undecided: 2 AUC − 1 = 3/4.
    half = np.arange(500.0)
    numbers = np.r_[half, np.full(500, np.nan), half + 1000, np.full(500, np.nan)]
    target = binary(["no"] * 1000 + ["yes"] * 1000)
    assert signal_of_numbers(numbers, target) == pytest.approx(0.75, abs=0.03)


def test_being_filled_in_can_be_the_whole_signal():
    numbers = np.where(COIN == "yes", 7.0, np.nan)
    assert signal_of_numbers(numbers, binary(COIN)) == pytest.approx(1.0)


def test_a_number_that_is_high_in_the_middle_is_seen():
    numbers = np.linspace(-1, 1, 2000)
    assert signal_of_numbers(numbers, binary(np.where(abs(numbers) < 0.5, "yes", "no"))) > 0.9


def test_rare_numbers_beside_many_zeros_are_seen():
    hit = np.arange(2000) % 50 == 0
    numbers = np.where(hit, np.arange(2000.0) + 1, 0.0)
    assert signal_of_numbers(numbers, binary(np.where(hit, "yes", "no"))) == pytest.approx(1.0)


def test_a_category_that_is_the_outcome_has_signal_one():
    assert signal_of_levels((COIN == "yes").to_numpy().astype(np.intp), binary(COIN)) == pytest.approx(1.0)


def test_a_level_for_each_row_cannot_win_by_memory():
    assert signal_of_levels(np.arange(2000), binary(COIN)) < 0.05


def test_noise_has_next_to_no_signal():
    assert signal_of_levels(RNG.integers(0, 100, 2000), binary(COIN)) < 0.1
    assert signal_of_numbers(RNG.normal(size=2000), binary(COIN)) < 0.1


def test_for_amounts_it_is_spearmans_rho():
    from scipy.stats import spearmanr

    numbers = RNG.normal(size=1000)
    amounts = pd.Series(numbers + 2 * RNG.normal(size=1000))
    found = signal_of_numbers(numbers, view_target(amounts, Task.REGRESSION, seed=7))
    assert found == pytest.approx(abs(spearmanr(numbers, amounts).statistic), abs=0.02)


def test_a_category_that_explains_the_amounts_is_seen():
    codes = np.arange(900) % 3
    amounts = pd.Series(codes * 100 + RNG.normal(size=900))
    assert 0.9 < signal_of_levels(codes, view_target(amounts, Task.REGRESSION, seed=7)) <= 1.0


def test_several_outcomes_are_each_held_against_the_rest():
    codes = np.arange(300) % 3
    target = view_target(pd.Series(codes).map({0: "a", 1: "b", 2: "c"}), Task.MULTICLASS, seed=7)
    assert signal_of_levels(codes, target) == pytest.approx(1.0)
    assert signal_of_levels(RNG.integers(0, 3, 300), target) < 0.2


@pytest.mark.parametrize("values", [["yes"] * 20, [None] * 20, ["yes", "no"] * 4])
def test_without_a_usable_outcome_there_is_no_view(values):
    assert binary(values) is None


def test_rows_without_an_outcome_do_not_count():
    values = ["no"] * 10 + ["yes"] * 10 + [None] * 5
    assert signal_of_numbers(np.r_[np.arange(20.0), [-99.0] * 5], binary(values)) == 1.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 5), st.booleans()), min_size=12, max_size=60))
def test_a_signal_lies_between_none_and_all(rows):
    target = binary(["yes" if hit else "no" for _, hit in rows])
    if target is not None:
        codes = np.array([code for code, _ in rows])
        numbers = np.where(codes < 0, np.nan, codes)
        assert 0.0 <= signal_of_levels(codes, target) <= 1.0
        assert 0.0 <= signal_of_numbers(numbers, target) <= 1.0 + 1e-12


def level_leak(inside, n, others, other_n):
    codes = np.r_[np.ones(n, dtype=np.intp), np.zeros(other_n, dtype=np.intp)]
    hits = np.r_[np.arange(n) < inside, np.arange(other_n) < others]
    target = binary(np.where(hits, "yes", "no"))
    return find_leak(signal_of_levels(codes, target), codes, ("no", "yes"), target)


def test_a_level_that_decides_the_outcome_is_found_with_its_counts():
    leak = level_leak(44, 48, 241, 2332)
    assert leak.certain
    assert (leak.level, leak.outcome, leak.hits, leak.rows, leak.other_hits, leak.other_rows) == (
        "yes", "yes", 44, 48, 241, 2332,
    )  # fmt: skip


def test_a_strong_but_honest_level_is_let_be():
    # Sex on the Titanic: 339 of 466 women survived, 161 of 843 men.
    assert level_leak(339, 466, 161, 843) is None


def test_a_pure_level_of_few_rows_is_let_be():
    assert level_leak(15, 15, 241, 2332) is None


def test_a_level_that_is_missing_can_decide():
    codes = np.r_[np.full(50, -1), np.zeros(950, dtype=np.intp)]
    target = binary(["yes"] * 49 + ["no"] + ["yes"] * 60 + ["no"] * 890)
    leak = find_leak(0.5, codes, ("a",), target)
    assert (leak.level, leak.outcome, leak.hits, leak.rows) == (None, "yes", 49, 50)


@pytest.mark.parametrize(("signal", "certain"), [(0.93, None), (0.95, False), (0.99, True)])
def test_a_column_as_a_whole_is_doubted_and_then_certain(signal, certain):
    leak = find_leak(signal, None, (), binary(["yes", "no"] * 10))
    assert (leak.certain if leak else None) is certain
