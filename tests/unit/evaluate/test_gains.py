import numpy as np
import pytest

from core.evaluate.gains import gains


def test_a_perfect_ranking_finds_everything_in_its_own_share(binary):
    found = gains(binary([True] * 20 + [False] * 80, np.linspace(1, 0, 100)))
    at = {point.share: point for point in found.points}
    assert found.best == 0.2
    assert (at[0.1].gain, at[0.1].lift) == (0.5, 5.0)
    assert (at[0.2].gain, at[0.2].lift) == (1.0, 5.0)
    assert (at[0.5].gain, at[0.5].lift) == (1.0, 2.0)
    assert found.sentence.startswith(
        "The 10% with the highest chance hold 50% of all “yes” (95% interval 30 to 70), 5.0"
    )


def test_a_ranking_that_is_all_wrong_finds_nothing_early(binary):
    found = gains(binary([True] * 20 + [False] * 80, np.linspace(0, 1, 100)))
    assert [point.gain for point in found.points] == [0.0] * 6
    assert found.gain[-1] == 1.0


def test_equal_chances_run_on_the_diagonal(binary):
    found = gains(binary([True, False, False, False] * 25, np.full(100, 0.3)))
    assert found.share.tolist() == [0.0, 1.0]
    assert found.gain.tolist() == [0.0, 1.0]
    assert found.lift.tolist() == [1.0, 1.0]
    assert [point.lift for point in found.points] == pytest.approx([1.0] * 6)


def test_the_lift_of_a_linear_density_is_two_less_the_share(binary):
    # Where the chance of a row is its own uniform score u, the first share s holds the u from 1 - s on:
    # gain is 1 - (1 - s)^2 and lift 2 - s.
    rng = np.random.default_rng(1)
    score = rng.random(40_000)
    found = gains(binary(rng.random(40_000) < score, score))
    for point in found.points:
        assert point.lift == pytest.approx(2 - point.share, abs=0.05)
        assert point.low < point.gain < point.high
    assert len(found.share) <= 500


def test_shares_of_less_than_a_row_are_not_told_of(binary):
    found = gains(binary([True, False, False, True, False], [0.9, 0.8, 0.3, 0.2, 0.1]))
    assert [point.share for point in found.points] == [0.2, 0.3, 0.5]
    assert found.sentence.startswith("The 20% with the highest chance hold 50%")


def test_without_the_outcome_there_is_no_curve(binary):
    assert gains(binary([False, False], [0.1, 0.2])) is None
