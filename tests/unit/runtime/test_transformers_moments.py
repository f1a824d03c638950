import numpy as np
import pandas as pd
import pytest

from core.runtime.transformers import DateCircles, DateElapsed, DateParts, DaysOff


def dates(**columns):
    return pd.DataFrame(
        {name: pd.to_datetime(given, format="ISO8601").astype("datetime64[ns]") for name, given in columns.items()}
    )


def test_december_stands_beside_january():
    step = DateCircles(parts=["month", "day_of_week"])
    made = step.fit_transform(dates(d=["2024-01-01", "2024-04-07", "2024-12-31", None]))
    assert made.columns.tolist() == [
        "d", "d_month_sin", "d_month_cos", "d_day_of_week_sin", "d_day_of_week_cos",
    ]  # fmt: skip
    # January, April and December at 12, 3 and 11 of a clock; Monday, Sunday and Tuesday on one of seven hours.
    assert np.allclose(made["d_month_sin"][:3], [0, 1, -0.5])
    assert np.allclose(made["d_month_cos"][:3], [1, 0, np.sqrt(0.75)])
    assert np.allclose(made["d_day_of_week_sin"][:3], np.sin([0, 2 * np.pi * 6 / 7, 2 * np.pi / 7]))
    assert made.iloc[3, 1:].isna().all()
    assert step.origins()["d_month_sin"] == ("d",)


def test_hours_have_a_circle_only_where_times_are_known():
    assert DateCircles(parts=["hour"]).fit_transform(dates(d=["2024-01-01"])).columns.tolist() == ["d"]
    made = DateCircles(parts=["hour"]).fit_transform(dates(d=["2024-01-01 06:59", "2024-01-01 18:00"]))
    assert np.allclose(made[["d_hour_sin", "d_hour_cos"]], [[1, 0], [-1, 0]])


def test_the_day_of_the_year_goes_round_once():
    made = DateCircles(parts=["day_of_year"]).fit_transform(dates(d=["2023-01-01", "2024-12-31"]))
    assert made["d_day_of_year_cos"].tolist() == pytest.approx([1, np.cos(2 * np.pi * 365 / 365.25)])


@pytest.mark.parametrize(("unit", "expected"), [("days", 732.5), ("months", 24.0657), ("years", 2.005476)])
def test_time_since_another_date(unit, expected):
    step = DateElapsed(columns=["end"], since="begin", unit=unit)
    frame = dates(end=["2022-01-01 12:00", "2019-01-01", None], begin=["2019-12-31 00:00", None, "2020-01-01"])
    made = step.fit_transform(frame)
    assert made[f"end_{unit}_since_begin"][0] == pytest.approx(expected, rel=1e-4)
    assert made[f"end_{unit}_since_begin"][1:].isna().all()
    assert step.origins()[f"end_{unit}_since_begin"] == ("end", "begin")


def test_time_since_a_fixed_day_is_negative_before_it():
    made = DateElapsed(day="2020-03-01").fit_transform(dates(d=["2020-02-28", "2020-03-02 06:00"]))
    assert made["d_days_since_2020-03-01"].tolist() == [-2, 1.25]


def test_a_date_to_count_from_that_is_gone_gives_nothing():
    frame = dates(d=["2020-01-01"])
    assert DateElapsed(since="gone").fit_transform(frame).columns.tolist() == ["d"]
    assert DateElapsed(since="d").fit_transform(frame).columns.tolist() == ["d"]


def test_weekends_and_holidays_are_marked():
    # 2024-05-04 was a Saturday, 2024-05-01 (day 19,844) a holiday on a Wednesday.
    frame = dates(d=["2024-05-01 23:59", "2024-05-04", "2024-05-05", "2024-05-06", None, "1969-12-28", "2024-06-01"])
    step = DaysOff(holidays=[19844], first=19800, last=19870)
    made = step.fit_transform(frame)
    assert made["d_weekend"].tolist()[:4] == [0, 1, 1, 0]
    assert made["d_weekend"].tolist()[5:] == [1, 1]
    assert made["d_holiday"].tolist()[:4] == [1, 0, 0, 0]
    assert made["d_holiday"].isna().tolist() == [False, False, False, False, True, True, True]
    assert np.isnan(made["d_weekend"][4])
    assert DaysOff(weekend=[4, 5]).fit_transform(frame)["d_weekend"].tolist()[1:3] == [1, 0]


def test_dates_stay_for_the_steps_that_follow():
    frame = dates(d=["2024-01-01", "2024-05-05"])
    for step in (DateElapsed(), DateCircles(parts=["month"]), DaysOff(), DateParts(parts=["year"])):
        frame = step.fit_transform(frame)
    assert frame.columns.tolist() == ["d_year", "d_days_since_2000-01-01", "d_month_sin", "d_month_cos", "d_weekend"]
