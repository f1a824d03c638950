"""The one place for colours, margins and the text that goes into figures.

Font, grid and paper colours come from Streamlit's own Plotly theme and follow the reader's light or dark choice
at once; trace colours are chosen here and follow it at the next run, so every categorical colour holds on both grounds.
"""

import html
from dataclasses import dataclass

import plotly.graph_objects as go

BAND = "rgba(99,102,241,.20)"
"""Fill of intervals, bands and zones, on both grounds."""
LABEL_LENGTH = 40
"""Longest label of a category on an axis or in a legend."""


@dataclass(frozen=True)
class Palette:
    """Colours of one ground.

    Parameters
    ----------
    categories : tuple of str
        Hues for kinds, in the order in which they are given out; the last is the gray of "the rest".
    sequential, diverging : tuple of str
        Ten steps each, low to high.
    muted, faint, line : str
        Secondary ink, tertiary ink, inner lines.
    interval_band, interval_dot, selection : str
        Interval marks and the pale ground of what is selected.
    good, look, bad : str
        Done or agrees; look at this; must be settled or beyond the limit. Never the only carrier of that meaning.
    """

    categories: tuple[str, ...]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    muted: str
    faint: str
    line: str
    interval_band: str
    interval_dot: str
    selection: str
    good: str
    look: str
    bad: str

    @property
    def primary(self) -> str:
        """The hue of "this model" and "the outcome looked for"."""
        return self.categories[0]

    @property
    def rest(self) -> str:
        """The gray of everything else."""
        return self.categories[-1]

    @property
    def pale(self) -> str:
        """The primary hue, thinned: the outcome not looked for, beside ``primary``."""
        return translucent(self.primary, 0.30)

    def category(self, index: int) -> str:
        """Return the hue of the kind at a position; beyond the last, the gray of the rest."""
        return self.categories[min(index, len(self.categories) - 1)]


def _hues(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LIGHT = Palette(
    categories=("#5A5CE6", "#0E9384", "#DD6B20", "#C11574", "#2E90FA", "#667085"),
    sequential=_hues("#EEF0FF #DDE1FE #C3C9FC #A5ADF8 #8790F2 #6C74EA #565BDE #4338CA #352BA3 #271F7A"),
    diverging=_hues("#8C1D40 #B8405E #D9778B #EDB2BD #F8E4E7 #E2EEF5 #B0D2E4 #74AECB #3F84A8 #1B5A7D"),
    muted="#525B6B",
    faint="#646D7E",
    line="#EDEFF4",
    interval_band="#C3C9FC",
    interval_dot="#4338CA",
    selection="#EEF0FF",
    good="#0E9384",
    look="#DC6803",
    bad="#D92D20",
)
DARK = Palette(
    categories=("#818CF8", "#2DD4BF", "#FB923C", "#F472B6", "#60A5FA", "#98A2B3"),
    sequential=_hues("#1B1C3A #26285A #312E81 #3F3CA8 #4F4BCB #6366F1 #818CF8 #A5B4FC #C7D2FE #E0E7FF"),
    diverging=_hues("#F4A3B8 #D9778B #B8405E #7A2A43 #3B1E2A #1B2A36 #25485C #3F84A8 #74AECB #B0D2E4"),
    muted="#A9B1C0",
    faint="#8B94A5",
    line="#222732",
    interval_band="#3B3F8F",
    interval_dot="#818CF8",
    selection="#1B1C3A",
    good="#2DD4BF",
    look="#FB923C",
    bad="#F97066",
)


def colors(dark: bool = False) -> Palette:
    """Return the palette of the reader's ground.

    Parameters
    ----------
    dark : bool
        Whether the reader sees a dark page.

    Returns
    -------
    Palette
    """
    return DARK if dark else LIGHT


def translucent(color: str, alpha: float) -> str:
    """Return a hex colour as ``rgba(…)``; a trace's ``opacity`` does not thin a Plotly fill.

    Parameters
    ----------
    color : str
        ``#RRGGBB``.
    alpha : float
        0 (invisible) to 1.

    Returns
    -------
    str
    """
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def plain(text: object, length: int | None = None) -> str:
    """Return a user's text so that a figure shows it letter by letter.

    Plotly reads ``<b>`` and links in labels, ``%{…}`` in templates and ``$…$`` as a formula; it decodes the entities
    written here, but not ``&quot;``, so quotes stay.

    Parameters
    ----------
    text : object
        A column's name, a category, an outcome.
    length : int or None
        Longest text; a longer one is cut and ends in "…".

    Returns
    -------
    str
    """
    shown = " ".join(str(text).split()) if str(text).strip() else str(text)
    if length is not None and len(shown) > length:
        shown = shown[: length - 1].rstrip() + "…"
    return html.escape(shown, quote=False).replace("$", "&#36;").replace("%", "&#37;")


def label(text: object) -> str:
    """Return a user's text as a short label of an axis or a legend; see ``plain``."""
    return plain(text, LABEL_LENGTH)


def base_figure(
    height: int = 280,
    *,
    x_title: str = "",
    y_title: str = "",
    left: int = 52,
    right: int = 16,
    top: int = 36,
    bottom: int = 44,
) -> go.Figure:
    """Return an empty figure with the common margins, legend and hover.

    Parameters
    ----------
    height : int
        Pixels.
    x_title, y_title : str
        Axis titles; user's text in them goes through ``plain`` first.
    left, right, top, bottom : int
        Margins in pixels, kept whatever the labels need, so that a slider can be lined up with the x axis.

    Returns
    -------
    plotly.graph_objects.Figure
        Without font, grid or paper colour: these are the page's.
    """
    # In one piece: each later update of a figure takes Plotly milliseconds.
    axis = {"automargin": False, "zeroline": False}
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom", "title": {"text": ""}}
    layout = {
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0, "autoexpand": False},
        "hovermode": "closest",
        "dragmode": False,
        "bargap": 0.12,
        "legend": legend,
        # The text alone, which keeps the theme's font size.
        "xaxis": axis | {"title": {"text": x_title}},
        "yaxis": axis | {"title": {"text": y_title}},
    }
    return go.Figure(layout=layout)


def end_labels(
    figure: go.Figure, places: tuple[float, float], texts: tuple[str, str], palette: Palette, *, axis: str = ""
) -> None:
    """Write the first and the last value below an x axis, each within the axis, in place of its ticks.

    A tick's text is centred on its place: at an end it would run into the next plot, or be left out by Plotly where
    it would leave the figure.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
    places : tuple of float
        Where the axis begins and ends.
    texts : tuple of str
        What stands there; user's text goes through ``plain`` first.
    palette : Palette
    axis : str
        Number of the axis as Plotly writes it: empty for the first, "2" for the second.
    """
    # A blank tick keeps the title as far below as beside an axis with ticks.
    figure.update_layout({f"xaxis{axis}": {"tickvals": [places[0]], "ticktext": ["\u00a0"]}})
    for place, text, anchor in zip(places, texts, ("left", "right"), strict=True):
        figure.add_annotation(
            text=text,
            x=place,
            xref=f"x{axis}",
            xanchor=anchor,
            y=0,
            yref="paper",
            yanchor="top",
            showarrow=False,
            font={"size": 11, "color": palette.faint},
        )
