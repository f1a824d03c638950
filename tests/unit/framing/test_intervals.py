import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.framing.intervals import share_words, wilson


def test_the_interval_of_44_of_48_is_the_textbook_one():
    low, high = wilson(44, 48)
    assert (round(low, 4), round(high, 4)) == (0.8045, 0.9671)


def test_it_agrees_with_scipy():
    from scipy.stats import binomtest

    ours = wilson(7, 31, 0.9)
    theirs = binomtest(7, 31).proportion_ci(0.9, method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_no_rows_say_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_ends_are_exact():
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_within_and_the_interval_mirrors(pair):
    successes, n = pair
    low, high = wilson(successes, n)
    mirrored = wilson(n - successes, n)
    assert 0.0 <= low <= successes / n <= high <= 1.0
    assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]), abs=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes, n):
    with pytest.raises(ValueError, match="successes of"):
        wilson(successes, n)


def test_words_carry_more_digits_where_rows_are_many():
    assert share_words(44, 48) == "92%, 95% interval 80 to 97"
    assert share_words(285, 2380) == "12.0%, 95% interval 10.7 to 13.3"
