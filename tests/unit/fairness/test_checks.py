import numpy as np
import pandas as pd
import pytest

from core.fairness.audit import audit
from core.fairness.checks import check_fairness
from core.fairness.proxies import Proxies
from core.findings import Severity
from core.framing.frame import Frame, Task
from core.framing.outcomes import Outcomes

FRAME = Frame(sensitive=("race",), row_is="application", harm="A needless flag delays a home")


def judged(black, white, limit=0.1):
    """Audit groups given as (false positives, true negatives, misses, hits)."""
    actual, scores, names = [], [], []
    for name, (fp, tn, fn, tp) in {"black": black, "white": white}.items():
        actual += ["grant"] * (fp + tn) + ["deny"] * (fn + tp)
        scores += [0.9] * fp + [0.1] * (tn + fn) + [0.9] * tp
        names += [name] * (fp + tn + fn + tp)
    share = np.array(scores)
    outcomes = Outcomes(
        Task.BINARY,
        np.array(actual, dtype=object),
        ("deny", "grant"),
        "deny",
        np.column_stack([share, 1 - share]),
    )
    return audit(outcomes, pd.Series(names, name="race"), limit=limit)


def found(one, proxies=None, **options):
    findings = check_fairness(FRAME, {"race": one}, proxies and {"race": proxies}, **options)
    return {finding.code: finding for finding in findings}


def test_a_gap_beyond_the_limit_must_be_settled():
    finding = found(judged((70, 130, 20, 50), (130, 870, 60, 60)))["gap-beyond-limit"]
    assert finding.severity is Severity.ERROR
    assert finding.acceptable
    assert finding.fix.action == "use_remedy"
    assert finding.fix.params == {"column": "race", "measure": "false_positive_rate"}
    assert "A needless flag delays a home" in finding.why


def test_a_gap_that_chance_explains_is_a_warning():
    finding = found(judged((4, 16, 5, 5), (90, 910, 50, 50)))["gap-beyond-limit"]
    assert finding.severity is Severity.WARNING
    assert "reaches zero" in finding.why


def test_a_gap_that_a_remedy_left_offers_no_second_remedy():
    finding = found(judged((70, 130, 20, 50), (130, 870, 60, 60)), remedy_column="race")["gap-beyond-limit"]
    assert finding.fix is None


def test_a_gap_within_the_limit_is_told_as_a_fact():
    codes = found(judged((20, 180, 20, 50), (100, 900, 60, 60)))
    assert codes["gap-within-limit"].severity is Severity.INFO
    assert "gap-beyond-limit" not in codes


def test_a_broken_four_fifths_rule_is_a_warning():
    assert found(judged((70, 130, 20, 50), (130, 870, 60, 60)))["four-fifths"].severity is Severity.WARNING


def test_a_four_fifths_rule_that_chance_could_break_is_not_called_broken():
    clear = found(judged((70, 130, 20, 50), (130, 870, 60, 60)))["four-fifths"]
    assert clear.title == "The four-fifths rule is broken"
    few = found(judged((7, 13, 2, 9), (13, 87, 6, 6)))["four-fifths"]
    assert few.title == "The four-fifths rule may be broken"
    assert few.evidence.endswith("below the four-fifths rule, which chance alone could explain.")


def test_a_group_of_few_rows_is_named_with_its_count():
    assert "30 in “black”" in found(judged((5, 25, 5, 5), (100, 900, 60, 60)))["small-groups"].evidence


def test_groups_too_small_to_compare_are_said():
    assert "groups-not-comparable" in found(judged((1, 5, 5, 5), (100, 900, 60, 60)))


@pytest.mark.parametrize(("auc", "severity"), [(0.74, Severity.WARNING), (0.66, Severity.INFO)])
def test_features_that_name_the_group_are_told(auc, severity):
    proxies = Proxies("race", "black", auc, auc - 0.04, auc + 0.04, (("area", 0.4), ("noise", 0.0)), 500, "Guessed.")
    finding = found(judged((20, 180, 20, 50), (100, 900, 60, 60)), proxies)["proxies"]
    assert finding.severity is severity
    assert finding.title == "Leaving out `race` does not hide it"
    assert finding.columns == ("race", "area")


def test_features_that_do_not_name_the_group_are_not_told():
    proxies = Proxies("race", "black", 0.55, 0.5, 0.6, (), 500, "Guessed.")
    assert "proxies" not in found(judged((20, 180, 20, 50), (100, 900, 60, 60)), proxies)


def test_without_a_sensitive_column_the_way_to_frame_is_shown():
    finding = check_fairness(Frame(), {})[0]
    assert (finding.code, finding.fix.action, finding.fix.params) == (
        "no-sensitive-column",
        "go_to",
        {"stage": "frame"},
    )
