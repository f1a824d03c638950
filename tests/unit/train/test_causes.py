import pytest

from core.errors import RecipeError, TrainingError
from core.train.causes import cause_in_words, exit_in_words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("Input X contains NaN.\nSVC does not accept missing values"), "missing values"),
        (ValueError("Input X contains infinity or a value too large for dtype('float64')."), "too large"),
        (ValueError("could not convert string to float: 'north'"), "leaves text"),
        (ValueError("Found array with 0 feature(s) (shape=(3, 0)) while a minimum of 1 is required."), "no column"),
        (ValueError("Found array with 0 sample(s) (shape=(0, 3))"), "no rows"),
        (ValueError("This solver needs samples of at least 2 classes in the data, but it has one."), "single outcome"),
        (ValueError("Requesting 3-fold cross-validation but provided less than 3 examples for at least one class."),
         "too few rows"),
        (ArithmeticError("Singular matrix"), "repeat each other"),
        (MemoryError(), "more memory"),
        (ValueError("Unable to allocate 7.45 GiB for an array with shape (1, 1)"), "more memory"),
    ],
)  # fmt: skip
def test_common_faults_are_told_in_plain_words(error, words):
    assert words in cause_in_words(error)


def test_our_own_errors_keep_their_text():
    assert (
        cause_in_words(RecipeError("Step 2 has no column.", next_step="Add one.")) == "Step 2 has no column. Add one."
    )
    assert cause_in_words(TrainingError("Its predictions are not numbers.")) == "Its predictions are not numbers."


def test_an_unknown_fault_gives_its_first_sentence():
    assert cause_in_words(ValueError("alpha must be positive. Got -1.")) == (
        "It could not be fitted: alpha must be positive."
    )


@pytest.mark.parametrize(
    "text",
    [
        "cannot open /home/ann/.fairway/blobs/abc.parquet for reading",
        "File '/usr/lib/python3.11/site-packages/sklearn/base.py' is gone",
        r"cannot open C:\Users\ann\table.csv",
        "<sklearn.tree._tree.Tree object at 0x7f00aa11bb22> is broken",
    ],
)
def test_no_path_and_no_object_reaches_the_user(text):
    said = cause_in_words(OSError(text))
    for part in ("/home", "/usr", "Users", "sklearn", "0x7f", "Error"):
        assert part not in said


def test_a_fault_without_words_still_makes_a_sentence():
    assert cause_in_words(RuntimeError()) == "It could not be fitted: no reason was given."


def test_a_process_that_was_killed_is_told_from_one_that_crashed():
    assert "memory" in exit_in_words(-9)
    assert "memory" in exit_in_words(1)
    assert exit_in_words(-11) == "Its process crashed."
