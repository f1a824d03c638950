"""Intervals of a share, and the words for them."""

from math import sqrt
from statistics import NormalDist


def wilson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share.

    Parameters
    ----------
    successes : float
        Rows with the outcome, 0 to ``n``.
    n : float
        Rows counted. With none, nothing is known of the share and the interval is 0 to 1.
    confidence : float
        Coverage aimed at, between 0 and 1 exclusive.

    Returns
    -------
    tuple of float
        Low and high end, both within 0 to 1.

    Raises
    ------
    ValueError
        Where ``successes`` is not within 0 to ``n``, or ``confidence`` not within 0 to 1.

    Notes
    -----
    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209–212.
    Recommended for small ``n`` by Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion,
    Statistical Science 16, 101–133, section 4.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} rows")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    scale = 1 + z * z / n
    middle = (share + z * z / (2 * n)) / scale
    half = z / scale * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # The formula's ends are exact here; rounding would leave them at 1e-17 from it.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return low, high


def share_words(successes: int, n: int, confidence: float = 0.95) -> str:
    """Return a share with its interval as text, such as ``"92%, 95% interval 80 to 97"``.

    Parameters
    ----------
    successes, n : int
        Rows with the outcome, and rows counted (at least 1).
    confidence : float
        Coverage of the interval.

    Returns
    -------
    str
        In percent, with one decimal from 1,000 rows on, where it says something.
    """
    low, high = wilson(successes, n, confidence)
    digits = 1 if n >= 1000 else 0
    share, low_text, high_text = (f"{100 * value:.{digits}f}" for value in (successes / n, low, high))
    return f"{share}%, {100 * confidence:.0f}% interval {low_text} to {high_text}"
