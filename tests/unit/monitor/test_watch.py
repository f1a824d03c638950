import json

import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.evaluate.score import Score
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes
from core.monitor.performance import Standing
from core.monitor.verdict import Verdict
from core.monitor.watch import watch
from core.runtime.errors import RuntimeFault


def kinds(report):
    return [problem.kind for problem in report.problems]


def test_later_rows_like_those_of_training(world, make):
    report = world.watch(make(400, seed=2))
    assert (report.verdict, report.problems) == (Verdict.NONE, ())
    assert report.performance.standing is Standing.SAME
    assert report.next_steps == ("Keep the model. Look again with the next table.",)
    assert "Of 2 columns the model uses and the later table holds, 0 moved." in report.sentences


def test_other_rows_on_which_the_model_is_still_right(world, make):
    report = world.watch(make(400, seed=2, shift=1.0))
    assert report.verdict is Verdict.DRIFTED
    assert [drift.column for drift in report.drifted()] == ["income"]
    assert report.predictions.verdict is Verdict.DRIFTED
    assert report.outcome.verdict is Verdict.DRIFTED
    assert not report.worse
    assert report.next_steps[0].startswith("Keep the model")


def test_rows_that_look_alike_but_turn_out_otherwise(world, make):
    report = world.watch(make(400, seed=2, flip=0.4))
    assert [drift.verdict for drift in report.columns] == [Verdict.NONE, Verdict.NONE]
    assert report.worse
    assert report.verdict is Verdict.DRIFTED
    assert "is for the worse, by more than chance explains" in report.sentences[0]
    assert report.next_steps[0].startswith("Train again")


def test_without_outcomes_the_next_step_is_to_bring_them(world, make):
    report = world.watch(make(400, seed=2, shift=1.0).drop(columns="bought"))
    assert report.performance is None
    assert "bring the outcomes of these customers" in report.next_steps[0]


def test_a_table_without_a_column_the_model_reads(world, make):
    report = world.watch(make(400, seed=2).drop(columns="income"))
    assert kinds(report) == ["missing-columns"]
    assert report.verdict is Verdict.UNKNOWN
    assert "lacks `income`, which the model reads" in report.sentences[0]
    assert (report.predictions, report.performance) == (None, None)


@pytest.mark.parametrize("count", [0, 1, 49])
def test_too_few_rows_get_a_message_and_no_verdict(world, make, count):
    report = world.watch(make(400, seed=2).head(count))
    assert kinds(report)[0] == ("empty" if count == 0 else "few-rows")
    assert report.verdict is Verdict.UNKNOWN
    assert report.next_steps


def test_a_retyped_column(world, make):
    report = world.watch(make(400, seed=2).assign(income="high"))
    assert kinds(report) == ["retyped"]
    assert "400 of 400 later values are none, such as “high”" in report.problems[0].sentence
    assert report.verdict is Verdict.DRIFTED


def test_a_recoded_column(world, make):
    report = world.watch(make(400, seed=2).assign(region=1))
    assert kinds(report) == ["recoded"]
    assert "they are “1”, training saw “North” and “South”" in report.problems[0].sentence


def test_a_column_that_is_empty(world, make):
    report = world.watch(make(400, seed=2).assign(income=np.nan), predict=None)
    assert kinds(report) == ["empty-column"]
    assert report.verdict is not Verdict.NONE


def test_an_outcome_the_model_does_not_know(world, make):
    later = make(400, seed=2)
    later.loc[:9, "bought"] = "maybe"
    report = world.watch(later)
    assert kinds(report) == ["unknown-outcome"]
    assert report.performance.now.n == 390


def test_an_outcome_that_is_not_filled_yet(world, make):
    report = world.watch(make(400, seed=2).assign(bought=None))
    assert kinds(report) == ["no-outcome"]
    assert report.performance is None


def test_a_model_that_cannot_answer_is_told(world, make):
    def refuse(_):
        raise RuntimeFault("Row 3 cannot be read.")

    report = world.watch(make(400, seed=2), predict=refuse)
    assert kinds(report) == ["no-answers"]
    assert report.verdict is Verdict.UNKNOWN


