import numpy as np
import pandas as pd
import pytest

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import RecipeError
from core.prepare.distribution import distribution, figure
from core.prepare.preview import effects, preview_step
from core.prepare.recipe import Recipe, Step

from .conftest import make_schema, make_table, steps


def test_effects_name_columns_rows_and_values(make_problem):
    table = make_table()
    train = make_problem(table).split.train
    # A copy within its stratum leaves the split as it was.
    alike = [row for row in train if table.loc[row, ["denied", "sex"]].equals(table.loc[train[0], ["denied", "sex"]])]
    table.loc[alike[1]] = table.loc[alike[0]]
    kinds = ("drop_columns", "drop_duplicates", "date_parts", "fill_numbers", "fill_categories", "encode", "scale")
    recipe = steps(*kinds, drop_columns=("debt",)).changed("scale-1", on=False)
    problem = make_problem(table, recipe)
    assert problem.split.train.tolist() == train.tolist()
    kept = train[train != alike[1]]
    numbers, words = (int(table.loc[kept, name].isna().sum()) for name in ("income", "purpose"))
    assert effects(problem) == {
        "drop_columns-1": "6 → 5 columns",
        "drop_duplicates-1": "96 → 95 rows",
        "date_parts-1": "1 → 4 columns",
        "fill_numbers-1": f"{numbers} values",
        "fill_categories-1": f"{words} values",
        "encode-1": "2 → 6 columns",
        "scale-1": "off",
    }


def test_effects_go_on_after_a_step_that_cannot_be_applied(make_problem):
    recipe = steps("fill_numbers", "scale", fill_numbers=("purpose",))
    assert effects(make_problem(recipe=recipe)) == {"fill_numbers-1": "cannot be applied", "scale-1": "3 columns"}


def test_capping_is_shown_with_mean_and_rows_changed(make_problem):
    problem = make_problem(recipe=steps("cap_outliers"))
    shown = preview_step(problem, "cap_outliers-1", "debt")
    debt = problem.X["debt"].iloc[problem.split.train]
    low, high = np.quantile(debt, [0.005, 0.995])
    assert shown.changed == ((debt < low) | (debt > high)).sum() == 2
    means = f"Mean {figure(debt.mean())} → {figure(debt.clip(low, high).mean())}"
    assert shown.words == f"{means}. 2 rows changed; none dropped."
    assert shown.before.edges[-1] == debt.max()
    assert shown.after.edges[-1] == pytest.approx(high)
    assert sum(shown.before.counts) == sum(shown.after.counts) == 96


def test_a_step_that_is_off_is_shown_as_if_it_were_on(make_problem):
    on = make_problem(recipe=steps("cap_outliers"))
    off = make_problem(recipe=steps("cap_outliers").changed("cap_outliers-1", on=False))
    assert preview_step(off, "cap_outliers-1") == preview_step(on, "cap_outliers-1")


def test_the_preview_learns_from_training_rows_only(make_problem):
    table = make_table()
    problem = make_problem(table, steps("cap_outliers"))
    table.loc[problem.split.test, "debt"] = 1e9
    assert preview_step(make_problem(table, steps("cap_outliers")), "cap_outliers-1", "debt") == preview_step(
        problem, "cap_outliers-1", "debt"
    )


def test_a_column_that_leaves_has_no_after(make_problem):
    shown = preview_step(make_problem(recipe=steps("drop_columns", drop_columns=("debt",))), "drop_columns-1")
    assert (shown.column, shown.after, shown.columns_in, shown.columns_out) == ("debt", None, 6, 5)
    assert shown.words == "`debt` leaves the table."


def test_an_encoded_column_is_shown_by_what_it_becomes(make_problem):
    problem = make_problem(recipe=steps("fill_categories", "encode"))
    shown = preview_step(problem, "encode-1", "purpose")
    assert shown.words.startswith("`purpose` becomes 5 columns: `purpose=(missing)`, `purpose=car`")
    assert shown.words.endswith("`, …")
    assert dict(zip(shown.after.labels, shown.after.counts, strict=True))["purpose=home"] == int(
        (problem.X["purpose"].iloc[problem.split.train] == "home").sum()
    )


