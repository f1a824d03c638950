import logging

import numpy as np
import pandas as pd
import pytest

from core.data.checks import CHECKS, check_data
from core.data.profile import profile
from core.data.schema import ColumnSpec, ColumnType, Schema
from core.findings import Check, Finding, Fix, Severity
from core.framing.frame import Frame, Task

RNG = np.random.default_rng(5)
N = 1000
FRAME = Frame(
    target="y", task=Task.BINARY, positive="yes", row_is="application", predicted_at="when the application arrives"
)
OUTCOME = np.where(np.arange(N) % 3 == 0, "yes", "no")


def found(columns, kinds, frame=FRAME, **settled):
    table = pd.DataFrame({"base": RNG.normal(size=len(next(iter(columns.values())))), **columns})
    kinds = {"base": "number", **kinds}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kinds[name])) for name in table))
    return check_data(table, schema, frame, profile(table, schema, frame), **settled)


def only(code, columns, kinds, frame=FRAME, **settled):
    (finding,) = [finding for finding in found(columns, kinds, frame, **settled) if finding.code == code]
    return finding


def test_a_sound_table_has_no_finding():
    assert found({"y": OUTCOME}, {"y": "yes_no"}) == []


MORTGAGES = {
    "insurance": ["yes"] * 48 + ["no"] * 2332,
    "y": ["yes"] * 44 + ["no"] * 4 + ["yes"] * 241 + ["no"] * 2091,
}


def test_a_level_decided_with_the_outcome_is_an_error_with_its_counts():
    finding = only("leak", MORTGAGES, {"insurance": "yes_no", "y": "yes_no"})
    assert finding.severity is Severity.ERROR
    assert finding.title == "`insurance` is decided with the outcome"
    assert finding.evidence == (
        "44 of the 48 applications where `insurance` is 'yes' have `y` 'yes' (92%, 95% interval 80 to 97); "
        "of the other 2,332, 241 have (10.3%, 95% interval 9.2 to 11.6)."
    )
    assert finding.why.startswith("You said you predict when the application arrives. ")
    assert finding.fix == Fix("Leave it out", "not_known_then", {"columns": ["insurance"]})


def test_a_column_not_known_then_is_no_leak_any_more():
    frame = FRAME.model_copy(update={"unknown_at_prediction": ("insurance",)})
    codes = [finding.code for finding in found(MORTGAGES, {"insurance": "yes_no", "y": "yes_no"}, frame)]
    assert "leak" not in codes


def test_a_number_that_gives_the_outcome_away_is_an_error():
    finding = only(
        "leak",
        {"x": np.where(OUTCOME == "yes", 5.0, 1.0) + RNG.random(N), "y": OUTCOME},
        {"x": "number", "y": "yes_no"},
    )
    assert finding.severity is Severity.ERROR
    assert finding.evidence.startswith("`x` alone tells 100.0% of the pairs")


def test_rows_without_an_outcome_do_not_count_as_evidence_of_a_leak():
    outcome = pd.Series(OUTCOME, dtype=object)
    outcome[:30] = None
    x = np.where(OUTCOME == "yes", 5.0, 1.0) + RNG.random(N)
    finding = only("leak", {"x": x, "y": outcome}, {"x": "number", "y": "yes_no"})
    assert finding.evidence.endswith("on 1,000 rows, 30 of them without an outcome.")


def test_a_very_strong_number_is_only_doubted():
    x = np.where(OUTCOME == "yes", 2.8, 0.0) + RNG.normal(size=N)
    finding = only("leak", {"x": x, "y": OUTCOME}, {"x": "number", "y": "yes_no"})
    assert (finding.severity, finding.title) == (Severity.WARNING, "`x` says almost everything")


def test_a_copy_of_an_amount_is_an_error():
    price = RNG.lognormal(size=N)
    frame = Frame(target="y", task=Task.REGRESSION)
    finding = only("leak", {"euros": price * 0.9, "y": price}, {"euros": "number", "y": "number"}, frame)
    assert finding.severity is Severity.ERROR


