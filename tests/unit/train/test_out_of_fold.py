from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.train.fits import FitAnswer
from core.train.fitted import out_of_fold


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=120, max_size=120))
def test_whatever_the_folds_each_row_keeps_its_own_prediction(problem, numbers):
    train, owner = problem.split.train, np.asarray(numbers)
    folds = tuple((train[owner != fold], train[owner == fold]) for fold in range(4))
    split = replace(problem, split=replace(problem.split, folds=folds))
    # The "probability" of a row is its own position.
    answers = [FitAnswer(0.1, 0.1, probabilities=np.column_stack([judge, judge]).astype(float)) for _, judge in folds]
    outcomes, of_fold, rows = out_of_fold(split, answers)
    assert rows.tolist() == train.tolist()
    assert outcomes.probabilities[:, 0].tolist() == train.tolist()
    assert of_fold.tolist() == owner.tolist()
    assert outcomes.actual.tolist() == problem.y[train].tolist()
