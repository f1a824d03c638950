"""Findings of the Fairness screen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Final

from core.fairness.audit import Audit, Gap
from core.fairness.proxies import HINTED, NAMED, Proxies
from core.fairness.words import four_fifths_sentences, gap_sentence, gap_words
from core.findings import Check, Finding, Fix, Severity, run_checks
from core.framing.frame import Frame, Task
from core.limits import GROUP_ROWS, MIN_ROWS

_TITLES = {
    "selection_rate": "Flags fall on one group",
    "false_positive_rate": "Needless flags fall on one group",
    "false_negative_rate": "Misses fall on one group",
    "accuracy": "Wrong answers fall on one group",
    "mae": "Larger errors fall on one group",
}


@dataclass(frozen=True, eq=False)
class FairnessFacts:
    """What a check of the audits may look at; fields as the parameters of ``check_fairness``."""

    frame: Frame
    audits: Mapping[str, Audit]
    proxies: Mapping[str, Proxies]
    remedied: bool


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
    return run_checks(CHECKS, FairnessFacts(frame, audits, proxies or {}, bool(remedy_column)))


def _none_named(facts: FairnessFacts) -> Iterator[Finding]:
    if not facts.frame.sensitive:
        yield Finding(
            code="no-sensitive-column",
            severity=Severity.WARNING,
            title="Nobody's errors are compared yet",
            evidence="The frame names no column of people who could be harmed.",
            why=f"An average over all {facts.frame.rows_are} can hide that one group bears most of the errors.",
            fix=Fix("Name a column in Frame", "go_to", {"stage": "frame"}),
        )


def _not_comparable(facts: FairnessFacts) -> Iterator[Finding]:
    for one in facts.audits.values():
        if one.widest is None:
            yield Finding(
                code="groups-not-comparable",
                severity=Severity.WARNING,
                title="The groups cannot be compared",
                evidence=f"Fewer than two groups of `{one.column}` have {MIN_ROWS} rows for the measure that counts.",
                why="No statement about fairness can be made from so few rows.",
                columns=(one.column,),
                fix=Fix("Look at the column in Frame", "go_to", {"stage": "frame"}),
            )


def _gap_within(facts: FairnessFacts) -> Iterator[Finding]:
    for one in facts.audits.values():
        if one.widest is not None and not one.beyond:
            certain = one.widest.difference.high <= one.allowed
            yield Finding(
                code="gap-within-limit",
                severity=Severity.INFO,
                title="The gap keeps your limit",
                evidence=gap_sentence(one, one.widest, facts.frame.rows_are),
                why="" if certain else "The interval reaches beyond it: more rows would tell.",
                columns=(one.column,),
            )


def _gap_beyond(facts: FairnessFacts) -> Iterator[Finding]:
    for one in facts.audits.values():
        if one.widest is not None and one.beyond:
            yield _beyond(facts.frame, one, one.widest, remedied=facts.remedied)


def _beyond(frame: Frame, one: Audit, widest: Gap, *, remedied: bool) -> Finding:
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
    return Finding(
        code="gap-beyond-limit",
        severity=Severity.ERROR if is_gap else Severity.WARNING,
        title=_TITLES.get(one.measure, "A gap beyond your limit"),
        evidence=gap_sentence(one, widest, frame.rows_are),
        why=why,
        columns=(one.column,),
        fix=Fix("Compare remedies", "use_remedy", {"column": one.column, "measure": one.measure}) if can_fix else None,
    )


def _four_fifths(facts: FairnessFacts) -> list[Finding]:
    return [found for one in facts.audits.values() for found in _fails_four_fifths(facts.frame, one)]


def _fails_four_fifths(frame: Frame, one: Audit) -> list[Finding]:
    failing = [s for s, i in zip(four_fifths_sentences(one, frame.rows_are), one.impacts, strict=True) if not i.passes]
    if not failing:
        return []
    clearly = any(impact.fails_clearly for impact in one.impacts)
    return [
        Finding(
            code="four-fifths",
            severity=Severity.WARNING,
            title="The four-fifths rule is broken" if clearly else "The four-fifths rule may be broken",
            evidence=" ".join(failing),
            why=(
                "In employment in the United States this ratio is taken as evidence of adverse impact; elsewhere it is "
                "a rule of thumb. It compares answers, not errors: groups that differ in outcome differ here too."
            ),
            columns=(one.column,),
        )
    ]


def _small(facts: FairnessFacts) -> list[Finding]:
    return [found for one in facts.audits.values() for found in _small_groups(one)]


def _small_groups(one: Audit) -> list[Finding]:
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


def _proxies(facts: FairnessFacts) -> list[Finding]:
    told = [facts.proxies[column] for column in facts.audits if column in facts.proxies]
    return [finding for found in told for finding in _names_a_group(facts.frame, found)]


def _names_a_group(frame: Frame, found: Proxies) -> list[Finding]:
    if frame.sensitive_as_features or isnan(found.auc) or found.low < HINTED:
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


CHECKS: Final = (
    Check("no-sensitive-column", "Nobody's errors are compared yet", Severity.WARNING, _none_named),
    Check("groups-not-comparable", "The groups cannot be compared", Severity.WARNING, _not_comparable),
    Check("gap-within-limit", "The gap keeps your limit", Severity.INFO, _gap_within),
    Check("gap-beyond-limit", "A gap beyond your limit", Severity.ERROR, _gap_beyond),
    Check("four-fifths", "The four-fifths rule is broken", Severity.WARNING, _four_fifths),
    Check("small-groups", "Few rows to judge a group", Severity.INFO, _small),
    Check("proxies", "Leaving out a column does not hide it", Severity.WARNING, _proxies),
)
"""Every check of the audits, in the order in which findings of one severity are shown."""
