from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.checks import check_data
from core.data.knowing import behind
from core.data.knowing.behind import rows_behind, selector_words
from core.data.knowing.bins import put_into_bins
from core.data.knowing.coded import code_table
from core.data.knowing.contradictions import contradicting_rows, unlike_neighbours
from core.data.knowing.near import near_repeats
from core.data.profile import profile
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.framing.frame import Frame, Task

RNG = np.random.default_rng(6)
FRAME = Frame(target="y", task=Task.BINARY, positive="yes")


def schema(**kinds):
    return Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kind)) for name, kind in kinds.items()))


KINDS = schema(n="number", c="category", d="date", t="text", y="yes_no")
TABLE = pd.DataFrame({
    "n": [0.0, 1.0, 2.0, 3.0, 4.0, 500.0, np.nan, -1.0],
    "c": ["a", "b", "a", None, "a", "b", "b", "a"],
    "d": pd.to_datetime(["2024-01-01 10:00", "2024-01-02", None, "2030-01-01", "2024-01-01", None, None, "2024-01-05"],
        format="ISO8601",
    ),
    "t": ["see A-1", "mail x@y.org", None, "A-1 again", "b", "mail z@y.org", "c", "d"],
    "y": ["yes", "no"] * 4,
})  # fmt: skip


@pytest.mark.parametrize(
    ("selector", "rows", "words"),
    [
        (behind.Missing(("n",)), [6], "`n` missing"),
        (behind.Missing(("c",), only=True), [3], "`c` missing and nothing else"),
        (behind.Missing(("d",), only=True), [5], "`d` missing and nothing else"),
        (behind.Value("c", ("b",)), [1, 5, 6], "`c` is b"),
        (behind.Value("n", ("2", "3.0")), [2, 3], "`n` is 2 or 3.0"),
        (behind.Value("d", ("2024-01-01",)), [0, 4], "`d` is 2024-01-01"),
        (behind.Between("n", 0, 0), [0], "`n` is 0"),
        (behind.Between("n", None, 0), [0, 7], "`n` is 0 or less"),
        (behind.Between("n", 1, 3), [1, 2, 3], "`n` is from 1 to 3"),
        (behind.FarOut("n"), [5], "`n` has more than 1.5 interquartile ranges outside the quartiles"),
        (behind.FarOut("n", "extreme"), [5], "`n` has more than 5 interquartile ranges outside the quartiles"),
        (behind.FarOut("n", "robust"), [5], "`n` has a robust z beyond 3.5"),
        (behind.Shape("t", "a"), [4, 6, 7], "`t` is written as a"),
        (behind.Word("t", "mail"), [1, 5], "`t` holds the word “mail”"),
        (behind.LaterThan("d", "2024-06-01T00:00:00+00:00"), [3], "`d` is later than 2024-06-01"),
        (behind.InGroup((("c", "a"), ("y", "yes"))), [0, 2, 4], "`c` a and `y` yes"),
        (behind.NotAllowed("n", "0 to 100"), [5, 7], "`n` is not 0 to 100"),
        (behind.Personal("t", "e-mail addresses"), [1, 5], "`t` holds e-mail addresses"),
        (behind.AnyOf((behind.Missing(("n",)), behind.Value("c", ("b",)))), [1, 5, 6], "`n` missing; `c` is b"),
        (behind.Known(("n", "c")), [0, 1, 2, 4, 5, 7], "`n` and `c` known"),
        (behind.Odd("c", "unusual"), [1, 5, 6], "`c` differs from its most frequent value"),
        (behind.Odd("c", "rare"), [0, 1, 2, 4, 5, 6, 7], "`c` is a level with fewer than 10 rows"),
        (behind.Odd("t", "personal"), [1, 5], "`t` holds personal data"),
        (behind.Odd("gone", "rare"), [], "`gone` is a level with fewer than 10 rows"),
        (behind.Value("gone", ("b",)), [], "`gone` is b"),
        (behind.Missing(("gone",)), [], "`gone` missing"),
        (behind.InGroup((("gone", "a"),)), [], "`gone` a"),
    ],
)
def test_the_rows_behind_a_number_are_found(selector, rows, words):
    assert rows_behind(TABLE, KINDS, selector, FRAME).tolist() == rows
    assert selector_words(selector) == words


def test_every_selector_has_a_finder():
    import typing

    assert set(behind._FINDERS) == set(typing.get_args(behind.Selector))


