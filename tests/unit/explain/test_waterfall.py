import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.explain.explanation import Explanation, importance
from core.explain.waterfall import waterfall
from core.framing.frame import Task

LOGITS = st.floats(-6, 6, allow_nan=False)


def explained(values, base, task=Task.BINARY, scale="log-odds"):
    """Explain one row of columns a, b, … with these contributions."""
    values = np.asarray(values, dtype=float)[None]
    base = np.asarray(base, dtype=float)
    columns = tuple("abcdefghijkl"[: values.shape[1]])
    classes = {Task.BINARY: ("no", "yes"), Task.MULTICLASS: ("x", "y", "z"), Task.REGRESSION: ()}[task]
    output = base + values.sum(axis=1)
    return Explanation(
        task=task,
        columns=columns,
        values=values,
        base=base,
        output=output,
        predictions=output,
        scale=scale,
        rows=np.array([0]),
        X=pd.DataFrame([[float(j) for j in range(len(columns))]], columns=list(columns)),
        classes=classes,
        positive="yes" if task is Task.BINARY else None,
        method="",
        sampled_of=1,
        seed=1,
    )


@given(arrays(float, 9, elements=LOGITS), LOGITS)
@settings(max_examples=60, deadline=None)
def test_points_add_up_from_the_base_chance_to_this_cases_chance(values, base):
    found = waterfall(explained(values, base), 0)
    assert found.error < 1e-12
    assert found.base == pytest.approx(1 / (1 + np.exp(-base)))
    assert found.result == pytest.approx(1 / (1 + np.exp(-(base + values.sum()))), abs=1e-9)


@given(arrays(float, (4, 3), elements=LOGITS), arrays(float, 3, elements=LOGITS))
@settings(max_examples=60, deadline=None)
def test_points_of_several_outcomes_add_up_for_each(values, base):
    end = np.exp(base + values.sum(axis=0))
    for place, name in enumerate("xyz"):
        found = waterfall(explained(values, base, Task.MULTICLASS), 0, name)
        assert found.error < 1e-12
        assert found.result == pytest.approx(end[place] / end.sum(), abs=1e-9)


def test_with_two_outcomes_points_keep_order_and_sign():
    found = waterfall(explained([2.0, -0.5, 1.0], -2.0), 0)
    assert [step.column for step in found.steps] == ["a", "c", "b"]
    # 31% less 12% shared out as 2.0 : 1.0 : −0.5 of 2.5.
    start, end = 1 / (1 + np.exp(2.0)), 1 / (1 + np.exp(-0.5))
    assert [step.contribution for step in found.steps] == pytest.approx(
        [0.8 * (end - start), 0.4 * (end - start), -0.2 * (end - start)]
    )


def test_two_classes_of_a_softmax_give_what_two_outcomes_give():
    several = explained([[2.0, 0.0, -50.0], [-0.5, 0.0, 0.0]], [-2.0, 0.0, -50.0], Task.MULTICLASS)
    two = explained([2.0, -0.5], -2.0)
    found, expected = waterfall(several, 0, "x"), waterfall(two, 0)
    assert [step.contribution for step in found.steps] == pytest.approx(
        [step.contribution for step in expected.steps], abs=1e-6
    )


def test_parts_that_cancel_out_still_have_a_size():
    found = waterfall(explained([1.0, -1.0], 0.0), 0)
    assert [step.contribution for step in found.steps] == pytest.approx([0.25, -0.25])


def test_beyond_seven_columns_the_others_are_one_step():
    found = waterfall(explained(np.arange(1.0, 10.0), 0.0, Task.REGRESSION, "units"), 0)
    assert [step.column for step in found.steps] == list("ihgfedc")
    assert (found.rest, found.rest_count) == (3.0, 2)


def test_parts_of_probability_stay_as_they_are():
    found = waterfall(explained([0.2, -0.05], 0.1, scale="probability"), 0)
    assert [step.contribution for step in found.steps] == [0.2, -0.05]
    assert found.note == ""


def test_the_likeliest_outcome_is_shown_first():
    assert waterfall(explained([[0.0, 1.0, 0.0]], [0.0, 0.0, 0.0], Task.MULTICLASS), 0).outcome == "y"


def test_importance_over_all_classes_is_their_sum():
    one = explained([[1.0, -2.0, 0.0], [0.0, 0.0, 0.5]], [0.0, 0.0, 0.0], Task.MULTICLASS)
    assert [(x.column, x.mean_abs) for x in importance(one)] == [("a", 3.0), ("b", 0.5)]
    assert [(x.column, x.mean_abs) for x in importance(one, "z")] == [("b", 0.5), ("a", 0.0)]
