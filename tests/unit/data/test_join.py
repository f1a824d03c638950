"""Joining a second table: counted first, rows of the first never repeated."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.join import Join, JoinKey, apply_join, plan_join
from core.data.join_keys import codes_of, propose_keys
from core.errors import DataError, InputError, LimitError

LOANS = pd.DataFrame(
    {
        "loan": [1, 2, 3, 4, 5, 6],
        "customer": pd.Series(["a", "b", "a", "x", None, "c"], dtype="str"),
        "amount": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
    }
)
CUSTOMERS = pd.DataFrame(
    {
        "customer": pd.Series(["a", "b", "c", "d"], dtype="str"),
        "amount": [1, 2, 3, 4],
        "member": [True, False, True, True],
        "since": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01"]),
    }
)
VISITS = pd.DataFrame(
    {
        "customer": pd.Series(["a", "a", "b", None, "a", "z"], dtype="str"),
        "spent": [5.0, 7.0, 1.0, 9.0, np.nan, 2.0],
        "shop": pd.Series(["n", "s", "s", "n", "n", "s"], dtype="str"),
        "day": pd.to_datetime(["2026-01-02", "2026-01-09", "2026-01-01", "2026-01-01", "2026-01-05", "2026-01-01"]),
    }
)


def by(left, right=None, *rules):
    return JoinKey(left=left, right=right or left, rules=rules)


ON_CUSTOMER = Join(keys=(by("customer"),))


def test_a_plan_counts_before_anything_is_joined():
    plan = plan_join(LOANS, CUSTOMERS, ON_CUSTOMER)
    assert (plan.left_rows, plan.right_rows) == (6, 4)
    assert (plan.left_missing, plan.right_missing) == (1, 0)
    assert (plan.left_repeated, plan.right_repeated, plan.most_per_key) == (2, 0, 1)
    assert (plan.matched, plan.unmatched, plan.unused) == (4, 1, 1)
    assert (plan.rows_after, plan.exploded) == (6, 6)
    assert plan.unmatched_examples == ("x",)
    assert plan.renamed == (("amount", "amount_2"),)
    assert plan.refused == ""


def test_a_left_join_keeps_every_row_in_its_order_and_names_what_collides():
    table = apply_join(LOANS, CUSTOMERS, ON_CUSTOMER)
    assert list(table.frame.columns) == ["loan", "customer", "amount", "amount_2", "member", "since"]
    assert table.frame["loan"].tolist() == [1, 2, 3, 4, 5, 6]
    np.testing.assert_equal(table.frame["amount_2"].to_numpy(), [1, 2, 1, np.nan, np.nan, 3])
    assert table.frame["member"].fillna("?").tolist() == ["True", "False", "True", "?", "?", "True"]
    assert str(table.frame["member"].dtype) == "str"
    assert table.frame["since"].isna().sum() == 2
    assert table.warnings == [
        "A second table was joined by `customer`.",
        "1 of 6 rows have a key that the second table lacks; they are missing there.",
        "1 of 6 rows have no key, and match nothing.",
        "1 of 4 rows of the second table were not needed.",
        "`amount` of the second table became `amount_2`: the name was taken.",
    ]


def test_where_every_row_is_found_kinds_stay_as_they_are():
    table = apply_join(LOANS.iloc[[0, 1, 5]], CUSTOMERS, ON_CUSTOMER)
    assert table.frame["member"].tolist() == [True, False, True]
    assert table.frame["amount_2"].dtype == np.int64


def test_an_inner_join_says_how_many_rows_it_leaves_out():
    join = ON_CUSTOMER.model_copy(update={"how": "inner"})
    assert plan_join(LOANS, CUSTOMERS, join).rows_after == 4
    table = apply_join(LOANS, CUSTOMERS, join)
    assert table.frame["loan"].tolist() == [1, 2, 3, 6]
    assert "1 of 6 rows have a key that the second table lacks; they were left out." in table.warnings


def test_rows_that_would_be_repeated_are_refused_with_their_number():
    plan = plan_join(LOANS, VISITS, ON_CUSTOMER)
    assert (plan.right_repeated, plan.most_per_key, plan.right_missing) == (3, 3, 1)
    assert (plan.rows_after, plan.exploded) == (6, 10)
    assert plan.refused == (
        "3 rows of the second table share 1 key, so that rows of the first would be repeated, and cases counted twice."
    )
    with pytest.raises(DataError, match="Choose what becomes of the rows that share a key"):
        apply_join(LOANS, VISITS, ON_CUSTOMER)


@pytest.mark.parametrize(
    ("repeated", "spent", "shop"),
    [("first", [5, 1, 5], ["n", "s", "n"]), ("latest", [7, 1, 7], ["s", "s", "s"])],
)
def test_one_row_a_key_is_kept(repeated, spent, shop):
    join = Join(keys=(by("customer"),), repeated=repeated, latest_by="day")
    frame = apply_join(LOANS, VISITS, join).frame
    assert frame["spent"].iloc[:3].tolist() == spent
    assert frame["shop"].iloc[:3].tolist() == shop
    assert frame["loan"].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("repeated", "a"), [("mean", 6), ("sum", 12), ("min", 5), ("max", 7), ("median", 6)])
def test_numbers_of_one_key_are_measured_and_all_else_is_the_most_frequent(repeated, a):
    frame = apply_join(LOANS, VISITS, Join(keys=(by("customer"),), repeated=repeated)).frame
    assert list(frame.columns[3:]) == ["rows_found", f"spent_{repeated}", "shop_most_frequent", "day_most_frequent"]
    assert frame["rows_found"].tolist() == [3, 1, 3, 0, 0, 0]
    assert frame[f"spent_{repeated}"].iloc[:3].tolist() == [a, 1, a]
    assert frame["shop_most_frequent"].iloc[:3].tolist() == ["n", "s", "n"]
    assert frame[f"spent_{repeated}"].iloc[3:].isna().all()


def test_rows_can_only_be_counted():
    table = apply_join(LOANS, VISITS, Join(keys=(by("customer"),), repeated="count"))
    assert list(table.frame.columns) == ["loan", "customer", "amount", "rows_found"]
    assert table.frame["rows_found"].tolist() == [3, 1, 3, 0, 0, 0]
    assert "3 rows of the second table share a key; they were counted." in table.warnings


def test_a_sum_of_nothing_is_missing():
    nothing = VISITS.assign(spent=np.nan)
    frame = apply_join(LOANS, nothing, Join(keys=(by("customer"),), repeated="sum")).frame
    assert frame["spent_sum"].isna().all()


def test_a_column_that_is_called_like_the_count_keeps_its_values():
    odd = VISITS.rename(columns={"spent": "rows_found"})
    frame = apply_join(LOANS, odd, Join(keys=(by("customer"),), repeated="max")).frame
    assert frame["rows_found"].iloc[0] == 3
    assert frame["rows_found_max"].iloc[0] == 7


NUMBERED = pd.DataFrame({"id": [7, 8, 9]})
CODED = pd.DataFrame({"id": pd.Series(["007", "8", "x"], dtype="str"), "v": [1, 2, 3]})


def test_leading_zeros_are_never_overlooked_in_silence():
    plan = plan_join(NUMBERED, CODED, Join(keys=(by("id"),)))
    assert (plan.matched, plan.unmatched) == (1, 2)
    assert [(found.rule, found.rows, found.clashes) for found in plan.proposals] == [("zeros", 1, 0)]
    assert plan.notes == (
        "`id` holds numbers and `id` text; they are compared as text, so that 7 is “7” but not “007” unless leading "
        "zeros are overlooked.",
    )
    table = apply_join(NUMBERED, CODED, Join(keys=(by("id", "id", "zeros"),)))
    assert table.frame["v"].fillna(-1).tolist() == [1, 2, -1]
    assert table.warnings[0] == "A second table was joined by `id` (leading zeros do not count, so 007 is 7)."


def test_capitals_and_spaces_are_proposed_with_what_they_bring_and_what_falls_together():
    left = pd.DataFrame({"k": pd.Series(["Ann Lee", "bob", "CY"], dtype="str")})
    right = pd.DataFrame({"k": pd.Series(["AnnLee", "BOB", "cy", "Bob"], dtype="str"), "v": [1, 2, 3, 4]})
    plan = plan_join(left, right, Join(keys=(by("k"),)))
    assert plan.refused == "No row of the first table finds its key in the second."
    assert [(p.rule, p.rows, p.clashes) for p in plan.proposals] == [("case", 2, 1), ("spaces", 1, 0)]
    both = plan_join(left, right, Join(keys=(by("k", "k", "case", "spaces"),)))
    assert (both.matched, both.right_repeated) == (3, 2)
    assert both.refused.startswith("2 rows of the second table share 1 key")


def test_dates_and_their_text_are_compared_as_dates_where_asked():
    left = pd.DataFrame({"day": pd.to_datetime(["2026-01-01", "2026-01-02"])})
    right = pd.DataFrame({"day": pd.Series(["2026-01-02", "2026-01-03"], dtype="str"), "v": [1, 2]})
    plan = plan_join(left, right, Join(keys=(by("day"),)))
    assert [(found.rule, found.rows) for found in plan.proposals] == [("dates", 1)]
    frame = apply_join(left, right, Join(keys=(by("day", "day", "dates"),))).frame
    assert frame["v"].fillna(-1).tolist() == [-1, 1]


def test_two_keys_must_both_agree_and_a_missing_part_matches_nothing():
    left = pd.DataFrame({"c": pd.Series(["fr", "fr", None], dtype="str"), "y": [1, 2, 1]})
    right = pd.DataFrame({"c": pd.Series(["fr", "de", None], dtype="str"), "y": [1, 1, 1], "v": [10, 20, 30]})
    here, there = codes_of(left, right, [by("c"), by("y")])
    assert here[0] == there[0]
    assert here[2] == there[2] == -1
    assert here[1] not in there
    frame = apply_join(left, right, Join(keys=(by("c"), by("y")))).frame
    assert frame["v"].fillna(-1).tolist() == [10, -1, -1]


def test_what_cannot_be_joined_is_refused_in_words(monkeypatch):
    with pytest.raises(InputError, match="No key is chosen"):
        plan_join(LOANS, CUSTOMERS, Join(keys=()))
    with pytest.raises(InputError, match="The second table has no column 'loan'"):
        plan_join(LOANS, CUSTOMERS, Join(keys=(by("loan"),)))
    with pytest.raises(InputError, match="Which row is the latest is not said"):
        plan_join(LOANS, VISITS, Join(keys=(by("customer"),), repeated="latest"))
    monkeypatch.setattr("core.data.join.TABLE_COLUMNS", 5)
    with pytest.raises(LimitError, match="would have 6 columns and 6 rows"):
        apply_join(LOANS, CUSTOMERS, ON_CUSTOMER)


@given(
    left=st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=30),
    right=st.lists(st.integers(0, 9), unique=True, min_size=1, max_size=10),
)
def test_a_left_join_with_unique_keys_never_changes_the_rows_of_the_first_table(left, right):
    first = pd.DataFrame({"k": pd.Series(left, dtype="float64"), "n": range(len(left))})
    second = pd.DataFrame({"k": pd.Series(right, dtype="float64"), "v": [value * 10 for value in right]})
    join = Join(keys=(by("k"),))
    if plan_join(first, second, join).refused:
        assert not set(left) & set(right)
        return
    frame = apply_join(first, second, join).frame
    pd.testing.assert_frame_equal(frame[["k", "n"]], first)
    expected = [value * 10 if value in right else None for value in left]
    assert [None if pd.isna(value) else value for value in frame["v"]] == expected


# Proposals


def test_keys_are_proposed_by_values_names_and_uniqueness():
    best = propose_keys(LOANS, CUSTOMERS)[0]
    assert [(key.left, key.right) for key in best.keys] == [("customer", "customer")]
    assert best.unique
    assert best.found == 0.75


def test_columns_of_another_name_are_found_by_their_values():
    renamed = CUSTOMERS.rename(columns={"customer": "client code"})
    assert [(k.left, k.right) for k in propose_keys(LOANS, renamed)[0].keys] == [("customer", "client code")]


def test_a_key_written_in_another_way_beats_a_category_that_both_tables_have():
    left = pd.DataFrame({"customer": [f"C{n:03d}" for n in range(100)], "city": ["x", "y"] * 50})
    right = pd.DataFrame({"Customer": [f"c{n % 80:03d}" for n in range(200)], "city": ["x", "y"] * 100})
    first, second = propose_keys(left.astype("str"), right.astype("str"))
    assert (first.keys[0].left, first.found, first.loosely) == ("customer", 0.0, 0.8)
    assert (second.keys[0].left, second.found) == ("city", 1.0)


def test_a_small_table_of_a_category_is_proposed_all_the_same():
    left = pd.DataFrame({"city": ["x", "y"] * 50, "n": [0.5] * 100}).astype({"city": "str"})
    right = pd.DataFrame({"city": ["x", "y"], "size": [0.5, 1.5]}).astype({"city": "str"})
    assert propose_keys(left, right)[0].unique


def test_small_whole_numbers_do_not_beat_the_column_of_the_same_name():
    left = pd.DataFrame({"rooms": [1, 2, 3, 4] * 5, "house": [f"h{n}" for n in range(20)]}).astype({"house": "str"})
    right = pd.DataFrame({"rank": range(1, 21), "house": [f"h{n}" for n in range(20)]}).astype({"house": "str"})
    assert propose_keys(left, right)[0].keys[0].left == "house"


def test_two_columns_are_proposed_where_one_is_not_enough():
    left = pd.DataFrame({"country": ["fr", "de"] * 3, "year": [1, 2, 3] * 2}).astype({"country": "str"})
    right = pd.DataFrame({"country": ["fr", "fr", "de", "de"], "year": [1, 2, 1, 2], "v": range(4)})
    best = propose_keys(left, right.astype({"country": "str"}))[0]
    assert {(key.left, key.right) for key in best.keys} == {("country", "country"), ("year", "year")}
    assert best.unique
    assert best.found == pytest.approx(4 / 6)


def test_nothing_is_proposed_where_nothing_fits():
    assert propose_keys(pd.DataFrame({"a": [0.5, 1.5]}), pd.DataFrame({"b": [True, False]})) == ()
