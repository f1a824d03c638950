import numpy as np
import pytest

from core.prepare.picture import picture
from core.prepare.plan import SplitPlan
from core.prepare.split import make_split
from tests.unit.prepare.test_split import BINARY, frame_of

Y = np.array(["yes", "no"] * 50, dtype=object)


def drawn(**plan):
    made = SplitPlan(**plan)
    return picture(make_split(made, frame_of(100, t=np.arange(100)), Y, BINARY), made)


def test_folds_take_turns():
    assert [line.segments for line in drawn(folds=4)] == [
        (("judge", 20), ("fit", 60), ("sealed", 20)),
        (("fit", 20), ("judge", 20), ("fit", 40), ("sealed", 20)),
        (("fit", 40), ("judge", 20), ("fit", 20), ("sealed", 20)),
        (("fit", 60), ("judge", 20), ("sealed", 20)),
    ]


def test_by_time_what_comes_later_and_the_gap_are_left_out():
    assert [line.segments for line in drawn(kind="time", column="t", folds=2, gap=2)] == [
        (("fit", 25), ("apart", 2), ("judge", 26), ("apart", 25), ("sealed", 20)),
        (("fit", 51), ("apart", 2), ("judge", 25), ("sealed", 20)),
    ]


def test_a_validation_part_is_one_line():
    lines = drawn(scheme="holdout", validation_share=0.5)
    assert [(line.label, line.segments) for line in lines] == [
        ("Validation", (("fit", 40), ("judge", 40), ("sealed", 20)))
    ]


@pytest.mark.parametrize("plan", [{}, {"repeats": 2}, {"kind": "time", "column": "t", "gap": 5}, {"scheme": "holdout"}])
def test_every_line_is_as_long_as_the_others(plan):
    assert len({sum(rows for _, rows in line.segments) for line in drawn(**plan)}) == 1
