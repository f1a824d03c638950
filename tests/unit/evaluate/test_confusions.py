from core.evaluate.confusions import top_confusions
from core.evaluate.evaluation import evaluate
from core.evaluate.threshold import ConfusionMatrix
from core.framing.frame import Frame

MATRIX = ConfusionMatrix(("a", "b", "c"), ((50, 4, 0), (12, 28, 0), (4, 1, 5)))


def test_confusions_are_told_most_frequent_first():
    found = top_confusions(MATRIX)
    assert [(each.actual, each.predicted, each.n, each.of) for each in found] == [
        ("b", "a", 12, 40),
        ("c", "a", 4, 10),
        ("a", "b", 4, 54),
        ("c", "b", 1, 10),
    ]
    assert found[0].sentence == (
        "12 of 40 “b” are taken for “a” (30%, 95% interval 18 to 45); 57% of all errors."
    )  # fmt: skip


def test_only_as_many_as_asked_for_are_told():
    assert [each.n for each in top_confusions(MATRIX, most=2)] == [12, 4]


def test_a_model_that_is_right_confuses_nothing():
    assert top_confusions(ConfusionMatrix(("a", "b"), ((3, 0), (0, 4)))) == ()


def test_each_of_several_outcomes_has_its_gain_against_the_rest(three):
    found = evaluate(three, Frame(), seed=1)
    assert [curve.label for curve in found.gains] == ["a", "b", "c"]
    assert [curve.best for curve in found.gains] == [2 / 6, 2 / 6, 2 / 6]
    # The row surest to be b is b, the next one as well.
    assert [point.gain for point in found.gains[1].points if point.share == 0.5] == [1.0]
