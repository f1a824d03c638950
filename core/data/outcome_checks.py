"""Checks that hold columns and rows against the outcome: disguises, time travel, gaps, labels, representation."""

import re
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.facts import DataFacts, Found
from core.data.hints import words_of
from core.data.knowing.coded import code_column, code_table
from core.data.knowing.contradictions import contradicting_rows, unlike_neighbours
from core.data.knowing.missing import MissingOutcome, missing_mask, missing_outcomes
from core.data.knowing.near import by_chance
from core.data.representation import against_reference, representation
from core.data.schema import ColumnType
from core.data.signal import Floats
from core.data.summary import number_words
from core.findings import Finding, Fix, Severity
from core.framing.frame import Task
from core.framing.target import quoted, rows_words
from core.limits import NEIGHBOUR_ROWS
from core.runtime.values import as_date

DISGUISE_ROWS: Final = 2_000
"""Rows on which sums, differences, products and comparisons of columns are held against the outcome."""
DISGUISE_COLUMNS: Final = 30
FEWEST_ROWS: Final = 50
EXACT: Final = 1e-6
"""Distance from the outcome, in its spreads, that counts as equal …"""
NEARLY_ALL: Final = 0.99
"""… in this share of the rows."""
MISSING_GAP: Final = 0.15
"""Difference of the outcome's share where a column is missing from which it is told; of an amount, in its spreads: …"""
MISSING_SPREADS: Final = 0.5
FEWEST_MISSING: Final = 20
DECISIVE: Final = 0.5
"""… and the low end of the difference from which it is doubted."""
LATER: Final = 0.95
"""Share of rows in which one date is not before another from which it follows it."""
TOLD_APART: Final = 0.9
"""Balanced accuracy of nearest neighbours from which a row they all disagree with is odd."""
MOST_UNLIKE: Final = 0.05
"""Share of rows beyond which disagreement is how the outcome is, not a slip."""
FEWEST_UNLIKE: Final = 3
MANY_CONTRADICT: Final = 0.01
_DAY = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
_ENDS = """close closed closing end ended ending resolved resolution decision decided cancel canceled cancelled
cancellation churn churned discharge discharged returned delivered delivery paid repaid settled
settlement outcome result death died exit termination terminated left completed completion approved
denied rejected refunded default defaulted dismissed"""
_AFTERWARDS: Final = frozenset(_ENDS.split())


def _not_known(*columns: str) -> Fix:
    return Fix("Leave it out" if len(columns) == 1 else "Leave them out", "not_known_then", {"columns": list(columns)})


def _then(facts: DataFacts) -> str:
    return f"You said you predict{facts.then}. " if facts.then else ""


def disguises(facts: DataFacts) -> Found:
    """Find two or more columns that together are the outcome."""
    target, task = facts.frame.target, facts.frame.task
    if not target or task is None or task is Task.MULTICLASS or target not in facts.coded.columns:
        return
    outcome = facts.coded.columns[target]
    leaking = {column.name for column in facts.features if column.leak is not None and column.leak.certain}
    amounts = {
        name: column.numbers[:DISGUISE_ROWS]
        for name, column in facts.coded.columns.items()
        if name != target and column.numbers is not None and name not in leaking
    }
    names = list(amounts)[:DISGUISE_COLUMNS]
    if len(names) < 2:
        return
    held = np.column_stack([amounts[name] for name in names])
    if task is Task.REGRESSION and outcome.numbers is not None:
        found = _as_amount(names, held, outcome.numbers[:DISGUISE_ROWS])
    elif outcome.codes is not None:
        found = _as_comparison(names, held, outcome.codes[:DISGUISE_ROWS])
    else:
        return
    if found is None:
        return
    columns, words, rows = found
    yield Finding(
        code="leak-combined",
        severity=Severity.ERROR,
        title=f"`{columns[0]}` and `{columns[1]}` give the outcome"
        if len(columns) == 2
        else f"{len(columns):,} columns together give the outcome",
        evidence=f"{words} `{target}` in nearly all of {rows:,} rows looked at.",
        why=f"{_then(facts)}A model would only do the sum. If one of them is filled in later, leave it out.",
        columns=columns,
        fix=_not_known(*columns),
    )


