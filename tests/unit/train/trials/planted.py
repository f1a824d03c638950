"""Tables with and without something to find, and trials on them without a clock, for the tests of suggestions."""

import numpy as np
import pandas as pd

from core.data.guess import guess_schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.defaults import default_recipe
from core.prepare.plan import SplitPlan
from core.prepare.suggest.suggestion import LINEAR
from core.train.trials.scores import Told
from core.train.trials.suggested import try_suggestions

SEED = 5


def problem_of(table, *, task=Task.BINARY, metric="roc_auc", folds=5, deals=4, **split):
    schema = guess_schema(table)
    frame = Frame(target="y", task=task, positive="yes" if task is Task.BINARY else None, metric=metric)
    # The project deals rows more often than a user may ask for; a plan is checked, a copy of it is not.
    plan = SplitPlan(folds=folds, **split).model_copy(update={"repeats": deals}).trimmed()
    return build_problem(table, schema, frame, default_recipe(table, schema, frame), plan)


def clockwork(step=0.0):
    """A clock that goes on by some seconds each time it is looked at."""
    state = {"now": 0.0}

    def clock():
        state["now"] += step
        return state["now"]

    return clock


def found_in(problem, **given):
    settings = {"seed": SEED, "budget": 1e9, "clock": clockwork()} | given
    return try_suggestions(problem, **settings)


def halves(score):
    return np.where(score > np.median(score), "yes", "no")


def dated(seed, n):
    rng = np.random.default_rng(seed)
    opened = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, n), "D")
    days = rng.integers(1, 900, n)
    table = pd.DataFrame({"opened": opened, "closed": opened + pd.to_timedelta(days, "D"), "age": rng.normal(50, 9, n)})
    return table.assign(y=halves(2 * np.sin(days / 140) + 0.5 * rng.normal(size=n)))


def tailed(seed, n):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"income": rng.lognormal(4, 2.2, n).round(2), "age": rng.normal(50, 9, n)})
    return table.assign(y=halves(np.log(table["income"]) + rng.normal(size=n)))


def sized(seed, n):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"income": rng.lognormal(4, 1.5, n).round(2), "age": rng.normal(50, 9, n)})
    return table.assign(y=(np.log(table["income"]) + 0.3 * rng.normal(size=n)).round(3))


def rated(seed, n):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.uniform(1, 20, n).round(2) for name in ("debt", "income", "age")})
    return table.assign(y=(10 * table["debt"] / table["income"] + rng.normal(size=n)).round(3))


def noise(seed):
    rng = np.random.default_rng(seed)
    n = 120
    return pd.DataFrame(
        {
            "debt": rng.lognormal(3, 1, n).round(2),
            "income": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(4, 1, n).round(2)),
            "town": rng.choice(["low", "medium", "high"], n),
            "y": rng.permutation(np.repeat(["yes", "no"], n // 2)),
        }
    )


def told(low, high, judge=LINEAR):
    return Told(
        judge=judge,
        before=0.5,
        after=0.6,
        gain=(low + high) / 2,
        error=0.01,
        low=low,
        high=high,
        folds=24,
        confidence=0.999,
    )
