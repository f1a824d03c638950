import pytest

from core.errors import InputError
from core.evaluate.expectations import Condition, Expectation
from core.project.expectfile import from_yaml

GOOD = """
expectations:
  - measure: recall
    at_least: 0.8
    where:
      - {column: sex, is: f}
      - {column: age, below: 22}
  - measure: every
    at_most: 0.9
  - {measure: share, at_most: 0.3, where: [{column: insured, is: yes}, {column: income, missing: true}]}
"""


def test_a_file_says_measures_bounds_and_where():
    assert from_yaml(GOOD) == (
        Expectation(
            conditions=(
                Condition(column="sex", comparison="equals", value="f"),
                Condition(column="age", comparison="below", value="22"),
            ),
            measure="recall",
            side="from",
            bound=0.8,
        ),
        Expectation(measure="every", side="to", bound=0.9),
        Expectation(
            conditions=(
                Condition(column="insured", comparison="equals", value="yes"),
                Condition(column="income", comparison="missing"),
            ),
            measure="share",
            side="to",
            bound=0.3,
        ),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no list of expectations"),
        ("expectations: []", "no list of expectations"),
        ("- {measure: recall}", "Expectation 1 needs one bound"),
        ("- {measure: recall, at_least: 0.1, at_most: 0.9}", "Expectation 1 needs one bound"),
        ("- {measure: recall, at_least: high}", "at_least must be a number, not “high”"),
        ("- {measure: recall, at_least: yes}", "at_least must be a number"),
        ("- {measure: recall, at_least: .nan}", "“bound” cannot be what it is given as"),
        ("- {at_least: 0.5}", "“measure” cannot be"),
        ("- {measure: recall, at_least: 1, why: x}", "may not hold “why”"),
        ("- {measure: recall, at_least: 1, where: {column: a}}", "“where” must be a list"),
        ("- {measure: recall, at_least: 1, where: [{column: a}]}", "condition 1 needs a column and one comparison"),
        ("- {measure: recall, at_least: 1, where: [{column: a, is: [1]}]}", "“is” needs one value"),
        ("- {measure: recall, at_least: 1, where: [{column: a, missing: 3}]}", "write “missing: true”"),
        ("- &a {measure: recall, at_least: 1}\n- *a", "by reference"),
        ("[[[[[[[[1]]]]]]]]", "nested more than 6 deep"),
        ("- {measure: recall", "Line 1"),
        ("\x00", "cannot be read as YAML"),
    ],
)
def test_what_is_no_such_file_is_said(text, said):
    with pytest.raises(InputError, match=said):
        from_yaml(text)


def test_too_many_are_refused():
    with pytest.raises(InputError, match="51 expectations; the most is 50"):
        from_yaml("- {measure: recall, at_least: 1}\n" * 51)