def test_strong_but_honest_columns_are_let_be():
    from sklearn.datasets import load_breast_cancer, load_iris

    for load in (load_iris, load_breast_cancer):
        table = load(as_frame=True).frame
        table["target"] = table["target"].map({0: "a", 1: "b", 2: "c"})
        task = Task.MULTICLASS if load is load_iris else Task.BINARY
        frame = Frame(target="target", task=task, positive="a" if task is Task.BINARY else None)
        schema = Schema(
            columns=tuple(
                ColumnSpec(name=name, type=ColumnType.CATEGORY if name == "target" else ColumnType.NUMBER)
                for name in table
            )
        )
        findings = check_data(table, schema, frame, profile(table, schema, frame))
        assert [finding for finding in findings if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("values", "kind", "mark"),
    [
        (np.r_[np.full(30, 999), RNG.integers(0, 30, N - 30)], "number", 999),
        (np.r_[np.full(30, -1), RNG.integers(0, 90, N - 30)], "number", -1),
        (np.r_[np.full(5, -999.0), RNG.random(N - 5)], "number", -999),
        (["?"] * 30 + ["a", "b"] * 485, "category", "?"),
        (["Unknown"] * 30 + ["a", "b"] * 485, "category", "Unknown"),
        ([pd.Timestamp("1900-01-01")] * 9 + [pd.Timestamp("2020-01-01")] * (N - 9), "date", "1900-01-01"),
    ],
)
def test_a_value_that_stands_for_not_known_can_be_marked(values, kind, mark):
    finding = only("disguised-missing", {"x": values, "y": RNG.permutation(OUTCOME)}, {"x": kind, "y": "yes_no"})
    assert finding.fix.action == "add_step"
    assert finding.fix.params["kind"] == "mark_missing"
    assert finding.fix.params["columns"] == ["x"]
    assert finding.fix.params["params"] == {"values": [mark]}


@pytest.mark.parametrize(
    "values",
    [
        RNG.integers(0, 100, N),  # 99 belongs to them
        RNG.choice([-1, 0, 1], N),  # codes
        RNG.integers(-20, 20, N),  # −1 among others below zero
        np.r_[[999], RNG.integers(0, 30, N - 1)],  # once is a slip
    ],
)
def test_a_value_in_its_place_is_not_suspected(values):
    codes = [finding.code for finding in found({"x": values, "y": OUTCOME}, {"x": "number", "y": "yes_no"})]
    assert "disguised-missing" not in codes


def test_columns_with_the_same_disguise_share_a_finding():
    column = np.r_[np.full(30, -999.0), RNG.random(N - 30)]
    finding = only(
        "disguised-missing", {"a": column, "b": column, "y": OUTCOME}, {"a": "number", "b": "number", "y": "yes_no"}
    )
    assert finding.columns == ("a", "b")
    assert finding.title == "'−999' may mean “not known”"


def test_gaps_are_noted_with_their_shares():
    x = np.where(np.arange(N) < 100, np.nan, RNG.random(N))
    finding = only("missing-values", {"x": x, "y": OUTCOME}, {"x": "number", "y": "yes_no"})
    assert (finding.severity, finding.evidence) == (Severity.INFO, "Missing: `x` 10.0%, of 1,000 rows.")


def test_a_column_all_but_empty_should_be_left_out():
    x = np.where(np.arange(N) < 980, np.nan, RNG.random(N))
    finding = only("mostly-missing", {"x": x, "y": OUTCOME}, {"x": "number", "y": "yes_no"})
    assert finding.severity is Severity.WARNING
    assert finding.fix.params["columns"] == ["x"]


def test_constant_and_empty_columns_are_left_out_with_one_click():
    finding = only(
        "constant-column",
        {"a": ["v"] * N, "b": [None] * N, "y": OUTCOME},
        {"a": "category", "b": "number", "y": "yes_no"},
    )
    assert finding.evidence == "`a` is always v; `b` is empty, in 1,000 rows."
    assert finding.fix.params["columns"] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("x", range(1, N + 1), "number"),
        ("customer_id", RNG.permutation(10**6)[:N], "number"),
        ("x", [f"c{place}" for place in range(N)], "category"),
    ],
)
def test_a_column_that_names_rows_is_found(name, values, kind):
    finding = only("identifier-like", {name: values, "y": OUTCOME}, {name: kind, "y": "yes_no"})
    assert finding.fix == Fix("Treat as identifier", "set_type", {"column": name, "type": "identifier"})