def _as_amount(names: list[str], held: Floats, outcome: Floats) -> tuple[tuple[str, ...], str, int] | None:
    spread = float(np.nanstd(outcome))
    if not spread > 0:
        return None

    def equal(made: Floats) -> int:
        both = ~(np.isnan(made) | np.isnan(outcome))
        rows = int(both.sum())
        if rows < FEWEST_ROWS:
            return 0
        near = np.abs(made[both] - outcome[both]) <= EXACT * spread
        return rows if near.mean() >= NEARLY_ALL else 0

    with np.errstate(all="ignore"):
        for (i, one), (j, other) in combinations(enumerate(names), 2):
            a, b = held[:, i], held[:, j]
            for made, words in (
                (a + b, f"`{one}` plus `{other}`"),
                (a - b, f"`{one}` less `{other}`"),
                (b - a, f"`{other}` less `{one}`"),
                (a * b, f"`{one}` times `{other}`"),
                (a / b, f"`{one}` by `{other}`"),
                (b / a, f"`{other}` by `{one}`"),
            ):
                rows = equal(np.where(np.isfinite(made), made, np.nan))
                if rows:
                    return (one, other), f"{words} is", rows
    return _as_sum(names, held, outcome)


def _as_sum(names: list[str], held: Floats, outcome: Floats) -> tuple[tuple[str, ...], str, int] | None:
    """Return three or more columns of which the outcome is a weighted sum."""
    usable = ~np.isnan(held).any(axis=1) & ~np.isnan(outcome)
    if usable.sum() < max(FEWEST_ROWS, 5 * len(names)):
        return None
    X, y = held[usable], outcome[usable]
    scale = X.std(axis=0)
    X, y = (X - X.mean(axis=0)) / np.where(scale > 0, scale, 1.0), (y - y.mean()) / y.std()
    weights, *_ = np.linalg.lstsq(X, y, rcond=1e-9)
    if np.abs(y - X @ weights).max() > 1e4 * EXACT * 1e-1:
        return None
    used = tuple(name for name, weight in zip(names, weights, strict=True) if abs(weight) > 1e-3)
    return (used, f"A weighted sum of {len(used):,} columns is", int(usable.sum())) if len(used) > 1 else None


def _as_comparison(names: list[str], held: Floats, codes: NDArray[np.intp]) -> tuple[tuple[str, ...], str, int] | None:
    for (i, one), (j, other) in combinations(enumerate(names), 2):
        a, b = held[:, i], held[:, j]
        both = ~(np.isnan(a) | np.isnan(b)) & (codes >= 0)
        if both.sum() < FEWEST_ROWS:
            continue
        label = codes[both] == codes[both].max()
        for made, words in (
            (a[both] > b[both], f"`{one}` above `{other}`"),
            (a[both] < b[both], f"`{one}` below `{other}`"),
            (a[both] == b[both], f"`{one}` equal to `{other}`"),
        ):
            rare = min(int(made.sum()), int((~made).sum()), int(label.sum()), int((~label).sum()))
            agree = float((made == label).mean())
            # Of a rare outcome a comparison that is nearly never true would agree, too.
            if rare >= 20 and max(agree, 1 - agree) >= 1 - (1 - NEARLY_ALL) * 2 * rare / len(label):
                return (one, other), f"{words} decides", int(both.sum())
    return None


