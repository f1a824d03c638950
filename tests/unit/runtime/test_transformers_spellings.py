import pandas as pd
import pytest

from core.runtime.spellings import normal_form
from core.runtime.transformers import MergeSpellings


def words(*values):
    return pd.DataFrame({"c": pd.array(values, dtype="str")})


@pytest.mark.parametrize(
    "alike",
    [
        ("New York", "new york", "NEW  YORK", "new-york", "New_York", "newyork", " New York."),
        ("U.S.A.", "USA", "u s a"),
        ("São Paulo", "Sao Paulo", "SÃO-PAULO"),
        ("Łódź", "lodz"),
        ("Straße", "STRASSE", "strasse"),
        ("10–20", "10-20", "10 - 20"),
        ("−1", "-1"),
        ("O'Brien", "O’Brien", "obrien"),
    ],
)
def test_spellings_that_are_alike_have_one_form(alike):
    assert len({normal_form(value) for value in alike}) == 1


@pytest.mark.parametrize(
    "apart",
    [
        ("A+", "A-", "A"),
        ("1.5", "1-5", "15", "1 5", "1,5"),
        ("-1", "1"),
        ("<18", ">18", "18", "18%"),
        ("C", "C++", "C#"),
        ("мой", "мои"),
        ("か", "が"),
        ("?", "-", "--", "/"),
        ("Type A", "Type B"),
    ],
)
def test_spellings_that_mean_something_else_have_another_form(apart):
    assert len({normal_form(value) for value in apart}) == len(apart)


def test_the_most_frequent_spelling_wins():
    step = MergeSpellings().fit(words("paris", "Paris", "Paris", "PARIS", "Rome", None))
    assert step.spelling_ == {"c": {"paris": "Paris", "rome": "Rome"}}
    assert step.transform(words("PARIS", "paris ", "rome", "new", None))["c"].tolist()[:4] == [
        "Paris", "Paris", "Rome", "new",
    ]  # fmt: skip
    assert step.transform(words(None))["c"].isna().all()


def test_of_equally_frequent_spellings_the_first_by_name_wins():
    assert MergeSpellings().fit_transform(words("b", "B"))["c"].tolist() == ["B", "B"]


@pytest.mark.parametrize("slip", ["Califronia", "Californnia", "Califonia", "Calofornia"])
def test_a_slip_of_one_letter_is_mended(slip):
    seen = words(*["California"] * 40, slip, "calif.")
    assert MergeSpellings().fit(seen).transform(words(slip, "calif."))["c"].tolist() == ["California", "calif."]
    assert MergeSpellings(slips=False).fit(seen).transform(words(slip))["c"].tolist() == [slip]


@pytest.mark.parametrize(
    ("right", "other"),
    [
        ("typical", "atypical"),
        ("profesor", "profesora"),
        ("Class I", "Class II"),
        ("group a", "group b"),
        ("male", "mall"),
        ("Austria", "Australia"),
        ("product 123456", "product 123556"),
    ],
)
def test_what_may_mean_something_else_is_no_slip(right, other):
    assert MergeSpellings().fit(words(*[right] * 100, other)).transform(words(other))["c"].tolist() == [other]


def test_a_slip_is_rare():
    seen = words(*["import tax"] * 19, "impart tax")
    assert MergeSpellings().fit(seen).transform(words("impart tax"))["c"].tolist() == ["impart tax"]
    seen = words(*["import tax"] * 20, "impart tax")
    assert MergeSpellings().fit(seen).transform(words("impart tax"))["c"].tolist() == ["import tax"]


def test_a_slip_of_two_spellings_is_left_alone():
    seen = words(*["meeting"] * 30, *["melting"] * 30, "meiting")
    assert MergeSpellings().fit(seen).transform(words("meiting"))["c"].tolist() == ["meiting"]


def test_a_slip_of_a_slip_gets_the_right_spelling():
    seen = words(*["marketing"] * 800, *["marketting"] * 40, *["markettting"] * 2)
    assert MergeSpellings().fit(seen).transform(words("markettting"))["c"].tolist() == ["marketing"]


def test_the_categories_that_stand_for_others_are_left_alone():
    seen = words("(missing)", "Missing", "Missing", "(other)", "other")
    assert MergeSpellings().fit_transform(seen)["c"].tolist() == seen["c"].tolist()


def test_an_empty_column_and_numbers_stand():
    frame = pd.DataFrame({"c": pd.array([None, None], dtype="str"), "n": [1.0, 2.0]})
    assert MergeSpellings().fit_transform(frame)["c"].isna().all()
    assert MergeSpellings().fit(frame).transform(frame.iloc[:0]).shape == (0, 2)
