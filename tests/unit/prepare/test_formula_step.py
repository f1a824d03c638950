import pytest
from sklearn.dummy import DummyClassifier

from core.data.schema import ColumnSpec, ColumnType, Role, Schema
from core.errors import RecipeError
from core.framing.frame import Frame, Task
from core.prepare.compile import compile_pipeline
from core.prepare.recipe import Recipe, Step
from core.prepare.steps import STEPS
from core.prepare.units import unit_of
from core.runtime.formula import read_formula

SCHEMA = Schema(
    columns=(
        ColumnSpec(name="debt", type=ColumnType.NUMBER),
        ColumnSpec(name="yearly income", type=ColumnType.NUMBER),
        ColumnSpec(name="later", type=ColumnType.NUMBER, role=Role.LEFT_OUT),
        ColumnSpec(name="region", type=ColumnType.CATEGORY),
        ColumnSpec(name="y", type=ColumnType.YES_NO),
    )
)
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", metric="roc_auc")


def compiled(formula, name=""):
    step = Step(id="f", kind="formula", params={"formula": formula, "name": name})
    return compile_pipeline((Recipe(steps=(step,)), SCHEMA, FRAME), DummyClassifier(), scale=False)


@pytest.mark.parametrize(
    ("formula", "name", "made"),
    [
        ("debt / `yearly income`", "", "debt / yearly income"),
        ("debt\n  * 2", "", "debt * 2"),
        ("debt", " double  debt ", "double debt"),
        ("+".join(["debt"] * 20), "", "debt+debt+debt+debt+debt+debt+debt+debt+debt+debt+debt+debt…"[:59] + "…"),
    ],
)
def test_the_new_column_is_named(formula, name, made):
    assert compiled(formula, name)["f"].name == made


@pytest.mark.parametrize(
    ("formula", "said", "remedy"),
    [
        ("", "Step 1, Calculate by a formula: At character 1: the formula is empty", "Edit"),
        ("debt / salary", "At character 8: the table has no column “salary”", "Names with spaces"),
        ("debt / `yearly incom`", "At character 8: the table has no column “yearly incom”", "Did you mean"),
        ("1 + region", "At character 5: “region” is of the type category", "number columns alone"),
        ("later", "At character 1: the model may not see “later”", "make it a feature"),
        ("y + 1", "“y” is of the type yes or no", ""),
        ("debt +", "At character 7: a number or a column is missing before the end", ""),
        ("1" * 1_001, "“Formula” must have 0 to 1,000 characters", ""),
    ],
)
def test_a_formula_that_cannot_be_used_says_where(formula, said, remedy):
    with pytest.raises(RecipeError) as fault:
        compiled(formula)
    assert said in fault.value.what
    assert remedy in (fault.value.next_step or "")


def test_the_recipe_shows_the_formula():
    step = Step(id="f", kind="formula", params={"formula": "debt / `yearly income`", "name": "share"})
    assert STEPS["formula"].describe(step, SCHEMA) == "Add `share` = debt / yearly income"


UNITS = {"debt": "EUR", "income": "EUR", "age": "years", "area": "m"}


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("debt + income", "EUR"),
        ("debt - 5", "EUR"),
        ("debt / income", ""),
        ("debt / age", "EUR per years"),
        ("1 / age", "1 per years"),
        ("debt * 2", "EUR"),
        ("debt * age", "EUR × years"),
        ("area ^ 2", "m^2"),
        ("abs(debt)", "EUR"),
        ("log(debt)", None),
        ("debt / unknown", None),
        ("debt + unknown", None),
        ("if(age > 25, debt, income)", "EUR"),
        ("debt > income", ""),
        ("max(debt, income, 0)", "EUR"),
        ("3 * 4", ""),
    ],
)
def test_units_follow_the_formula(formula, unit):
    found = unit_of(read_formula(formula), UNITS)
    assert (found.name, found.warnings) == (unit, ())


@pytest.mark.parametrize(
    ("formula", "warning"),
    [
        ("debt + age", "EUR and years are added"),
        ("debt - age", "EUR and years are subtracted"),
        ("debt > age", "EUR and years are compared"),
        ("if(debt > 5, debt, age)", "EUR and years are put into one column"),
        ("2 * (debt + age)", "EUR and years are added"),
    ],
)
def test_units_that_do_not_fit_are_warned_of(formula, warning):
    found = unit_of(read_formula(formula), UNITS)
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith(warning)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("debt / age", ("Units of the data dictionary: debt in EUR, age in years. The result is in EUR per years.",)),
        ("debt / income", ("Units of the data dictionary: debt in EUR, income in EUR. The result is a bare number.",)),
        ("x + 1", ()),
        ("debt +", ()),
    ],
)
def test_the_form_tells_the_units(formula, said):
    assert STEPS["formula"].says({"formula": formula}, UNITS) == said


def test_the_form_warns_before_it_tells():
    said = STEPS["formula"].says({"formula": "debt + age"}, UNITS)
    assert said == (
        "EUR and years are added: the result has no unit that makes sense.",
        "Units of the data dictionary: debt in EUR, age in years.",
    )


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("debt / yearly income", "Write `yearly income` between backticks."),
        ("yearly", "Did you mean `yearly income`?"),
        ("debt / `yearly income` )", "Edit the formula."),
        ("dept * 2", "Did you mean `debt`?"),
    ],
)
def test_a_name_that_needs_backticks_or_was_cut_short_is_told(formula, said):
    with pytest.raises(RecipeError) as caught:
        compiled(formula)
    assert caught.value.message.endswith(said)


def test_a_column_of_the_table_keeps_its_name():
    step = Step(id="f", kind="formula", params={"formula": "debt * 2", "name": "debt"})
    assert STEPS["formula"].describe(step, SCHEMA) == "Add `debt_2` = debt * 2"
