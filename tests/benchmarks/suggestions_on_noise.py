"""How often a suggestion is said to help where nothing can: ``python -m tests.benchmarks.suggestions_on_noise``.

Tables of numbers, gaps, categories and dates whose outcome is drawn by itself, with 300 or 600 rows and some of them
with six numbers more. At most one table in twenty may hold a suggestion that is said to help.

Measured: 2 of 40 tables; 1 of 40 others drawn in the same way.
"""

import sys
import time

import numpy as np
import pandas as pd

from core.data.guess import guess_schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.defaults import default_recipe
from core.prepare.plan import SplitPlan
from core.train.trials.suggested import DEALS, try_suggestions

TABLES = 40


def table(seed: int) -> pd.DataFrame:
    """Return a table in which nothing tells the outcome."""
    rng = np.random.default_rng(seed)
    n = 300 if seed % 2 else 600
    opened = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, n), "D")
    made = pd.DataFrame(
        {
            "debt": rng.lognormal(3, 0.6, n).round(2),
            "income": np.where(rng.random(n) < 0.05, np.nan, rng.lognormal(4, 0.6, n).round(2)),
            "age": rng.integers(18, 80, n),
            "visits": rng.poisson(3, n),
            "town": rng.choice(["north", "south", "west"], n),
            "opened": opened,
            "closed": opened + pd.to_timedelta(rng.integers(1, 900, n), "D"),
        }
    )
    for number in range(6 if seed % 4 >= 2 else 0):
        made[f"more{number}"] = rng.lognormal(0, 1.5, n).round(3)
    return made.assign(y=rng.permutation(np.repeat(["yes", "no"], n // 2)))


def main() -> None:
    """Try suggestions on every table and count those that are said to help."""
    helped = 0
    for seed in range(TABLES):
        made = table(seed)
        schema = guess_schema(made)
        frame = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
        plan = SplitPlan(seed=seed).model_copy(update={"repeats": DEALS})
        problem = build_problem(made, schema, frame, default_recipe(made, schema, frame), plan)
        found = try_suggestions(problem, seed=seed, budget=600.0, clock=time.monotonic)
        titles = [one.suggestion.title for one in found.of("helps")]
        helped += bool(titles)
        sys.stdout.write(f"{seed}: {len(found.tried)} tried, {found.comparisons} comparisons, help: {titles}\n")
    sys.stdout.write(f"{helped} of {TABLES} tables\n")


if __name__ == "__main__":
    main()
