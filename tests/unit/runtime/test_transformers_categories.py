import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction import FeatureHasher
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

from core.runtime.transformers import Encode, FillCategories, GroupRare


def words(*values):
    return pd.DataFrame({"c": pd.array(values, dtype="str")})


def test_fill_makes_missing_a_category():
    assert FillCategories().fit_transform(words("a", None))["c"].tolist() == ["a", "(missing)"]


def test_fill_with_the_most_frequent_of_the_fit():
    step = FillCategories(strategy="most_frequent").fit(words("b", "b", "a", None))
    assert step.transform(words(None, "a"))["c"].tolist() == ["b", "a"]


def test_fill_of_a_column_empty_in_fit():
    assert FillCategories(strategy="most_frequent").fit_transform(words(None, None))["c"].tolist() == ["(missing)"] * 2


def test_group_rare_learns_which_are_rare():
    step = GroupRare(share=0.2).fit(words("a", "a", "a", "a", "b", "b", "c", None))
    assert step.transform(words("a", "b", "c"))["c"].tolist() == ["a", "b", "(other)"]


def test_group_rare_puts_unseen_with_the_rare_and_keeps_missing():
    step = GroupRare(share=0.01).fit(words("a", "b"))
    assert step.transform(words("new"))["c"].tolist() == ["(other)"]
    assert step.transform(words(None))["c"].isna().all()


def test_two_categories_become_one_column():
    step = Encode().fit(words("no", "yes", "no", "no"))
    assert step.transform(words("yes", "no"))["c=yes"].tolist() == [1.0, 0.0]


def test_unseen_value_of_two_categories_counts_as_average():
    step = Encode().fit(words("no", "yes", "no", "no"))
    assert step.transform(words("maybe", None))["c=yes"].tolist() == [0.25, 0.25]


def test_one_hot_answers_as_scikit_learn_does():
    seen, asked = words("a", "b", "c", "b"), words("c", "a", "new")
    judge = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(seen)
    assert Encode().fit(seen).transform(asked).to_numpy().tolist() == judge.transform(asked).tolist()


def test_missing_is_a_category_of_its_own():
    step = Encode().fit(words("a", "b", None))
    assert step.transform(words(None)).to_dict("list") == {"c=(missing)": [1.0], "c=a": [0.0], "c=b": [0.0]}


def test_ordinal_counts_in_alphabetical_order_from_zero():
    step = Encode(method="ordinal").fit(words("b", "a", "c"))
    assert step.transform(words("a", "b", "c", "new"))["c"].tolist() == [0.0, 1.0, 2.0, -1.0]


def test_auto_takes_the_target_encoding_for_many_values():
    seen = words(*[f"v{number % 20}" for number in range(200)])
    y = np.array(["yes", "no"] * 100, dtype=object)
    step = Encode(max_levels=15).fit(seen, y)
    judge = TargetEncoder(target_type="binary").fit(seen, y)
    asked = words("v3", "new")
    assert step.transform(asked)["c"].tolist() == pytest.approx(judge.transform(asked)[:, 0])


def test_target_encoding_of_several_classes_has_a_column_each():
    seen = words(*["a", "b"] * 30)
    y = np.array(["x", "y", "z"] * 20, dtype=object)
    step = Encode(method="target")
    assert step.fit_transform(seen, y).columns.tolist() == ["c~x", "c~y", "c~z"]
    assert set(step.origins().values()) == {("c",)}


def test_whole_number_amounts_are_not_classes():
    seen = words(*["a", "b"] * 30)
    y = np.array([1.0, 2.0, 3.0] * 20)
    assert Encode(method="target").fit_transform(seen, y).columns.tolist() == ["c"]


def test_target_encoding_of_a_training_row_does_not_use_its_outcome():
    # Every row has a value of its own: fitted on itself each would give its outcome away, crosswise none can.
    seen = words(*[f"v{number}" for number in range(40)])
    y = np.array([0.0, 1.0] * 20)
    crossed = Encode(method="target").fit_transform(seen, y)["c"].to_numpy()
    assert abs(np.corrcoef(crossed, y)[0, 1]) < 0.8
    assert crossed.min() > 0.2
    assert crossed.max() < 0.8


