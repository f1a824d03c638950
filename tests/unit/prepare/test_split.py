import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.errors import DataError
from core.framing.frame import Frame, Task
from core.prepare.plan import Scheme, Split, SplitKind, SplitPlan
from core.prepare.split import make_split

BINARY = Frame(target="y", task=Task.BINARY, positive="yes", metric="x")
AMOUNT = Frame(target="y", task=Task.REGRESSION, metric="x")


def labels(*counts):
    return np.array([name for name, count in zip("abcdef", counts, strict=False) for _ in range(count)], dtype=object)


def frame_of(n, **columns):
    return pd.DataFrame({"x": np.arange(n), **columns})


def count(y, positions, label):
    return int((y[positions] == label).sum())


@st.composite
def plans(draw):
    n = draw(st.integers(30, 90))
    y = np.array(draw(st.lists(st.sampled_from(["yes", "no", None]), min_size=n, max_size=n)), dtype=object)
    y[:8] = ["yes", "no"] * 4
    groups = draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))
    groups[:5] = range(5)
    kind = draw(st.sampled_from(list(SplitKind)))
    plan = SplitPlan(
        kind=kind,
        test_share=draw(st.floats(0.05, 0.5)),
        folds=draw(st.integers(2, 6)),
        seed=draw(st.integers(0, 99)),
        scheme=draw(st.sampled_from(list(Scheme))),
        repeats=draw(st.integers(1, 3)),
        validation_share=draw(st.floats(0.05, 0.5)),
        column="g" if kind.needs_column else "",
        test_values=("0", "3") if kind is SplitKind.COLUMN else (),
        validation_values=("1",) if kind is SplitKind.COLUMN and draw(st.booleans()) else (),
        balance=("s",) if draw(st.booleans()) else (),
    )
    table = frame_of(n, g=groups, s=draw(st.lists(st.sampled_from(["f", "m", None]), min_size=n, max_size=n)))
    return plan, table, y


@settings(max_examples=80, deadline=None)
@given(given_=plans())
def test_parts_never_overlap_and_hold_every_row_with_an_outcome(given_):
    plan, table, y = given_
    try:
        split = make_split(plan, table, y, BINARY)
    except DataError:
        return
    known = np.flatnonzero(~pd.isna(y))
    assert sorted([*split.train, *split.test]) == known.tolist()
    assert len(split.test) >= 1
    for fit, judge in split.folds:
        assert set(fit).isdisjoint(judge)
        assert set(fit) | set(judge) <= set(split.train)
        assert len(set(y[fit])) == 2


@settings(max_examples=40, deadline=None)
@given(given_=plans())
def test_the_same_seed_makes_the_same_split(given_):
    plan, table, y = given_
    try:
        first, second = make_split(plan, table, y, BINARY), make_split(plan, table, y, BINARY)
    except DataError:
        return
    assert first.test.tolist() == second.test.tolist()
    assert [judge.tolist() for _, judge in first.folds] == [judge.tolist() for _, judge in second.folds]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 99), counts=st.tuples(st.integers(12, 60), st.integers(12, 60)), folds=st.integers(2, 5))
def test_stratified_parts_hold_each_class_to_within_one_row(seed, counts, folds):
    y = labels(*counts)
    split = make_split(SplitPlan(seed=seed, folds=folds), frame_of(len(y)), y, BINARY)
    for label, members in zip("ab", counts, strict=True):
        assert abs(count(y, split.test, label) - members * len(split.test) / len(y)) < 1
        judged = [count(y, judge, label) for _, judge in split.folds]
        assert max(judged) - min(judged) <= 1


def test_random_and_stratified_judge_every_training_row_once():
    for kind in (SplitKind.RANDOM, SplitKind.STRATIFIED):
        y = labels(40, 60)
        split = make_split(SplitPlan(kind=kind), frame_of(100), y, BINARY)
        assert sorted(np.concatenate([judge for _, judge in split.folds])) == split.train.tolist()
        assert len(split.test) == 20


def test_another_seed_makes_another_split():
    y = labels(50, 50)
    first, second = (make_split(SplitPlan(seed=seed), frame_of(100), y, BINARY) for seed in (1, 2))
    assert first.test.tolist() != second.test.tolist()


def test_groups_to_be_balanced_have_equal_shares_in_all_parts():
    y = labels(100, 100)
    groups = np.array((["f"] * 10 + ["m"] * 90) * 2)
    split = make_split(SplitPlan(balance=("s",)), frame_of(200, s=groups), y, BINARY)
    for label in "ab":
        held = (y[split.test] == label) & (groups[split.test] == "f")
        assert held.sum() == 2
        for _, judge in split.folds:
            assert ((y[judge] == label) & (groups[judge] == "f")).sum() in (1, 2)