@pytest.mark.parametrize("values", [RNG.normal(size=N), RNG.permutation(10**6)[:N]])
def test_amounts_that_all_differ_name_no_rows(values):
    codes = [finding.code for finding in found({"income": values, "y": OUTCOME}, {"income": "number", "y": "yes_no"})]
    assert "identifier-like" not in codes


def test_many_rare_categories_can_be_grouped():
    x = [f"c{place % 60}" for place in range(N)]
    finding = only("too-many-categories", {"x": x, "y": RNG.permutation(OUTCOME)}, {"x": "category", "y": "yes_no"})
    assert finding.evidence == "60 different values, 16.7 rows each on average."
    assert finding.fix.params["kind"] == "group_rare"


def test_repeated_rows_can_be_dropped():
    x = RNG.normal(size=N)
    x[500:] = x[:500]
    table = {"base": x, "y": ["yes", "no"] * 500}
    finding = only("duplicate-rows", table, {"y": "yes_no"})
    assert finding.severity is Severity.WARNING
    assert finding.evidence == "500 of 1,000 rows (50.0%) repeat another in every column."
    assert finding.fix.params["kind"] == "drop_duplicates"


def test_rows_that_look_alike_by_chance_are_only_noted():
    table = {"base": [1.0, 2.0] * 500, "y": OUTCOME}
    assert only("duplicate-rows", table, {"y": "yes_no"}).severity is Severity.INFO


@pytest.mark.parametrize(
    ("hits", "severity", "title"), [(120, "info", "One in eight is 'yes'"), (40, "warning", "One in 25 is 'yes'")]
)
def test_a_rare_outcome_is_told_with_its_interval(hits, severity, title):
    finding = only("imbalance", {"y": ["yes"] * hits + ["no"] * (N - hits)}, {"y": "yes_no"})
    assert (finding.severity, finding.title) == (severity, title)


SENSITIVE = FRAME.model_copy(update={"sensitive": ("g",)})
GROUPS = {"g": ["a"] * 900 + ["b"] * 100, "y": OUTCOME}


def test_a_group_with_few_outcomes_is_told_and_its_share_can_be_kept():
    finding = only("small-groups", GROUPS, {"g": "category", "y": "yes_no"}, SENSITIVE)
    assert finding.title == "Few rows with `g` 'b'"
    assert finding.evidence.startswith(
        "100 of 1,000 rows (10.0%), 34 of them with `y` 'yes' (34%, 95% interval 25 to 44)."
    )
    assert finding.fix == Fix("Keep shares equal", "set_split", {"kind": "stratified", "balance": ["g"]})


def test_once_the_split_keeps_the_shares_it_is_only_noted():
    finding = only("small-groups", GROUPS, {"g": "category", "y": "yes_no"}, SENSITIVE, balanced=("g",))
    assert (finding.severity, finding.fix) == (Severity.INFO, None)


def test_extremes_are_noted():
    x = np.r_[[500.0], RNG.random(N - 1)]
    finding = only("extremes", {"x": x, "y": OUTCOME}, {"x": "number", "y": "yes_no"})
    assert finding.title == "`x` reaches 500"
    assert "; 1 of 1,000 values lie more than five interquartile ranges" in finding.evidence


def test_rows_without_an_outcome_are_counted():
    y = pd.Series(OUTCOME, dtype=object)
    y[:50] = None
    finding = only("missing-target", {"y": y}, {"y": "yes_no"})
    assert finding.evidence.startswith("50 of 1,000 rows (5.0%) have no usable `y`")


def test_few_rows_are_told():
    assert only("too-few-rows", {"y": ["yes", "no"] * 50}, {"y": "yes_no"}).evidence == (
        "100 rows have an outcome; the rarest outcome has 50."
    )


def test_text_and_identifiers_are_said_to_be_left_out():
    columns = {"note": [f"n{place}" for place in range(N)], "y": OUTCOME}
    finding = only("text-left-out", columns, {"note": "text", "y": "yes_no"})
    assert finding.evidence == "`note` (free text)."


