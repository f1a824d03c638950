import ast
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.export.code import parts_table, source_of, training_script
from core.export.facts import BundleSpec
from core.framing.frame import Costs, Frame, Task
from core.framing.metrics import METRICS, metrics_for
from core.framing.outcomes import Outcomes
from core.prepare.plan import Split
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe, Step
from core.runtime.calibrated import CalibratedModel
from core.runtime.transformers import BlendClassifier, Cast, DateParts
from core.train.catalog import MODELS

LOSSES = [
    (key, loss)
    for key, spec in MODELS.items()
    if "loss" in spec.settings(Task.REGRESSION)
    for loss in spec.space["loss"].values
]


def remade(estimator: object) -> object:
    imports: dict[str, set[str]] = {}
    source = source_of(estimator, imports)
    names: dict[str, object] = {}
    exec("\n".join(f"from {module} import {', '.join(found)}" for module, found in imports.items()), names)
    return eval(source, names)


@pytest.mark.parametrize(
    "estimator",
    [
        LGBMClassifier(n_estimators=20, subsample=0.8, random_state=7, verbosity=-1),
        LogisticRegressionCV(Cs=(0.01, 1.0), l1_ratios=(0.0,), cv=3, use_legacy_attributes=False),
        RandomForestRegressor(max_features=0.4, n_jobs=1),
        CalibratedClassifierCV(SVC(cache_size=400, random_state=7), ensemble=False, cv=3),
        TransformedTargetRegressor(regressor=SVR(), transformer=StandardScaler()),
        Cast(columns={"it's": "number", 'a "b"\n': "category"}, date_formats={"d": "%d/%m/%Y"}),
        DateParts(columns=["when"], parts=("year",)),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_the_code_makes_the_same_estimator(estimator: object) -> None:
    made = remade(estimator)
    assert type(made) is type(estimator)
    assert repr(made.get_params()) == repr(estimator.get_params())


@pytest.mark.parametrize(
    ("task", "key"), [(task, key) for key, model in MODELS.items() for task in Task if task in model.tasks]
)
def test_every_model_of_the_catalogue_can_be_written(task: Task, key: str) -> None:
    estimator = MODELS[key].build(task, 7, 1, 500, 5)
    assert repr(remade(estimator).get_params()) == repr(estimator.get_params())


def test_the_script_of_a_model_judged_by_cost_holds_the_costs(spec: BundleSpec) -> None:
    script = training_script(replace(spec, metric="expected_cost", costs=COSTS))
    assert "NEEDLESS = 2.0  #" in script
    assert "MISSED = 3.5  #" in script
    assert "MISSED" not in training_script(replace(spec, metric="log_loss", costs=COSTS))


@pytest.mark.parametrize(("key", "loss"), LOSSES)
def test_a_model_of_each_loss_can_be_written(key: str, loss: str) -> None:
    estimator = MODELS[key].build(Task.REGRESSION, 7, 1, 500, 5, quantile=0.9, params={"loss": loss})
    assert repr(remade(estimator).get_params()) == repr(estimator.get_params())


def test_numpy_numbers_are_plain_numbers() -> None:
    assert source_of({"a": np.float64(0.5), "b": [np.int64(3)]}, {}) == "{'a': 0.5, 'b': [3]}"


def test_what_cannot_be_written_is_an_error() -> None:
    with pytest.raises(TypeError):
        source_of(print, {})


def test_the_script_is_code_whatever_the_names_are(spec: BundleSpec) -> None:
    script = training_script(spec)
    constants = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(script).body
        if isinstance(node, ast.Assign) and node.targets[0].id in ("TARGET", "CLASSES", "POSITIVE")
    }
    assert constants == {"TARGET": spec.target, "CLASSES": list(spec.classes), "POSITIVE": spec.positive}
    assert "LogisticRegression(C=0.25)" in script


def outcomes(task: Task) -> Outcomes:
    draws = np.random.default_rng(1)
    if task is Task.REGRESSION:
        return Outcomes(task, draws.normal(50, 5, 40), values=draws.normal(50, 5, 40), quantile=0.8)
    classes = ("a", "b") if task is Task.BINARY else ("a", "b", "c")
    chances = draws.dirichlet(np.ones(len(classes)), 40)
    return Outcomes(task, draws.choice(classes, 40).astype(object), classes, "b", chances, costs=COSTS)


COSTS = Costs(false_positive=2.0, false_negative=3.5)


@pytest.mark.parametrize(("task", "key"), [(task, metric.key) for task in Task for metric in metrics_for(task, COSTS)])
def test_each_score_is_computed_as_the_catalogue_does(task: Task, key: str) -> None:
    judged = outcomes(task)
    function, expression = METRICS[key].code
    names: dict[str, object] = {"np": np, "CLASSES": list(judged.classes), "actual": judged.actual}
    if function:
        exec(f"from sklearn.metrics import {function}", names)
    if task is Task.REGRESSION:
        names |= {"amounts": judged.values, "QUANTILE": judged.quantile}
    else:
        names |= {"chances": judged.probabilities, "sure": judged.probabilities}
        names |= {"actual": judged.actual.astype(str), "predicted": judged.predicted.astype(str)}
    if task is Task.BINARY:
        names |= {"chance": judged.score, "happened": judged.is_positive, "flagged": judged.flagged}
        names |= {"NEEDLESS": COSTS.false_positive, "MISSED": COSTS.false_negative}
    assert eval(expression, names) == pytest.approx(METRICS[key].compute(judged), abs=1e-12)


def test_every_metric_has_its_code() -> None:
    assert [key for key, metric in METRICS.items() if not metric.code[1]] == []


def test_the_parts_say_what_each_row_is_for() -> None:
    X = pd.DataFrame({"a": [1.0, 1.0, 2.0, 3.0, 4.0, 5.0]})
    split = Split(
        train=np.array([0, 1, 2, 3]),
        test=np.array([4]),
        folds=((np.array([0, 1]), np.array([2, 3])), (np.array([2, 3]), np.array([0, 1]))),
    )
    problem = Problem(
        X=X,
        y=np.array([1.0, 1.0, 2.0, 3.0, 4.0, np.nan]),
        classes=(),
        frame=Frame(target="y", task=Task.REGRESSION, metric="rmse"),
        schema=Schema(columns=(ColumnSpec(name="a", type=ColumnType.NUMBER),)),
        recipe=Recipe(steps=(Step(id="d", kind="drop_duplicates"),)),
        split=split,
    )
    parts = parts_table(problem)
    assert parts["part"].tolist() == ["train", "left out", "train", "train", "test", ""]
    assert parts["fold_1"].tolist() == ["fit", "", "judge", "judge", "", ""]
    assert parts["fold_2"].tolist() == ["judge", "judge", "fit", "fit", "", ""]


@pytest.mark.parametrize("blended", [False, True])
def test_a_correction_is_learned_again_by_the_script_but_that_of_a_blend(spec: BundleSpec, blended: bool) -> None:
    # The folds of a blend were answered with weights chosen without them, which the script does not have.
    chances, happened = np.array([[0.2, 0.8], [0.7, 0.3], [0.4, 0.6], [0.9, 0.1]]), np.array(["b", "a", "b", "a"])
    model = LogisticRegressionCV(Cs=(1.0,), use_legacy_attributes=False)
    last = BlendClassifier([("one", model)], [1.0]) if blended else model
    last.classes_ = np.array(["a", "b"], dtype=object)
    steps = [*spec.pipeline.steps[:-1], ("model", CalibratedModel.around(last, chances, happened, "sigmoid"))]
    code = replace(spec.code, pass_folds=5)
    script = training_script(replace(spec, pipeline=Pipeline(steps), code=code))
    ast.parse(script)
    assert ("ChanceMap.of('sigmoid', [[" in script) is blended
    assert ("if len(left_out) < 5:" in script) is not blended
    assert ("corrected(model, y, left_out)" in script) is not blended