def test_the_order_of_columns_and_further_ones_change_nothing(world, make):
    later = make(300, seed=2)
    other = later.assign(more=1)[["more", "bought", "region", "income"]]
    assert world.watch(later).summary() == world.watch(other).summary()


def test_what_the_service_answered_is_taken_instead_of_asking_again(world, make, model):
    later = make(300, seed=2)
    logged = model(later).set_index(later.index + 1000)
    logged["probability_yes"] = 0.9
    report = world.watch(later, predict=None, logged=logged, skipped_lines=2)
    assert report.predictions.verdict is Verdict.DRIFTED
    assert report.problems[0].sentence == "2 lines of the log could not be read as an answer and did not count."


def test_answers_of_another_model_are_not_compared(world, make, model):
    later = make(300, seed=2)
    report = world.watch(later, logged=model(later).drop(columns="probability_yes"))
    assert kinds(report) == ["no-answers"]


def test_a_kept_score_stands_in_for_predictions_on_training_rows(world, make):
    score = Score("accuracy", 0.9, float("nan"), float("nan"), 0, "", 7)
    report = world.watch(
        make(400, seed=2, flip=0.4), reference_outcomes=None, classes=("no", "yes"), reference_score=score
    )
    assert report.worse
    assert "it was 90.0%, in cross-validation" in report.performance.sentence
    assert report.predictions.verdict is Verdict.NONE


def test_without_a_score_nothing_is_said_of_better_or_worse(world, make):
    report = world.watch(make(400, seed=2), reference_outcomes=None, classes=("no", "yes"))
    assert report.performance.standing is Standing.UNKNOWN
    assert "nothing can be compared" in report.performance.sentence


def test_a_large_table_is_compared_on_a_sample(world, make, monkeypatch):
    monkeypatch.setattr("core.monitor.watch.PROFILE_ROWS", 300)
    later = make(400, seed=2)
    logged = pd.DataFrame({"prediction": "yes", "probability_no": 0.2, "probability_yes": 0.8}, index=later.index)
    report = world.watch(later, logged=logged)
    assert (report.looked_at_then, report.looked_at_now, report.rows_now) == (300, 300, 400)


def test_a_report_is_json(world, make):
    told = json.loads(json.dumps(world.watch(make(60, seed=2)).summary(), allow_nan=False))
    assert (told["verdict"], told["columns"][0]["column"]) == ("no drift seen", "income")


def test_amounts_and_several_outcomes(make):
    later, training = make(300, seed=2), make(800, seed=1)
    columns = (ColumnSpec(name="income", type=ColumnType.NUMBER),)
    amounts = Frame(target="price", task=Task.REGRESSION, metric="mae")
    report = watch(
        training.assign(price=training["income"] * 10),
        later.assign(price=later["income"] * 10 + 5),
        Schema(columns=columns),
        amounts,
        ("income",),
        lambda frame: pd.DataFrame({"prediction": frame["income"] * 10}),
        Outcomes(Task.REGRESSION, training["income"].to_numpy() * 10 + 1, values=training["income"].to_numpy() * 10),
    )
    assert report.performance.change == pytest.approx(4)
    assert report.worse
    kinds_frame = Frame(target="region", task=Task.MULTICLASS, metric="accuracy")
    report = watch(
        training,
        later,
        Schema(columns=columns),
        kinds_frame,
        ("income",),
        lambda frame: pd.DataFrame({"prediction": "North", "probability_North": 0.6, "probability_South": 0.4},
                                   index=frame.index),
        classes=("North", "South"),
    )  # fmt: skip
    assert report.predictions.verdict is Verdict.NONE
    assert report.performance.now.value == pytest.approx((later["region"] == "North").mean())


def test_one_column_is_told_as_one(make):
    then, now = make(200, seed=1)[["income"]], make(200, seed=2)[["income"]]
    schema = Schema(columns=(ColumnSpec(name="income", type=ColumnType.NUMBER),))
    report = watch(then, now, schema, Frame(), ("income",))
    assert "Of 1 column the model uses and the later table holds, 0 moved." in report.sentences
