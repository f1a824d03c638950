from datetime import UTC, datetime

import numpy as np
import pandas as pd

from core.data.checks import check_data
from core.data.dictionary import Entry
from core.data.guess import guess_schema
from core.data.profile import profile
from core.export.quality import Reported, quality_html
from core.framing.frame import Frame, Task

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def page(rows: int = 300) -> str:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "age": np.where(rng.random(rows) < 0.1, np.nan, rng.integers(18, 90, rows)),
            "sex": rng.choice(["f", "m"], rows, p=[0.25, 0.75]),
            "seen": pd.date_range("2024-01-01", periods=rows),
            "note": [f"case {n} of ward {n % 7}" for n in range(rows)],
            "<b>kind</b>": rng.choice(["a", "b", "<i>c</i>"], rows),
            "y": rng.choice(["yes", "no"], rows),
        }
    )
    schema = guess_schema(table)
    frame = Frame(target="y", task=Task.BINARY, positive="yes", sensitive=("sex",))
    found = profile(table, schema, frame)
    reference = {"sex": {"f": 0.5, "m": 0.5}}
    findings = check_data(table, schema, frame, found, reference=reference)
    meanings = {"age": Entry(meaning="Years since <birth>", unit="years", allowed="0 to 120")}
    return quality_html(
        Reported(table, schema, frame, found, findings, "Ward", "ward.csv", NOW, NOW, meanings, reference, ["Guessed."])
    )


def test_the_report_tells_columns_gaps_groups_findings_and_meanings() -> None:
    told = page()
    for words in (
        "Data quality report of ward.csv, made 2026-03-01",
        "Years since &lt;birth&gt;",
        "0 to 120",
        "sex &#39;f&#39; is under-represented",
        "under-represented</td>",
        "Missing together",
        "Columns that go together",
        "Days with a row</dt><dd>300 of 300",
        "Guessed.",
        "&lt;i&gt;c&lt;/i&gt;",
    ):
        assert words in told, words


def test_the_report_is_small_and_holds_no_markup_of_the_table() -> None:
    told = page(2_000)
    assert len(told) < 100_000
    assert "<b>kind</b>" not in told
    assert "<i>c</i>" not in told
    assert "<script" not in told


def test_a_table_without_a_row_has_a_report() -> None:
    table = pd.DataFrame({"a": pd.Series([], dtype="float64"), "b": pd.Series([], dtype="str")})
    schema, frame = guess_schema(table), Frame()
    found = profile(table, schema, frame)
    empty = Reported(table, schema, frame, found, [], "Empty", "e.csv", NOW, None, {}, {})
    assert "Nothing that would mislead a model." in quality_html(empty)
