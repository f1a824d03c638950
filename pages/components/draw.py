"""Small marks drawn as HTML: figures, intervals, bars, chips. Every value is escaped here and nowhere else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from core.findings import Finding

LONG_VALUE = 11
"""A figure's value longer than this is set smaller and may wrap."""


def text(value: object) -> str:
    """Escape a value for HTML."""
    return escape(str(value), quote=True)


def marked(sentence: str) -> str:
    """Escape a sentence and set what stands between backticks in code type."""
    return re.sub(r"`([^`]+)`", r'<code class="fw-code">\1</code>', text(sentence))


def plain(label: str) -> str:
    """Return a text for a widget's label, in which Markdown has no power."""
    return "".join("\\" + sign if sign in r"\`*_{}[]<>()#+-.!|$:~" else sign for sign in label)


def title_of(finding: Finding) -> str:
    """Return a finding's title as HTML."""
    return marked(finding.title)


def icon(name: str, css: str = "") -> str:
    """Return a glyph of the icon font that comes with Streamlit; ``name`` is ours, never the user's."""
    return f'<span class="fw-icon {css}" aria-hidden="true">{text(name)}</span>'


def html(body: str) -> None:
    """Put drawn HTML on the page."""
    st.html(body)


@dataclass(frozen=True)
class Figure:
    """One figure of a strip: label, value, unit, a line below, and an interval on a scale."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    interval: "Interval | None" = None


@dataclass(frozen=True)
class Interval:
    """A value with its interval on a scale.

    ``tone`` is ``main`` for this model, ``rest`` for the others, ``bad`` beyond a limit.
    """

    value: float
    low: float
    high: float
    start: float
    end: float
    tone: str = "main"
    reference: float | None = None
    label: str = ""

    def at(self, value: float) -> float:
        """Return a value's place on the scale in percent."""
        span = self.end - self.start
        share = 50.0 if span <= 0 else (value - self.start) / span * 100
        return round(min(100.0, max(0.0, share)), 2)


def interval(mark: Interval) -> str:
    """Return an interval mark: rail, band, dot and an optional dashed reference."""
    low, high, dot = mark.at(mark.low), mark.at(mark.high), mark.at(mark.value)
    said = mark.label or f"{mark.value:.3f}, 95% interval {mark.low:.3f} to {mark.high:.3f}"
    reference = ""
    if mark.reference is not None:
        reference = f'<i class="fw-ref" style="left:{mark.at(mark.reference)}%"></i>'
    return (
        f'<div class="fw-mark fw-{mark.tone}" role="img" aria-label="{text(said)}"><i class="fw-rail"></i>{reference}'
        f'<i class="fw-band" style="left:{low}%;width:{max(0.5, high - low)}%"></i>'
        f'<i class="fw-dot" style="left:{dot}%"></i></div>'
    )


def figures(items: Sequence[Figure]) -> None:
    """Draw a strip of figures."""
    cells = []
    for item in items:
        unit = f' <span class="fw-unit">{text(item.unit)}</span>' if item.unit else ""
        mark = interval(item.interval) if item.interval else ""
        note = f'<div class="fw-note">{text(item.note)}</div>' if item.note else ""
        wordy = " fw-wordy" if len(item.value) > LONG_VALUE else ""
        cells.append(
            f'<div class="fw-figure"><div class="fw-label">{text(item.label)}</div>'
            f'<div class="fw-value{wordy}">{text(item.value)}{unit}</div>{mark}{note}</div>'
        )
    html(f'<div class="fw-strip">{"".join(cells)}</div>')


def chip(label: str, tone: str = "gray", glyph: str = "") -> str:
    """Return a small chip; ``tone`` is one of gray, violet, orange, red, green."""
    mark = icon(glyph) if glyph else ""
    return f'<span class="fw-chip fw-tone-{tone}">{mark}{text(label)}</span>'


def heading(title: str, note: str = "") -> None:
    """Draw a section's heading with a quiet line beside it."""
    extra = f'<span class="fw-beside">{text(note)}</span>' if note else ""
    html(f'<h3 class="fw-section">{text(title)}{extra}</h3>')


def card_head(title: str, note: str = "") -> None:
    """Draw a card's title with a quiet line below."""
    extra = f'<div class="fw-note">{text(note)}</div>' if note else ""
    html(f'<div class="fw-cardhead"><div class="fw-cardtitle">{text(title)}</div>{extra}</div>')


def size(count: int) -> str:
    """Say a size in bytes."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def muted(sentence: str) -> None:
    """Draw a quiet sentence."""
    html(f'<p class="fw-muted">{text(sentence)}</p>')


def said(sentence: str) -> None:
    """Draw an ordinary sentence."""
    html(f'<p class="fw-said">{text(sentence)}</p>')


def banner(sentence: str, lead: str = "", glyph: str = "history", tone: str = "orange") -> None:
    """Draw a full-width banner: out of date, or a refusal."""
    strong = f"<strong>{text(lead)}</strong> " if lead else ""
    html(
        f'<div class="fw-banner fw-tone-{tone}" role="status">{icon(glyph)}<div>{strong}{marked(sentence)}</div></div>'
    )


def pairs(rows: Sequence[tuple[str, str]], tones: Sequence[str] = ()) -> None:
    """Draw a list of names with values at the right."""
    drawn = []
    for index, (name, value) in enumerate(rows):
        tone = tones[index] if index < len(tones) else ""
        drawn.append(f'<div class="fw-pair"><span>{text(name)}</span><b class="fw-ink-{tone}">{text(value)}</b></div>')
    html(f'<div class="fw-pairs">{"".join(drawn)}</div>')
