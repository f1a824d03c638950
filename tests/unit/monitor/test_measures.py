from math import log

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from core.monitor.measures import (
    aligned,
    bin_edges,
    bins_for,
    chi_square,
    corrected,
    counted,
    kolmogorov_smirnov,
    scaled_shift,
    stability_index,
)


def test_the_stability_index_is_the_textbook_sum():
    then, now = np.array([500_000, 500_000]), np.array([600_000, 400_000])
    expected = 0.1 * log(0.6 / 0.5) - 0.1 * log(0.4 / 0.5)
    assert stability_index(then, now) == pytest.approx(expected, rel=1e-4)


def test_equal_shares_have_an_index_of_zero_whatever_the_sizes():
    assert stability_index(np.array([10_000, 0, 30_000]), np.array([10, 0, 30])) == pytest.approx(0, abs=1e-12)


def test_a_bin_that_was_empty_gives_a_finite_index():
    assert 0.1 < stability_index(np.array([1000, 0]), np.array([970, 30])) < 0.2


def test_a_small_sample_gets_fewer_bins():
    assert [bins_for(rows) for rows in (5, 50, 99, 100, 10_000)] == [2, 5, 9, 10, 10]


def test_bins_hold_equal_shares_of_the_earlier_sample():
    values = np.arange(1000.0)
    assert counted(values, bin_edges(values, 4)).tolist() == [250, 250, 250, 250]


@pytest.mark.parametrize("crowd", [0.0, 50.0, 999.0])
def test_a_value_that_many_rows_share_has_a_bin_of_its_own(crowd):
    then = np.concatenate([np.full(900, crowd), np.arange(100.0) * 10])
    edges = bin_edges(then, 10)
    gone = np.delete(then, np.flatnonzero(then == crowd))
    assert counted(then, edges).max() >= 900
    assert stability_index(counted(then, edges), counted(gone, edges)) > 1


def test_few_different_values_are_their_own_bins():
    edges = bin_edges(np.array([0.0, 0.0, 1.0, 2.0]), 10)
    assert counted(np.array([-1.0, 0.0, 1.0, 1.0, 2.0, 3.0]), edges).tolist() == [1, 1, 2, 1, 1]


def test_the_kolmogorov_smirnov_statistic_is_the_largest_distance():
    statistic, p_value = kolmogorov_smirnov(np.arange(100.0), np.arange(100.0) + 50)
    assert statistic == pytest.approx(0.5)
    assert p_value < 1e-9


def test_a_shift_is_told_in_standard_deviations():
    then = np.array([-1.0, 1.0] * 50)
    assert scaled_shift(then, then + 0.5) == pytest.approx(0.5)


def test_a_constant_column_has_no_shift_in_standard_deviations():
    assert scaled_shift(np.ones(60), np.full(60, 2.0)) is None


def test_the_chi_square_test_is_the_librarys():
    then, now = np.array([40, 60]), np.array([60, 40])
    found = chi2_contingency([then, now], correction=False)
    assert chi_square(then, now) == pytest.approx((found.statistic, found.pvalue))


def test_rare_levels_are_tested_together():
    then, now = np.array([500, 500, 1, 0, 1]), np.array([500, 500, 0, 1, 0])
    pooled = chi2_contingency([[500, 500, 2], [500, 500, 1]], correction=False)
    assert chi_square(then, now)[1] == pytest.approx(pooled.pvalue)


def test_one_level_cannot_differ():
    assert chi_square(np.array([80]), np.array([60])) == (0.0, 1.0)


def test_p_values_are_corrected_as_benjamini_and_hochberg_say():
    # The example of their paper: four of fifteen hypotheses are rejected.
    given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
             0.7590, 1.0]  # fmt: skip
    assert sum(p <= 0.05 for p in corrected(given)) == 4
    assert corrected([]) == []


def test_a_value_rounded_to_single_precision_counts_as_the_one_it_was():
    then = np.array([1.5, float(np.float32(3.2)), float(np.float32(10.6))])
    assert aligned(then, np.array([3.2, 10.6, 1.5, 4.0])).tolist() == [then[1], then[2], 1.5, 4.0]


def test_values_close_together_keep_what_parts_them():
    then = np.array([100_000.001, 100_000.002, 100_000.003, 100_000.004])
    now = np.array([100_000.0015, 100_000.0025])
    assert aligned(then, now).tolist() == now.tolist()
