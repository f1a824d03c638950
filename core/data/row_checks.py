"""Checks of rows, of the outcome and of groups."""

from typing import Final

from core.data.facts import DataFacts, Found
from core.data.representation import GroupShare, representation
from core.findings import Finding, Fix, Severity
from core.framing.frame import Task
from core.framing.intervals import share_words
from core.framing.metrics import METRICS
from core.framing.target import quoted, rows_words
from core.limits import GROUP_ROWS, MIN_CLASS_ROWS
from core.runtime.rules import MISSING

FEW_ROWS: Final = 200
"""Below this many rows with an outcome, a score's interval is wider than most differences between models."""
IMBALANCED: Final = 0.2
RARE: Final = 0.05
MANY_REPEATS: Final = 0.01
TELLING: Final = 0.9
FAIR: Final = "balanced_accuracy"
"""The metric offered in the place of one that rewards never saying the rare outcome."""
_NUMBERS: Final = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def duplicates(facts: DataFacts) -> Found:
    """Count rows that repeat another."""
    count, rows = facts.profile.duplicate_rows, facts.profile.rows
    if not count:
        return
    combinations = 1.0
    for column in facts.profile.columns:
        combinations *= max(1, column.distinct)
    # With few possible rows, different cases look alike by chance (the birthday problem), unless one column alone tells
    # nearly all the others apart.
    telling = any(column.distinct >= TELLING * (rows - count) for column in facts.profile.columns)
    by_chance = not telling and rows * (rows - 1) / 2 / combinations >= 1
    yield Finding(
        code="duplicate-rows",
        severity=Severity.WARNING if count >= MANY_REPEATS * rows and not by_chance else Severity.INFO,
        title="Some rows repeat another",
        evidence=f"{count:,} of {facts.profile.rows_words} ({100 * count / rows:.1f}%) repeat another in every column.",
        why="With so few different values this may be chance: different cases that look alike."
        if by_chance
        else "The same row in training and in the sealed part makes the model look better than it is.",
        fix=Fix(
            "Drop the repeats",
            "add_step",
            {"kind": "drop_duplicates", "reason": f"{rows_words(count)} repeat another row"},
        ),
    )


def imbalance(facts: DataFacts) -> Found:
    """Note a rare outcome."""
    target = facts.profile.target_summary
    if target is None or not target.task.is_classification or len(target.counts) < 2:
        return
    label, count = target.counts[-1]
    share = count / target.rows
    even = 1 / len(target.counts)
    if share >= min(IMBALANCED, even / 2 if target.task is Task.MULTICLASS else 1.0):
        return
    one_in = round(1 / share)
    metric = facts.frame.metric
    blind = metric == "accuracy"
    often = f"One in {_NUMBERS[one_in] if one_in < len(_NUMBERS) else f'{one_in:,}'}"
    yield Finding(
        code="imbalance",
        severity=Severity.WARNING if share < RARE else Severity.INFO,
        title=f"{often} is {quoted(label)}",
        evidence=f"{count:,} of {target.rows:,} rows with an outcome ({share_words(count, target.rows)}).",
        why="Accuracy would reward never saying it; the metric and the line between the outcomes must allow for that."
        + (f" {METRICS[metric].title.capitalize()}, your metric, does." if metric and not blind else ""),
        columns=(target.column,),
        fix=Fix(f"Judge by {METRICS[FAIR].title}", "set_metric", {"metric": FAIR}) if blind else None,
    )


