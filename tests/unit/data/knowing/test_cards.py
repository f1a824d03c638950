from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.data.knowing.cards import column_card
from core.data.knowing.texts import date_card, pattern_of, text_card
from core.data.knowing.values import Heap, level_card, number_card, spelling_variants
from core.data.schema import ColumnSpec, ColumnType
from core.framing.intervals import wilson

RNG = np.random.default_rng(4)


def test_numbers_have_numpys_quantiles_and_pandas_spread():
    values = np.append(RNG.lognormal(size=500), np.nan)
    card = number_card(values)
    filled = pd.Series(values).dropna()
    assert (card.rows, card.missing, card.distinct) == (501, 1, 500)
    assert np.isclose(card.mean, filled.mean())
    assert np.isclose(card.std, filled.std())
    assert dict(card.quantiles)[0.95] == pytest.approx(filled.quantile(0.95))
    assert np.isclose(card.skewness, stats.skew(filled))


def test_outliers_are_told_by_both_rules():
    # 1 to 9: quartiles 3 and 7, fences −3 and 13; median 5, absolute deviations 0 to 4 with median 2.
    card = number_card(np.array([*range(1, 10)] * 11 + [100, -50], dtype=float))
    assert (card.fenced.low_fence, card.fenced.high_fence) == (-3.0, 13.0)
    assert (card.fenced.below, card.fenced.above, card.fenced.rows) == (1, 1, 2)
    assert card.robust.high_fence == pytest.approx(5 + 3.5 * 1.4826 * 2)
    assert card.negatives == 1


def test_half_equal_values_have_no_fences():
    card = number_card(np.array([0.0] * 80 + [5.0] * 20))
    assert (card.fenced.rows, card.robust.rows, card.zeros) == (0, 0, 80)


def test_values_heaped_on_round_numbers_are_told():
    exact = RNG.integers(20, 2000, 500)
    heaped = np.concatenate([exact, RNG.integers(1, 20, 500) * 100]).astype(float)
    card = number_card(heaped)
    assert card.heap is not None
    assert card.heap.base == 100
    assert card.heap.share == pytest.approx(float(np.mean(heaped % 100 == 0)))
    assert number_card(exact.astype(float)).heap is None
    assert number_card(np.concatenate([exact, np.zeros(900)]).astype(float)).heap is None
    assert number_card(np.arange(100.0) * 1000).heap == Heap(1000, 1.0, 0.001)


def test_an_empty_column_has_a_card():
    assert number_card(np.array([np.nan, np.nan])).missing == 2
    assert level_card(np.array([-1, -1]), ()).levels == ()
    assert date_card(pd.Series(pd.to_datetime([None, None]))).first is None
    empty = pd.Series([None, None], dtype=object)
    assert text_card(empty, empty).looked_at == 0


def test_levels_have_shares_with_intervals_and_their_mixture():
    card = level_card(np.array([0] * 50 + [1] * 45 + [2] * 5 + [-1] * 10), ("a", "b", "c"))
    first = card.levels[0]
    assert (first.name, first.rows, first.share) == ("a", 50, 0.5)
    assert (first.low, first.high) == wilson(50, 100)
    assert (card.missing, card.rare, card.rare_rows, card.dominance) == (10, 1, 5, 0.5)
    entropy = stats.entropy([0.5, 0.45, 0.05])
    assert card.evenness == pytest.approx(entropy / np.log(3))
    assert card.effective == pytest.approx(np.exp(entropy))


def test_levels_that_differ_in_spelling_only_are_told():
    assert spelling_variants(["Yes", "no", "YES", "y-e s", "1.5", "15"]) == (("Yes", "YES", "y-e s"),)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("A9-999", "A9-999"), ("Ab-1234", "Aa-9+"), ("hello there", "a+ a+"), ("Zoë", "Aaa"), ("12345", "9+"), ("", "")],
)
def test_a_text_has_a_shape(text, pattern):
    assert pattern_of(text) == pattern


def test_texts_have_lengths_shapes_and_words():
    values = pd.Series(["red car", "Blue car", "  ", None, "car wash 9"])
    card = column_card(values, ColumnSpec(name="t", type=ColumnType.TEXT))
    assert (card.rows, card.missing, card.blank, card.distinct) == (5, 2, 1, 3)
    assert (card.shortest, card.median, card.longest) == (7, 8, 10)
    assert [(word.text, word.rows) for word in card.words][:1] == [("car", 3)]
    assert {shape.text for shape in card.patterns} == {"aaa aaa", "Aaaa aaa", "aaa a+ 9"}
    assert sum(rows for _, rows in card.lengths) == 3


def test_dates_have_coverage_gaps_weekdays_and_what_lies_ahead():
    days = pd.date_range("2024-01-01", "2024-01-31").tolist()
    kept = [day for day in days if not 10 <= day.day <= 19]
    card = date_card(pd.Series([*kept, pd.NaT, pd.Timestamp("1900-01-01")]), now=datetime(2024, 1, 30, 12))
    assert card.sentinels == (("1900-01-01", 1),)
    assert (card.missing, card.future) == (1, 1)
    card = date_card(pd.Series(kept))
    assert (card.days, card.covered, card.hours, card.future) == (31, 21, (), None)
    assert [(gap.start.day, gap.end.day, gap.days) for gap in card.gaps] == [(9, 20, 11.0)]
    assert sum(card.weekdays) == 21
    assert card.weekdays[0] == sum(day.weekday() == 0 for day in kept)


def test_times_have_hours():
    card = date_card(pd.Series(pd.to_datetime(["2024-01-01 08:30", "2024-01-01 08:40", "2024-01-02 17:00"])))
    assert (card.hours[8], card.hours[17], sum(card.hours)) == (2, 1, 3)