def test_the_bars_of_a_column_hold_each_row_once():
    for column in ("n", "c", "d", "y"):
        bins = put_into_bins(TABLE[column], KINDS[column])
        found = [rows_behind(TABLE, KINDS, behind.Bar(column, at)) for at in range(len(bins.names))]
        assert [len(rows) for rows in found] == bins.rows.tolist()
        assert len(np.unique(np.concatenate(found))) == sum(map(len, found))


def test_repeats_are_found_with_their_first():
    twice = pd.concat([TABLE, TABLE.iloc[[2]]], ignore_index=True)
    assert rows_behind(twice, KINDS, behind.Repeats()).tolist() == [2, 8]


def wide(n=500):
    held = pd.DataFrame(RNG.normal(size=(n, 4)), columns=list("abcd"))
    held["c1"] = RNG.choice(["red", "green"], n)
    return held, schema(a="number", b="number", c="number", d="number", c1="category")


def test_rows_equal_but_for_case_spaces_and_rounding_are_near():
    held, kinds = wide()
    copy = held.iloc[[3]].assign(a=lambda rows: rows["a"] * (1 + 1e-12), c1=lambda rows: " " + rows["c1"].str.upper())
    found = near_repeats(pd.concat([held, copy, held.iloc[[7]]], ignore_index=True), kinds)
    assert (found.exact, found.alike, found.one_apart, found.by_chance) == (2, 1, 0, False)
    assert found.positions.tolist() == [3, 7, 500, 501]
    assert set(found.groups) == {(3, 500), (7, 501)}


def test_rows_that_differ_in_one_cell_are_near_and_in_two_are_not():
    held, kinds = wide()
    one = held.iloc[[5]].assign(b=9.0)
    two = held.iloc[[8]].assign(b=9.0, c=9.0)
    found = near_repeats(pd.concat([held, one, two], ignore_index=True), kinds)
    assert (found.exact, found.one_apart) == (0, 2)
    assert found.positions.tolist() == [5, 500]


def test_few_possible_rows_meet_by_chance():
    n = 400
    held = pd.DataFrame({name: RNG.choice(list("ab"), n) for name in "abcdef"})
    assert near_repeats(held, schema(**dict.fromkeys("abcdef", "category"))).by_chance


def test_larger_tables_are_looked_at_on_a_sample():
    held, kinds = wide()
    found = near_repeats(held, kinds, rows=100)
    assert (found.rows, found.of_rows, found.columns) == (100, 500, 5)


def test_equal_rows_with_different_outcomes_contradict():
    held = pd.DataFrame({"n": [1.0, 1.0, 2.0, 2.0, 3.0], "c": list("aabbb"), "y": ["yes", "no", "yes", "yes", None]})
    kinds = schema(n="number", c="category", y="yes_no")
    assert contradicting_rows(held, kinds, FRAME).tolist() == [True, True, False, False, False]
    assert rows_behind(held, kinds, behind.Contradicting(), FRAME).tolist() == [0, 1]
    assert not contradicting_rows(held, kinds, Frame()).any()


def test_a_row_unlike_its_neighbours_is_found():
    n = 300
    side = np.arange(n) % 2
    held = pd.DataFrame({"a": side + RNG.normal(scale=0.05, size=n), "y": np.where(side, "yes", "no")})
    held.loc[[10, 21], "y"] = ["yes", "no"]
    found = unlike_neighbours(code_table(held, schema(a="number", y="yes_no")), "y")
    assert found.positions.tolist() == [10, 21]
    assert found.balanced_accuracy > 0.98


def test_without_two_outcomes_there_are_no_neighbours_to_ask():
    held = pd.DataFrame({"a": np.arange(200.0), "y": ["yes"] * 200})
    assert unlike_neighbours(code_table(held, schema(a="number", y="yes_no")), "y") is None


def test_a_check_takes_near_repeats_that_were_found_before():
    held = pd.DataFrame({name: [f"{name}{row}" for row in range(40)] for name in "abcdef"})
    kinds = schema(**dict.fromkeys("abcdef", "category"))
    known = replace(near_repeats(held, kinds), alike=7, by_chance=False)
    found = check_data(held, kinds, Frame(), profile(held, kinds, Frame()), near=known)
    told = [finding.evidence for finding in found if finding.code == "near-repeats"]
    assert told == ["7 rows equal another but for case, spaces or rounding, of 40 rows and 6 columns."]
