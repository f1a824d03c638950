"""Would more rows help? The model on growing parts of the training rows, and round by round where it learns so."""

import streamlit as st

from core.charts.learning import rounds_figure, row_curve_figure
from core.project.document import Project
from core.train.board import Leaderboard
from core.train.trials.rounds import sentence as rounds_sentence
from core.train.trials.rows import SHARES, More, RowCurve, sentence
from pages.components import draw, layout, results, session, trying
from pages.components.charts import chart

WORDS = {
    More.YES: ("More rows would help", "green", "trending_up"),
    More.NO: ("More rows would hardly help", "gray", "trending_flat"),
    More.CANNOT_TELL: ("Cannot tell", "gray", "help"),
}


def card(project: Project, board: Leaderboard) -> None:
    """Draw the card; the question is asked by a button and answered in a process of its own."""
    key = results.chosen_of(project, board)
    if key is None or board.run(key).is_baseline:
        return
    title, params = board.run(key).title, {"run": key}
    with st.container(border=True, key="morerows"):
        found = trying.found(project, "rows", params)
        with layout.row("morerowsrow"):
            with st.container(width="stretch"):
                shares = ", ".join(f"{share:.0%}" for share in SHARES[:-1])
                note = f"{title} on {shares} and all of the training rows, judged on the same folds"
                draw.card_head("Would more rows help?", note)
            ask = not trying.is_at_work(project, "rows", params)
            label = "Find out" if found is None else "Find out again"
            if ask and st.button(label, key="begin_rows", icon=":material/show_chart:"):
                trying.begin(project, "rows", params, title)
                st.rerun()
        live = trying.is_live(project, "rows", params)
        if found is not None:
            _answer(project, RowCurve.read(found), finished=bool(found.get("finished")), live=live)


def _answer(project: Project, curve: RowCurve, *, finished: bool, live: bool) -> None:
    dark = session.is_dark()
    if finished:
        label, tone, glyph = WORDS[curve.verdict]
        draw.html(f"{draw.chip(label, tone, glyph)}")
        draw.said(sentence(curve))
    elif not live:
        draw.muted(f"It ended after {len(curve.sizes)} of {len(SHARES)} sizes; no answer is given from these.")
    places = st.columns(2, gap="small") if curve.rounds else [st.container()]
    with places[0]:
        chart(row_curve_figure(curve, dark=dark), key="rowcurve")
    if curve.rounds:
        with places[1]:
            chart(rounds_figure(curve.rounds, dark=dark), key="roundscurve")
            draw.muted(rounds_sentence(curve.rounds))
    draw.muted(
        "By the last three sizes: in each fold a line over the logarithm of the rows, its slope is what twice as many "
        "rows bring. The interval allows for folds that share rows. Beyond the rows there are it is a guess."
    )