def time_travel(facts: DataFacts) -> Found:
    """Find dates after the moment of prediction, and dates that follow another and are named as an end."""
    dates = {
        column.name: as_date(facts.table_frame[column.name], facts.schema[column.name].date_format)
        for column in facts.features
        if column.type is ColumnType.DATE and column.distinct > 1
    }
    said = _DAY.search(facts.frame.predicted_at)
    moment = pd.to_datetime(said[1], errors="coerce") if said else pd.NaT
    target = set(words_of(facts.frame.target or "")) - {"date", "day", "time", "is", "has"}
    for name, values in dates.items():
        filled = values.dropna()
        later = 0 if pd.isna(moment) else int((filled > moment + pd.Timedelta(days=1)).sum())
        if later:
            yield Finding(
                code="time-travel",
                severity=Severity.WARNING,
                title=f"`{name}` lies after the prediction",
                evidence=f"{later:,} of {len(filled):,} dates are later than {moment.date()}, the last "
                f"{filled.max().date()}.",
                why=f"{_then(facts)}What happens later is not known then.",
                columns=(name,),
                fix=_not_known(name),
            )
            continue
        words = set(words_of(name))
        if not words & (_AFTERWARDS | target):
            continue
        for other, start in dates.items():
            if other == name or set(words_of(other)) & (_AFTERWARDS | target):
                continue
            both = (values.notna() & start.notna()).to_numpy()
            if both.sum() < FEWEST_ROWS:
                continue
            ends, begins = values.to_numpy()[both], start.to_numpy()[both]
            if (ends >= begins).mean() >= LATER and (ends > begins).mean() >= 0.5:
                yield Finding(
                    code="time-travel",
                    severity=Severity.WARNING,
                    title=f"`{name}` comes after `{other}`",
                    evidence=f"It is not earlier in {int((ends >= begins).sum()):,} of {int(both.sum()):,} rows where "
                    f"both are known; {rows_words(int(values.isna().sum()))} {_have(int(values.isna().sum()))} none.",
                    why=f"{_then(facts)}Its name speaks of an end. If it is filled in later, a model must not see it.",
                    columns=(name,),
                    fix=_not_known(name),
                )
                break


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def missing_by_outcome(facts: DataFacts) -> Found:
    """Name columns whose gaps go with the outcome."""
    gaps = [column for column in facts.features if column.missing and column.leak is None]
    rows = facts.open_rows
    masks = {column.name: missing_mask(rows[column.name], facts.schema[column.name]) for column in gaps}
    amount = facts.frame.task is Task.REGRESSION
    spread = _spread(facts) if amount else 1.0
    told = [
        one
        for one in missing_outcomes(rows, facts.frame, masks)
        if one.differs and one.missing >= FEWEST_MISSING and _clear(one, amount, spread)
    ]
    for decisive in (True, False):
        found = [one for one in told if (not amount and _least(one) >= DECISIVE) is decisive]
        if not found:
            continue
        names = tuple(one.column for one in found)
        shown = "; ".join(f"`{one.column}` {_compared(one, amount)}" for one in found[:3])
        what = f"Mean `{facts.frame.target}`" if amount else f"`{facts.frame.target}` {quoted(facts.frame.positive)}"
        yield Finding(
            code="missing-by-outcome",
            severity=Severity.WARNING if decisive else Severity.INFO,
            title=f"Gaps of `{names[0]}` tell the outcome" if len(names) == 1 else "Gaps go with the outcome",
            evidence=f"{what} where the column is missing, and where not: {shown}"
            f"{f'; {len(found) - 3:,} more' if len(found) > 3 else ''}.",
            why=f"{_then(facts) if decisive else ''}Either it is filled in later, or only for some cases. A gap then "
            f"says something itself{'' if decisive else '; the step that fills numbers can tell it to the model'}.",
            columns=names,
            fix=_not_known(*names) if decisive else Fix("Set it in Prepare", "go_to", {"stage": "prepare"}),
        )


def _spread(facts: DataFacts) -> float:
    column = facts.coded.columns.get(facts.frame.target or "")
    return float(np.nanstd(column.numbers)) if column is not None and column.numbers is not None else 1.0


def _least(one: MissingOutcome) -> float:
    return min(abs(one.difference_low), abs(one.difference_high))


def _clear(one: MissingOutcome, amount: bool, spread: float) -> bool:
    return abs(one.difference) >= (MISSING_SPREADS * spread if amount else MISSING_GAP)