def test_amounts_are_spread_alike():
    y = np.arange(100, dtype=float)
    split = make_split(SplitPlan(), frame_of(100), y, AMOUNT)
    # Two of each ten neighbours are sealed.
    assert [int(((y[split.test] // 10) == tenth).sum()) for tenth in range(10)] == [2] * 10


def test_missing_amounts_are_in_no_part():
    y = np.array([np.nan] * 5 + list(range(45)))
    split = make_split(SplitPlan(kind=SplitKind.RANDOM), frame_of(50), y, AMOUNT)
    assert min([*split.train, *split.test]) == 5


def test_a_rare_class_means_fewer_folds_and_a_note():
    y = labels(60, 3)
    split = make_split(SplitPlan(), frame_of(63), y, BINARY)
    assert len(split.folds) == count(y, split.train, "b")
    assert any("'b'" in note and "folds" in note for note in split.notes)


def test_a_class_of_two_stays_whole_in_training():
    for seed in range(5):
        y = labels(60, 2)
        split = make_split(SplitPlan(seed=seed), frame_of(62), y, BINARY)
        assert count(y, split.test, "b") == 0
        assert all(count(y, fit, "b") == 1 for fit, _ in split.folds)


@settings(max_examples=40, deadline=None)
@given(groups=st.lists(st.integers(0, 12), min_size=30, max_size=60), seed=st.integers(0, 9))
def test_no_group_is_on_two_sides(groups, seed):
    if len(set(groups)) < 4:
        return
    y = np.resize(labels(1, 1), len(groups))
    plan = SplitPlan(kind=SplitKind.GROUP, column="g", seed=seed)
    try:
        split = make_split(plan, frame_of(len(groups), g=groups), y, BINARY)
    except DataError:
        return
    names = np.array(groups)
    assert set(names[split.train]).isdisjoint(names[split.test])
    for fit, judge in split.folds:
        assert set(names[fit]).isdisjoint(names[judge])


def test_rows_without_a_group_are_groups_of_their_own():
    y = np.resize(labels(1, 1), 40)
    plan = SplitPlan(kind=SplitKind.GROUP, column="g")
    split = make_split(plan, frame_of(40, g=[None] * 40), y, BINARY)
    assert len(split.test) == 8


def test_two_groups_are_too_few():
    plan = SplitPlan(kind=SplitKind.GROUP, column="g")
    with pytest.raises(DataError, match="“g” has 2 different values"):
        make_split(plan, frame_of(40, g=[1, 2] * 20), np.resize(labels(1, 1), 40), BINARY)


def test_by_time_each_part_is_later_than_what_was_learned_from():
    times = np.random.default_rng(0).permutation(100)
    plan = SplitPlan(kind=SplitKind.TIME, column="t", folds=4)
    split = make_split(plan, frame_of(100, t=times), np.resize(labels(1, 1), 100), BINARY)
    assert sorted(times[split.test]) == list(range(80, 100))
    for number, (fit, judge) in enumerate(split.folds, start=1):
        assert sorted(times[fit]) == list(range(16 * number))
        assert sorted(times[judge]) == list(range(16 * number, 16 * number + 16))


def test_by_time_rows_of_one_moment_stay_together():
    times = np.repeat([1, 2, 3, 4], 25)
    plan = SplitPlan(kind=SplitKind.TIME, column="t", folds=2)
    split = make_split(plan, frame_of(100, t=times), np.resize(labels(1, 1), 100), BINARY)
    assert set(times[split.test]) == {4}
    assert [(set(times[fit]), set(times[judge])) for fit, judge in split.folds] == [({1}, {2}), ({1, 2}, {3})]


def test_by_time_dates_kept_as_text_are_read_by_their_format():
    days = pd.Series(pd.date_range("2023-01-20", periods=40).strftime("%d/%m/%Y"))
    schema = Schema(columns=(ColumnSpec(name="t", type=ColumnType.DATE, date_format="%d/%m/%Y"),))
    plan = SplitPlan(kind=SplitKind.TIME, column="t", folds=2)
    split = make_split(plan, frame_of(40, t=days), np.resize(labels(1, 1), 40), BINARY, schema)
    assert split.test.tolist() == list(range(32, 40))


def test_by_time_rows_without_a_time_count_as_the_earliest():
    times = np.arange(40, dtype=float)
    times[[30, 39]] = np.nan
    plan = SplitPlan(kind=SplitKind.TIME, column="t", folds=2)
    split = make_split(plan, frame_of(40, t=times), np.resize(labels(1, 1), 40), BINARY)
    assert {30, 39} <= set(split.folds[0][0])
    assert split.notes == ("2 rows without “t” count as the earliest.",)


def test_by_time_a_fold_that_learns_one_outcome_is_left_out():
    y = np.array(["no"] * 30 + ["yes", "no"] * 15, dtype=object)
    plan = SplitPlan(kind=SplitKind.TIME, column="x", folds=3)
    split = make_split(plan, frame_of(60), y, BINARY)
    assert len(split.folds) == 1
    assert split.notes[0].startswith("Fold 1 is left out")


@pytest.mark.parametrize(
    ("kind", "judged", "words"),
    [
        ("random", 80, "80 training rows, each judged when left out"),
        ("stratified", 80, "80 training rows, each judged when left out"),
        ("group", 80, "80 training rows, each judged when its group is left out"),
        (
            "time",
            64,
            "64 of 80 training rows, each judged by models of earlier rows; the earliest 16 are only learned from",
        ),
    ],
)
def test_it_says_on_which_rows_scores_are_computed(kind, judged, words):
    table = frame_of(100, t=np.arange(100), g=np.arange(100) % 10)
    plan = SplitPlan(kind=kind, column={"time": "t", "group": "g"}.get(kind, ""), folds=4)
    split = make_split(plan, table, np.resize(labels(1, 1), 100), BINARY)
    assert split.judged_rows == judged == len({row for _, judge in split.folds for row in judge.tolist()})
    assert split.judged_words == words


def test_rows_of_a_fold_that_is_left_out_are_no_longer_judged():
    rows = np.arange(11)
    split = Split(rows[:10], rows[10:], ((rows[:6], rows[6:10]), (rows[5:10], rows[:5])))
    expected = "9 of 10 training rows, each judged when left out; the other 1 is only learned from"
    assert split.judged_words == expected


@pytest.mark.parametrize("kind", [SplitKind.GROUP, SplitKind.TIME])
@pytest.mark.parametrize("column", ["", "gone"])
def test_a_column_that_is_not_there_is_named(kind, column):
    with pytest.raises(DataError, match="gone" if column else "none is chosen"):
        make_split(SplitPlan(kind=kind, column=column), frame_of(40), np.resize(labels(1, 1), 40), BINARY)


def test_hardly_any_outcome_cannot_be_split():
    with pytest.raises(DataError, match="3 rows have an outcome"):
        make_split(SplitPlan(), frame_of(10), np.array(["a", "b", "a"] + [None] * 7, dtype=object), BINARY)


def test_folds_dealt_anew_differ_and_each_pass_judges_every_row_once():
    y = labels(60, 40)
    once = make_split(SplitPlan(folds=4), frame_of(100), y, BINARY)
    split = make_split(SplitPlan(folds=4, repeats=3), frame_of(100), y, BINARY)
    assert len(split.folds) == 12
    assert split.first == 4
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(once.folds, split.first_pass, strict=True))
    for turn in range(3):
        judged = np.concatenate([judge for _, judge in split.folds[4 * turn : 4 * turn + 4]])
        assert sorted(judged) == split.train.tolist()
        assert [count(y, judge, "a") for _, judge in split.folds[4 * turn : 4 * turn + 4]] == [12] * 4
    assert not np.array_equal(split.folds[0][1], split.folds[4][1])


def test_groups_stay_together_in_every_pass():
    groups = np.arange(100) // 5
    plan = SplitPlan(kind="group", column="g", folds=3, repeats=2)
    split = make_split(plan, frame_of(100, g=groups), labels(50, 50), BINARY)
    assert len(split.folds) == 6
    assert all(not set(groups[fit]) & set(groups[judge]) for fit, judge in split.folds)


def test_a_validation_part_is_one_share_that_nothing_learns_from():
    y = labels(60, 40)
    split = make_split(SplitPlan(scheme="holdout", validation_share=0.25, folds=5), frame_of(100), y, BINARY)
    fits, judges = zip(*split.folds, strict=True)
    assert split.blocks == 5
    assert all(np.array_equal(fit, fits[0]) for fit in fits)
    judged = np.concatenate(judges)
    assert len(judged) == 20
    assert len(set(judged)) == 20
    assert sorted([*fits[0], *judged]) == split.train.tolist()
    assert (count(y, judged, "a"), count(y, judged, "b")) == (12, 8)
    assert split.judged_words == "20 of 80 training rows, the validation part, which no model learns from"


def test_by_time_the_validation_part_is_the_latest_of_training_in_blocks_of_time():
    y = np.array(["yes", "no"] * 50, dtype=object)
    plan = SplitPlan(kind="time", column="t", scheme="holdout", validation_share=0.25, folds=4)
    split = make_split(plan, frame_of(100, t=np.arange(100)), y, BINARY)
    assert split.test.tolist() == list(range(80, 100))
    assert split.folds[0][0].tolist() == list(range(60))
    assert [judge.tolist() for _, judge in split.folds] == [list(range(n, n + 5)) for n in (60, 65, 70, 75)]


def test_a_gap_leaves_out_what_comes_just_before_a_judged_part():
    y = np.array(["yes", "no"] * 50, dtype=object)
    plan = SplitPlan(kind="time", column="t", folds=3, gap=4)
    split = make_split(plan, frame_of(100, t=np.arange(100)), y, BINARY)
    assert split.test.tolist() == list(range(80, 100))
    # The sealed part begins at 80: what lies within 4 of it, 76 to 79, is in no part.
    assert split.train.tolist() == list(range(76))
    assert [(fit.tolist(), judge[0]) for fit, judge in split.folds] == [
        (list(range(16)), 20),
        (list(range(36)), 40),
        (list(range(56)), 60),
    ]
    assert "4 rows within the gap before the sealed part are in no part." in split.notes


def test_a_gap_of_days_holds_for_dates_kept_as_text():
    days = (pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(60), "D")).strftime("%d.%m.%Y")
    schema = Schema(columns=(ColumnSpec(name="t", type=ColumnType.DATE, date_format="%d.%m.%Y"),))
    y = np.array(["yes", "no"] * 30, dtype=object)
    plan = SplitPlan(kind="time", column="t", folds=2, gap=7)
    split = make_split(plan, frame_of(60, t=days), y, BINARY, schema)
    assert (split.test.min(), split.train.max()) == (48, 40)


def test_a_gap_beyond_the_table_is_said():
    y = np.array(["yes", "no"] * 50, dtype=object)
    with pytest.raises(DataError, match="No fold holds two"):
        make_split(SplitPlan(kind="time", column="t", gap=1000), frame_of(100, t=np.arange(100)), y, BINARY)


def test_a_column_says_which_rows_are_sealed():
    part = np.array((["train"] * 6 + ["valid"] * 2 + ["test"] * 2) * 10, dtype=object)
    y = np.array(["yes", "no"] * 50, dtype=object)
    plan = SplitPlan(kind="column", column="p", test_values=("test",), folds=4)
    split = make_split(plan, frame_of(100, p=part), y, BINARY)
    assert split.test.tolist() == np.flatnonzero(part == "test").tolist()
    assert len(split.folds) == 4
    validated = make_split(plan.model_copy(update={"validation_values": ("valid",)}), frame_of(100, p=part), y, BINARY)
    assert validated.blocks == 4
    assert sorted(np.concatenate([judge for _, judge in validated.folds])) == np.flatnonzero(part == "valid").tolist()
    assert validated.folds[0][0].tolist() == np.flatnonzero(part == "train").tolist()


def test_rows_without_a_part_are_for_training():
    part = np.array(["a"] * 30 + ["test"] * 8 + [None] * 2, dtype=object)
    y = np.array(["yes", "no"] * 20, dtype=object)
    split = make_split(SplitPlan(kind="column", column="p", test_values=("test",)), frame_of(40, p=part), y, BINARY)
    assert {38, 39} <= set(split.train.tolist())
    assert "2 rows without “p” are for training." in split.notes


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "No value of “p” is named"),
        ({"test_values": ("gone",)}, "By “p”, 0 rows would be for test; at least 1"),
        ({"test_values": ("a", "b")}, "By “p”, 0 rows would be for training; at least 4"),
        ({"test_values": ("a",), "validation_values": ("a",)}, "both test and validation"),
        ({"test_values": ("a",), "validation_values": ("gone",)}, "0 rows would be for validation"),
    ],
)
def test_a_column_without_the_values_is_said(values, said):
    part = np.array(["a", "b"] * 10, dtype=object)
    y = np.array(["yes", "yes", "no", "no"] * 5, dtype=object)
    with pytest.raises(DataError, match=said):
        make_split(SplitPlan(kind="column", column="p", **values), frame_of(20, p=part), y, BINARY)


def test_a_plan_forgets_what_its_kind_does_not_use():
    full = {"column": "t", "gap": 3.0, "test_values": ("x",), "balance": ("s",), "repeats": 3}
    assert SplitPlan(kind="random", **full).trimmed() == SplitPlan(kind="random", repeats=3)
    assert SplitPlan(kind="time", **full).trimmed() == SplitPlan(kind="time", column="t", gap=3.0)
    assert SplitPlan(scheme="holdout", **full).trimmed() == SplitPlan(scheme="holdout", balance=("s",))
