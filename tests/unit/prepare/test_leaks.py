"""Leaks that were planted are found with their column, and clean tables give no alarm that must be settled."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.checks import check_data
from core.data.guess import guess_schema
from core.data.profile import profile
from core.data.samples import SAMPLES, load_sample
from core.findings import Finding, Severity
from core.framing.frame import Frame, Task
from core.prepare.build import build_problem
from core.prepare.checks import check_recipe
from core.prepare.defaults import default_recipe, default_split

ROWS = 600


def clean(seed: int = 1, rows: int = ROWS) -> tuple[pd.DataFrame, np.random.Generator]:
    """Three numbers, a category and a date that say something of the outcome, but not all."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "income": rng.normal(50, 12, rows).round(2),
            "debt": rng.gamma(2, 8, rows).round(2),
            "age": rng.integers(18, 80, rows),
            "town": rng.choice([f"town {n}" for n in range(20)], rows),
            "opened": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
        }
    )
    score = (table["debt"] - 16) / 12 - (table["income"] - 50) / 12 + rng.normal(0, 1.5, rows)
    table["late"] = np.where(score > 0.8, "yes", "no")
    table["amount"] = (1000 + 200 * score).round(2)
    return table, rng


def findings(table: pd.DataFrame, task: Task = Task.BINARY, **frame: Any) -> list[Finding]:
    target, other = ("late", "amount") if task is Task.BINARY else ("amount", "late")
    table = table.drop(columns=[other])
    asked = Frame(
        target=target,
        task=task,
        positive="yes" if task is Task.BINARY else None,
        metric="roc_auc" if task is Task.BINARY else "rmse",
        **frame,
    )
    return of_table(table, asked)


def of_table(table: pd.DataFrame, frame: Frame) -> list[Finding]:
    schema = guess_schema(table)
    split = default_split(table, schema, frame)
    problem = build_problem(table, schema, frame, default_recipe(table, schema, frame), split)
    seen = profile(table, schema, frame, sealed=problem.split.test)
    return [*check_data(table, schema, frame, seen), *check_recipe(problem)]


def renamed(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return table.assign(status=np.where(table["late"] == "yes", "in arrears", "fine"))


def binned(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return table.assign(band=pd.cut(table["amount"], 12, labels=[f"band {n}" for n in range(12)]).astype("str"))


def summed(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    part = rng.uniform(100, 900, len(table)).round(2)
    return table.assign(principal=part, interest=(table["amount"] - part).round(2))


def decided(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    reminded = (table["late"] == "yes") & (rng.random(len(table)) < 0.6)
    return table.assign(reminder=np.where(reminded, "sent", "none"))


def only_then(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    fee = np.where(table["late"] == "yes", rng.uniform(5, 50, len(table)).round(2), np.nan)
    return table.assign(fee=fee)


def close_to_it(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return table.assign(estimate=(table["amount"] + rng.normal(0, 4, len(table))).round(2))


def target_encoded(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    means = (table["late"] == "yes").groupby(table["town"]).transform("mean")
    return table.assign(town_rate=means)


def left_one_out(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    late = (table["late"] == "yes").astype(float)
    total, count = late.groupby(table["town"]).transform("sum"), late.groupby(table["town"]).transform("size")
    return table.assign(town_rate=(total - late) / (count - 1))


def numbered_late(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    order = np.argsort((table["late"] == "yes").to_numpy() + rng.normal(0, 0.1, len(table)))
    numbers = np.empty(len(table), dtype=int)
    numbers[order] = np.arange(len(table))
    return table.assign(file_no=[f"F-{number:05d}" for number in numbers])


def sorted_by_outcome(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return table.sort_values("late", kind="stable", ignore_index=True)


def copied(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return pd.concat([table, table.sample(120, random_state=1)], ignore_index=True)


def nearly_copied(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    again = table.sample(120, random_state=1).copy()
    again["town"] = again["town"].str.upper() + " "
    again["income"] = again["income"] + 0.001
    return pd.concat([table, again], ignore_index=True)


def several_a_customer(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return table.assign(customer_id=[f"c{n:04d}" for n in rng.integers(0, 150, len(table))])


def after_the_fact(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return table.assign(closed=table["opened"] + pd.to_timedelta(rng.integers(30, 400, len(table)), "D"))


PLANTED: dict[str, tuple[Callable[..., pd.DataFrame], Task, set[str], str]] = {
    "the outcome under another name": (renamed, Task.BINARY, {"leak"}, "status"),
    "the outcome in bins": (binned, Task.REGRESSION, {"outcome-in-bins"}, "band"),
    "the outcome in parts": (summed, Task.REGRESSION, {"leak-combined"}, "principal"),
    "a value that is set after the outcome": (decided, Task.BINARY, {"leak"}, "reminder"),
    "a column filled in only with one outcome": (only_then, Task.BINARY, {"leak", "missing-by-outcome"}, "fee"),
    "a column near the amount": (close_to_it, Task.REGRESSION, {"leak"}, "estimate"),
    "a mean of outcomes from before the split": (target_encoded, Task.BINARY, {"statistic-before-split"}, "town_rate"),
    "a mean of the others' outcomes": (left_one_out, Task.BINARY, {"statistic-before-split", "leak"}, "town_rate"),
    "a number given by the outcome": (numbered_late, Task.BINARY, {"identifier-with-outcome"}, "file_no"),
    "a table sorted by the outcome": (sorted_by_outcome, Task.BINARY, {"row-order"}, ""),
    "copies on both sides": (copied, Task.BINARY, {"copies-across-parts"}, ""),
    "near copies on both sides": (nearly_copied, Task.BINARY, {"near-copies-across-parts"}, ""),
    "cases on both sides": (
        several_a_customer,
        Task.BINARY,
        {"identifier-across-parts"},
        "customer_id",
    ),
    "the future in training": (lambda table, rng: table, Task.BINARY, {"future-in-training"}, "opened"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_leak_is_found_with_its_column(planted: str) -> None:
    plant, task, codes, column = PLANTED[planted]
    table, rng = clean()
    found = [one for one in findings(plant(table, rng), task) if one.code in codes]
    assert found, planted
    if column:
        assert column in {name for one in found for name in one.columns}
    assert all(one.evidence and one.why for one in found)


def test_a_later_date_is_called_time_travel_where_the_moment_is_told() -> None:
    table, rng = clean()
    found = findings(after_the_fact(table, rng), predicted_at="opened")
    assert "closed" in {name for one in found if one.code == "time-travel" for name in one.columns}


HARMLESS = {"leak", "leak-combined", "statistic-before-split", "identifier-with-outcome", "outcome-in-bins"}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_a_clean_table_gives_no_alarm(seed: int, task: Task) -> None:
    table, _ = clean(seed + 10, 400)
    table = table.assign(case=[f"K{n:05d}" for n in range(len(table))], town_size=table["town"].str.len())
    alarms = [one for one in findings(table, task) if one.severity is Severity.ERROR or one.code in HARMLESS]
    assert alarms == []


@pytest.mark.parametrize("key", [key for key in SAMPLES if key != "mortgages"])
def test_a_sample_without_a_planted_leak_gives_no_alarm_that_must_be_settled(key: str) -> None:
    frame = SAMPLES[key].frame
    alarms = [one for one in of_table(load_sample(key).frame, frame) if one.severity is Severity.ERROR]
    assert alarms == []
