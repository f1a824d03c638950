"""Checks of columns: leaks, gaps, disguised gaps, constants, identifiers, categories, extremes."""

from typing import Final

from core.data.facts import DataFacts, Found
from core.data.schema import ColumnType
from core.data.sentinels import find_sentinel
from core.data.signal import Leak
from core.data.summary import number_words
from core.findings import Finding, Fix, Severity
from core.framing.frame import Task
from core.framing.intervals import share_words
from core.framing.target import quoted, rows_words
from core.framing.templates import name_words
from core.limits import CATEGORY_LEVELS

MOSTLY_MISSING: Final = 0.5
ALL_BUT_MISSING: Final = 0.95
NEARLY_ALL_DIFFERENT: Final = 0.9
ENOUGH_EACH: Final = 50
"""Rows each category needs on average to be learned from."""
MIN_IDENTIFIER_ROWS: Final = 20
_ID_WORDS: Final = frozenset({"id", "ids", "uuid", "guid", "key", "nr", "no", "number", "index", "row", "code", "ref"})


def leaks(facts: DataFacts) -> Found:
    """Name columns that are filled in with the outcome."""
    said = f"You said you predict{facts.then}. " if facts.then else ""
    for column in facts.features:
        leak = column.leak
        if leak is None:
            continue
        name = f"`{column.name}`"
        level = leak.outcome is not None
        yield Finding(
            code="leak",
            severity=Severity.ERROR if leak.certain else Severity.WARNING,
            title=f"{name} is decided with the outcome" if leak.certain else f"{name} says almost everything",
            evidence=_level_evidence(facts, name, leak) if level else _rank_evidence(facts, name, leak),
            why=f"{said}If this column is filled in later, scores would be too good to be true. "
            "If it is known by then, keep it and say so.",
            columns=(column.name,),
            fix=Fix("Leave it out", "not_known_then", {"columns": [column.name]}),
        )


def _level_evidence(facts: DataFacts, name: str, leak: Leak) -> str:
    value = "is missing" if leak.level is None else f"is {quoted(leak.level)}"
    return (
        f"{leak.hits:,} of the {leak.rows:,} {facts.frame.rows_are} where {name} {value} have `{facts.frame.target}` "
        f"{quoted(leak.outcome)} ({share_words(leak.hits, leak.rows)}); of the other {leak.other_rows:,}, "
        f"{leak.other_hits:,} have ({share_words(leak.other_hits, leak.other_rows)})."
    )


def _rank_evidence(facts: DataFacts, name: str, leak: Leak) -> str:
    target, rows, summary = f"`{facts.frame.target}`", facts.profile.rows_words, facts.profile.target_summary
    if summary is not None and summary.missing:
        rows = f"{rows}, {summary.missing:,} of them without an outcome"
    if facts.frame.task is Task.REGRESSION:
        return f"{name} alone puts the rows in nearly the order of {target}: signal {leak.signal:.3f} of 1, on {rows}."
    pairs = 50 * (1 + leak.signal)
    return f"{name} alone tells {pairs:.1f}% of the pairs of different {target} apart (50% would be chance), on {rows}."


def disguised_missing(facts: DataFacts) -> Found:
    """Find values that stand for "not known"."""
    alike: dict[str, list[tuple[str, object, int, str]]] = {}
    for column in facts.features:
        found = find_sentinel(facts.table_frame[column.name], facts.schema[column.name], column)
        if found is not None:
            alike.setdefault(str(found.value), []).append((column.name, found.value, found.rows, found.beside))
    for text, found_in in alike.items():
        names = tuple(name for name, *_ in found_in)
        shown = quoted(text.replace("-", "−") if isinstance(found_in[0][1], int) else text)
        yield Finding(
            code="disguised-missing",
            severity=Severity.WARNING,
            title=f"{shown} may mean “not known”",
            evidence="; ".join(f"`{name}`: {rows_words(rows)}, {beside}" for name, _, rows, beside in found_in[:3])
            + (f"; {len(found_in) - 3:,} more columns" if len(found_in) > 3 else "")
            + ".",
            why="Taken at its face value it would be learned as an amount or a kind of its own.",
            columns=names,
            fix=Fix(
                "Treat as missing",
                "add_step",
                {
                    "kind": "mark_missing",
                    "columns": list(names),
                    "params": {"values": [found_in[0][1]]},
                    "reason": f"{shown} stands for “not known”",
                },
            ),
        )


