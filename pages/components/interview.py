"""The questions of the frame, one card each, with the answer so far beside it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from core.framing.frame import Frame, Task
from core.framing.metrics import METRICS, Metric, metrics_for
from core.framing.templates import TEMPLATES, suggest_target
from core.project.changes import change_frame
from core.project.document import Project
from core.project.target import set_target
from core.runtime.values import as_text
from pages.components import draw, forms, results, session

MEASURES = {
    "false_positive_rate": "Flagged for nothing (false positive rate)",
    "false_negative_rate": "Missed (false negative rate)",
    "selection_rate": "Flagged at all (selection rate)",
}


@contextmanager
def question(number: int, title: str, why: str, answer: str) -> Iterator[None]:
    """Draw the frame of one question, with the answer so far at the right."""
    with st.container(border=True, key=f"question_{number}"):
        said = draw.chip(answer, "violet") if answer else draw.chip("Open", "gray")
        draw.html(
            f'<div class="fw-cardtop"><div><div class="fw-cardtitle">{number}. {draw.text(title)}</div>'
            f'<div class="fw-note">{draw.text(why)}</div></div><div class="fw-answer">{said}</div></div>'
        )
        yield


def _short(text: str, length: int = 34) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def decision(project: Project) -> None:
    """Ask what is decided, and how today."""
    with question(
        1,
        "Which decision does the answer serve?",
        "A score nobody acts on helps nobody.",
        _short(project.frame.question),
    ):
        forms.text("The decision", "question", placeholder="Which applications should a person look at a second time?")
        forms.text("How is it decided today?", "today", placeholder="Everyone is treated alike.")
        template = TEMPLATES.get(project.frame.template)
        if template is not None:
            doubts = "; ".join(template.columns_to_doubt)
            draw.muted(f"Template {template.title}. Columns to doubt: {doubts}.")


def outcome(project: Project, table: pd.DataFrame | None) -> None:
    """Ask for the target, the task and the positive outcome."""
    frame = project.frame
    with question(
        2, "What should be predicted?", "One column of the table, known for past cases.", _short(frame.target or "")
    ):
        if table is None:
            draw.muted("Bring a table first; then its columns stand here to choose from.")
            if st.button("Bring a table", key="goto_data", icon=":material/upload_file:"):
                session.go("data")
            return
        names = [str(name) for name in table.columns]
        st.selectbox(
            "Outcome (target)",
            names,
            index=None,
            key=forms.seed("target", frame.target),
            on_change=_set_target,
            placeholder=_suggestion(frame, names),
        )
        if frame.target in names:
            _task(project, table[frame.target])


def _suggestion(frame: Frame, names: list[str]) -> str:
    template = TEMPLATES.get(frame.template)
    hint = suggest_target(template, names) if template else None
    return f"Choose a column, perhaps {hint}" if hint else "Choose a column"


def _set_target() -> None:
    column = st.session_state["frame_target"]
    if column:
        table = session.table(session.current())
        session.change(lambda seen: set_target(seen, table, column, now=session.now()))


def _task(project: Project, values: pd.Series) -> None:
    frame, why = project.frame, results.proposed(project)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Kind of answer (task)",
            list(Task),
            format_func=lambda task: task.words,
            required=True,
            key=forms.seed("task", frame.task),
            on_change=_set_task,
        )
        if frame.task is Task.BINARY:
            st.selectbox(
                "Outcome looked for (positive)",
                sorted(set(as_text(values).dropna())),
                key=forms.seed("positive", frame.positive),
                on_change=forms.write,
                args=("positive",),
                width=260,
            )
    for sentence in (why.get("task"), why.get("positive")):
        if sentence:
            draw.muted(sentence)


def _set_task() -> None:
    task = st.session_state["frame_task"]
    project = session.current()
    table = session.table(project)
    target = str(project.frame.target)
    session.change(lambda seen: set_target(seen, table, target, now=session.now(), task=task))


def moment(project: Project, table: pd.DataFrame | None) -> None:
    """Ask what a row is, when the prediction is made and what is not known then."""
    frame = project.frame
    with question(
        3,
        "When is the prediction made?",
        "What is filled in later would make the scores too good to be true.",
        _short(f"One row is one {frame.row_is}") if frame.row_is else "",
    ):
        left, right = st.columns(2)
        with left:
            forms.text("One row is one …", "row_is", placeholder="mortgage application")
        with right:
            forms.text("The prediction is made …", "predicted_at", placeholder="when the application arrives")
        if table is not None:
            names = [str(name) for name in table.columns if name != frame.target]
            forms.columns(
                "Columns not known at that moment",
                "unknown_at_prediction",
                names,
                help_text="They stay in the table and never reach the model.",
            )


def asks_costs(frame: Frame) -> bool:
    """Whether the two errors of a yes-or-no decision are asked for."""
    return frame.task in (None, Task.BINARY)


def costs(project: Project) -> None:
    """Ask what the two errors cost."""
    given = project.frame.costs
    flagged = project.frame.positive or "yes"
    answer = (
        f"{given.currency}{given.false_positive:,.0f} and {given.currency}{given.false_negative:,.0f}"
        if given.known
        else ""
    )
    use = "Rough amounts do. They say where the line between yes and no is cheapest."
    with question(4, "What does each error cost?", use, answer):
        first, second, third = st.columns([2, 2, 1])
        first.number_input(
            "Flagged for nothing (false positive)",
            min_value=0.0,
            key=forms.seed("false_positive", given.false_positive, "cost"),
            on_change=forms.write_cost,
            args=("false_positive",),
            placeholder="Not said",
        )
        second.number_input(
            f"Missed “{_short(flagged, 20)}” (false negative)",
            min_value=0.0,
            key=forms.seed("false_negative", given.false_negative, "cost"),
            on_change=forms.write_cost,
            args=("false_negative",),
            placeholder="Not said",
        )
        third.text_input(
            "Currency",
            max_chars=4,
            key=forms.seed("currency", given.currency, "cost"),
            on_change=forms.write_cost,
            args=("currency",),
        )


def people(project: Project, table: pd.DataFrame | None) -> None:
    """Ask who could be harmed."""
    frame = project.frame
    number = 5 if asks_costs(frame) else 4
    with question(
        number,
        "Who could be harmed?",
        "Named groups are audited; they are not shown to the model.",
        _short(", ".join(frame.sensitive)),
    ):
        if table is None:
            draw.muted("Bring a table first; then its columns stand here to choose from.")
        else:
            names = [str(name) for name in table.columns if name != frame.target]
            forms.columns("Columns that name groups (sensitive)", "sensitive", names)
        forms.text(
            "What would the harm be?", "harm", placeholder="A needless delay falls on people who would be approved."
        )
        if not frame.sensitive:
            return
        if frame.task is Task.BINARY:
            left, right = st.columns([3, 2])
            left.selectbox(
                "The difference that counts",
                list(MEASURES),
                format_func=MEASURES.__getitem__,
                key=forms.seed("fairness_measure", frame.fairness_measure),
                on_change=forms.write,
                args=("fairness_measure",),
            )
            right.number_input(
                "Largest acceptable gap, in points",
                min_value=0.0,
                max_value=100.0,
                step=1.0,
                key=forms.seed("limit_points", round(frame.fairness_limit * 100, 2)),
                on_change=_write_limit,
            )
        if frame.task is Task.BINARY:
            st.toggle(
                f"“{_short(frame.positive or 'yes', 24)}” is what a person hopes for",
                key=forms.seed("flag_is_good", frame.flag_is_good),
                on_change=forms.write,
                args=("flag_is_good",),
                help="A loan, a place, an offer. The four-fifths rule then compares who gets it, else who is spared.",
            )
        st.toggle(
            "The model may use these columns",
            key=forms.seed("sensitive_as_features", frame.sensitive_as_features),
            on_change=forms.write,
            args=("sensitive_as_features",),
            help="Off by default. In many places the law forbids it.",
        )


def _write_limit() -> None:
    limit = float(st.session_state["frame_limit_points"]) / 100
    table = session.table_or_none(session.current())
    session.change(lambda seen: change_frame(seen, table, now=session.now(), fairness_limit=limit))


def _quantile(frame: Frame) -> None:
    st.number_input(
        "Quantile: share of outcomes that should lie below the answer",
        0.01,
        0.99,
        step=0.05,
        format="%.2f",
        key=forms.seed("quantile", frame.quantile),
        on_change=forms.write,
        args=("quantile",),
        help="0.5 is the median; 0.9 gives an amount that nine outcomes of ten stay below.",
    )


def _metric_help(frame: Frame, metric: Metric) -> str:
    """Say what the metric counts, and which one more is offered once the errors have a price."""
    if not asks_costs(frame) or frame.costs.line is not None:
        return metric.meaning
    return f"{metric.meaning} Expected cost is offered as well once both errors have a cost."


def good_enough(project: Project, table: pd.DataFrame | None) -> None:
    """Ask for the metric and from which value on the model is worth using."""
    frame = project.frame
    metric = METRICS.get(frame.metric or "")
    answer = metric.title if metric else ""
    if metric and frame.good_enough is not None:
        answer = f"{metric.title} {'from' if metric.higher_is_better else 'up to'} {metric.format(frame.good_enough)}"
    number = 6 if asks_costs(frame) else 5
    with question(number, "What is good enough?", "Said before the scores are known, it cannot bend to them.", answer):
        if frame.task is None or metric is None:
            draw.muted("The measure follows from the outcome.")
            return
        left, right = st.columns([3, 2])
        options = [found.key for found in metrics_for(frame.task, frame.costs)]
        if metric.key not in options:
            options.append(metric.key)  # named by somebody who took a cost back since; the coach says so
        left.selectbox(
            "Measure (metric)",
            options,
            format_func=lambda key: f"{METRICS[key].plain} ({METRICS[key].title})",
            key=forms.seed("metric", frame.metric),
            on_change=forms.write,
            args=("metric",),
            help=_metric_help(frame, metric),
        )
        right.number_input(
            "Worth using from" if metric.higher_is_better else "Worth using up to",
            key=forms.seed("good_enough", frame.good_enough),
            on_change=forms.write,
            args=("good_enough",),
            placeholder="Not said",
            format="%.3f" if metric.bounds[1] <= 1 else None,
        )
        low, high = metric.bounds
        if frame.good_enough is not None and not low <= frame.good_enough <= high:
            most = f"at most {metric.format(high)}" if frame.good_enough > high else f"at least {metric.format(low)}"
            draw.muted(f"{metric.heading} is {most}: that value cannot be.")
        if metric.needs_costs:
            draw.muted("It is counted per 1,000 rows, in the currency of your costs.")
        if metric.key == "pinball":
            _quantile(frame)
        if table is not None and frame.target in table:
            why = results.proposed(project).get("metric")
            if why:
                draw.muted(why)
