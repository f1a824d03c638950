"""The split that a table and its frame speak for, with the reason in words."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from core.data.schema import ColumnType, Schema
from core.framing.frame import Frame
from core.prepare.plan import SplitKind, SplitPlan
from core.runtime.values import as_date, as_text

TEST_WORDS: Final = ("test", "holdout", "hold-out", "hold out", "testing")
VALIDATION_WORDS: Final = ("validation", "valid", "val", "dev", "eval")
TRAIN_WORDS: Final = ("train", "training", "learn")
PART_VALUES: Final = 4
"""Most values of a column that names the part of a row."""
ROWS_A_GROUP: Final = 1.2
"""From this many rows a value on average, an identifier names groups of rows and not rows."""
NAMES_A_CASE: Final = re.compile(
    r"(^|_)(id|patient|customer|client|user|person|subject|household|member|account|machine|device|student)(_?id)?$",
    re.IGNORECASE,
)
"""Names of columns of categories whose values are cases rather than kinds."""
FEWEST_GROUPS: Final = 10
FEWEST_TIMES: Final = 20


@dataclass(frozen=True)
class SplitProposal:
    """A way to split, and why.

    Parameters
    ----------
    changes : dict
        Fields of the plan.
    title : str
        The way in a few words.
    reason : str
        What in the table or the frame speaks for it.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    reason: str = ""


def propose_splits(table_frame: pd.DataFrame, schema: Schema, frame: Frame) -> tuple[SplitProposal, ...]:
    """Return what speaks for a split by a given column, by group or by time; the strongest first.

    Parameters
    ----------
    table_frame : DataFrame
    schema : Schema
    frame : Frame

    Returns
    -------
    tuple of SplitProposal
        Empty where nothing does: a stratified split is then as good as any.
    """
    return (
        *_by_column(table_frame, schema, frame),
        *_by_group(table_frame, schema, frame),
        *_by_time(table_frame, schema, frame),
    )


def _by_column(table_frame: pd.DataFrame, schema: Schema, frame: Frame) -> tuple[SplitProposal, ...]:
    for spec in schema.columns:
        if spec.name == frame.target or spec.name not in table_frame or spec.type in (ColumnType.DATE, ColumnType.TEXT):
            continue
        if not re.search(r"(split|fold|part|set|subset|sample)", spec.name, re.IGNORECASE):
            continue
        values = sorted(as_text(table_frame[spec.name]).dropna().unique())
        if not 2 <= len(values) <= PART_VALUES:
            continue
        named = {value: value.strip().lower() for value in values}
        test = tuple(value for value, word in named.items() if word in TEST_WORDS)
        validation = tuple(value for value, word in named.items() if word in VALIDATION_WORDS)
        if test and any(word in TRAIN_WORDS for word in named.values()):
            also = f", and “{validation[0]}” for choosing" if validation else ""
            return (
                SplitProposal(
                    {
                        "kind": SplitKind.COLUMN.value,
                        "column": spec.name,
                        "test_values": test,
                        "validation_values": validation,
                    },
                    f"By `{spec.name}`",
                    f"`{spec.name}` already says which rows are the test: “{test[0]}”{also}.",
                ),
            )
    return ()


def _by_group(table_frame: pd.DataFrame, schema: Schema, frame: Frame) -> tuple[SplitProposal, ...]:
    found = []
    named = [name for name in schema.of_type(ColumnType.CATEGORY) if NAMES_A_CASE.search(name)]
    for name in (*schema.of_type(ColumnType.IDENTIFIER), *named):
        if name not in table_frame or name == frame.target:
            continue
        values = as_text(table_frame[name]).dropna()
        groups = values.nunique()
        if groups < FEWEST_GROUPS or len(values) < ROWS_A_GROUP * groups:
            continue
        found.append(
            SplitProposal(
                {"kind": SplitKind.GROUP.value, "column": name},
                f"Keep each `{name}` together",
                f"{len(values) / groups:.1f} rows share a `{name}` on average: were one on both sides, the model could "
                "recognise it, and for new ones it would do worse than it seems.",
            )
        )
    return tuple(found[:1])


def _by_time(table_frame: pd.DataFrame, schema: Schema, frame: Frame) -> tuple[SplitProposal, ...]:
    told = frame.predicted_at.strip()
    dates = [name for name in schema.of_type(ColumnType.DATE) if name in table_frame and name != frame.target]
    # A date that is not known at the moment of prediction, such as that of the outcome, orders the rows as well.
    if len(dates) != 1 or not told:
        return ()
    name = dates[0]
    if as_date(table_frame[name], schema[name].date_format).nunique() < FEWEST_TIMES:
        return ()
    return (
        SplitProposal(
            {"kind": SplitKind.TIME.value, "column": name},
            f"By time, `{name}`",
            f"You predict {told}: the model will meet only rows later than those it learned from, and `{name}` orders "
            "them.",
        ),
    )


def why_default(plan: SplitPlan) -> str:
    """Return why a plan that nothing in the table speaks against is as it is."""
    if plan.kind is SplitKind.STRATIFIED:
        return "Nothing ties one row to another, so rows are drawn at random with outcomes in equal shares."
    return ""
