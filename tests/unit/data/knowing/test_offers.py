"""From each finding to the rows its evidence counts."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.checks import check_data
from core.data.knowing.behind import rows_behind
from core.data.knowing.offers import rows_of
from core.data.profile import profile
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task

RNG = np.random.default_rng(12)
N = 400
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="accuracy")
BROUGHT = datetime(2026, 3, 1, tzinfo=UTC)
KILOGRAMS = RNG.normal(70, 8, N)
KILOGRAMS[:20] *= 1000
DAYS = [str(day.date()) for day in pd.date_range("2023-01-01", periods=N)]
INCOME = np.where(np.arange(N) < 20, 999.0, RNG.integers(0, 90, N))


@pytest.mark.parametrize(
    ("code", "values", "kind", "rows"),
    [
        ("mixed-units", [f"{n} {'lb' if n < 30 else 'kg'}" for n in range(N)], "text", 30),
        ("mixed-units", KILOGRAMS, "number", 20),
        ("mixed-types", [str(n) for n in range(N - 8)] + ["see note"] * 8, "text", 8),
        ("mixed-types", DAYS[: N - 5] + ["soon"] * 5, "text", 5),
        ("spelling-variants", ["Rome"] * 250 + ["rome"] * 30 + ["Oslo"] * 120, "category", 280),
        ("rare-categories", ["a"] * 200 + ["b"] * 195 + ["c"] * 5, "category", 5),
        ("near-constant", ["a"] * 397 + ["b"] * 3, "category", 3),
        ("personal-data", [f"mail {n}@x.org" if n < 40 else f"none {n}" for n in range(N)], "text", 40),
        ("dates-ahead", [*DAYS[:-3], "2031-01-01", "2031-01-02", "2031-01-03"], "date", 3),
        ("missing-values", [None] * 50 + list(range(N - 50)), "number", 50),
        ("disguised-missing", INCOME, "number", 20),
    ],
)
def test_a_finding_leads_to_the_rows_it_counts(code, values, kind, rows):
    outcome = RNG.permutation(np.where(np.arange(N) % 3 == 0, "yes", "no"))
    table = pd.DataFrame({"x": values, "base": RNG.normal(size=N), "y": outcome})
    kinds = {"x": kind, "base": "number", "y": "yes_no"}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kinds[name])) for name in table))
    known = profile(table, schema, FRAME)
    (finding,) = [
        finding for finding in check_data(table, schema, FRAME, known, brought=BROUGHT) if finding.code == code
    ]
    selector = rows_of(finding, known, BROUGHT)
    assert len(rows_behind(table, schema, selector, FRAME)) == rows


def test_a_rare_outcome_leads_to_its_rows_and_accuracy_can_be_left_with_one_click():
    table = pd.DataFrame({"x": RNG.normal(size=N), "y": np.where(np.arange(N) < 12, "yes", "no")})
    schema = Schema(
        columns=tuple(ColumnSpec(name=n, type=ColumnType(k)) for n, k in (("x", "number"), ("y", "yes_no")))
    )
    known = profile(table, schema, FRAME)
    (finding,) = [one for one in check_data(table, schema, FRAME, known) if one.code == "imbalance"]
    assert len(rows_behind(table, schema, rows_of(finding, known), FRAME)) == 12
    assert finding.fix.params == {"metric": "balanced_accuracy"}
    other = FRAME.model_copy(update={"metric": "roc_auc"})
    (finding,) = [one for one in check_data(table, schema, other, known) if one.code == "imbalance"]
    assert finding.fix is None
    assert finding.why.endswith("your metric, does.")