def small_groups(facts: DataFacts) -> Found:
    """Name groups of sensitive columns whose rates stay wide."""
    for name in facts.frame.sensitive:
        if name not in facts.schema or name not in facts.table_frame.columns or name == facts.frame.target:
            continue
        groups = representation(facts.table_frame, facts.schema, facts.frame, name)
        small = [group for group in groups if group.too_small]
        # Rows without a value are no group of people; they are named only where nothing else is small.
        small = [group for group in small if group.group != MISSING] or small
        if not small:
            continue
        smallest = min(
            small, key=lambda group: (group.rows if group.positives is None else group.positives, group.rows)
        )
        others = f" So are {len(small) - 1:,} other groups of {len(groups):,}." if len(small) > 1 else ""
        kept = name in facts.balanced
        columns = [*dict.fromkeys((*facts.balanced, *facts.frame.sensitive))]
        yield Finding(
            code="small-groups",
            severity=Severity.INFO if kept else Severity.WARNING,
            title=f"Few rows with `{name}` {quoted(smallest.group)}",
            evidence=_group_evidence(facts, smallest) + others,
            why=f"You named `{name}` as a group that may be harmed. "
            + (
                "The split keeps its shares equal in all parts."
                if kept
                else "The split can keep its shares equal in all parts."
            ),
            columns=(name,),
            fix=None if kept else Fix("Keep shares equal", "set_split", {"kind": "stratified", "balance": columns}),
        )


def _group_evidence(facts: DataFacts, group: GroupShare) -> str:
    text = f"{group.rows:,} of {len(facts.table_frame):,} rows ({100 * group.share:.1f}%)"
    if group.positives is not None:
        text += f", {group.positives:,} of them with `{facts.frame.target}` {quoted(facts.frame.positive)}"
        if group.known:
            text += f" ({share_words(group.positives, group.known)})"
    return f"{text}. Below about {GROUP_ROWS}, intervals for this group stay wide."


def missing_target(facts: DataFacts) -> Found:
    """Count rows without an outcome."""
    target = facts.profile.target_summary
    if target is None or not target.missing:
        return
    total = target.rows + target.missing
    yield Finding(
        code="missing-target",
        severity=Severity.WARNING,
        title="Some rows have no outcome",
        evidence=f"{target.missing:,} of {facts.profile.rows_words} ({100 * target.missing / total:.1f}%) have no "
        f"usable `{target.column}`; they are neither trained on nor judged.",
        why="If outcomes are missing for a reason, the model learns only about the cases without that reason.",
        columns=(target.column,),
        fix=Fix("Label them", "go_to", {"stage": "data", "view": "Label"}),
    )


def too_few_rows(facts: DataFacts) -> Found:
    """Doubt a table with few rows, or few of one outcome."""
    target = facts.profile.target_summary
    if target is None:
        return
    rarest = min((count for _, count in target.counts), default=None)
    few_of_one = rarest is not None and MIN_CLASS_ROWS <= rarest < FEW_ROWS // 10
    if target.rows >= FEW_ROWS and not few_of_one:
        return
    rare = f"; the rarest outcome has {rarest:,}" if rarest is not None else ""
    yield Finding(
        code="too-few-rows",
        severity=Severity.WARNING,
        title="Few rows to learn from" if target.rows < FEW_ROWS else "Few rows of one outcome",
        evidence=f"{target.rows:,} rows have an outcome{rare}.",
        why="Scores will come with wide intervals, and simple models will be hard to beat. Only more rows help: bring "
        "a larger table, or label rows that have no outcome yet.",
        columns=(target.column,),
        fix=Fix("Bring a larger table", "go_to", {"stage": "data", "view": "Source"}),
    )


def sensitive_as_feature(facts: DataFacts) -> Found:
    """Name sensitive columns among the features."""
    used = [column.name for column in facts.features if column.name in facts.frame.sensitive]
    if used:
        yield Finding(
            code="sensitive-as-feature",
            severity=Severity.INFO,
            title="The model sees a sensitive column",
            evidence=f"{', '.join(f'`{name}`' for name in used)}: allowed by the frame.",
            why="Deciding by group may be forbidden where you are; say why it is needed in the model card.",
            columns=tuple(used),
            fix=Fix(
                "Leave it out" if len(used) == 1 else "Leave them out",
                "leave_out",
                {"columns": used, "reason": "Sensitive: kept for judging, not for deciding"},
            ),
        )