def missing_values(facts: DataFacts) -> Found:
    """Name columns with gaps."""
    gaps = sorted((column for column in facts.features if column.missing), key=lambda column: -column.missing)
    for hopeless in (True, False):
        mostly = [
            column
            for column in gaps
            if column.distinct
            and column.missing_share >= MOSTLY_MISSING
            and (column.missing_share >= ALL_BUT_MISSING) is hopeless
        ]
        if not mostly:
            continue
        names = tuple(column.name for column in mostly)
        shares = ", ".join(f"`{column.name}` {100 * column.missing_share:.1f}%" for column in mostly[:5])
        more = f" and {len(mostly) - 5:,} more" if len(mostly) > 5 else ""
        reason = f"At least {100 * (ALL_BUT_MISSING if hopeless else MOSTLY_MISSING):.0f}% of the rows are missing"
        yield Finding(
            code="mostly-missing",
            severity=Severity.WARNING if hopeless else Severity.INFO,
            title=f"`{names[0]}` is mostly missing"
            if len(names) == 1
            else f"{len(names):,} columns are mostly missing",
            evidence=f"Missing: {shares}{more}, of {facts.profile.rows_words}.",
            why="What is filled in for the gaps would outweigh what is known.",
            columns=names,
            fix=Fix(
                "Leave it out" if len(names) == 1 else "Leave them out",
                "leave_out",
                {"columns": list(names), "reason": reason},
            ),
        )
    few = [column for column in gaps if column.missing_share < MOSTLY_MISSING]
    if few:
        named = ", ".join(f"`{column.name}` {100 * column.missing_share:.1f}%" for column in few[:5])
        more = f" and {len(few) - 5:,} more" if len(few) > 5 else ""
        yield Finding(
            code="missing-values",
            severity=Severity.INFO,
            title="One column has gaps" if len(few) == 1 else f"{len(few):,} columns have gaps",
            evidence=f"Missing: {named}{more}, of {facts.profile.rows_words}.",
            why="The recipe fills them with what each training fold shows, never with what the fold is judged on.",
            columns=tuple(column.name for column in few),
            fix=Fix("See how they are filled", "go_to", {"stage": "prepare"}),
        )


def constant(facts: DataFacts) -> Found:
    """Name columns that are the same in every row."""
    same = [
        column for column in facts.features if column.distinct == 0 or (column.distinct == 1 and not column.missing)
    ]
    if not same:
        return
    names = tuple(column.name for column in same)
    words = [f"`{column.name}` is {'empty' if not column.distinct else column.range_words}" for column in same[:3]]
    more = f"; {len(same) - 3:,} more" if len(same) > 3 else ""
    yield Finding(
        code="constant-column",
        severity=Severity.WARNING,
        title=f"`{names[0]}` never changes" if len(names) == 1 else f"{len(names):,} columns never change",
        evidence=f"{'; '.join(words)}{more}, in {facts.profile.rows_words}.",
        why="A column that is the same everywhere says nothing, and would hide it if that changes one day.",
        columns=names,
        fix=Fix(
            "Leave it out" if len(names) == 1 else "Leave them out",
            "leave_out",
            {"columns": list(names), "reason": "The same in every row"},
        ),
    )


