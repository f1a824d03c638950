"""What every chart function returns."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class ChartResult:
    """A chart, the numbers it draws, and its text alternative.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Drawn with ``theme="streamlit"``: it sets no font, grid or paper colour.
    table : DataFrame
        The same numbers as rows, with headings in plain words, for those who cannot or would rather not see the chart.
        Its texts are raw: whoever draws it escapes them.
    alt : str
        One or two sentences that say what the chart shows, with its main numbers. Raw text.
    """

    figure: go.Figure
    table: pd.DataFrame
    alt: str
