"""Recipes as files: written, read back, and refused with the line that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import RecipeError
from core.prepare.contract import ColumnContract, said_of
from core.prepare.document import from_yaml, to_yaml
from core.prepare.fitting import fitted, unfit
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.recipe import Recipe, Step

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=12)
STEPS = st.builds(
    Step,
    id=st.just("s"),
    kind=st.sampled_from(["drop_columns", "drop_duplicates", "cap_outliers"]),
    on=st.booleans(),
    columns=st.lists(TEXTS | st.sampled_from(["on", "1", "2020-01-02", "~", "a: b"]), max_size=3).map(tuple),
    reason=TEXTS,
)
SPLITS = st.builds(
    SplitPlan,
    kind=st.sampled_from(SplitKind),
    test_share=st.floats(0.05, 0.5),
    column=TEXTS,
    test_values=st.lists(TEXTS, max_size=2).map(tuple),
)
CONTRACTS = st.dictionaries(
    TEXTS,
    st.builds(ColumnContract, missing=st.sampled_from(["allow", "refuse"]), allowed=st.none() | TEXTS),
    max_size=3,
)


@given(st.lists(STEPS, max_size=4), st.none() | SPLITS, CONTRACTS)
def test_what_is_written_is_read_back(
    steps: list[Step], split: SplitPlan | None, contract: dict[str, ColumnContract]
) -> None:
    named = tuple(step.model_copy(update={"id": f"s{number}"}) for number, step in enumerate(steps))
    read = from_yaml(to_yaml(Recipe(steps=named), split, contract))
    assert read.recipe.steps == named
    assert read.split == split
    assert (read.contract or {}) == said_of(contract)


def test_a_file_reads_as_one_would_write_it() -> None:
    step = Step(id="d1", kind="drop_columns", columns=("a", "b"), on=False, reason="Not known then")
    assert to_yaml(Recipe(steps=(step,))) == (
        "fairway_recipe: 1\nsteps:\n- kind: drop_columns\n  id: d1\n  'on': false\n"
        "  columns:\n  - a\n  - b\n  reason: Not known then\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The recipe file is empty."),
        ("steps: []", "Line 1: The file does not begin with “fairway_recipe”"),
        ("fairway_recipe: 2", "Line 1: Version 2 of recipe files is not known; this one is 1."),
        ("fairway_recipe: 1\nsteps:\n- kind: magic", "Line 3: Step 1 is of the kind “magic”, which is not known."),
        ("fairway_recipe: 1\nsteps:\n- kind: drop_columns\n  settings:\n    x: 1", "there is no setting “x”."),
        ("fairway_recipe: 1\nsteps: &a []\nsplit: *a", "Line 3: values by reference"),
        ("fairway_recipe: 1\nsteps: " + "[" * 40 + "]" * 40, "Line 2: lists are nested more than 12 deep."),
        ("fairway_recipe: 1\nsteps: [", "Line 2: "),
        ("fairway_recipe: 1\nsteps: []\nsplit:\n  folds: 99", "Line 4: “folds” of the split cannot be"),
        ("fairway_recipe: 1\nsteps: !!python/object:os.x {}", "Line 2: “steps” must be a list."),
        ("fairway_recipe: 1\nfairway_recipe: 1", "Line 2: The file names “fairway_recipe” twice."),
        ("fairway_recipe: 1\n# " + "x" * 1_100_000, "The recipe file is larger than 1 MB."),
    ],
)
def test_a_fault_names_its_line(text: str, said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        from_yaml(text)
    assert said in caught.value.message


def test_a_step_that_does_not_fit_stays_switched_off_and_says_why() -> None:
    schema = Schema(columns=(ColumnSpec(name="a", type=ColumnType.CATEGORY),))
    whole = Step(id="w", kind="drop_columns", columns=("a",))
    recipe = Recipe(steps=(whole, Step(id="x", kind="cap_outliers", columns=("a", "gone"))))
    assert unfit(recipe, schema) == {"x": "`gone` is not in the table and `a` is of another type"}
    first, second = fitted(recipe, schema).steps
    assert first == whole
    assert (second.on, second.columns) == (False, ("a", "gone"))
    assert second.reason == "Does not fit: `gone` is not in the table and `a` is of another type. Edit it or remove it."


def test_columns_that_settings_name_are_held_against_the_table_too() -> None:
    date, number = ColumnType.DATE, ColumnType.NUMBER
    schema = Schema(columns=(ColumnSpec(name="a", type=number), ColumnSpec(name="d", type=date)))
    steps = (
        Step(id="f", kind="formula", params={"formula": "a / `my fare` + d"}),
        Step(id="g", kind="formula", params={"formula": "a * ("}),
        Step(id="s", kind="date_elapsed", columns=("d",), params={"since": "opened"}),
        Step(id="t", kind="date_elapsed", columns=("d",), params={"since": "a"}),
        Step(id="u", kind="date_elapsed", columns=("d",), params={"since": "opened", "count_from": "day"}),
        Step(id="o", kind="encode", params={"method": "ordinal", "order": {"size": ["s", "m"]}}),
        Step(id="p", kind="encode", params={"method": "one_hot", "order": {"size": ["s", "m"]}}),
    )
    assert unfit(Recipe(steps=steps), schema) == {
        "f": "`my fare` is not in the table and `d` is of another type",
        "s": "`opened` is not in the table",
        "t": "`a` is of another type",
        "o": "`size` is not in the table",
    }
