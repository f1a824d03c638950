"""Groups of the Data screen: shares and outcome rates, alone and together, and against shares known elsewhere."""

from itertools import combinations
from typing import Any

import pandas as pd
import streamlit as st

from core.data.knowing.behind import InGroup
from core.data.representation import Comparison, GroupShare, against_reference, representation
from core.data.schema import ColumnType
from core.data.summary import number_words
from core.limits import GROUP_ROWS
from core.project.changes import set_reference
from core.project.document import Project
from core.project.fingerprint import data_fingerprint, digest
from core.runtime.rules import MISSING, OTHER
from pages.components import columns as roles
from pages.components import draw, layout, session, states
from pages.components.knowing import behind

VERDICTS = {
    "under": ("orange", "under-represented"),
    "over": ("gray", "over-represented"),
    "like": ("green", "alike within chance"),
    "too few": ("gray", "too few rows to judge"),
}


def groups(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw size and outcome of each group."""
    sensitive = [name for name in project.frame.sensitive if name in table.columns]
    if not sensitive:
        _name_groups(profile, table)
        return
    views = [*((name,) for name in sensitive), *combinations(sensitive, 2)]
    titles = {" and ".join(view): view for view in views}
    with layout.row("groupchoice"):
        looked = st.selectbox("Groups", list(titles), key="groups_looked", label_visibility="collapsed", width=320)
    columns = titles[looked]
    assert project.table_schema is not None
    shares = representation(table, project.table_schema, project.frame, *columns)
    reference = project.reference_shares.get(columns[0], {}) if len(columns) == 1 else {}
    compared = against_reference(shares, reference, columns[0])
    _table(project, shares, compared, looked)
    small = [one for one in shares if one.too_small and one.rows and one.group != MISSING]
    if small:
        named = ", ".join(one.group for one in small[:6]) + (f" and {len(small) - 6:,} more" if len(small) > 6 else "")
        draw.banner(
            f"{named}: fewer than {GROUP_ROWS} rows, or rows with the outcome. Their intervals stay wide, and a gap "
            "seen there may be chance.",
            "Too small to judge.",
            "group_off",
        )
    if len(columns) == 1:
        _reference(project, shares, compared, columns[0])
    else:
        draw.muted("Of many groups looked at, one in twenty stands out by chance alone.")


def _name_groups(profile: Any, table: pd.DataFrame) -> None:
    place = states.notice(
        "No group is named yet",
        "Say which columns tell who could be harmed, such as sex, age or origin. They are then looked at here, kept "
        "out of the model unless you allow them, and judged under Fairness.",
        glyph="groups",
        key="nogroups",
    )
    kinds = (ColumnType.CATEGORY, ColumnType.YES_NO, ColumnType.NUMBER)
    names = [column.name for column in profile.columns if column.type in kinds and "Target" not in column.notes]
    with place:
        named = st.selectbox(
            "Column", names, index=None, key="group_named", placeholder="Choose a column", width=240,
            label_visibility="collapsed",
        )  # fmt: skip
        if st.button("Look at its groups", key="name_group", disabled=named is None):
            roles.set_role(str(named), "Sensitive", table)
            st.rerun()


def _table(project: Project, shares: list[GroupShare], compared: Comparison, looked: str) -> None:
    verdicts = {one.group: one for one in compared.verdicts}
    columns = "minmax(0,1.2fr) 64px minmax(0,1.3fr) minmax(0,1.3fr)" + (" minmax(0,1fr)" if verdicts else "")
    top = max((max(one.share_high, *_references(verdicts, one)) for one in shares), default=1.0)
    frame = project.frame
    what = (
        f"{frame.target} = {frame.positive}"
        if frame.positive
        else f"Mean {frame.target}"
        if frame.target
        else "Outcome"
    )
    heads = "".join(
        f"<span>{draw.text(head)}</span>"
        for head in (looked, "Rows", "Share, 95% interval", what, *(("Against the reference",) if verdicts else ()))
    )
    lines = [f'<div class="fw-rowhead" style="grid-template-columns:{columns}">{heads}</div>']
    rates = _scale(shares)
    for one in shares:
        verdict = verdicts.get(one.group)
        mark = draw.Interval(
            one.share,
            one.share_low,
            one.share_high,
            0.0,
            top,
            reference=verdict.reference if verdict else None,
            label=f"{one.group}: {100 * one.share:.1f}% of rows",
        )
        cells = (
            f"<div><b>{draw.text(one.group)}</b></div><span>{one.rows:,}</span>"
            f'<div><div class="fw-cardtop"><b>{100 * one.share:.1f}%</b><span class="fw-sub">'
            f"{100 * one.share_low:.1f} to {100 * one.share_high:.1f}</span></div>{draw.interval(mark)}</div>"
            f"{_rate(one, rates)}"
        )
        if verdicts:
            tone, words = VERDICTS[verdict.kind] if verdict else ("gray", "no reference")
            at = f'<div class="fw-sub">{100 * verdict.reference:.1f}% there</div>' if verdict else ""
            cells += f"<div>{draw.chip(words, tone)}{at}</div>"
        lines.append(
            f'<div class="fw-plainrow"><div class="fw-grid" style="grid-template-columns:{columns}">{cells}</div></div>'
        )
    with st.container(border=True, gap=None, key="list_shares"):
        draw.html("".join(lines))
    behind.buttons(
        [(f"{one.group}: {one.rows:,} rows", InGroup(one.members)) for one in shares if one.rows][:8], "behindgroup"
    )


def _references(verdicts: dict[str, Any], one: GroupShare) -> tuple[float]:
    return (verdicts[one.group].reference if one.group in verdicts else 0.0,)


def _scale(shares: list[GroupShare]) -> tuple[float, float]:
    ends = [end for one in shares for end in (one.low, one.high) if end is not None]
    if any(one.positives is not None for one in shares):
        return 0.0, max(ends, default=1.0)
    return (min(ends), max(ends)) if ends else (0.0, 1.0)


def _rate(one: GroupShare, ends: tuple[float, float]) -> str:
    if one.outcome_rate is None:
        return '<span class="fw-sub">no rows with an outcome</span>' if not one.known else "<span></span>"
    share = one.positives is not None

    def said(value: float) -> str:
        return f"{100 * value:.1f}" if share else number_words(value, 0 if abs(value) >= 100 else 2)

    value = f"{said(one.outcome_rate)}{'%' if share else ''}"
    if one.low is None or one.high is None:
        return f"<div><b>{value}</b></div>"
    tone = "rest" if one.too_small else "main"
    mark = draw.Interval(one.outcome_rate, one.low, one.high, *ends, tone=tone, label=f"{one.group}: {value}")
    return (
        f'<div><div class="fw-cardtop"><b>{value}</b><span class="fw-sub">'
        f"{said(one.low)} to {said(one.high)}</span></div>"
        f"{draw.interval(mark)}</div>"
    )


def _reference(project: Project, shares: list[GroupShare], compared: Comparison, column: str) -> None:
    named = [one for one in shares if one.group not in (MISSING, OTHER)]
    given = project.reference_shares.get(column, {})
    with st.container(border=True, key="reference"):
        draw.card_head(
            "Against shares known elsewhere",
            "Enter, in percent, how large each group is where the model will be used, say in a census.",
        )
        key = f"reference_{digest([project.id, column, data_fingerprint(project), given])}"
        st.data_editor(
            pd.DataFrame(
                {
                    "Group": [one.group for one in named],
                    "Here, %": [round(100 * one.share, 1) for one in named],
                    "Reference, %": [100 * given[one.group] if one.group in given else None for one in named],
                }
            ),
            key=key,
            hide_index=True,
            disabled=["Group", "Here, %"],
            column_config={
                "Here, %": st.column_config.NumberColumn(format="%.1f"),
                "Reference, %": st.column_config.NumberColumn(min_value=0.0, max_value=100.0, step=0.1, format="%.1f"),
            },
            on_change=_edited,
            args=(key, column, tuple(one.group for one in named)),
            alt=f"Groups of {column} and their reference shares",
        )
        for verdict in compared.verdicts:
            tone = "fw-ink-look" if verdict.kind == "under" else ""
            draw.html(f'<p class="fw-said {tone}">{draw.text(verdict.words)}</p>')
        draw.muted(compared.words)


def _edited(key: str, column: str, names: tuple[str, ...]) -> None:
    shares = dict(session.current().reference_shares.get(column, {}))
    for row, changed in st.session_state[key]["edited_rows"].items():
        if "Reference, %" not in changed:
            continue
        value = changed["Reference, %"]
        if value is None:
            shares.pop(names[int(row)], None)
        else:
            shares[names[int(row)]] = float(value) / 100
    session.change(lambda seen: set_reference(seen, column, shares, now=session.now()))
