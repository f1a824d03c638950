"""A table held against a newer reading: what came, what went, what is of another type."""

import pandas as pd

from core.data.difference import difference, merged_schema
from core.data.guess import guess_schema
from core.data.schema import ColumnType, Role


def table(**columns):
    frame = pd.DataFrame(columns)
    return frame.astype({name: "str" for name in frame if frame[name].dtype == object})


THEN = table(
    age=[20.0 + n for n in range(40)],
    city=["x", "y"] * 20,
    joined=[f"2025-01-{n % 28 + 1:02d}" for n in range(40)],
    old=list(range(40)),
)
SCHEMA = guess_schema(THEN)


def changed(**columns):
    frame = THEN.assign(**columns)
    return frame.astype({name: "str" for name in frame if frame[name].dtype == object})


def held(after):
    return difference(THEN, after, SCHEMA, guess_schema(after))


def test_the_same_hash_is_not_looked_at():
    found = difference(THEN, THEN.head(3), SCHEMA, SCHEMA, same=True)
    assert found.same
    assert (found.new_columns, found.missing_columns, found.retyped, found.levels) == ((), (), (), ())


def test_rows_and_columns_that_came_and_went():
    after = THEN.drop(columns="old").head(30).assign(fresh=1)
    found = held(after)
    assert (found.rows_then, found.rows_now) == (40, 30)
    assert found.new_columns == ("fresh",)
    assert found.missing_columns == ("old",)
    assert found.retyped == ()
    assert found.lost == {"old"}


def test_numbers_that_became_words_are_counted_with_an_example():
    found = held(changed(age=["n/k"] * 10 + [str(n) for n in range(30)]))
    (change,) = found.retyped
    assert (change.column, change.was, change.known, change.unreadable) == ("age", ColumnType.NUMBER, 40, 10)
    assert not change.keeps
    assert change.sentence == ("`age` held numbers and now holds text: 10 of 40 values are no number, such as “n/k”.")


def test_numbers_stored_as_text_are_still_numbers():
    (change,) = held(changed(age=[str(20 + n) for n in range(40)])).retyped
    assert change.keeps
    assert change.sentence == (
        "`age` held numbers and now holds text; all but 0 of 40 values can still be read as before."
    )


def test_dates_in_another_order_are_no_longer_the_dates_they_were():
    (change,) = held(changed(joined=[f"{n % 28 + 1:02d}.01.2025" for n in range(40)])).retyped
    assert (change.column, change.keeps, change.unreadable) == ("joined", False, 40)
    assert change.sentence.startswith("`joined` is written in another way: 40 of 40 values are no date")


def test_one_odd_value_in_a_hundred_is_not_another_type():
    before = table(age=[float(n) for n in range(200)])
    schema = guess_schema(before)
    one, four = (table(age=[str(n) for n in range(200 - odd)] + ["?"] * odd) for odd in (1, 4))
    (change,) = difference(before, one, schema, guess_schema(one)).retyped
    assert change.keeps
    (change,) = difference(before, four, schema, guess_schema(four)).retyped
    assert not change.keeps


def test_categories_that_came_and_went_have_their_rows():
    (change,) = held(changed(city=["y"] * 20 + ["z"] * 15 + ["w"] * 5)).levels
    assert change.column == "city"
    assert change.new == (("z", 15), ("w", 5))
    assert change.gone == (("x", 20),)


def test_the_schema_keeps_what_the_user_said_where_it_still_holds():
    mine = SCHEMA.with_column("city", role=Role.LEFT_OUT, reason="mine").with_column("age", role=Role.LEFT_OUT)
    after = changed(age=["low", "high"] * 20).drop(columns="old").assign(fresh=[0.5, 1.5] * 20)
    found = difference(THEN, after, mine, guess_schema(after))
    merged = merged_schema(found, mine, guess_schema(after))
    assert merged.names == ("age", "city", "joined", "fresh")
    assert (merged["city"].role, merged["city"].reason) == (Role.LEFT_OUT, "mine")
    assert (merged["age"].type, merged["age"].role) == (ColumnType.CATEGORY, Role.LEFT_OUT)
    assert merged["fresh"].role is Role.FEATURE
