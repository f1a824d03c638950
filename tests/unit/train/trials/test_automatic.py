"""Automatic mode: a recipe of what helps on top of each other."""

import numpy as np
import pandas as pd

from core.framing.frame import Task
from core.prepare.suggest.facts import suggestion
from core.prepare.suggest.suggestion import LINEAR, TREES
from core.train.trials.automatic import build_recipe
from core.train.trials.found import Tried, verdict
from tests.unit.train.trials.planted import (
    SEED,
    clockwork,
    halves,
    noise,
    problem_of,
    sized,
    told,
)


def built_from(problem, **given):
    return build_recipe(problem, **({"seed": SEED, "budget": 1e9, "clock": clockwork()} | given))


def two_signals():
    rng = np.random.default_rng(9)
    n = 500
    income = rng.lognormal(4, 2.2, n).round(2)
    debt = rng.uniform(1, 20, n).round(2)
    age = rng.normal(50, 9, n).round(2)
    score = np.log(income) + 2 * (debt - 10) * (age - 50) / 40 + 0.5 * rng.normal(size=n)
    return pd.DataFrame({"income": income, "debt": debt, "age": age, "y": halves(score)})


def test_a_recipe_is_built_of_what_helps_on_top_of_each_other_each_with_its_reason():
    problem = problem_of(two_signals())
    built = built_from(problem)
    titles = [one.tried.suggestion.title for one in built.taken]
    assert "Multiply `debt` by `age`" in titles
    assert any("`income`" in title for title in titles)
    added = [step for step in built.recipe.steps if step.id not in {step.id for step in problem.recipe.steps}]
    assert len(added) == len(built.taken)
    assert all("Tried: " in step.reason for step in added)
    assert all(verdict(one.told) == "helps" for one in built.taken)
    # What straightens the same tail is worth nothing more once another did.
    assert built.left
    assert built.after[LINEAR] > built.before[LINEAR] + 0.05


def test_on_noise_the_recipe_is_the_one_of_the_beginning():
    problem = problem_of(noise(1), folds=3, deals=2)
    built = built_from(problem)
    assert built.recipe == problem.recipe
    assert built.taken == ()


def test_without_time_for_a_second_look_the_clearest_alone_is_taken():
    late = {"now": 0.0}

    def report(_share, words):
        if words.startswith("On top of 1"):
            late["now"] = 1e12

    problem = problem_of(sized(1, 250), task=Task.REGRESSION, metric="mae")
    built = built_from(problem, clock=lambda: late["now"], report=report)
    assert len(built.taken) == 1
    assert built.left
    assert all("no time left" in one.why or "already" in one.why for one in built.left)


def test_stopped_while_it_is_built_it_keeps_what_was_taken():
    asked = {"stop": False}

    def report(_share, words):
        asked["stop"] = asked["stop"] or words.startswith("On top of 1")

    problem = problem_of(sized(1, 250), task=Task.REGRESSION, metric="mae")
    built = built_from(problem, report=report, should_stop=lambda: asked["stop"])
    assert built.stopped
    assert len(built.taken) == 1
    assert len(built.recipe.steps) == len(problem.recipe.steps) + 1


def test_a_suggestion_tells_the_judge_that_speaks_most_clearly():
    one = Tried(
        suggestion=suggestion("gaps", "t", "r", "fill_numbers"),
        verdict="hurts",
        told=(told(-0.1, 0.1), told(-0.3, -0.1, TREES)),
    )
    assert one.best.judge == TREES
