"""The watch: a later table held against the training data, column by column, with predictions and score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.schema import ColumnSpec, ColumnType, Schema
from core.evaluate.score import Score
from core.framing.frame import Frame, Task
from core.framing.metrics import metrics_for
from core.framing.outcomes import Outcomes
from core.limits import DRIFT_ROWS, PROFILE_CELLS, PROFILE_ROWS
from core.monitor.answers import PREDICTION, actual_outcomes, outcomes_of
from core.monitor.drift import ColumnDrift, column_drifts, level_drift, number_drift
from core.monitor.performance import Performance, Standing, compare_scores
from core.monitor.report import Problem, WatchReport
from core.monitor.verdict import Verdict, worst
from core.monitor.words import next_steps, sentences
from core.runtime.errors import RuntimeFault

RETYPED_SHARE = 0.05
"""From this share of filled values on that are no value of the column's type, beyond the share in training, it has been
re-typed."""
ANSWERED_ROWS = 50_000
"""Training rows that are answered again where no predictions of rows left out are at hand."""
UNJUDGED = ("empty", "few-rows", "missing-columns", "empty-column", "retyped", "recoded", "no-answers")
"""Problems with which "no drift seen" cannot be said."""

Predict = Callable[[pd.DataFrame], pd.DataFrame]
"""From rows to ``prediction`` and ``probability_<class>``, as ``core.runtime.predict.Predictor.predict_frame``."""


def watch(
    training_frame: pd.DataFrame,
    later_frame: pd.DataFrame,
    schema: Schema,
    frame: Frame,
    features: Sequence[str],
    predict: Predict | None = None,
    reference_outcomes: Outcomes | None = None,
    seed: int = 7,
    *,
    classes: Sequence[str] = (),
    folds: NDArray[np.generic] | None = None,
    reference_score: Score | None = None,
    logged: pd.DataFrame | None = None,
    skipped_lines: int = 0,
) -> WatchReport:
    """Hold a later table against the training data.

    Parameters
    ----------
    training_frame : DataFrame
        The rows the model was trained on.
    later_frame : DataFrame
        Rows that came later. Columns may be in any order, and there may be more of them; its outcome is optional.
    schema, frame
        As the model was trained.
    features : sequence of str
        Raw columns the model reads.
    predict : callable, optional
        Answers rows; without it, and without ``logged``, predictions are not looked at.
    reference_outcomes : Outcomes, optional
        Predictions on training rows when they were left out: how good the model was, and what it predicted then.
    seed : int
        Of samples and resamples.
    classes : sequence of str
        Of the model (classification); by default those of ``reference_outcomes``.
    folds : ndarray, optional
        Fold of each row of ``reference_outcomes``.
    reference_score : Score, optional
        How good the model was, where only a score was kept.
    logged : DataFrame, optional
        What a service answered to these rows, in the form of ``predict``; taken instead of asking again.
    skipped_lines : int
        Of a prediction log.

    Returns
    -------
    WatchReport
        A table that cannot be judged gives problems in words and the verdict "cannot tell", never an exception.
    """
    given = classes or (reference_outcomes.classes if reference_outcomes is not None else ())
    looker = _Looker(training_frame, later_frame, schema, frame, tuple(features), tuple(given), seed)
    looker.look_at_rows(skipped_lines)
    columns = looker.columns()
    answers = looker.answers(predict, logged)
    predictions = looker.predictions(answers, predict, reference_outcomes)
    performance = looker.performance(answers, reference_outcomes, folds, reference_score)
    outcome = looker.outcome()
    problems = tuple(looker.problems)
    verdict = _verdict(columns, features, predictions, performance, problems)
    used = tuple(name for name in schema.names if name in set(features))
    return WatchReport(
        rows_then=len(training_frame),
        rows_now=len(later_frame),
        looked_at_then=len(looker.then),
        looked_at_now=len(looker.now),
        columns=columns,
        used=used,
        predictions=predictions,
        outcome=outcome,
        performance=performance,
        problems=problems,
        verdict=verdict,
        sentences=sentences(columns, used, predictions, outcome, performance, problems),
        next_steps=next_steps(columns, used, predictions, performance, problems, frame),
        seed=seed,
    )


@dataclass
class _Looker:
    """One watch under way; ``problems`` fills up on the way."""

    whole_then: pd.DataFrame
    whole_now: pd.DataFrame
    schema: Schema
    frame: Frame
    features: tuple[str, ...]
    classes: tuple[str, ...]
    seed: int

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self.then = _sample(self.whole_then, self.seed)
        self.now = _sample(self.whole_now, self.seed)
        self.lacking = tuple(name for name in self.features if name not in self.whole_now.columns)

    def look_at_rows(self, skipped_lines: int) -> None:
        rows = len(self.whole_now)
        if rows == 0:
            self._problem("empty", "The later table has no rows: there is nothing to compare.", "Bring one with rows.")
        elif rows < DRIFT_ROWS:
            count = "one row" if rows == 1 else f"{rows:,} rows"
            self._problem(
                "few-rows",
                f"The later table has {count}; drift is only judged from {DRIFT_ROWS} rows on.",
                "Wait until more rows have come in.",
            )
        if self.lacking:
            named = ", ".join(f"`{name}`" for name in self.lacking[:5])
            more = f" and {len(self.lacking) - 5:,} more" if len(self.lacking) > 5 else ""
            self._problem(
                "missing-columns",
                f"The later table lacks {named}{more}, which the model reads: these cannot be compared, and it cannot "
                "answer such rows.",
                "Look where the table comes from: a column may have been renamed or left out.",
                self.lacking,
            )
        if skipped_lines:
            torn = "1 line" if skipped_lines == 1 else f"{skipped_lines:,} lines"
            self._problem("skipped-lines", f"{torn} of the log could not be read as an answer and did not count.", "")

    def _problem(self, kind: str, sentence: str, next_step: str, columns: Sequence[str] = ()) -> None:
        self.problems.append(Problem(kind, sentence, tuple(columns), next_step))

    def columns(self) -> tuple[ColumnDrift, ...]:
        wanted = [*self.features, *(name for name in self.frame.sensitive if name not in self.features)]
        specs = [
            spec
            for spec in self.schema.columns
            if spec.name in wanted
            and spec.type is not ColumnType.IDENTIFIER
            and spec.name in self.then.columns
            and spec.name in self.now.columns
        ]
        if not len(self.now):
            return ()
        found = column_drifts(self.then, self.now, specs)
        for drift in found:
            self._look_at_column(drift, self.schema[drift.column])
        return found

    def _look_at_column(self, drift: ColumnDrift, spec: ColumnSpec) -> None:
        filled = drift.known_now + drift.unreadable_now
        if filled == 0 and drift.known_then:
            self._problem(
                "empty-column",
                f"`{drift.column}` is empty in all {drift.rows_now:,} later rows; the model takes it as missing.",
                "Look whether it is still collected.",
                [drift.column],
            )
        elif drift.unreadable_now - drift.unreadable_then * filled > RETYPED_SHARE * filled:
            kind = "numbers" if drift.kind == "number" else "dates"
            self._problem(
                "retyped",
                f"`{drift.column}` held {kind} in training; {drift.unreadable_now:,} of {filled:,} later values are "
                f"none, such as “{drift.example}”, and count as missing.",
                f"Write them as {kind} as in the training table"
                + (f", in the form {spec.date_format}." if spec.date_format else "."),
                [drift.column],
            )
        elif drift.recoded:
            then = " and ".join(sorted(f"“{bar.label}”" for bar in drift.bars if bar.then))
            now = ", ".join(f"“{value}”" for value, _ in drift.new_values[:3])
            seen = f"training saw {then}" if sum(bar.then > 0 for bar in drift.bars) <= 3 else "training saw others"
            self._problem(
                "recoded",
                f"No later value of `{drift.column}` was seen in training: they are {now}, {seen}.",
                "Write them as in the training table.",
                [drift.column],
            )

    def answers(self, predict: Predict | None, logged: pd.DataFrame | None) -> pd.DataFrame | None:
        """Return the answers to the later rows looked at, where there are any."""
        if logged is not None:
            # The sample keeps the rows' places in the whole table.
            answers = logged.reset_index(drop=True).iloc[self.now.index]
        elif predict is None or not len(self.now) or self.lacking:
            return None
        else:
            try:
                answers = predict(self.now)
            except RuntimeFault as fault:
                self._problem("no-answers", f"The model cannot answer the later rows. {fault}", "")
                return None
        wanted = [PREDICTION, *(f"probability_{name}" for name in self.classes)]
        if any(name not in answers.columns for name in wanted):
            self._problem(
                "no-answers",
                "The predictions that came with these rows are another model's: its outcomes are not this one's.",
                "Bring the log of this model's service.",
            )
            return None
        return answers

    def predictions(
        self, answers: pd.DataFrame | None, predict: Predict | None, reference: Outcomes | None
    ) -> ColumnDrift | None:
        if answers is None:
            return None
        now = self._outcomes(answers, np.full(len(answers), None, dtype=object))
        if reference is None:
            if predict is None:
                return None
            some = self.then.iloc[:ANSWERED_ROWS]
            try:
                before = predict(some)
            except RuntimeFault:
                return None
            reference = self._outcomes(before, np.full(len(before), None, dtype=object))
        if now.task is Task.REGRESSION:
            assert now.values is not None
            assert reference.values is not None
            return number_drift("predictions", pd.Series(reference.values), pd.Series(now.values))
        if now.task is Task.BINARY:
            return number_drift(f"chance of “{now.positive}”", pd.Series(reference.score), pd.Series(now.score))
        return level_drift("predictions", pd.Series(reference.predicted), pd.Series(now.predicted))

    def _outcomes(self, answers: pd.DataFrame, actual: NDArray[np.generic]) -> Outcomes:
        assert self.frame.task is not None
        frame = self.frame
        return outcomes_of(
            answers,
            actual,
            self.frame.task,
            self.classes,
            frame.positive,
            costs=frame.costs,
            quantile=frame.quantile,
        )

    def performance(
        self,
        answers: pd.DataFrame | None,
        reference: Outcomes | None,
        folds: NDArray[np.generic] | None,
        score: Score | None,
    ) -> Performance | None:
        target, task = self.frame.target, self.frame.task
        if target is None or task is None or target not in self.now.columns or answers is None:
            return None
        actual = actual_outcomes(self.now[target], task, self.classes)
        known = np.array([value is not None and value == value for value in actual], dtype=bool)
        if not known.any():
            self._problem(
                "no-outcome",
                f"`{target}` is empty in the later table, or holds nothing that can be read as an outcome.",
                "Bring the outcomes once they are known.",
                [target],
            )
            return None
        if task.is_classification:
            strange = known & ~np.isin(actual.astype(str), list(self.classes))
            if strange.any():
                named = ", ".join(f"“{label}”" for label in sorted(set(actual[strange]))[:3])
                self._problem(
                    "unknown-outcome",
                    f"{int(strange.sum()):,} of {int(known.sum()):,} later outcomes are none the model knows: {named}. "
                    "They are left out of the score.",
                    "Train again with rows that have them, or write them as in the training table.",
                    [target],
                )
                known &= ~strange
            if not known.any():
                return None
        known_metrics = [metric.key for metric in metrics_for(task, self.frame.costs)]
        key = self.frame.metric if self.frame.metric in known_metrics else known_metrics[0]
        now = self._outcomes(answers, actual).take(known)
        then: Outcomes | Score | None = reference if reference is not None else score
        return compare_scores(now, then, str(key), seed=self.seed, folds=folds)

    def outcome(self) -> ColumnDrift | None:
        target, task = self.frame.target, self.frame.task
        if target is None or task is None or target not in self.now.columns or target not in self.then.columns:
            return None
        if not len(self.now) or not len(self.then):
            return None
        then, now = (pd.Series(actual_outcomes(part[target], task, self.classes)) for part in (self.then, self.now))
        if min(now.notna().sum(), then.notna().sum()) < DRIFT_ROWS:
            return None
        return (number_drift if task is Task.REGRESSION else level_drift)(target, then, now)


def _sample(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    table = table.reset_index(drop=True)
    rows = min(PROFILE_ROWS, max(1, PROFILE_CELLS // max(1, table.shape[1])))
    if len(table) <= rows:
        return table
    chosen = np.random.default_rng(seed).choice(len(table), size=rows, replace=False)
    return table.iloc[np.sort(chosen)]


def _verdict(
    columns: Sequence[ColumnDrift],
    features: Sequence[str],
    predictions: ColumnDrift | None,
    performance: Performance | None,
    problems: Sequence[Problem],
) -> Verdict:
    own = [drift for drift in columns if drift.column in set(features)]
    # A column that was hardly ever filled in training could not be judged by any table, and matters little.
    said = [drift.verdict for drift in own if drift.verdict is not Verdict.UNKNOWN or drift.known_then >= DRIFT_ROWS]
    if predictions is not None:
        said.append(predictions.verdict)
    if performance is not None and performance.standing is Standing.WORSE:
        said.append(Verdict.DRIFTED)
    if any(problem.kind in UNJUDGED for problem in problems):
        said.append(Verdict.UNKNOWN)
    return worst(said)