def test_dropped_rows_are_counted(make_problem):
    table = make_table()
    train = make_problem(table).split.train
    table.iloc[train[1]] = table.iloc[train[0]]
    shown = preview_step(make_problem(table, steps("drop_duplicates")), "drop_duplicates-1")
    assert (shown.rows_in, shown.rows_out) == (96, 95)
    assert shown.words == "1 row of 96 left out: it repeats another."


def test_a_step_without_effect_says_so(make_problem):
    recipe = Recipe(steps=(Step(id="m", kind="mark_missing", columns=("debt",), params={"values": [-5]}),))
    shown = preview_step(make_problem(recipe=recipe), "m")
    assert (shown.column, shown.words) == (None, "No value changes.")


def test_an_unknown_step_is_an_error(make_problem):
    with pytest.raises(KeyError):
        preview_step(make_problem(), "nothing")


def test_a_step_that_cannot_be_applied_says_why(make_problem):
    with pytest.raises(RecipeError, match="“purpose”"):
        preview_step(make_problem(recipe=steps("fill_numbers", fill_numbers=("purpose",))), "fill_numbers-1")


def test_numbers_are_counted_in_equal_ranges():
    counted = distribution(pd.Series([0.0, 1.0, 2.0, 20.5, np.nan]))
    assert counted.counts == (2, 1, *[0] * 17, 1)
    assert (counted.missing, counted.different, counted.mean) == (1, 4, 5.875)


def test_whole_numbers_are_counted_in_ranges_that_hold_equally_many_of_them():
    counted = distribution(pd.Series([float(value) for value in range(45)] * 3))
    assert counted.counts == (9,) * 15
    assert (counted.labels[0], counted.labels[-1]) == ("0 to 2", "42 to 44")
    alone = distribution(pd.Series([1.0, 2.0, 2.0, 4.0]))
    assert (alone.labels, alone.counts) == (("1", "2", "3", "4"), (1, 2, 0, 1))


def test_many_categories_are_counted_together():
    counted = distribution(pd.Series([*"aab", *map(str, range(20))], dtype="str"))
    assert counted.labels[0] == "a"
    assert counted.counts[0] == 2
    assert counted.labels[-1] == "10 others"
    assert sum(counted.counts) == 23


def test_dates_are_counted_by_year():
    counted = distribution(pd.Series(pd.to_datetime(["2020-01-01", "2021-05-01", "2021-06-01"])))
    assert (counted.labels, counted.counts) == (("2020", "2021"), (1, 2))


@pytest.mark.parametrize(
    ("value", "text"), [(0.33109, "0.331"), (-2.5, "−2.5"), (12345.6, "12,346"), (1e-17, "0"), (1234, "1,234")]
)
def test_figures_are_short(value, text):
    assert figure(value) == text


def test_a_step_that_only_adds_columns_says_which(make_problem):
    combined = Step(id="c", kind="combine_numbers", columns=("income", "amount"), params={"how": ["product", "ratio"]})
    problem = make_problem(recipe=Recipe(steps=(combined,)))
    assert effects(problem) == {"c": "2 more columns"}
    said = preview_step(problem, "c").words
    assert said == "2 columns added: `income*amount`, `income/amount`. No other value changes."


def test_a_step_on_text_that_finds_no_frequent_word_makes_no_column(make_problem):
    notes = [f"note{number}" for number in range(120)]
    schema = make_schema()
    schema = Schema(columns=(*schema.columns, ColumnSpec(name="note", type=ColumnType.TEXT)))
    recipe = Recipe(steps=(Step(id="t", kind="text_topics"), Step(id="l", kind="text_looks")))
    problem = make_problem(make_table().assign(note=notes), recipe=recipe, schema=schema)
    assert effects(problem) == {"t": "no column", "l": "7 more columns"}