def identifiers(facts: DataFacts) -> Found:
    """Find columns that name rows, though they are typed otherwise."""
    for column in facts.features:
        filled = column.n - column.missing
        if filled < MIN_IDENTIFIER_ROWS or column.distinct < NEARLY_ALL_DIFFERENT * filled:
            continue
        if column.type is ColumnType.NUMBER:
            stats = column.stats
            if stats is None or column.distinct < filled or stats.max - stats.min != int(stats.max - stats.min):
                continue
            counted = stats.max - stats.min == filled - 1
            if not counted and not set(name_words(column.name)) & _ID_WORDS:
                continue
        elif column.type is not ColumnType.CATEGORY:
            continue
        yield Finding(
            code="identifier-like",
            severity=Severity.WARNING,
            title=f"`{column.name}` names rows",
            evidence=f"{column.distinct:,} different values in {filled:,} filled rows.",
            why="A model would learn rows by heart instead of what they have in common.",
            columns=(column.name,),
            fix=Fix("Treat as identifier", "set_type", {"column": column.name, "type": ColumnType.IDENTIFIER.value}),
        )


def too_many_categories(facts: DataFacts) -> Found:
    """Find categories with more values than can be learned."""
    for column in facts.features:
        filled = column.n - column.missing
        if column.type is not ColumnType.CATEGORY or column.distinct <= CATEGORY_LEVELS:
            continue
        if column.distinct >= NEARLY_ALL_DIFFERENT * filled:
            continue
        each = filled / column.distinct
        rare = each < ENOUGH_EACH
        yield Finding(
            code="too-many-categories",
            severity=Severity.WARNING if rare else Severity.INFO,
            title=f"`{column.name}` has many categories",
            evidence=f"{column.distinct:,} different values, {each:,.1f} rows each on average.",
            why="Most of them are too rare to learn from."
            if rare
            else "Each of them becomes something to learn; it takes long.",
            columns=(column.name,),
            fix=Fix(
                "Group the rare ones",
                "add_step",
                {"kind": "group_rare", "columns": [column.name], "reason": f"{column.distinct:,} different values"},
            ),
        )


def extremes(facts: DataFacts) -> Found:
    """Name numbers with values far out."""
    far = [column for column in facts.features if column.stats is not None and column.stats.extremes]
    if not far:
        return
    first = max(far, key=lambda column: column.stats.extremes if column.stats else 0)
    stats = first.stats
    assert stats is not None
    above = stats.max - stats.q3 > stats.q1 - stats.min
    end, body = (stats.max, stats.q3) if above else (stats.min, stats.q1)
    names = tuple(column.name for column in far)
    yield Finding(
        code="extremes",
        severity=Severity.INFO,
        title=f"`{names[0]}` reaches {number_words(end)}" if len(far) == 1 else f"{len(far):,} columns reach far out",
        evidence=f"`{first.name}` reaches {number_words(end)}, while three quarters of its rows lie "
        f"{'below' if above else 'above'} {number_words(body)}; {stats.extremes:,} of "
        f"{first.n - first.missing:,} values lie more than five interquartile ranges outside the quartiles.",
        why="A slip of the pen or a rare truth: linear models and neural networks follow it, trees do not mind.",
        columns=names,
        fix=Fix(
            "Cap them",
            "add_step",
            {"kind": "cap_outliers", "columns": list(names), "reason": "A few values lie far out"},
        ),
    )


def text_left_out(facts: DataFacts) -> Found:
    """Name columns no model uses."""
    kinds = {ColumnType.TEXT: "free text", ColumnType.IDENTIFIER: "an identifier"}
    used = {facts.frame.target, *facts.reads}
    left = [spec for spec in facts.schema.columns if spec.type in kinds and spec.name not in used]
    if not left:
        return
    words = ", ".join(f"`{spec.name}` ({kinds[spec.type]})" for spec in left[:5])
    yield Finding(
        code="text-left-out",
        severity=Severity.INFO,
        title="One column is not used" if len(left) == 1 else f"{len(left):,} columns are not used",
        evidence=f"{words}{f' and {len(left) - 5:,} more' if len(left) > 5 else ''}.",
        why="Free text is used once its role is Feature and a step of the recipe, such as Find topics in text, reads "
        "it. An identifier tells nothing of a new row. Where the guess is wrong, change the type under Columns.",
        columns=tuple(spec.name for spec in left),
    )
