"""Findings on content, shape and outcome: each is made where it should be, and not where it should not."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.data.checks import check_data
from core.data.content_checks import thousandfold
from core.data.dictionary import Entry
from core.data.guess import guess_schema
from core.data.profile import profile
from core.data.samples import SAMPLES, load_sample
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.findings import Severity
from core.framing.frame import Frame, Task

RNG = np.random.default_rng(8)
N = 400
FRAME = Frame(target="y", task=Task.BINARY, positive="yes", predicted_at="on 2024-06-30")
OUTCOME = RNG.permutation(np.where(np.arange(N) % 3 == 0, "yes", "no"))
REGRESSION = Frame(target="y", task=Task.REGRESSION)


def found(columns, kinds, frame=FRAME, sealed=None, **settled):
    table = pd.DataFrame({"base": RNG.normal(size=N), "other": RNG.normal(size=N), **columns})
    kinds = {"base": "number", "other": "number", **kinds}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kinds[name])) for name in table))
    return check_data(table, schema, frame, profile(table, schema, frame, sealed=sealed), **settled)


def only(code, columns, kinds, frame=FRAME, **settled):
    columns, kinds = {"y": OUTCOME, **columns}, {"y": "yes_no", **kinds}
    (finding,) = [finding for finding in found(columns, kinds, frame, **settled) if finding.code == code]
    return finding


def codes(columns, kinds, frame=FRAME, **settled):
    columns, kinds = {"y": OUTCOME, **columns}, {"y": "yes_no", **kinds}
    return {finding.code for finding in found(columns, kinds, frame, **settled)}


def test_numbers_with_different_units_beside_them_are_named():
    weights = [f"{value} {unit}" for value, unit in zip(range(N), ["kg", "kg", "lb", "kg"] * 100, strict=True)]
    finding = only("mixed-units", {"w": weights}, {"w": "text"})
    assert finding.evidence == "Numbers are written with different units: kg in 300 rows, lb in 100 rows."
    assert finding.fix.action == "leave_out"


@pytest.mark.parametrize(
    "values",
    [[f"{n} kg" for n in range(N)], [f"{n}{'abc'[n % 3]}" for n in range(N)], ["1st", "2nd", "3rd", "4th"] * 100],
)
def test_one_unit_or_none_is_not_named(values):
    assert "mixed-units" not in codes({"w": values}, {"w": "text"})


def test_values_a_thousandfold_apart_may_mix_units():
    kilograms = RNG.normal(70, 8, N)
    kilograms[:20] *= 1000
    finding = only("mixed-units", {"w": kilograms}, {"w": "number"})
    assert finding.evidence.startswith("20 of 400 values lie about a thousandfold away from the others")
    assert thousandfold(RNG.lognormal(5, 2, 5000)) is None
    assert thousandfold(np.concatenate([RNG.normal(70, 8, 400), RNG.normal(7000, 8, 40)])) is None


def test_numbers_with_a_few_words_can_be_read_as_numbers():
    values = [str(n) for n in range(N - 8)] + ["see note"] * 8
    finding = only("mixed-types", {"x": values}, {"x": "text"})
    assert finding.evidence == "392 of 400 filled rows hold numbers; the others do not: 'see note' in 8 rows."
    assert finding.fix.params == {"column": "x", "type": "number"}


def test_dates_with_a_few_words_can_be_read_as_dates():
    values = [str(day.date()) for day in pd.date_range("2023-01-01", periods=N - 5)] + ["soon"] * 5
    assert only("mixed-types", {"x": values}, {"x": "text"}).fix.params["type"] == "date"


def test_codes_beside_names_are_no_mixture():
    assert "mixed-types" not in codes({"x": ["1", "2", "3", "4+"] * 100}, {"x": "category"})


def test_levels_that_say_no_answer_can_be_marked():
    finding = only("coded-missing", {"x": ["a", "b", "Prefer not to say", "c"] * 100}, {"x": "category"})
    assert finding.evidence == "`x` 'Prefer not to say', 100 rows."
    assert finding.fix.params["params"] == {"values": ["Prefer not to say"]}


def test_levels_that_differ_in_spelling_are_named():
    finding = only("spelling-variants", {"x": ["North", "north ", "south", "NORTH"] * 100}, {"x": "category"})
    assert finding.evidence == "'NORTH' (100 rows) and 'North' (100 rows) and 'north' (100 rows)."


def test_personal_data_the_model_would_see_is_a_warning_and_else_a_note():
    mails = [f"person{n % 40}@example.org" for n in range(N)]
    seen = only("personal-data", {"contact": mails}, {"contact": "category"})
    assert (seen.severity, seen.fix.action) == (Severity.WARNING, "leave_out")
    assert seen.evidence == "E-mail addresses in 400 rows, told by their form in 40 different values."
    unseen = only("personal-data", {"contact": mails}, {"contact": "text"})
    assert (unseen.severity, unseen.fix) == (Severity.INFO, None)


def test_dates_after_the_table_was_brought_lie_ahead():
    days = pd.Series(pd.date_range("2024-01-01", periods=N))
    late = only("dates-ahead", {"d": days}, {"d": "date"}, brought=datetime(2025, 1, 29, tzinfo=UTC))
    assert late.evidence.startswith("3 of 400 dates are later")
    assert "dates-ahead" not in codes({"d": days}, {"d": "date"}, brought=datetime(2026, 1, 1, tzinfo=UTC))


def test_values_the_dictionary_does_not_allow_can_be_marked():
    ages = RNG.integers(18, 90, N).astype(float)
    ages[:3] = [-1, 180, 180]
    finding = only("not-allowed", {"age": ages}, {"age": "number"}, dictionary={"age": Entry(allowed="0 to 120")})
    assert finding.evidence == ("3 of 400 rows are outside what you allow, 0 to 120: '180' in 2 rows, '-1' in one row.")
    assert finding.fix.params["params"] == {"values": [180.0, -1.0]}
    assert "not-allowed" not in codes({"age": ages}, {"age": "number"}, dictionary={"age": Entry(meaning="in years")})


def test_a_column_that_hardly_changes_is_named():
    finding = only("near-constant", {"x": ["a"] * (N - 3) + ["b"] * 3}, {"x": "category"})
    assert finding.evidence == "`x` is 'a' in 397 of 400."


def test_skewed_amounts_are_named_with_what_a_logarithm_leaves():
    finding = only("skewed", {"x": np.exp(RNG.normal(3, 1.5, N))}, {"x": "number"})
    assert finding.title == "`x` is skewed"
    assert "skewed" not in codes({"x": RNG.normal(10, 1, N)}, {"x": "number"})


def test_rare_levels_can_be_grouped():
    finding = only("rare-categories", {"x": ["a", "b"] * 197 + ["c"] * 4 + ["d"] * 2}, {"x": "category"})
    assert finding.evidence == "Levels with fewer than 10 rows: `x` 2 of 4, in 6 rows."
    assert finding.fix.params["kind"] == "group_rare"


def test_a_column_that_repeats_another_can_be_left_out():
    amount = RNG.normal(size=N)
    finding = only("copied-column", {"cm": amount * 100 + 3, "m": amount}, {"cm": "number", "m": "number"})
    assert set(finding.columns) == {"cm", "m"}
    letters = RNG.choice(list("abcd"), N)
    words = pd.Series(letters).map({"a": "one", "b": "two", "c": "three", "d": "four"})
    assert only("copied-column", {"l": letters, "w": words}, {"l": "category", "w": "category"}).columns == ("w", "l")
    assert "copied-column" not in codes(
        {"a": RNG.permutation(N), "b": RNG.permutation(N)}, {"a": "number", "b": "number"}
    )


def test_columns_that_say_nearly_the_same_are_one_finding():
    amount = RNG.normal(size=N)
    near = {name: amount + RNG.normal(scale=0.05, size=N) for name in ("a", "b", "c")}
    finding = only("collinear", near, dict.fromkeys(near, "number"))
    assert (finding.title, set(finding.columns)) == ("3 columns say nearly the same", {"a", "b", "c"})
    assert len(finding.fix.params["columns"]) == 2
    assert "says most of the outcome" in finding.evidence
    unnamed = only("collinear", near, dict.fromkeys(near, "number"), frame=Frame())
    assert unnamed.evidence.endswith("on 400 rows.")


def test_rows_typed_twice_are_nearly_another():
    base, names = RNG.normal(size=N), np.array([f"name {n}" for n in range(N)], dtype=object)
    other = RNG.normal(size=N)
    outcome = OUTCOME.copy()
    for held in (base, other, outcome):
        held[:20] = held[20:40]
    names[:20] = [f" NAME {n}" for n in range(20, 40)]
    finding = only(
        "near-repeats", {"base": base, "other": other, "n": names, "y": outcome}, {"n": "category", "y": "yes_no"}
    )
    assert finding.severity is Severity.WARNING
    assert finding.evidence == "20 rows equal another but for case, spaces or rounding, of 400 rows and 4 columns."


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda a, b: a + b, "`a` plus `b` is `y`"),
        (lambda a, b: a - b, "`a` less `b` is `y`"),
        (lambda a, b: a * b, "`a` times `b` is `y`"),
        (lambda a, b: b / a, "`b` by `a` is `y`"),
    ],
)
def test_two_columns_that_are_the_amount_together_must_be_settled(make, words):
    a, b = RNG.uniform(1, 9, N), RNG.uniform(1, 9, N)
    finding = only(
        "leak-combined", {"a": a, "b": b, "y": make(a, b)}, {"a": "number", "b": "number", "y": "number"}, REGRESSION
    )
    assert (finding.severity, finding.fix.action) == (Severity.ERROR, "not_known_then")
    assert finding.evidence == f"{words} in nearly all of 400 rows looked at."


def test_a_weighted_sum_that_is_the_amount_must_be_settled():
    parts = {name: RNG.normal(size=N) for name in "abc"}
    total = 2 * parts["a"] + 3 * parts["b"] - parts["c"]
    finding = only("leak-combined", {**parts, "y": total}, dict.fromkeys("abcy", "number"), REGRESSION)
    assert finding.columns == ("a", "b", "c")


def test_a_comparison_that_decides_the_outcome_must_be_settled():
    due, paid = RNG.uniform(0, 100, N), RNG.uniform(0, 100, N)
    outcome = np.where(paid > due, "yes", "no")
    finding = only("leak-combined", {"due": due, "paid": paid, "y": outcome}, {"due": "number", "paid": "number"})
    assert finding.evidence == "`due` above `paid` decides `y` in nearly all of 400 rows looked at."


def test_columns_that_only_say_much_together_are_let_be():
    a, b = RNG.normal(size=N), RNG.normal(size=N)
    y = a + b + RNG.normal(scale=0.1, size=N)
    assert "leak-combined" not in codes({"a": a, "b": b, "y": y}, dict.fromkeys("aby", "number"), REGRESSION)


def test_dates_after_the_moment_of_prediction_travel_in_time():
    days = pd.Series(pd.date_range("2024-06-01", periods=N))
    finding = only("time-travel", {"visit": days}, {"visit": "date"})
    assert finding.evidence == "369 of 400 dates are later than 2024-06-30, the last 2025-07-05."
    assert finding.fix.params == {"columns": ["visit"]}


def test_a_date_named_as_an_end_that_follows_another_travels_in_time():
    start = pd.Series(pd.date_range("2020-01-01", periods=N))
    end = start + pd.to_timedelta(RNG.integers(1, 90, N), unit="D")
    end[::7] = pd.NaT
    frame = FRAME.model_copy(update={"predicted_at": "when the order arrives"})
    finding = only("time-travel", {"ordered": start, "closed_on": end}, {"ordered": "date", "closed_on": "date"}, frame)
    assert finding.title == "`closed_on` comes after `ordered`"
    assert "time-travel" not in codes({"ordered": start, "seen": end}, {"ordered": "date", "seen": "date"}, frame)


def test_gaps_that_go_with_the_outcome_are_a_note_and_decisive_ones_a_warning():
    x = RNG.normal(size=N)
    some = np.where((OUTCOME == "yes") & (RNG.random(N) < 0.4) | (RNG.random(N) < 0.2), np.nan, x)
    assert only("missing-by-outcome", {"x": some}, {"x": "number"}).severity is Severity.INFO
    most = np.where((OUTCOME == "yes") & (RNG.random(N) < 0.7), np.nan, x)
    most[:3] = np.nan
    decisive = [one for one in found({"x": most, "y": OUTCOME}, {"x": "number", "y": "yes_no"}) if "x" in one.columns]
    assert {one.code for one in decisive} & {"missing-by-outcome", "leak"}
    chance = np.where(RNG.random(N) < 0.3, np.nan, x)
    assert "missing-by-outcome" not in codes({"x": chance}, {"x": "number"})


def test_sealed_outcomes_take_no_part():
    x = np.where((OUTCOME == "yes") & (np.arange(N) < 200), np.nan, RNG.normal(size=N))
    x[RNG.permutation(N)[:20]] = np.nan
    assert "missing-by-outcome" in codes({"x": x}, {"x": "number"}) or "leak" in codes({"x": x}, {"x": "number"})
    sealed = np.arange(200)
    assert not {"missing-by-outcome", "leak"} & codes({"x": x}, {"x": "number"}, sealed=sealed)


def test_equal_rows_with_different_outcomes_contradict():
    base, other = RNG.normal(size=N), RNG.normal(size=N)
    base[:10], other[:10] = base[10:20], other[10:20]
    outcome = OUTCOME.copy()
    outcome[:10] = np.where(outcome[10:20] == "yes", "no", "yes")
    finding = only("contradictions", {"base": base, "other": other, "y": outcome}, {})
    assert finding.evidence == (
        "20 of 400 rows agree with another in all 2 columns the model may see, and not in the outcome."
    )


def test_an_outcome_none_of_the_neighbours_share_does_not_fit():
    side = np.arange(N) % 2
    outcome = np.where(side, "yes", "no")
    outcome[[3, 50, 71, 200]] = np.where(outcome[[3, 50, 71, 200]] == "yes", "no", "yes")
    spread = {name: side + RNG.normal(scale=0.1, size=N) for name in ("base", "other", "z")}
    finding = only("label-noise", {**spread, "y": outcome}, {"z": "number"})
    assert finding.evidence.startswith("4 of 400 rows have an outcome that at least nine of their ten nearest rows")
    assert "label-noise" not in codes({}, {})


def test_a_group_rarer_than_elsewhere_is_named():
    sex = ["f"] * 100 + ["m"] * 300
    finding = only("under-represented", {"sex": sex}, {"sex": "category"}, reference={"sex": {"f": 0.5, "m": 0.5}})
    assert finding.title == "`sex` 'f' is under-represented"
    assert "under-represented by 25.0 points" in finding.evidence
    assert "under-represented" not in codes(
        {"sex": sex}, {"sex": "category"}, reference={"sex": {"f": 0.25, "m": 0.75}}
    )


@pytest.mark.parametrize(
    ("values", "kind", "mark"),
    [
        (np.r_[np.full(30, 99.9), RNG.normal(10, 1, N - 30)], "number", 99.9),
        (np.r_[np.full(30, 5000.0), RNG.normal(10, 1, N - 30)], "number", 5000),
        ([pd.Timestamp("2199-12-31")] * 9 + list(pd.date_range("2020-01-01", periods=N - 9)), "date", "2199-12-31"),
        (["nicht", "k.A.", "ja", "nein"] * 100, "category", "k.A."),
    ],
)
def test_more_values_that_stand_for_not_known_are_told(values, kind, mark):
    finding = only("disguised-missing", {"x": values}, {"x": kind})
    assert finding.fix.params["params"] == {"values": [mark]}


EXPECTED = {
    "mortgages": "leak small-groups duplicate-rows imbalance extremes skewed",
    "churn": "contradictions duplicate-rows near-repeats missing-values collinear",
    "house_prices": "mostly-missing missing-by-outcome mostly-missing extremes skewed near-constant rare-categories "
    "collinear collinear",
    "penguins": "missing-values",
    "credit": "small-groups contradictions duplicate-rows missing-by-outcome missing-values extremes skewed",
    "flights": "too-many-categories too-many-categories rare-categories collinear collinear collinear",
    "attrition": "small-groups imbalance extremes",
    "titanic": "personal-data missing-values sensitive-as-feature text-left-out",
}


@pytest.mark.parametrize("key", SAMPLES)
def test_the_samples_give_only_findings_that_were_looked_at(key):
    table, frame = load_sample(key).frame, SAMPLES[key].frame
    schema = guess_schema(table)
    findings = check_data(table, schema, frame, profile(table, schema, frame))
    assert [finding.code for finding in findings] == EXPECTED[key].split()


@pytest.mark.parametrize(
    ("kind", "write"),
    [
        ("E-mail addresses", lambda n: f"Please write to person{n}@mail.example.org about bill {n}."),
        ("Phone numbers", lambda n: f"Call +49 170 {1_000_000 + n} after six, or leave a note."),
        ("Payment card numbers", lambda n: f"Paid note {n} with 4111 1111 1111 1111 on the phone."),
        ("US social security numbers", lambda n: f"The file of 123-45-{1000 + n} was sent back twice."),
        ("IBANs", lambda n: f"Transfer {n} goes to DE89 3704 0044 0532 0130 00 by Friday."),
    ],
)
def test_personal_data_in_free_text_is_told_by_its_kind(kind, write):
    finding = only("personal-data", {"note": [write(n) for n in range(N)]}, {"note": "text"})
    assert finding.evidence.startswith(f"{kind} in 400 rows")
    assert finding.severity is Severity.INFO
    assert finding.fix is None


def test_names_of_people_are_personal_data():
    people = RNG.choice(["Anna Smith", "Peter Müller", "Maria Jones", "John Brown", "Susan Schmidt"], N)
    values = [f"{name} {chr(65 + n % 26)}." for n, name in enumerate(people)]
    finding = only("personal-data", {"customer_name": values}, {"customer_name": "category"})
    assert finding.evidence.startswith("Names of people in 400 rows")
    assert finding.fix.action == "leave_out"


def test_a_date_that_stands_for_not_known_can_be_marked():
    days = [str(day.date()) for day in pd.date_range("2022-01-01", periods=N)]
    days[:40] = ["1900-01-01"] * 40
    finding = only("disguised-missing", {"seen": days}, {"seen": "date"})
    assert finding.evidence.startswith("`seen`: 40 rows")
    assert finding.fix.params["kind"] == "mark_missing"
