"""Rules on single numbers: long tails, bends, spikes at zero, codes, extremes and gaps."""

from typing import Final

import numpy as np

from core.prepare.spec import listed
from core.prepare.suggest.facts import UNTOLD, Facts, Floats, Found, bent, figure, percent, suggestion
from core.prepare.suggest.suggestion import LINEAR

MOST_COLUMNS: Final = 12
"""Columns a rule looks at one by one."""
MOST_TOGETHER: Final = 12
"""Columns that one suggestion bends or marks together."""
AHEAD: Final = 1.01
"""What is done to several columns together is tried before the same to each of them."""
SKEWED: Final = 1.0
"""Skewness from which a tail is long."""
FEWEST: Final = 20
DISTINCT: Final = 20
"""Different numbers from which a column is an amount rather than a code."""
CODES: Final = (3, 12)
"""Fewest and most different whole numbers of a column that may be a code."""
GAPS: Final = (0.01, 0.95)
"""Shares of missing values between which a gap may say something."""
SHAPED: Final = ("log_numbers", "power_numbers", "quantile_numbers", "bin_numbers", "spline", "polynomial")
FAR: Final = 3.0
"""Interquartile ranges beyond the quartiles from which a number is extreme (Tukey's far fence)."""
FAR_SHARE: Final = 0.05


def _amounts(facts: Facts) -> list[str]:
    return [
        name
        for name in facts.numbers
        if len(facts.known(name)) >= FEWEST
        and len(np.unique(facts.known(name))) >= DISTINCT
        and not facts.treated(name, *SHAPED)
    ]


def skewness(values: Floats) -> float:
    """Return the third standardised moment; 0 for a constant."""
    spread = float(values.std())
    return 0.0 if spread == 0 else float((((values - values.mean()) / spread) ** 3).mean())


def tails(facts: Facts) -> Found:
    """Take logarithms of amounts with a long tail, or even out their skew where some are negative."""
    skewed = {name: skewness(facts.known(name)) for name in _amounts(facts)}
    skewed = {name: skew for name, skew in skewed.items() if abs(skew) >= SKEWED}
    logs = [name for name, skew in skewed.items() if skew > 0 and facts.known(name).min() >= 0]
    for name in list(skewed)[:MOST_COLUMNS]:
        known = facts.known(name)
        middle, top = float(np.median(known)), float(known.max() if skewed[name] > 0 else known.min())
        log = name in logs
        yield suggestion(
            "tails",
            f"Take the logarithm of `{name}`" if log else f"Even out the skew of `{name}`",
            f"Half of the rows are {'below' if skewed[name] > 0 else 'above'} {figure(middle)} and one reaches "
            f"{figure(top)}: a straight line is pulled by the few (skewness {figure(skewed[name])}).",
            "log_numbers" if log else "power_numbers",
            columns=(name,),
            judges=(LINEAR,),
            promise=_straightened(facts, name),
        )
    if len(logs) > 1:
        yield suggestion(
            "tails",
            f"Take the logarithm of {listed(logs, noun='numbers')} together",
            f"{len(logs)} numbers have a long tail to the right; a straight line is pulled by the few.",
            "log_numbers",
            columns=tuple(logs),
            judges=(LINEAR,),
            promise=AHEAD * max(_straightened(facts, name) for name in logs),
        )


def _straightened(facts: Facts, name: str) -> float:
    # The linear judge knows the number itself: what the rank adds to it shows in what that judge missed.
    return max(UNTOLD, facts.goes_with(facts.number(name)), facts.goes_with(bent(facts.number(name))))


def bends(facts: Facts) -> Found:
    """Bend numbers by splines, one by one and together."""
    amounts = _amounts(facts)
    # A long tail is straightened first: two shapes for one number would cost every interval its share.
    alone = [name for name in amounts if abs(skewness(facts.known(name))) < SKEWED]
    for name in alone[:MOST_COLUMNS]:
        promise = facts.goes_with(bent(facts.number(name)))
        yield suggestion(
            "bends",
            f"Bend `{name}` by splines",
            f"`{name}` enters a linear model as a straight line; five knots let it rise and fall.",
            "spline",
            columns=(name,),
            judges=(LINEAR,),
            promise=promise,
        )
    if 1 < len(amounts) <= MOST_TOGETHER:
        yield suggestion(
            "bends",
            f"Bend {listed(amounts, noun='numbers')} by splines together",
            f"All {len(amounts)} amounts enter a linear model as straight lines.",
            "spline",
            columns=tuple(amounts),
            judges=(LINEAR,),
            promise=AHEAD * max(facts.goes_with(bent(facts.number(name))) for name in amounts),
        )


