import numpy as np
import pandas as pd

from core.explain.checks import check_explanation
from core.explain.explanation import Explanation, Importance
from core.findings import Severity
from core.framing.frame import Frame, Task

EXPLANATION = Explanation(
    task=Task.BINARY,
    columns=("a", "b"),
    values=np.array([[0.1, 0.2]]),
    base=np.asarray(0.1),
    output=np.array([0.4]),
    predictions=np.array([0.4]),
    scale="probability",
    rows=np.array([0]),
    X=pd.DataFrame({"a": [1], "b": [2]}),
    classes=("no", "yes"),
    positive="yes",
    method="Explained on 1 row.",
    sampled_of=1,
    seed=1,
)


def found(shares, associations=None):
    importances = [Importance(name, share, share, 0.0, 1.0) for name, share in shares.items()]
    findings = check_explanation(EXPLANATION, importances, Frame(row_is="loan"), associations=associations)
    return {finding.code: finding for finding in findings}


def test_reasons_are_not_causes_is_always_said():
    assert found({"a": 0.4, "b": 0.35})["reasons-are-not-causes"].severity is Severity.INFO


def test_how_well_the_parts_add_up_is_told():
    evidence = found({"a": 0.4, "b": 0.35})["parts-add-up"].evidence
    assert "at most " in evidence
    assert "of probability over 1 row. Explained on 1 row." in evidence


def test_a_column_with_over_half_of_the_weight_dominates():
    finding = found({"a": 0.62, "b": 0.2})["one-column-dominates"]
    assert finding.severity is Severity.WARNING
    assert "62%" in finding.evidence
    assert finding.fix.params == {"columns": ["a"]}


def test_no_column_dominates_where_weight_is_shared():
    assert "one-column-dominates" not in found({"a": 0.4, "b": 0.35})


def test_weight_on_a_column_that_names_a_group_is_told():
    finding = found({"a": 0.4, "b": 0.35}, {"race": {"a": 0.3, "b": 0.05}})["weight-on-a-proxy"]
    assert finding.columns == ("race", "a")
    assert finding.fix.params == {"stage": "fairness"}


def test_a_column_that_names_a_group_but_carries_no_weight_is_not_told():
    assert "weight-on-a-proxy" not in found({"a": 0.9, "b": 0.05}, {"race": {"b": 0.9}})
