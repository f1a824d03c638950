"""Overview: every column at a glance, what was found, and the report."""

from collections import Counter
from typing import Any

import streamlit as st

from core.data.knowing.behind import Repeats
from core.data.schema import ColumnType
from core.findings import Severity
from core.project.document import Project
from core.project.report import report_html, report_name
from pages.components import draw, session, standing
from pages.components.knowing import behind, known

SHOWN = 48
"""Columns drawn at a glance."""
GLYPHS = {
    ColumnType.NUMBER: "tag",
    ColumnType.CATEGORY: "category",
    ColumnType.YES_NO: "toggle_on",
    ColumnType.DATE: "calendar_month",
    ColumnType.TEXT: "notes",
    ColumnType.IDENTIFIER: "fingerprint",
}


def overview(project: Project, profile: Any) -> None:
    """Draw the table at a glance."""
    kinds = Counter(column.type for column in profile.columns)
    said = ", ".join(f"{count:,} {kind.words.casefold()}" for kind, count in kinds.most_common())
    with st.container(border=True, key="glance"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", key="head_glance"):
            cut = f" The first {SHOWN} of {len(profile.columns):,} are drawn." if len(profile.columns) > SHOWN else ""
            draw.card_head("Every column at a glance", f"{said}; on {profile.rows_words}.{cut}")
            _report(project, profile)
        draw.html(f'<div class="fw-minis">{"".join(map(_mini, profile.columns[:SHOWN]))}</div>')
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, key="foundhere", height="stretch"):
        _findings(project)
    with right, st.container(border=True, key="wholerows", height="stretch"):
        _rows(project, profile)


def _mini(column: Any) -> str:
    top = max(column.bars, default=0.0) or 1.0
    bars = "".join(f'<i style="height:{max(2.0, 100 * bar / top):.1f}%"></i>' for bar in column.bars)
    if not column.bars:
        bars = f"<em>{draw.text(column.type.words)}</em>"
    missing = f'<span class="fw-ink-look">{100 * column.missing_share:.1f}% missing</span>' if column.missing else ""
    signal = ""
    if column.signal is not None and "Target" not in column.notes:
        said = f"Signal {column.signal:.2f} of 1"
        signal = (
            f'<div class="fw-gauge" role="img" aria-label="{said}" title="{said}">'
            f'<i style="width:{100 * column.signal:.1f}%"></i></div>'
        )
    labelled = f"{column.name}, {column.type.words}: {column.range_words}"
    target = ' <span class="fw-chip fw-tone-violet">Target</span>' if "Target" in column.notes else ""
    return (
        f'<div class="fw-mini"><div class="fw-mininame">{draw.icon(GLYPHS[column.type])}'
        f"<b>{draw.text(column.name)}</b>{target}</div>"
        f'<div class="fw-minibars" role="img" aria-label="{draw.text(labelled)}">{bars}</div>'
        f'<div class="fw-sub">{draw.text(column.range_words)} {missing}</div>{signal}</div>'
    )


def _findings(project: Project) -> None:
    found = standing.findings(project, "data")
    counts = Counter(finding.severity for finding in found)
    words = {Severity.ERROR: "must be settled", Severity.WARNING: "to look at", Severity.INFO: "good to know"}
    told = ", ".join(f"{counts[severity]:,} {word}" for severity, word in words.items() if counts[severity])
    draw.card_head("What was found", told or "Nothing that would mislead a model.")
    glyphs = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
    lines = "".join(
        f'<div class="fw-foundline"><span class="fw-sev-{finding.severity.value}">'
        f"{draw.icon(glyphs[finding.severity])}</span><span>{draw.title_of(finding)}</span></div>"
        for finding in found[:12]
    )
    more = f'<p class="fw-muted">{len(found) - 12:,} more stand in the coach.</p>' if len(found) > 12 else ""
    draw.html(lines + more)


def _rows(project: Project, profile: Any) -> None:
    gaps, near = known.gaps(project), known.near(project)
    draw.card_head("Rows", "Whole, repeated, and nearly so.")
    share = f" ({100 * gaps.complete / gaps.rows:.1f}%)" if gaps.rows else ""
    on = "" if near.rows == near.of_rows else f", of {near.rows:,} looked at"
    draw.pairs(
        [
            ("Without a gap", f"{gaps.complete:,} of {gaps.rows:,}{share}"),
            ("Repeat another in every column", f"{profile.duplicate_rows:,}"),
            ("Equal but for case, spaces, rounding", f"{near.alike:,}{on}"),
            ("Differ from another in one cell", f"{near.one_apart:,}{on}"),
        ]
    )
    if near.by_chance:
        draw.muted("So few different rows are possible here that near repeats are to be expected.")
    offers: list[Any] = []
    if profile.duplicate_rows:
        offers.append(("See the repeats", Repeats()))
    if near.alike or near.one_apart:
        offers.append(("See near repeats", Repeats(near=True)))
    behind.buttons(offers, "behindrows")


def _report(project: Project, profile: Any) -> None:
    findings = standing.findings(project, "data")
    st.download_button(
        "Report",
        # The table is read again: what a button holds stays in the server's memory as long as its page is open.
        data=lambda: report_html(project, session.table(project), profile, findings, now=session.now()).encode(),
        file_name=report_name(project),
        mime="text/html",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="quality_report",
        help="One HTML file that asks no other machine for anything.",
    )
