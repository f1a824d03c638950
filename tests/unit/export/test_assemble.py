"""From what the stages found to what a bundle is made from."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from core.data.schema import ColumnSpec, ColumnType, Role, Schema
from core.evaluate.evaluation import evaluate
from core.export.assemble import DataSource, assemble
from core.export.card import card_html, card_markdown
from core.export.code import training_script
from core.fairness.audit import audit
from core.framing.frame import Costs, Frame, Task
from core.framing.outcomes import Outcomes
from core.prepare.build import build_problem
from core.prepare.compile import compile_pipeline
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.runtime.rules import Grouping, GroupRule, GroupThresholds, KeyColumn
from core.train.board import Leaderboard, Run, RunStatus

TYPES = {
    "income": ColumnType.NUMBER,
    "town": ColumnType.CATEGORY,
    "group": ColumnType.CATEGORY,
    "later": ColumnType.NUMBER,
    "note": ColumnType.TEXT,
    "key": ColumnType.IDENTIFIER,
    "spare": ColumnType.NUMBER,
    "unwanted": ColumnType.NUMBER,
    "paid": ColumnType.YES_NO,
}
PLAN = SplitPlan(folds=3, balance=("group",))


@pytest.fixture(scope="module")
def problem():
    draws = np.random.default_rng(1)
    table = pd.DataFrame({name: draws.normal(size=80) for name in TYPES})
    table = table.assign(town=["A", "B"] * 40, group=["x"] * 60 + ["y"] * 20, paid=["no", "yes", "no", "no"] * 20)
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=kind) for name, kind in TYPES.items()))
    schema = schema.with_column("unwanted", role=Role.LEFT_OUT, reason="It is `odd`")
    frame = Frame(
        question="Who pays?", target="paid", task=Task.BINARY, positive="yes", metric="roc_auc", sensitive=("group",),
        unknown_at_prediction=("later",), costs=Costs(false_positive=5, false_negative=400), good_enough=0.7,
    )  # fmt: skip
    steps = (
        Step(id="drop", kind="drop_columns", columns=("spare",), reason="Nobody fills it"),
        Step(id="fill", kind="fill_numbers"),
        Step(id="off", kind="fill_categories", on=False),
        Step(id="scale", kind="scale"),
    )
    return build_problem(table, schema, frame, Recipe(steps=steps), PLAN)


@pytest.fixture(scope="module")
def board(problem):
    run = Run(key="lr", title="Logistic regression", status=RunStatus.DONE, score=0.8, low=0.7, high=0.9)
    return Leaderboard(
        fingerprint="training-1", metric="roc_auc", higher_is_better=True, runs=(run,), rows=len(problem.split.train),
        test_rows=len(problem.split.test), folds=3, seed=11, budget_seconds=60,
    )  # fmt: skip


@pytest.fixture(scope="module")
def assembled(problem, board):
    def make(*, scale=True, **given):
        pipeline = compile_pipeline(problem, LogisticRegression(), scale=scale)
        return assemble(
            problem, PLAN, board, "lr", pipeline, name="Payments", fingerprint="model-1",
            source=DataSource("t.csv", "hash-1", {"format": "text"}), created=datetime(2026, 11, 23, tzinfo=UTC),
            **given,
        )  # fmt: skip

    return make


def test_the_model_and_what_names_it(assembled):
    spec = assembled(threshold=0.3)
    assert (spec.title, spec.task, spec.target, spec.positive) == ("Logistic regression", Task.BINARY, "paid", "yes")
    assert (spec.classes, spec.threshold, spec.metric, spec.seed) == (("no", "yes"), 0.3, "roc_auc", 11)
    assert spec.fingerprints == {"model": "model-1", "training": "training-1", "data": "hash-1"}
    assert spec.code.score == 0.8


def test_only_columns_the_model_reads_are_asked_for(assembled):
    assert assembled().input.names == ("income", "town")


def test_a_rule_asks_for_the_column_of_its_group_as_well(assembled):
    line = GroupThresholds.line(0.5)
    rule = GroupRule(Grouping("group"), {"x": line}, line, (KeyColumn("income", "number"),)).to_dict()
    assert assembled(rule=rule).input.names == ("income", "town", "group")


def test_every_column_left_out_has_its_reason(assembled):
    assert assembled().card.left_out == {
        "group": "names groups of people; looked at for fairness only",
        "later": "not known when the prediction is made",
        "note": "free text that no step reads",
        "key": "names a row",
        "spare": "Nobody fills it",
        "unwanted": "It is odd",
    }


def test_the_card_says_how_rows_were_parted_and_prepared(assembled, problem):
    card = assembled().card
    assert (card.rows, card.columns) == (80, 9)
    assert (card.train_rows, card.test_rows) == (len(problem.split.train), len(problem.split.test))
    assert card.split.startswith(
        "Rows were put into the parts at random, with equal shares of the outcome and of group; 3 folds, seed 7."
    )
    assert len(card.recipe) == 3
    assert not any("`" in line for line in card.recipe)


def test_a_step_the_model_did_not_need_is_not_told(assembled):
    assert len(assembled(scale=False).card.recipe) == 2


def test_costs_and_the_wish_are_in_words(assembled):
    card = assembled().card
    assert card.costs == "flagged for nothing (false positive) $5.00, missed (false negative) $400"
    assert card.good_enough == "ROC AUC of at least 0.700"


def test_without_an_evaluation_the_card_has_the_leaderboards_score(assembled):
    (score,) = assembled().card.scores
    assert (score.metric, score.value, score.low, score.high) == ("roc_auc", 0.8, 0.7, 0.9)


def test_an_evaluation_puts_the_metric_that_judges_first(assembled, problem):
    rows = problem.split.train
    chance = np.linspace(0.1, 0.9, len(rows))
    outcomes = Outcomes(
        Task.BINARY, problem.y[rows], ("no", "yes"), "yes", np.column_stack([1 - chance, chance])
    )  # fmt: skip
    evaluation = evaluate(outcomes, problem.frame, seed=7, resamples=20)
    groups = audit(outcomes, problem.X.iloc[rows]["group"])
    card = assembled(evaluation=evaluation, audits=[groups]).card
    assert card.scores[0].metric == "roc_auc"
    assert {score.metric for score in card.scores} >= {"accuracy", "recall", "brier"}
    assert sum(group.rows for group in card.groups) == len(rows)
    assert "False positive rate" in card.groups[0].measures
    assert "`" not in card.fairness


def test_a_run_that_is_not_on_the_board_is_refused(problem, board):
    with pytest.raises(KeyError):
        assemble(
            problem, PLAN, board, "other", None, name="", fingerprint="", source=DataSource("t.csv"),
            created=datetime(2026, 11, 23, tzinfo=UTC),
        )  # fmt: skip


def blended(problem, board, *, scaled):
    """A board with three candidates, and a pipeline in which two of them answer together."""
    from sklearn.tree import DecisionTreeClassifier

    from core.runtime.blending import BlendClassifier

    base = compile_pipeline(problem, LogisticRegression(), scale=False)
    inside = (
        Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())]) if scaled else LogisticRegression()
    )
    members = [("tree", DecisionTreeClassifier(max_depth=2)), ("lr", inside)]
    blend = Pipeline([*base.steps[:-1], ("model", BlendClassifier(members, [0.25, 0.75]))])
    train = problem.split.train
    blend.fit(problem.X.iloc[train], problem.y[train])
    tree = Run(key="tree", title="Decision tree", status=RunStatus.DONE, score=0.7)
    whole = Run(key="blend", title="Blend", status=RunStatus.DONE, score=0.82)
    return board.model_copy(update={"runs": (whole, *board.runs, tree)}), blend


@pytest.mark.parametrize("scaled", [True, False])
def test_the_card_of_a_blend_names_its_models_and_every_step(problem, board, scaled):
    whole, blend = blended(problem, board, scaled=scaled)
    spec = assemble(
        problem, PLAN, whole, "blend", blend, name="Payments", fingerprint="model-1",
        source=DataSource("t.csv"), created=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip
    assert spec.card.members == (("Logistic regression", 0.75), ("Decision tree", 0.25))
    assert any("scale" in step.lower() for step in spec.card.recipe) is scaled
    for text in (card_markdown(spec), card_html(spec)):
        assert "Logistic regression 0.75, Decision tree 0.25" in text.replace("\\", "")
    assert "with weights chosen without it" in spec.code.other_folds
    assert spec.code.other_folds[:60] in training_script(spec)


def test_a_single_model_scores_its_folds_as_the_board_did_unless_it_counted_its_rounds(problem, board, assembled):
    from lightgbm import LGBMClassifier

    assert assembled().code.other_folds == ""
    pipeline = compile_pipeline(problem, LGBMClassifier(n_estimators=37), scale=False)
    spec = assemble(
        problem, PLAN, board, "lr", pipeline, name="Payments", fingerprint="model-1",
        source=DataSource("t.csv"), created=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip
    assert spec.code.other_folds.endswith("here every fold has the final model's 37.")
    assert spec.card.members == ()


def test_a_fitted_lightgbm_is_no_blend(problem, board):
    model = LGBMClassifier(n_estimators=2, verbosity=-1).fit([[0.0], [1.0]], [0, 1])
    assert model.fitted_ is True
    spec = assemble(
        problem, PLAN, board, "lr", compile_pipeline(problem, model, scale=False), name="P", fingerprint="m",
        source=DataSource("t.csv", "h", {"format": "text"}), created=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip
    assert len(spec.card.recipe) == 2
    assert not any("scale" in line.casefold() for line in spec.card.recipe)
