"""The card of the column looked at: its bars by outcome, the outcome along it, and its facts by type."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.charts import data as charts
from core.charts import knowing as more_charts
from core.charts.theme import colors
from core.data.knowing.behind import Between, FarOut, LaterThan, Missing, Selector, Shape, Value, Word
from core.data.knowing.cards import Card
from core.data.knowing.outcomes import outcome_along
from core.data.knowing.texts import WEEKDAYS, DateCard, TextCard
from core.data.knowing.values import LevelCard, NumberCard
from core.data.summary import number_words
from core.project.document import Project
from pages.components import draw, layout, session
from pages.components.charts import chart
from pages.components.knowing import behind, known

Offers = list[tuple[str, Selector]]


def one_column(project: Project, profile: Any, table: pd.DataFrame) -> None:
    """Draw the column looked at."""
    names = [column.name for column in profile.columns]
    if not names:
        return
    others = [column for column in profile.columns if column.name != project.frame.target]
    first = max(others or profile.columns, key=lambda column: column.signal or 0.0).name
    with st.container(border=True, key="onecolumn"):
        with layout.row():
            with st.container(width="stretch"):
                place = st.empty()
            looked = st.selectbox(
                "Column", names, index=names.index(first), key="looked_at", label_visibility="collapsed", width=190
            )
        column = profile[looked]
        meaning = project.dictionary[looked].meaning if looked in project.dictionary else ""
        with place.container():
            note = f"{column.range_words}. {column.missing:,} missing, {column.distinct:,} different values."
            note += " Click a bar for its rows." if column.bars else ""
            draw.card_head(looked, f"{meaning.rstrip('.')}. {note}" if meaning else note)
        card = known.card(project, looked)
        assert project.table_schema is not None
        if isinstance(card, TextCard):
            _texts(card, looked)
        else:
            palette = colors(session.is_dark())
            drawn = charts.column_by_outcome(table, project.table_schema, project.frame, looked, palette)
            key = "plot_by_outcome"
            chart(drawn, key="by_outcome", on_select=lambda: behind.ask_bar(key, looked))
            along = outcome_along(table, project.table_schema, project.frame, looked)
            if along is not None and along.is_share:
                with st.expander("The outcome along it, with intervals", type="compact", key="note_along"):
                    chart(more_charts.outcome_by_bar(along, palette), key="along")
        behind.buttons(offers(card, looked), "behindcard")
        _facts(card, looked)


def offers(card: Card, name: str) -> Offers:
    """Return the numbers of a card whose rows can be looked at."""
    found: list[tuple[int, str, Selector]] = [(card.missing, "missing", Missing((name,)))]
    if isinstance(card, NumberCard):
        fenced, robust = FarOut(name), FarOut(name, "robust")
        found += [
            (card.zeros, "zero", Between(name, 0, 0)),
            (card.negatives, "negative", Between(name, None, -np.nextafter(0, 1))),
            (card.fenced.rows, "beyond the fences", fenced),
            (card.robust.rows, "with a robust z beyond 3.5", robust),
        ]
    elif isinstance(card, LevelCard):
        found += [(level.rows, level.name[:24], Value(name, (level.name,))) for level in card.levels[:5]]
        variants = tuple(level for group in card.variants for level in group)
        found += [(len(variants), "spelling variants", Value(name, variants))] if variants else []
    elif isinstance(card, DateCard):
        found += [(rows, day, Value(name, (day,))) for day, rows in card.sentinels[:3]]
        if card.future and card.last is not None:
            imported = session.current().data
            assert imported is not None
            found.append((card.future, "in the future", LaterThan(name, imported.imported.isoformat())))
    return [(f"{rows:,} {words}", selector) for rows, words, selector in found if rows]


def _facts(card: Card, name: str) -> None:
    if isinstance(card, NumberCard):
        _numbers(card)
    elif isinstance(card, LevelCard):
        _levels(card)
    elif isinstance(card, DateCard):
        _dates(card)


def _numbers(card: NumberCard) -> None:
    if not card.quantiles:
        return
    names = {0.0: "Smallest", 0.25: "First quartile", 0.5: "Median", 0.75: "Third quartile", 1.0: "Largest"}
    left, right = st.columns(2, gap="medium")
    with left:
        draw.pairs(
            [
                (names.get(share, f"{100 * share:.0f}% lie below"), number_words(value))
                for share, value in card.quantiles
            ]
        )
    with right:
        heap = card.heap
        draw.pairs(
            [
                ("Mean", number_words(card.mean)),
                ("Standard deviation", number_words(card.std)),
                ("Skewness", number_words(card.skewness, 2)),
                ("Zeros", f"{card.zeros:,}"),
                ("Negatives", f"{card.negatives:,}"),
                ("Beyond the fences (1.5 IQR)", f"{card.fenced.below:,} below, {card.fenced.above:,} above"),
                ("Robust z beyond 3.5", f"{card.robust.below:,} below, {card.robust.above:,} above"),
                (
                    "Heaped on",
                    f"multiples of {heap.base:,}: {100 * heap.share:.0f}%, chance {100 * heap.chance:.3g}%"
                    if heap
                    else "no round number",
                ),
                ("Whole numbers", "all" if card.whole else "no"),
            ]
        )


def _levels(card: LevelCard) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        top = max((level.high for level in card.levels), default=1.0)
        rows = "".join(
            f'<div class="fw-fall fw-levels"><span class="name">{draw.text(level.name)}</span>'
            + draw.interval(
                draw.Interval(
                    level.share,
                    level.low,
                    level.high,
                    0.0,
                    top,
                    label=f"{level.name}: {100 * level.share:.1f}%, 95% interval {100 * level.low:.1f} to "
                    f"{100 * level.high:.1f}",
                )
            )
            + f"<span>{100 * level.share:.1f}%</span></div>"
            for level in card.levels[:10]
        )
        draw.html(f'<div role="group" aria-label="Most frequent levels">{rows}</div>')
    with right:
        draw.pairs(
            [
                ("Levels", f"{card.distinct:,}"),
                ("As mixed as", f"{card.effective:.1f} equal levels"),
                ("Evenness (entropy)", f"{card.evenness:.2f} of 1"),
                ("Most frequent", f"{100 * card.dominance:.1f}%"),
                ("Levels with fewer than 10 rows", f"{card.rare:,}, in {card.rare_rows:,} rows"),
                ("Spelling variants", f"{sum(map(len, card.variants)):,} levels"),
            ]
        )


def _letters(card: TextCard) -> str:
    if card.shortest == card.longest:
        return f"{card.shortest:,} in each"
    return f"{card.shortest:,} to {card.longest:,}, half of them up to {card.median:,}"


def _texts(card: TextCard, name: str) -> None:
    palette = colors(session.is_dark())
    draw.pairs(
        [
            ("Letters", _letters(card)),
            ("Different values", f"{card.distinct:,} in {card.rows - card.missing:,} filled rows"),
            ("Missing", f"{card.missing:,}" + (f", of them {card.blank:,} blank" if card.blank else "")),
            ("Looked at", f"{card.looked_at:,} rows"),
        ]
    )
    left, right = st.columns(2, gap="medium")
    with left:
        draw.muted("How it is written: “A” is a capital, “a” a small letter, “9” a digit, “+” four or more of them")
        _counts(
            [(one.text, one.rows) for one in card.patterns],
            [Shape(name, one.text) for one in card.patterns],
            "Pattern",
            "patterns",
        )
    with right:
        draw.muted("Words in most rows")
        _counts(
            [(one.text, one.rows) for one in card.words], [Word(name, one.text) for one in card.words], "Word", "words"
        )
    if card.lengths:
        names, rows = zip(*card.lengths, strict=True)
        chart(more_charts.counts(names, rows, "Letters", palette), key="lengths")


def _counts(rows: list[tuple[str, int]], selectors: list[Selector], what: str, key: str) -> None:
    st.dataframe(
        pd.DataFrame(rows, columns=[what, "Rows"]),
        hide_index=True,
        height=layout.table_height(len(rows), 290),
        key=f"pick_{key}",
        on_select=lambda: behind.ask_line(f"pick_{key}", selectors),
        selection_mode="single-row",
        alt=f"{what} and rows; choose a line to see its rows",
    )


def _dates(card: DateCard) -> None:
    if card.first is None or card.last is None:
        return
    palette = colors(session.is_dark())
    left, right = st.columns(2, gap="medium")
    with left:
        gaps = [
            (f"No row from {gap.start:%Y-%m-%d} to {gap.end:%Y-%m-%d}", f"{gap.days:,.4g} days")
            for gap in card.gaps[:3]
        ]
        draw.pairs(
            [
                ("First", f"{card.first:%Y-%m-%d %H:%M}" if card.hours else f"{card.first:%Y-%m-%d}"),
                ("Last", f"{card.last:%Y-%m-%d %H:%M}" if card.hours else f"{card.last:%Y-%m-%d}"),
                ("Days with a row", f"{card.covered:,} of {card.days:,} ({100 * card.covered / card.days:.0f}%)"),
                *gaps,
                ("In the future when brought", f"{card.future or 0:,}"),
            ]
        )
    with right:
        names = [day[:3] for day in WEEKDAYS]
        chart(more_charts.counts(names, card.weekdays, "Weekday", palette), key="weekdays")
    if card.hours:
        hours = [f"{hour}" for hour in range(24)]
        chart(more_charts.counts(hours, card.hours, "Hour", palette), key="hours")
