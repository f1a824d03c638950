"""What is shown of a join before it is made, kept and read again."""

import pandas as pd
import pytest

from core.data.join import Join, JoinKey, apply_join, chosen, plan_join
from core.workspace.looking import is_large, keep_look, kept_look, look

LEFT = pd.DataFrame({"id": pd.Series([f"C{n:04d}" for n in range(300)], dtype="str"), "x": range(300)})
RIGHT = pd.DataFrame(
    {"id": pd.Series([f"C{n % 200:04d}" for n in range(400)], dtype="str"), "paid": [float(n) for n in range(400)]}
)
ON_ID = (JoinKey(left="id", right="id"),)


def test_keys_are_proposed_counted_and_kept_with_the_first_rows_alone(tmp_path):
    found = look(LEFT, RIGHT, ())
    assert found.plan.join.keys == ON_ID
    assert (found.plan.matched, found.plan.unmatched, found.plan.right_repeated) == (200, 100, 400)
    # The first 100 rows, and the rows that share their keys: two each.
    assert (len(found.left), len(found.right)) == (100, 200)
    keep_look(found, tmp_path)
    again = kept_look(tmp_path)
    assert (again.proposals, again.plan) == (found.proposals, found.plan)
    pd.testing.assert_frame_equal(again.right, found.right)
    assert kept_look(tmp_path / "elsewhere") is None


def test_without_a_key_there_is_nothing_to_count(tmp_path):
    found = look(LEFT, pd.DataFrame({"share": [0.5, 0.25]}), ())
    assert (found.proposals, found.plan, len(found.right)) == ((), None, 0)
    keep_look(found, tmp_path)
    assert kept_look(tmp_path).plan is None


@pytest.mark.parametrize("repeated", ["refuse", "first", "count", "mean"])
@pytest.mark.parametrize("how", ["left", "inner"])
def test_other_choices_are_counted_as_if_from_the_start(how, repeated):
    found = look(LEFT, RIGHT, ON_ID)
    join = Join(keys=ON_ID, how=how, repeated=repeated)
    assert chosen(found.plan, found.left, found.right, join) == plan_join(LEFT, RIGHT, join)


def test_the_first_rows_are_joined_as_they_are_in_the_whole():
    found, join = look(LEFT, RIGHT, ON_ID), Join(keys=ON_ID, repeated="mean")
    head = apply_join(found.left, found.right, join).frame
    pd.testing.assert_frame_equal(head, apply_join(LEFT, RIGHT, join).frame.head(100), check_dtype=False)


def test_tables_are_large_by_their_cells_together(monkeypatch, noon):
    from core.project.document import DataRef

    ref = DataRef(content_hash="h", name="t", rows=100_000, columns=5, size_bytes=1, imported=noon)
    assert not is_large(ref)
    assert is_large(ref, ref)
    assert not is_large(None)