def test_target_encoding_is_the_same_for_the_same_seed():
    seen = words(*[f"v{number % 20}" for number in range(100)])
    y = np.array(["yes", "no"] * 50, dtype=object)
    first, second = (Encode(method="target", seed=3).fit_transform(seen, y) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("y", [["a", "a", "b", "b", "b", "c"], ["a"] * 5 + ["b"]])
def test_target_encoding_stands_a_class_with_one_row(y):
    encoded = Encode(method="target").fit_transform(words(*"xyxyxy"), np.array(y, dtype=object))
    assert np.isfinite(encoded.to_numpy()).all()


def test_target_encoding_without_an_outcome_says_so():
    with pytest.raises(ValueError, match="'c'"):
        Encode(method="target").fit(words("a", "b"))


def test_one_hot_is_never_wider_than_its_limit():
    seen = words(*[f"v{number}" for number in range(300)], "v7")
    step = Encode(method="one_hot").fit(seen)
    assert step.transform(seen).shape[1] == 100
    assert step.transform(words("v7"))["c=v7"].tolist() == [1.0]


def test_encoded_names_never_collide():
    frame = pd.DataFrame({"c": pd.array(["a", "b", "d"], dtype="str"), "c=a": [1.0, 2.0, 3.0]})
    step = Encode()
    encoded = step.fit_transform(frame)
    assert encoded.columns.tolist() == ["c=a_2", "c=b", "c=d", "c=a"]
    assert list(step.get_feature_names_out()) == encoded.columns.tolist()


def test_an_order_of_ones_own_counts_from_its_lowest():
    step = Encode(method="ordinal", order={"c": ["low", "medium", "high"]}).fit(words("high", "low", "huge", None))
    coded = step.transform(words("low", "medium", "high", "huge", None))["c"]
    assert coded.tolist()[:3] == [0.0, 1.0, 2.0]
    assert coded.isna().tolist() == [False, False, False, True, True]


def test_a_column_without_an_order_is_numbered_by_alphabet():
    frame = pd.DataFrame({"c": pd.array(["b", "a"], dtype="str"), "d": pd.array(["b", "a"], dtype="str")})
    coded = Encode(method="ordinal", order={"c": ["b", "a"]}).fit_transform(frame)
    assert coded.to_dict("list") == {"c": [0.0, 1.0], "d": [1.0, 0.0]}


def test_frequency_is_the_share_of_the_fit():
    step = Encode(method="frequency").fit(words("a", "a", "b", None))
    assert step.transform(words("a", "b", None, "new"))["c"].tolist() == [0.5, 0.25, 0.25, 0.0]


def test_hashing_places_values_as_scikit_learn_does():
    values = ["a", "New York", "ünïcode", "", "(missing)", *map(str, range(50))]
    step = Encode(method="hashing", width=7).fit(words("a"))
    judge = FeatureHasher(7, input_type="string", alternate_sign=False).transform([[value] for value in values])
    hashed = step.transform(words(*values))
    assert hashed.to_numpy().tolist() == judge.toarray().tolist()
    assert hashed.columns.tolist() == [f"c#{number}" for number in range(1, 8)]
    assert step.transform(words(None)).to_numpy().tolist() == hashed.iloc[[4]].to_numpy().tolist()


def test_target_encoding_of_amounts_answers_as_scikit_learn_does():
    rng = np.random.default_rng(0)
    seen, y = words(*rng.choice(list("abcde"), 100)), rng.normal(size=100)
    judge = TargetEncoder(target_type="continuous").fit(seen, y)
    asked = words("a", "e", "new")
    coded = Encode(method="target").fit(seen, y).transform(asked)["c"]
    assert coded.tolist() == pytest.approx(judge.transform(asked)[:, 0])
