"""Findings of the Fairness screen."""

from collections.abc import Mapping
from math import isnan

from core.fairness.audit import Audit
from core.fairness.proxies import HINTED, NAMED, Proxies
from core.fairness.words import four_fifths_sentences, gap_sentence, gap_words
from core.findings import Finding, Fix, Severity, worst_first
from core.framing.frame import Frame, Task
from core.limits import GROUP_ROWS, MIN_ROWS

_TITLES = {
    "selection_rate": "Flags fall on one group",
    "false_positive_rate": "Needless flags fall on one group",
    "false_negative_rate": "Misses fall on one group",
    "accuracy": "Wrong answers fall on one group",
    "mae": "Larger errors fall on one group",
}


def check_fairness(
    frame: Frame,
    audits: Mapping[str, Audit],
    proxies: Mapping[str, Proxies] | None = None,
    *,
    remedy_column: str = "",
) -> list[Finding]:
    """Say what the audits of the frame's sensitive columns mean for this frame.

    Parameters
    ----------
    frame : Frame
    audits : dict of str to Audit
        By sensitive column; of the decisions that would ship.
    proxies : dict of str to Proxies, optional
        By sensitive column.
    remedy_column : str
        The column a remedy in use reads; empty without one.

    Returns
    -------
    list of Finding
        Worst first.
    """
    if not frame.sensitive:
        return [_none_named(frame)]
    findings: list[Finding] = []
    for column, one in audits.items():
        findings += _gap(frame, one, remedied=bool(remedy_column))
        findings += _four_fifths(frame, one)
        findings += _small(frame, one)
        findings += _proxy(frame, (proxies or {}).get(column))
    return worst_first(findings)


def _none_named(frame: Frame) -> Finding:
    return Finding(
        code="no-sensitive-column",
        severity=Severity.WARNING,
        title="Nobody's errors are compared yet",
        evidence="The frame names no column of people who could be harmed.",
        why=f"An average over all {frame.rows_are} can hide that one group bears most of the errors.",
        fix=Fix("Name a column in Frame", "go_to", {"stage": "frame"}),
    )


def _gap(frame: Frame, one: Audit, *, remedied: bool) -> list[Finding]:
    widest = one.widest
    if widest is None:
        return [
            Finding(
                code="groups-not-comparable",
                severity=Severity.WARNING,
                title="The groups cannot be compared",
                evidence=f"Fewer than two groups of `{one.column}` have {MIN_ROWS} rows for the measure that counts.",
                why="No statement about fairness can be made from so few rows.",
                columns=(one.column,),
                fix=Fix("Look at the column in Frame", "go_to", {"stage": "frame"}),
            )
        ]
    if not one.beyond:
        return [
            Finding(
                code="gap-within-limit",
                severity=Severity.INFO,
                title="The gap keeps your limit",
                evidence=gap_sentence(one, widest, frame.rows_are),
                why=""
                if widest.difference.high <= one.allowed
                else "The interval reaches beyond it: more rows would tell.",
                columns=(one.column,),
            )
        ]
    is_gap = widest.difference.low > 0
    can_fix = one.task is Task.BINARY and not remedied
    if not is_gap:
        why = "The interval reaches zero: so few rows cannot tell a gap from chance."
    elif widest.difference.low > one.allowed:
        why = "Chance does not explain it."
    else:
        why = f"There is a gap; chance decides whether it is beyond the limit: {gap_words(one, widest)}."
    if frame.harm:
        why = f"You said in Frame: “{frame.harm.rstrip(' .')}”. {why}"
    return [
        Finding(
            code="gap-beyond-limit",
            severity=Severity.ERROR if is_gap else Severity.WARNING,
            title=_TITLES.get(one.measure, "A gap beyond your limit"),
            evidence=gap_sentence(one, widest, frame.rows_are),
            why=why,
            columns=(one.column,),
            fix=Fix("Compare remedies", "use_remedy", {"column": one.column, "measure": one.measure})
            if can_fix
            else None,
        )
    ]


def _four_fifths(frame: Frame, one: Audit) -> list[Finding]:
    failing = [s for s, i in zip(four_fifths_sentences(one, frame.rows_are), one.impacts, strict=True) if not i.passes]
    if not failing:
        return []
    return [
        Finding(
            code="four-fifths",
            severity=Severity.WARNING,
            title="The four-fifths rule is broken",
            evidence=" ".join(failing),
            why=(
                "In employment in the United States this ratio is taken as evidence of adverse impact; elsewhere it is "
                "a rule of thumb. It compares answers, not errors: groups that differ in outcome differ here too."
            ),
            columns=(one.column,),
        )
    ]


def _small(frame: Frame, one: Audit) -> list[Finding]:
    small = [group for group in one.groups if group.too_small]
    if not small:
        return []
    counts = ", ".join(f"{group.rates[one.measure].rows:,} in “{group.group}”" for group in small[:5])
    more = f" and {len(small) - 5} more groups" if len(small) > 5 else ""
    return [
        Finding(
            code="small-groups",
            severity=Severity.INFO,
            title="Few rows to judge a group",
            evidence=(
                f"{one.measures[one.measure].title} of `{one.column}` is counted on {counts}{more}. Below "
                f"{GROUP_ROWS} rows an interval stays wide; below {MIN_ROWS} a group is shown, but not held against "
                f"the limit."
            ),
            why="No gap found here does not mean that there is none.",
            columns=(one.column,),
        )
    ]


def _proxy(frame: Frame, found: Proxies | None) -> list[Finding]:
    if found is None or frame.sensitive_as_features or isnan(found.auc) or found.low < HINTED:
        return []
    strongest = [name for name, association in found.strongest[:3] if association >= 0.1]
    carried = f" Strongest alone: {', '.join(f'`{name}`' for name in strongest)}." if strongest else ""
    return [
        Finding(
            code="proxies",
            severity=Severity.WARNING if found.auc >= NAMED else Severity.INFO,
            title=f"Leaving out `{found.column}` does not hide it",
            evidence=(
                f"The other columns name the group “{found.group}” with AUC {found.auc:.2f} (95% interval "
                f"{found.low:.2f} to {found.high:.2f}; 0.5 would be guessing).{carried} {found.method}"
            ),
            why="A remedy must act on outcomes, not only on columns.",
            columns=(found.column, *strongest),
        )
    ]
