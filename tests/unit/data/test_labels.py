from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.labels import (
    Labelled,
    Progress,
    Reason,
    agreement,
    apply_labels,
    checked_label,
    counts_by,
    in_effect,
    label,
    labels_table,
    progress,
    redo,
    standing,
    undo,
)
from core.errors import InputError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VALUES = pd.Series(["yes", None, None, "no", None], dtype="str", name="good")


def said(row, value, who="Ana", reason=Reason.UNLABELLED, previous=None):
    return Labelled(row, value, previous, who, NOON, reason)


def texts(values):
    return [None if pd.isna(value) else value for value in values]


def test_the_last_label_of_a_row_counts():
    log = [said(1, "yes"), said(2, "no"), said(1, "no")]
    assert texts(apply_labels(log, VALUES)) == ["yes", "no", "no", "no", None]


def test_labels_leave_the_column_they_are_applied_to_as_it_was():
    before = VALUES.copy()
    apply_labels([said(1, "yes"), said(0, None)], VALUES)
    pd.testing.assert_series_equal(VALUES, before)


def test_a_label_can_be_emptied():
    assert texts(apply_labels([said(0, None)], VALUES)) == [None, None, None, "no", None]


def test_rows_beyond_the_table_are_passed_over():
    assert texts(apply_labels([said(9, "yes")], VALUES)) == texts(VALUES)


def test_labels_are_listed_with_their_row_of_the_full_table():
    log = [said(2, "yes"), said(0, "no", who="Bo", previous="yes"), said(9, "yes")]
    plain = labels_table(log, "good")
    assert {name: texts(values) for name, values in plain.items()} == {
        "row": [1, 3, 10],
        "column": ["good"] * 3,
        "label": ["no", "yes", "yes"],
        "before": ["yes", None, None],
        "labelled_by": ["Bo", "Ana", "Ana"],
        "at": ["2026-03-01T12:00:00+00:00"] * 3,
        "shown_as": ["unlabelled"] * 3,
    }
    full = labels_table(log, "good", np.array([40, 41, 977]))
    assert full[["row", "row_in_full_table"]].values.tolist() == [[1, 41], [3, 978]]
    assert labels_table([], "good").empty


@pytest.mark.parametrize(
    ("values", "given", "expected", "dtype"),
    [
        ([1.0, None, 0.0], {1: "1"}, [1.0, 1.0, 0.0], "float64"),
        ([1, 0, 0], {1: "1"}, [1, 1, 0], "int64"),
        ([1, 0, 0], {1: "2.5"}, [1, 2.5, 0], "float64"),
        ([1, 0, 0], {1: "late"}, ["1", "late", "0"], "str"),
        ([True, False, False], {1: "True"}, [True, True, False], "bool"),
        ([True, False, False], {1: None}, ["True", None, "False"], "str"),
        ([None, None, None], {1: "4.5"}, [None, 4.5, None], "float64"),
    ],
)
def test_numbers_stay_numbers_and_flags_flags(values, given, expected, dtype):
    column = pd.Series(values, dtype="float64" if None in values else None)
    found = apply_labels([said(row, value) for row, value in given.items()], column)
    assert texts(found) == expected
    assert found.dtype == dtype


def test_undo_takes_back_ones_own_last_label_and_not_somebody_elses():
    log = [said(1, "yes"), said(1, "no", who="Ben"), said(2, "no", who="Ben")]
    log.append(undo(log, who="Ana", at=NOON))
    assert log[-1] == Labelled(1, "no", "no", "Ana", NOON, Reason.UNDO)
    assert {row: entry.value for row, entry in in_effect(log).items()} == {1: "no", 2: "no"}
    assert undo(log, who="Ana", at=NOON) is None


def test_undo_gives_back_what_the_table_said():
    log = [said(0, "no", previous="yes", reason=Reason.SUSPECT)]
    taken = undo(log, who="Ana", at=NOON)
    assert (taken.row, taken.value, taken.previous) == (0, "yes", "no")
    assert texts(apply_labels([*log, taken], VALUES)) == texts(VALUES)


def test_a_new_label_ends_what_can_be_given_again():
    log = [said(1, "yes")]
    log.append(undo(log, who="Ana", at=NOON))
    assert redo(log, who="Ana", at=NOON).value == "yes"
    log.append(said(2, "no"))
    assert redo(log, who="Ana", at=NOON) is None


def test_the_same_word_twice_is_one_label():
    log = [said(1, "yes")]
    same = {"who": "Ana", "at": NOON, "stored": None}
    assert label(log, 1, "yes", reason=Reason.UNLABELLED, **same) is None
    assert label(log, 1, "no", reason=Reason.UNLABELLED, **same) == said(1, "no", previous="yes")
    assert label(log, 1, "yes", reason=Reason.SUSPECT, **same).reason is Reason.SUSPECT


