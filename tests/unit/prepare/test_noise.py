"""Steps that look at the outcome find nothing where there is nothing."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.compile import compile_pipeline
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.prepare.steps import STEPS
from core.runtime.transformers import Encode, SelectBest
from core.train.trials.quick import quick_score

SCHEMA = Schema(
    columns=(
        *(ColumnSpec(name=name, type=ColumnType.CATEGORY) for name in ("a", "b", "c")),
        ColumnSpec(name="y", type=ColumnType.YES_NO),
    )
)
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")
SEEDS = range(10)


def noise(seed, n=240, levels=60):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({name: [f"v{level}" for level in rng.integers(0, levels, n)] for name in ("a", "b", "c")})
    return X, np.where(rng.random(n) < 0.5, "yes", "no").astype(object)


def interval(areas):
    """The 95% interval of the mean of ten areas under the curve, by the t distribution of nine degrees of freedom."""
    error = 2.262 * np.std(areas, ddof=1) / np.sqrt(len(areas))
    return np.mean(areas) - error, np.mean(areas) + error


def area(estimator, X, y, seed):
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    chances = cross_val_predict(estimator, X, y, cv=folds, method="predict_proba")[:, 1]
    return roc_auc_score(y == "yes", chances)


@pytest.mark.parametrize(
    "steps",
    [
        (Step(id="t", kind="encode", params={"method": "target"}),),
        (Step(id="m", kind="merge_spellings"), Step(id="r", kind="group_rare"), Step(id="e", kind="encode")),
    ],
    ids=["target", "usual"],
)
def test_noise_is_not_learned(steps):
    areas = []
    for seed in SEEDS:
        X, y = noise(seed)
        pipeline = compile_pipeline((Recipe(steps=steps), SCHEMA, FRAME), LogisticRegression(), scale=True, seed=seed)
        areas.append(area(pipeline, X, y, seed))
    low, high = interval(areas)
    assert low < 0.5 < high
    assert high - low < 0.1


def test_the_same_noise_is_learned_where_an_encoding_sees_the_rows_it_is_judged_on():
    areas = []
    for seed in SEEDS:
        X, y = noise(seed)
        leaked = Encode(method="target").fit(X.astype("str"), y).transform(X.astype("str"))
        areas.append(area(LogisticRegression(), leaked, y, seed))
    assert interval(areas)[0] > 0.7


NUMBERS = Schema(
    columns=(
        *(ColumnSpec(name=f"n{number}", type=ColumnType.NUMBER) for number in range(12)),
        ColumnSpec(name="y", type=ColumnType.YES_NO),
    )
)


@pytest.mark.parametrize(
    "step",
    [
        Step(id="s", kind="drop_alike", params={"limit": 0.5}),
        *(Step(id="s", kind="select_best", params={"most": 2, "by": by}) for by in ("test", "mutual", "permutation")),
    ],
    ids=["alike", "test", "mutual", "permutation"],
)
def test_columns_chosen_within_the_fold_find_nothing_in_noise(step):
    areas = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        X = pd.DataFrame(rng.normal(size=(120, 12)), columns=NUMBERS.names[:-1])
        y = np.where(rng.random(120) < 0.5, "yes", "no").astype(object)
        pipeline = compile_pipeline((Recipe(steps=(step,)), NUMBERS, FRAME), LogisticRegression(), scale=False)
        areas.append(area(pipeline, X, y, seed))
    low, high = interval(areas)
    assert low < 0.5 < high


def test_columns_chosen_before_the_fold_would_find_something_in_noise():
    areas = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        X = pd.DataFrame(rng.normal(size=(120, 60)), columns=[f"n{number}" for number in range(60)])
        y = np.where(rng.random(120) < 0.5, "yes", "no").astype(object)
        areas.append(area(LogisticRegression(), SelectBest(most=5).fit_transform(X, y), y, seed))
    assert interval(areas)[0] > 0.55


NOISE_COLUMNS = [f"x{number}" for number in range(30)]
NOISE = Schema(
    columns=(
        *(
            ColumnSpec(name=name, type=ColumnType.CATEGORY if place < 2 else ColumnType.NUMBER)
            for place, name in enumerate(NOISE_COLUMNS)
        ),
        ColumnSpec(name="y", type=ColumnType.YES_NO),
    )
)
LOOKING = [
    ("encode", {"method": "target"}),
    *(
        (kind, {"by": by} if by else {})
        for kind, spec in STEPS.items()
        if spec.family == "selection"
        for by in next(([key for key, _ in param.choices] for param in spec.params if param.name == "by"), [""])
    ),
]
"""Target encoding, and every step on columns that the registry names, by each of its measures."""


def noise_problem(kind, params, seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            name: [f"v{level}" for level in rng.integers(0, 25, 200)] if place < 2 else rng.normal(size=200)
            for place, name in enumerate(NOISE_COLUMNS)
        }
    )
    table["y"] = np.where(rng.random(200) < 0.5, "yes", "no")
    recipe = Recipe(steps=(Step(id="step", kind=kind, params=params),))
    return build_problem(table, NOISE, FRAME, recipe, SplitPlan(seed=seed, folds=4))


@pytest.mark.parametrize(("kind", "params"), LOOKING, ids=str)
def test_a_score_on_noise_holds_a_half(kind, params):
    held = 0
    for seed in SEEDS:
        found = quick_score(noise_problem(kind, params, seed), model="logistic_regression", seed=seed)
        held += found.low <= 0.5 <= found.high
    assert held >= 9
