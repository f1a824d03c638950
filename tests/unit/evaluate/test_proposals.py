import numpy as np
import pytest

from core.evaluate.proposals import margin_uncertainty, propose_next, propose_unlike


def shares(*yes):
    return np.column_stack([1 - np.array(yes), np.array(yes)])


def test_uncertainty_is_one_minus_the_margin():
    assert margin_uncertainty(np.array([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]])).tolist() == pytest.approx([1.0, 0.2, 0.4])
    assert margin_uncertainty(np.array([[0.5, 0.3, 0.2]])).tolist() == pytest.approx([0.8])
    assert margin_uncertainty(np.array([[1.0]])).tolist() == [0.0]


def test_rows_the_model_is_sure_of_are_not_proposed():
    yes = [0.5, 0.55, *[0.99] * 40]
    found = propose_next(shares(*yes), np.arange(42.0).reshape(-1, 1), 1, 7)
    assert found[0].row in (0, 1)


def test_two_rows_alike_are_proposed_once():
    # Two tight clouds of equally unsure rows: one of each.
    features = np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.1], [9.0, 9.0], [9.1, 9.0]])
    found = propose_next(shares(0.5, 0.5, 0.5, 0.5, 0.5), features, 2, 7)
    assert {one.row < 3 for one in found} == {True, False}
    assert sorted(one.stands_for for one in found) == [2, 3]


def test_the_most_uncertain_comes_first_and_words_say_why():
    features = np.array([[0.0], [0.1], [50.0]])
    found = propose_next(shares(0.30, 0.30, 0.52), features, 2, 7, classes=("no", "yes"))
    assert [one.words for one in found] == [
        "The model is torn between yes and no (52% to 48%). Of the 3 rows it is least sure of, no other is like this "
        "one.",
        "The model leans to no over yes (70% to 30%). It stands for 2 of the 3 rows the model is least sure of.",
    ]


def test_the_same_seed_gives_the_same_rows_and_one_row_only_once():
    rng = np.random.default_rng(1)
    probabilities, features = shares(*rng.random(300)), rng.normal(size=(300, 4))
    first = propose_next(probabilities, features, 20, 7)
    assert first == propose_next(probabilities, features, 20, 7)
    assert len({one.row for one in first}) == len(first) == 20


def test_fewer_different_rows_than_asked_for_give_fewer_proposals():
    assert len(propose_next(shares(0.5, 0.5, 0.5), np.array([[1.0], [1.0], [2.0]]), 3, 7)) == 2
    assert len(propose_next(shares(0.5, 0.5, 0.5), np.ones((3, 1)), 3, 7)) == 1
    assert propose_next(np.empty((0, 2)), np.empty((0, 1)), 3, 7) == ()
    assert propose_next(shares(0.5), np.ones((1, 1)), 0, 7) == ()


def test_values_that_are_no_numbers_do_no_harm():
    found = propose_next(shares(0.5, 0.4), np.array([[np.nan, 1.0], [np.inf, 2.0]]), 2, 7)
    assert {one.row for one in found} == {0, 1}


def test_for_amounts_the_row_least_like_the_labelled_ones_comes_first():
    features, known = np.array([[0.1], [5.0], [5.1], [-9.0]]), np.array([[0.0], [0.2]])
    found = propose_unlike(features, known, 2, 7)
    assert [one.row for one in found] == [3, 2]
    assert found[0].words == "It is less like any labelled row than 100% of the rows without a label."
    assert [one.stands_for for one in found] == [1, 3]


def test_amounts_without_a_labelled_row_begin_with_what_is_unusual():
    features = np.array([[0.0], [0.1], [0.2], [8.0]])
    assert propose_unlike(features, np.empty((0, 1)), 1, 7)[0].row == 3


def test_a_row_like_a_labelled_one_is_not_proposed():
    assert [one.row for one in propose_unlike(np.array([[1.0], [4.0]]), np.array([[1.0]]), 2, 7)] == [1]
    assert propose_unlike(np.empty((0, 1)), np.array([[1.0]]), 2, 7) == ()