def test_text_that_a_step_reads_is_used():
    table = pd.DataFrame({"note": [f"n{place}" for place in range(N)], "y": OUTCOME})
    schema = Schema(columns=(ColumnSpec(name="note", type="text"), ColumnSpec(name="y", type="yes_no")))
    found = profile(table, schema, FRAME)
    assert "text-left-out" in [one.code for one in check_data(table, schema, FRAME, found)]
    assert "text-left-out" not in [one.code for one in check_data(table, schema, FRAME, found, reads=("note",))]


def test_a_sensitive_column_in_the_model_is_noted():
    frame = SENSITIVE.model_copy(update={"sensitive_as_features": True})
    assert only("sensitive-as-feature", GROUPS, {"g": "category", "y": "yes_no"}, frame).columns == ("g",)


def test_what_a_step_of_the_recipe_does_already_is_only_noted():
    columns = {"x": ["?"] * 30 + ["a", "b"] * 485, "y": RNG.permutation(OUTCOME)}
    finding = only(
        "disguised-missing",
        columns,
        {"x": "category", "y": "yes_no"},
        handled=frozenset({("mark_missing", "x")}),
    )
    assert (finding.severity, finding.fix) == (Severity.INFO, None)
    assert finding.evidence.endswith("A step of the recipe takes care of it.")


def test_a_step_on_another_column_settles_nothing():
    columns = {"x": ["?"] * 30 + ["a", "b"] * 485, "y": RNG.permutation(OUTCOME)}
    kinds = {"x": "category", "y": "yes_no"}
    assert only("disguised-missing", columns, kinds, handled=frozenset({("mark_missing", "z")})).fix is not None


def test_a_column_the_recipe_drops_is_not_looked_at():
    codes = found(
        {"x": ["v"] * N, "y": OUTCOME}, {"x": "category", "y": "yes_no"}, handled=frozenset({("drop_columns", "x")})
    )
    assert codes == []


def test_findings_come_worst_first():
    findings = found({**MORTGAGES, "note": ["v"] * 2380}, {"insurance": "yes_no", "y": "yes_no", "note": "category"})
    ranks = [finding.severity.rank for finding in findings]
    assert ranks == sorted(ranks)
    assert {0, 1, 2} == set(ranks)


def test_a_check_that_fails_is_logged_and_leaves_the_others(caplog):
    def broken(facts):
        raise ZeroDivisionError

    def fine(facts):
        yield Finding("fine", Severity.INFO, "Fine", "")

    table = pd.DataFrame({"y": OUTCOME})
    schema = Schema(columns=(ColumnSpec(name="y", type=ColumnType.YES_NO),))
    checks = (Check("broken", "", Severity.INFO, broken), Check("fine", "", Severity.INFO, fine))
    with caplog.at_level(logging.ERROR):
        findings = check_data(table, schema, FRAME, profile(table, schema, FRAME), checks=checks)
    assert [finding.code for finding in findings] == ["fine"]
    assert "the check broken failed" in caplog.text


def test_no_check_gives_more_findings_than_can_be_read():
    columns = {f"c{place}": np.where(OUTCOME == "yes", 1.0, 0.0) for place in range(30)}
    findings = found({**columns, "y": OUTCOME}, {**dict.fromkeys(columns, "number"), "y": "yes_no"})
    assert sum(finding.code == "leak" for finding in findings) == 20


@pytest.mark.parametrize("rows", [0, 1, 5])
@pytest.mark.parametrize("frame", [Frame(), Frame(target="gone"), FRAME, SENSITIVE])
def test_tiny_tables_and_unfinished_frames_break_no_check(rows, frame, caplog):
    table = pd.DataFrame({**GROUPS, "when": pd.Timestamp("2020-01-01"), "x": np.inf}).iloc[:rows]
    kinds = {"g": "category", "y": "yes_no", "when": "date", "x": "number"}
    schema = Schema(columns=tuple(ColumnSpec(name=name, type=ColumnType(kinds[name])) for name in table))
    check_data(table, schema, frame, profile(table, schema, frame))
    assert caplog.records == []


def test_every_check_has_its_own_code_and_words():
    assert len({check.code for check in CHECKS}) == len(CHECKS)
    assert all(check.title and check.severity in Severity for check in CHECKS)