def _compared(one: MissingOutcome, amount: bool) -> str:
    if amount:
        return f"{number_words(one.value, 0)} against {number_words(one.other, 0)} ({rows_words(one.missing)} missing)"
    return (
        f"{100 * one.value:.0f}% (95% interval {100 * one.low:.0f} to {100 * one.high:.0f}, {rows_words(one.missing)}) "
        f"against {100 * one.other:.0f}%"
    )


def contradictions(facts: DataFacts) -> Found:
    """Count rows that agree in all features and differ in the outcome."""
    rows = facts.open_rows
    found = contradicting_rows(rows, facts.schema, facts.frame)
    count = int(found.sum())
    if not count:
        return
    codes = []
    for name in facts.schema.features(facts.frame):
        column = code_column(rows[name], facts.schema[name])
        codes.append(column.codes if column.numbers is None else pd.factorize(column.numbers)[0])
    if by_chance([np.asarray(code) for code in codes], len(rows), but_one=False):
        return
    yield Finding(
        code="contradictions",
        severity=Severity.WARNING if count >= MANY_CONTRADICT * len(rows) else Severity.INFO,
        title="Equal rows have different outcomes",
        evidence=f"{count:,} of {len(rows):,} rows agree with another in all {len(codes):,} columns the model may see, "
        "and not in the outcome.",
        why="No model can be right on both: a slip in the outcome, or what decides it is not in the table. Put slips "
        "right in Label, or join the column that is missing.",
        columns=(str(facts.frame.target),),
        fix=Fix("Join a column", "go_to", {"stage": "data", "view": "Source"}),
    )


def unlike(facts: DataFacts) -> Found:
    """Count rows whose outcome none of their neighbours share, where neighbours else tell it well."""
    frame = facts.frame
    if not frame.target or frame.task is None or not frame.task.is_classification:
        return
    wanted = {column.name for column in facts.features} | {frame.target}
    left = [name for name in facts.schema.names if name not in wanted]
    coded = code_table(facts.open_rows, facts.schema, first=(frame.target,), leave=left, rows=NEIGHBOUR_ROWS)
    found = unlike_neighbours(coded, frame.target)
    if found is None or found.balanced_accuracy < TOLD_APART:
        return
    count = len(found.positions)
    if not FEWEST_UNLIKE <= count <= MOST_UNLIKE * found.rows:
        return
    on = f"{found.rows:,} rows" + ("" if found.rows == coded.of_rows else f" drawn at random (seed {coded.seed})")
    yield Finding(
        code="label-noise",
        severity=Severity.WARNING,
        title="Some outcomes do not fit",
        evidence=f"{count:,} of {on} have an outcome that at least nine of their ten nearest rows do not have, while "
        f"neighbours else tell the outcome well (balanced accuracy {100 * found.balanced_accuracy:.0f}%).",
        why="They may be slips in the outcome; a model would learn them, and be judged by them. After a first "
        "training, Label lists them one by one, to confirm or correct.",
        columns=(frame.target,),
        fix=Fix("Go to Label", "go_to", {"stage": "data", "view": "Label"}),
    )


def misrepresented(facts: DataFacts) -> Found:
    """Hold groups against the shares they have elsewhere."""
    for column, shares in facts.reference.items():
        if column not in facts.schema or column not in facts.table_frame.columns:
            continue
        found = against_reference(representation(facts.table_frame, facts.schema, facts.frame, column), shares, column)
        odd = [verdict for verdict in found.verdicts if verdict.kind in ("under", "over")]
        under = [verdict for verdict in odd if verdict.kind == "under"]
        if not under:
            continue
        worst = max(under, key=lambda verdict: verdict.reference - verdict.share)
        yield Finding(
            code="under-represented",
            severity=Severity.WARNING,
            title=f"`{column}` {quoted(worst.group)} is under-represented",
            evidence=" ".join(verdict.words for verdict in sorted(odd, key=lambda one: one.kind != "under")[:3])
            + f" {found.words}",
            why="What is learned from few rows of a group is less sure for it; scores over all rows do not show that. "
            "Only more rows of it help before training; afterwards Fairness can weigh them more.",
            columns=(column,),
        )
