import numpy as np
import pandas as pd
import pytest

from core.charts.fairness import gap_against_cost, group_table
from core.charts.theme import DARK, LIGHT
from core.fairness.audit import audit
from core.fairness.comparison import Option
from core.framing.frame import Costs, Task
from core.framing.outcomes import Outcomes

OPTIONS = (
    Option("", "As it is", 0.22, 67_000.0, False, True),
    Option("a", "Equal <b>flags</b>", 0.04, 72_900.0, True, True),
    Option("b", "Equal odds", 0.13, 75_000.0, False, False),
)
COSTS = Costs(false_positive=100, false_negative=500)


def drawn(**changes):
    settings = {"measure": "false_positive_rate", "limit": 0.1, "costs": COSTS, "palette": LIGHT, **changes}
    return gap_against_cost(OPTIONS, **settings)


def test_each_option_is_a_point_and_a_row():
    chart = drawn(chosen="a")
    points = chart.figure.data[1:]
    assert [point.x[0] for point in points] == pytest.approx([22, 4, 13])
    assert [point.y[0] for point in points] == [67_000, 72_900, 75_000]
    assert [point.text[0] for point in points] == ["As it is", "1", "2"]
    assert chart.table.iloc[1].tolist() == ["1", "Equal <b>flags</b>", "4 points", "$72,900", "yes", "no"]


def test_the_front_runs_from_fair_to_cheap_and_what_is_beaten_is_a_ring():
    chart = drawn()
    assert list(chart.figure.data[0].x) == pytest.approx([4.0, 22.0])
    assert [point.marker.symbol for point in chart.figure.data[1:]] == ["circle", "circle", "circle-open"]


def test_costs_have_thousands_separators():
    assert drawn().figure.layout.yaxis.tickformat == ","


def test_the_limit_is_a_band():
    band = drawn().figure.layout.shapes[0]
    assert (band.x0, band.x1) == (0, 10)


def test_titles_are_text():
    assert drawn().figure.data[2].name == "Equal &lt;b&gt;flags&lt;/b&gt;"


def test_the_text_alternative_names_the_cheapest_within_the_limit():
    assert drawn().alt == (
        "2 remedies by gap and cost; your limit is 10 points. The cheapest that keeps it is “Equal <b>flags</b>”: 4 "
        "points, $72,900."
    )
    assert gap_against_cost(
        OPTIONS[:1], measure="false_positive_rate", limit=0.1, costs=COSTS, palette=DARK
    ).alt.endswith("None keeps it.")


def test_without_costs_wrong_answers_are_counted():
    assert "Wrong answers per 1,000" in drawn(costs=Costs()).table.columns


def judged(limit=0.1):
    """Audit 20 of 40 needless flags against 10 of 100."""
    flagged = [1] * 20 + [0] * 20 + [1] * 10 + [0] * 90 + [1] * 30
    actual = ["no"] * 140 + ["yes"] * 30
    groups = ["a"] * 40 + ["b"] * 100 + ["b"] * 30
    score = np.array(flagged, dtype=float)
    outcomes = Outcomes(
        Task.BINARY,
        np.array(actual, dtype=object),
        ("no", "yes"),
        "yes",
        np.column_stack([1 - score, score]),
    )
    return audit(outcomes, pd.Series(groups, name="g"), limit=limit)


def test_groups_are_rows_with_marks_on_one_rail():
    table = group_table(judged(), ["selection_rate", "false_positive_rate", "false_negative_rate"])
    assert [row.group for row in table.rows] == ["b", "a"]
    first, second = (row.marks[1] for row in table.rows)
    assert (first.text, second.text, second.interval) == ("10%", "50%", "35 to 65")
    # The rail runs from 0 to 70%.
    assert table.scales[1] == ("0%", "70%")
    assert second.value == pytest.approx(100 * 0.5 / 0.7)
    assert second.aria == "a, Flagged for nothing: 50%, 95% interval 35 to 65, 40 rows"


def test_the_rate_that_breaks_the_limit_is_marked_and_the_gap_row_says_it():
    table = group_table(judged(), ["selection_rate", "false_positive_rate"])
    assert [[mark.is_bad for mark in row.marks] for row in table.rows] == [[False, False], [False, True]]
    assert (table.gaps[1].text, table.gaps[1].beyond) == ("40 points", True)
    assert table.gaps[1].detail.endswith("; your limit is 10")


def test_within_the_limit_nothing_is_marked():
    table = group_table(judged(limit=0.5), ["false_positive_rate"])
    assert not table.gaps[0].beyond
    assert not any(mark.is_bad for row in table.rows for mark in row.marks)


def test_a_rate_of_no_rows_has_no_mark():
    mark = group_table(judged(), ["false_negative_rate"]).rows[1].marks[0]
    assert (mark.text, mark.value) == ("", None)
    assert mark.aria == "a, Missed: no rows to count"


def test_amounts_have_a_rail_of_their_own():
    outcomes = Outcomes(Task.REGRESSION, np.zeros(80), values=np.tile([1.0, -2.0, 3.0, -4.0], 20))
    found = audit(outcomes, pd.Series(["a", "a", "b", "b"] * 20, name="g"))
    table = group_table(found, ["mean_error", "mae"])
    assert table.rows[0].marks[0].text == "−0.5"
    assert table.gaps[1].text == "2"