def zeros(facts: Facts) -> Found:
    """Mark where an amount is zero, where zero is one case and the rest another."""
    named = [str(step.params.get("formula", "")) for step in facts.recipe.active if step.kind == "formula"]
    for name in _amounts(facts)[:MOST_COLUMNS]:
        known = facts.known(name)
        share = float((known == 0).mean())
        formula = f"if(`{name}` = 0, 1, 0)"
        if not 0.1 <= share <= 0.95 or formula in named:
            continue
        zero = np.where(np.isfinite(facts.number(name)), facts.number(name) == 0, np.nan)
        yield suggestion(
            "zeros",
            f"Mark where `{name}` is 0",
            f"{percent(share)} of the rows hold 0 and the others spread up to {figure(float(known.max()))}: having "
            "none may be another case than having little.",
            "formula",
            params={"formula": formula, "name": f"{name[:50]} is 0"},
            judges=(LINEAR,),
            promise=facts.goes_with(zero),
        )


def codes(facts: Facts) -> Found:
    """Read a whole number with few values as a category, for it may be a code."""
    for name in facts.numbers[: 2 * MOST_COLUMNS]:
        values = np.unique(facts.known(name))
        if not CODES[0] <= len(values) <= CODES[1] or (values != np.round(values)).any():
            continue
        if facts.treated(name, *SHAPED):
            continue
        yield suggestion(
            "codes",
            f"Read `{name}` as a category",
            f"It holds {len(values)} whole numbers, {figure(values[0])} to {figure(values[-1])}; as a category each "
            "counts for itself, and their order does not.",
            "bin_numbers",
            columns=(name,),
            params={"how": "own", "edges": [f"{value:g}" for value in values[1:]], "give": "category"},
            judges=(LINEAR,),
            promise=max(facts.goes_with(bent(facts.number(name))), facts.goes_with(facts.number(name))),
        )


def extremes(facts: Facts) -> Found:
    """Cap numbers with a few values far from the others."""
    far = {}
    for name in facts.numbers:
        known = facts.known(name)
        if len(known) < FEWEST or facts.treated(name, "cap_outliers", "clip_numbers", *SHAPED):
            continue
        low, high = np.quantile(known, [0.25, 0.75])
        reach = FAR * (high - low)
        share = float(((known < low - reach) | (known > high + reach)).mean())
        if reach > 0 and 0 < share <= FAR_SHARE:
            far[name] = share
    if not far:
        return
    off = [step for step in facts.recipe.steps if step.kind == "cap_outliers" and not step.on and step.columns]
    columns = next((step.columns for step in off if set(step.columns) & set(far)), tuple(far))
    name, share = next(iter(far.items()))
    yield suggestion(
        "extremes",
        f"Cap extremes of {listed(columns)}",
        f"In `{name}` {percent(share)} of the rows lie far out (three middle halves); capped, they pull less.",
        "cap_outliers",
        columns=columns,
        judges=(LINEAR,),
        promise=max(facts.goes_with(bent(facts.number(name))) for name in columns if name in facts.numbers),
    )


def gaps(facts: Facts) -> Found:
    """Mark where numbers are missing."""
    holes = {}
    for name in (*facts.numbers, *facts.dates):
        values = facts.number(name) if name in facts.numbers else facts.days(name)
        share = float(np.isnan(values).mean()) if len(values) else 0.0
        if GAPS[0] <= share <= GAPS[1] and not _is_marked(facts, name):
            holes[name] = (share, facts.goes_with(np.isnan(values).astype(np.float64)))
    for name, (share, promise) in list(holes.items())[:MOST_COLUMNS]:
        if name in facts.numbers:
            yield suggestion(
                "gaps",
                f"Mark where `{name}` is missing",
                f"{percent(share)} of the rows have no value; that it was not filled in may say something by itself.",
                "fill_numbers",
                columns=(name,),
                params={"indicator": "yes"},
                promise=promise,
            )
        else:
            yield suggestion(
                "gaps",
                f"Mark where `{name}` is missing",
                f"{percent(share)} of the rows have no date; that there is none may say something by itself.",
                "fill_dates",
                columns=(name,),
                params={"indicator": "yes"},
                promise=promise,
            )
    together = tuple(name for name in holes if name in facts.numbers)
    if len(together) > 1:
        yield suggestion(
            "gaps",
            f"Mark where {listed(together, noun='numbers')} are missing",
            f"{len(together)} numbers have gaps; that they were not filled in may say something by itself.",
            "fill_numbers",
            columns=together,
            params={"indicator": "yes"},
            promise=AHEAD * max(holes[name][1] for name in together),
        )


def _is_marked(facts: Facts, name: str) -> bool:
    return any(
        step.kind in ("fill_numbers", "fill_dates")
        and step.params.get("indicator") == "yes"
        and (not step.columns or name in step.columns)
        for step in facts.recipe.active
    )
