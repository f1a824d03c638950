"""The first rows of a file in the import dialog, the cells that would not parse, and what was guessed."""

import streamlit as st

from core.data.preview import ColumnPreview, Preview
from core.data.schema import ColumnType
from pages.components import draw, importsigns, layout

ANNOUNCED = 5
"""Guesses that are told without a click."""
BANNERS = 3
"""Columns with cells that would not parse that have a banner of their own."""
TITLED = 300
"""Columns of the table that have their type beside the name."""
READ = (ColumnType.NUMBER.words, ColumnType.DATE.words)


def head(shown: Preview) -> None:
    """Say what the file is and how much of it was looked at."""
    rows, columns = shown.looked_at, len(shown.columns)
    count = f"{_count(rows, 'row')}" if shown.whole else f"The first {rows:,} rows were looked at"
    draw.muted(f"{shown.name}: {shown.words}. {count}, {_count(columns, 'column')}.")


def table(shown: Preview) -> None:
    """Draw the first rows as they would be read, each column with its type."""
    if not len(shown.frame.columns):
        return
    st.dataframe(
        shown.frame,
        height=layout.table_height(len(shown.frame), 248),
        hide_index=True,
        placeholder=layout.NO_VALUE,
        column_config={
            column.name: st.column_config.Column(
                f"{column.name} · {column.type.casefold()}", help=draw.plain(column.reason)
            )
            for column in shown.columns[:TITLED]
        },
        alt="The first rows as they would be read",
    )


def unread(shown: Preview, key: str) -> None:
    """Say how many cells would not parse, and offer to read them as missing."""
    found = [column for column in shown.columns if column.unread]
    if not found:
        if shown.columns:
            draw.html(
                f'<div class="fw-foundline"><span class="fw-ink-good">{draw.icon("check_circle")}</span>'
                f"<span>Every cell of the {_count(shown.looked_at, 'row')} looked at parses.</span></div>"
            )
        return
    for place, column in enumerate(found[:BANNERS]):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", key=f"unread_{place}"):
            with st.container(width="stretch"):
                draw.banner(_told(column), glyph="warning")
            # A number or date column reads them as missing already.
            if column.type not in READ:
                st.button(
                    "Read as missing",
                    key=f"{key}_unread_{place}",
                    on_click=importsigns.also_missing,
                    args=(key, column.examples),
                )
    if len(found) > BANNERS:
        cells = sum(column.unread for column in found[BANNERS:])
        draw.muted(f"{_count(cells, 'more cell')} in {_count(len(found) - BANNERS, 'more column')} would not parse.")


def _told(column: ColumnPreview) -> str:
    examples = ", ".join(f"“{example}”" for example in column.examples)
    then = "they become missing" if column.type in READ else "the column stays text"
    return (
        f"`{column.name}`: {_count(column.unread, 'cell')} would not parse as {column.unread_as}: {examples}. "
        f"As it is, {then}."
    )


def guesses(shown: Preview) -> None:
    """Announce what was guessed."""
    told = shown.warnings
    if not told:
        return
    draw.html("".join(map(_line, told[:ANNOUNCED])))
    if len(told) > ANNOUNCED:
        with st.expander(f"What else was guessed · {len(told) - ANNOUNCED:,}", type="compact", icon=":material/info:"):
            draw.html("".join(map(_line, told[ANNOUNCED:])))


def _line(sentence: str) -> str:
    return (
        f'<div class="fw-foundline"><span class="fw-sev-info">{draw.icon("info")}</span>'
        f"<span>{draw.marked(sentence)}</span></div>"
    )


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