def test_the_first_label_of_a_row_notes_what_the_table_says():
    found = label([], 0, "no", who="Ana", at=NOON, reason=Reason.SUSPECT, stored="yes")
    assert found.previous == "yes"


def test_progress_counts_rows_and_looks_again_apart():
    log = [said(1, "yes"), said(1, "no"), said(2, None), said(0, "yes", previous="yes"), said(3, "yes", previous="no")]
    assert progress(log, VALUES) == Progress(to_label=3, labelled=1, confirmed=1, corrected=1)
    assert progress(log, VALUES).share == pytest.approx(1 / 3)
    assert progress([], pd.Series(["a"], dtype="str")).share == 1.0


def test_each_labeller_is_counted_by_rows():
    log = [said(1, "yes"), said(1, "no"), said(2, "no", who="Ben"), said(4, "no", who="Ben")]
    assert counts_by(log) == {"Ben": 2, "Ana": 1}


def test_agreement_is_cohens_kappa_on_the_rows_two_have_labelled():
    # Ana and Ben on 10 rows: yes/yes 4, no/no 3, yes/no 1, no/yes 2. Observed 0.7; chance 0.5·0.6 + 0.5·0.4 = 0.5.
    pairs = [("yes", "yes")] * 4 + [("no", "no")] * 3 + [("yes", "no")] + [("no", "yes")] * 2
    log = [said(row, ana) for row, (ana, _) in enumerate(pairs)]
    log += [said(row, ben, who="Ben") for row, (_, ben) in enumerate(pairs)]
    log += [said(20, "yes"), said(21, "no", who="Cleo")]
    (found,) = agreement(log)
    assert (found.first, found.second, found.rows, found.same) == ("Ana", "Ben", 10, 7)
    assert found.kappa == pytest.approx(0.4)


def test_kappa_is_not_defined_where_both_know_one_outcome_only():
    assert agreement([said(1, "yes"), said(1, "yes", who="Ben")])[0].kappa is None


@pytest.mark.parametrize(("given", "kept"), [("  yes ", "yes"), (1.0, "1"), ("a\tb", "a b"), ("Łódź", "Łódź")])
def test_a_label_is_kept_without_outer_space(given, kept):
    assert checked_label(given) == kept


@pytest.mark.parametrize(
    ("given", "amount", "words"),
    [
        ("  ", False, "needs a value"),
        (None, False, "needs a value"),
        ("x" * 201, False, "200"),
        ("two", True, "number"),
    ],
)
def test_what_cannot_be_a_label_is_refused(given, amount, words):
    with pytest.raises(InputError, match=words):
        checked_label(given, amount=amount)


@st.composite
def logs(draw):
    """Labels, undos and redos of two labellers, made as the app makes them."""
    log = []
    for step in range(draw(st.integers(0, 25))):
        who, at = draw(st.sampled_from(["Ana", "Ben"])), NOON + timedelta(seconds=step)
        act = draw(st.sampled_from(["label", "label", "label", "undo", "redo"]))
        if act == "label":
            row, value = draw(st.integers(0, 4)), draw(st.sampled_from(["yes", "no", None]))
            reason = draw(st.sampled_from([Reason.UNLABELLED, Reason.PROPOSED]))
            stored = texts(VALUES)[row]
            entry = label(log, row, value, who=who, at=at, reason=reason, stored=stored)
        else:
            entry = (undo if act == "undo" else redo)(log, who=who, at=at)
        if entry is not None:
            log.append(entry)
    return log


@given(logs(), st.sampled_from(["Ana", "Ben"]))
def test_undo_and_redo_are_inverse(log, who):
    taken = undo(log, who=who, at=NOON)
    if taken is not None:
        after = [*log, taken]
        again = redo(after, who=who, at=NOON)
        assert standing([*after, again]) == standing(log)
        assert texts(apply_labels([*after, again], VALUES)) == texts(apply_labels(log, VALUES))


@given(logs(), st.sampled_from(["Ana", "Ben"]), st.integers(0, 4), st.sampled_from(["maybe", None]))
def test_undoing_a_label_restores_the_column(log, who, row, value):
    entry = label(log, row, value, who=who, at=NOON, reason=Reason.REVIEW, stored=texts(VALUES)[row])
    after = [*log, entry]
    back = [*after, undo(after, who=who, at=NOON)]
    assert texts(apply_labels(back, VALUES)) == texts(apply_labels(log, VALUES))


@given(logs())
def test_each_entry_says_what_it_found_and_what_it_left(log):
    for end, entry in enumerate(log, start=1):
        assert texts(apply_labels(log[: end - 1], VALUES))[entry.row] == entry.previous
        assert texts(apply_labels(log[:end], VALUES))[entry.row] == entry.value


@given(logs())
def test_taking_everything_back_leaves_the_table_as_it_was_brought(log):
    for who in ("Ana", "Ben"):
        while (entry := undo(log, who=who, at=NOON)) is not None:
            log = [*log, entry]
    assert texts(apply_labels(log, VALUES)) == texts(VALUES)
