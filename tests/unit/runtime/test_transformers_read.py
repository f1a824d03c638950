import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from core.runtime.transformers import TRANSFORMERS, AddFormula, Cast, DateParts, DropColumns, MarkMissing


def typed(**columns):
    kinds = {name: {"n": "number", "d": "date"}.get(name[0], "category") for name in columns}
    return Cast(kinds).fit_transform(pd.DataFrame(columns))


def test_cast_reads_each_type():
    given = pd.DataFrame({"n": ["1", "x"], "c": [1.0, None], "d": ["2020-01-02", ""], "extra": [0, 0]})
    read = Cast({"n": "number", "c": "yes_no", "d": "date"}).fit_transform(given)
    assert read.columns.tolist() == ["n", "c", "d"]
    assert read["n"].tolist()[0] == 1.0
    assert np.isnan(read["n"].iloc[1])
    assert read["c"].iloc[0] == "1"
    assert read["c"].isna().tolist() == [False, True]
    assert read["d"].tolist() == [pd.Timestamp("2020-01-02"), pd.NaT]
    assert [dtype.kind for dtype in read.dtypes] == ["f", "O", "M"]


def test_cast_does_not_mind_the_order_of_columns():
    cast = Cast({"a": "number", "b": "category"})
    given = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    pd.testing.assert_frame_equal(cast.fit_transform(given), cast.fit_transform(given[["b", "a"]]))


def test_cast_names_the_absent_column():
    with pytest.raises(ValueError, match="'income'"):
        Cast({"a": "number", "income": "number"}).fit(pd.DataFrame({"a": [1]}))


def test_cast_refuses_a_bare_matrix():
    with pytest.raises(ValueError, match="named columns"):
        Cast({"a": "number"}).transform(np.zeros((2, 1)))


def test_cast_holds_numbers_within_what_32_bits_can_say():
    assert Cast({"a": "number"}).fit_transform(pd.DataFrame({"a": [1e300, -1e300]}))["a"].tolist() == [1e38, -1e38]


def test_cast_takes_no_rows():
    assert Cast({"a": "number", "b": "category"}).fit_transform(pd.DataFrame({"a": [], "b": []})).shape == (0, 2)


def test_cast_keeps_the_index():
    assert Cast({"a": "category"}).fit_transform(pd.DataFrame({"a": ["x", "y"]}, index=[7, 3])).index.tolist() == [7, 3]


def test_drop_columns_leaves_the_others():
    step = DropColumns(["n2", "gone"])
    assert step.fit_transform(typed(n1=[1], n2=[2])).columns.tolist() == ["n1"]
    assert step.origins() == {"n1": ("n1",)}


def test_mark_missing_reads_marks_by_the_type_of_the_column():
    frame = typed(n=[-999, 5], c=["?", "a"], d=["1900-01-01", "2020-01-01"])
    marked = MarkMissing({"n": ["-999"], "c": ["?"], "d": ["1900-01-01"]}).fit_transform(frame)
    assert marked.isna().to_numpy().tolist() == [[True, True, True], [False, False, False]]


def test_mark_missing_touches_only_its_columns():
    marked = MarkMissing({"n1": [0]}).fit_transform(typed(n1=[0, 1], n2=[0, 1]))
    assert marked["n2"].tolist() == [0.0, 1.0]


def test_date_parts_of_a_known_day():
    step = DateParts(parts=["year", "month", "day_of_week", "day_of_year", "days_since"])
    parts = step.fit_transform(typed(d=["2024-03-04", "2024-03-01"]))
    # 4 March 2024 was a Monday, the 64th day of a leap year, three days after the earliest date.
    assert parts.iloc[0].tolist() == [2024.0, 3.0, 0.0, 64.0, 3.0]
    assert parts.columns.tolist() == ["d_year", "d_month", "d_day_of_week", "d_day_of_year", "d_days_since"]


def test_date_parts_count_from_the_earliest_date_of_the_fit():
    step = DateParts(parts=["days_since"]).fit(typed(d=["2020-01-11", "2020-01-21"]))
    assert step.transform(typed(d=["2020-01-01"]))["d_days_since"].tolist() == [-10.0]


def test_date_parts_give_the_hour_only_where_there_is_one():
    assert "d_hour" not in DateParts().fit_transform(typed(d=["2020-01-01"]))
    assert DateParts().fit_transform(typed(d=["2020-01-01T13:30"]))["d_hour"].tolist() == [13.0]


def test_date_parts_of_a_missing_date_are_missing():
    assert DateParts().fit_transform(typed(d=["2020-01-01", None])).iloc[1].isna().all()


def test_date_parts_never_take_a_name_that_is_there():
    step = DateParts(parts=["year"])
    parts = step.fit_transform(pd.DataFrame({"d": [pd.Timestamp("2020-01-01")], "d_year": [1.0]}))
    assert parts.columns.tolist() == ["d_year_2", "d_year"]
    assert step.origins() == {"d_year_2": ("d",), "d_year": ("d_year",)}


@pytest.mark.parametrize("kind", TRANSFORMERS, ids=lambda kind: kind.__name__)
def test_every_transformer_can_be_cloned(kind):
    given = {
        "Cast": Cast({"a": "number"}),
        "MarkMissing": MarkMissing({"a": [1]}),
        "AddFormula": AddFormula("a + 1", "b"),
    }
    step = given.get(kind.__name__) or kind()
    assert repr(clone(step).get_params()) == repr(step.get_params())
