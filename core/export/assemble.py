"""From what the stages found to what a bundle is made from: the one place where the two meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sklearn.pipeline import Pipeline

from core.data.dictionary import Entry
from core.data.schema import ColumnType
from core.evaluate.enough import SealStatement
from core.evaluate.evaluation import Evaluation
from core.evaluate.score import Score
from core.evaluate.threshold import money
from core.export.code import parts_table
from core.export.facts import (
    AcceptedFact,
    BundleSpec,
    CardFacts,
    CodeFacts,
    GroupFact,
    MeaningFact,
    OpenFact,
    OpeningFact,
    ScoreFact,
)
from core.export.schema import input_schema
from core.fairness.audit import Audit
from core.fairness.words import audit_sentences, gap_sentence
from core.framing.frame import Frame, Task
from core.framing.metrics import METRICS
from core.prepare.compile import input_columns
from core.prepare.contract import ColumnContract
from core.prepare.plan import SplitKind, SplitPlan
from core.prepare.problem import Problem
from core.prepare.steps import STEPS
from core.runtime.blending import BlendClassifier, BlendRegressor
from core.runtime.calibrated import CalibratedModel
from core.runtime.rules import GroupRule
from core.train.board import Leaderboard, Run
from core.train.directions import told
from core.train.spaces import TITLES, words


@dataclass(frozen=True)
class DataSource:
    """Where the table came from.

    Parameters
    ----------
    name : str
        As the user knows it.
    content_hash : str
    read_as : mapping of str to str
        As ``Table.read_as``.
    sample : str
        What sample of the file's rows the table is, in words; empty where it holds all of them.
    """

    name: str
    content_hash: str = ""
    read_as: Mapping[str, str] = field(default_factory=dict)
    sample: str = ""


def assemble(
    problem: Problem,
    plan: SplitPlan,
    board: Leaderboard,
    run_key: str,
    pipeline: Any,
    *,
    name: str,
    source: DataSource,
    fingerprint: str,
    created: datetime,
    threshold: float = 0.5,
    calibration: str = "",
    rule: Mapping[str, Any] | None = None,
    evaluation: Evaluation | None = None,
    audits: Sequence[Audit] = (),
    openings: Sequence[OpeningFact] = (),
    seal: SealStatement | None = None,
    expectations: Sequence[tuple[str, str, str]] = (),
    accepted: Sequence[AcceptedFact] = (),
    still_open: Sequence[OpenFact] = (),
    examined: Sequence[str] = (),
    dictionary: Mapping[str, Entry] | None = None,
    contract: Mapping[str, ColumnContract] | None = None,
    limits: Sequence[str] = (),
) -> BundleSpec:
    """Put together what a bundle is made from.

    Parameters
    ----------
    problem : Problem
    plan : SplitPlan
        The plan its split was made by.
    board : Leaderboard
    run_key : str
        The run that ships.
    pipeline : Pipeline
        Of that run, fitted on all training rows.
    name : str
        Of the project.
    source : DataSource
    fingerprint : str
        Names the model that ships.
    created : datetime
    threshold : float
        The line of a binary decision.
    calibration : str
        What the pipeline does to its model's chances, in words; empty for nothing.
    rule : mapping or None
        A remedy, as ``GroupRule.to_dict`` gives it; it wins over the line.
    evaluation : Evaluation or None
        Of the same run at the same line or rule, on rows left out; without it the card has the leaderboard's score.
    audits : sequence of Audit
        One a sensitive column.
    openings, accepted, dictionary, contract
        As the project records them.
    seal : SealStatement or None
        Whether the model is good enough, on which rows.
    expectations : sequence of (str, str, str)
        Each in words, whether it is met, and why.
    still_open : sequence of OpenFact
        Findings neither settled nor accepted.
    examined : sequence of str
        Stages that were looked through for them.
    limits : sequence of str
        Further sentences on where the model must not be trusted.

    Returns
    -------
    BundleSpec

    Raises
    ------
    KeyError
        The board has no such run.
    """
    run, frame = board.run(run_key), problem.frame
    assert frame.task is not None
    train = problem.X.iloc[problem.split.train]
    columns = input_columns(problem)
    # A column that only the rule reads is asked for as well.
    extra = () if rule is None else tuple(name for name in GroupRule.from_dict(rule).needs if name not in columns)
    card = CardFacts(
        project=name,
        question=frame.question,
        row_is=frame.row_is,
        predicted_at=frame.predicted_at,
        today=frame.today,
        harm=frame.harm,
        costs=_costs(frame),
        good_enough=_good_enough(frame, board.metric),
        data_name=source.name,
        data_hash=source.content_hash,
        rows=len(problem.X),
        columns=problem.X.shape[1] + 1,
        train_rows=len(problem.split.train),
        test_rows=len(problem.split.test),
        split=_split(plan, problem, board),
        recipe=_recipe(problem, pipeline),
        members=_members(board, pipeline),
        scores=_scores(run, board, evaluation),
        openings=tuple(openings),
        verdict=seal.verdict.kind.words if seal else "",
        verdict_reason=_plain(seal.verdict.reason) if seal else "",
        uncertainty=seal.uncertainty if seal else "",
        calibration=calibration,
        directions=told(problem.directions),
        settings=", ".join(f"{TITLES.get(name, name)} {words(value)}" for name, value in run.params.items()),
        expectations=tuple(expectations),
        groups=tuple(group for audit in audits for group in _groups(audit)),
        fairness=" ".join(_plain(text) for audit in audits for text in _fairness(audit, frame)),
        left_out=_left_out(problem, columns),
        accepted=tuple(accepted),
        still_open=tuple(still_open),
        examined=tuple(examined),
        dictionary=_dictionary(dictionary or {}, problem),
        limits=tuple(_plain(text) for text in (*_sampled(source), *limits)),
    )
    return BundleSpec(
        pipeline=pipeline,
        training_frame=train,
        title=f"{run.title}, chances corrected" if calibration else run.title,
        task=frame.task,
        target=str(frame.target),
        input=input_schema(train, problem.schema, columns, extra, contract=contract, dictionary=dictionary),
        metric=board.metric,
        created=created,
        card=card,
        code=CodeFacts(
            source.name,
            source.read_as,
            parts_table(problem),
            run.score,
            bool(source.sample),
            len(problem.split.first_pass),
            _other_folds(pipeline),
        ),
        classes=problem.classes,
        positive=frame.positive if frame.task is Task.BINARY else None,
        threshold=threshold,
        rule=rule,
        fingerprints={"model": fingerprint, "training": board.fingerprint, "data": source.content_hash},
        seed=board.seed,
        costs=frame.costs,
        quantile=frame.quantile,
    )


def _sampled(source: DataSource) -> list[str]:
    return [f"It was trained and judged on {source.sample}; the other rows it has never met."] if source.sample else []


def _dictionary(entries: Mapping[str, Entry], problem: Problem) -> tuple[MeaningFact, ...]:
    said = [name for name in problem.schema.names if name in entries]
    return tuple(MeaningFact(name, **entries[name].model_dump()) for name in said)


def _plain(text: str) -> str:
    return text.replace("`", "")


def _costs(frame: Frame) -> str:
    if not frame.costs.known:
        return ""
    false_positive, false_negative = (
        money(cost or 0.0, frame.costs.currency) for cost in (frame.costs.false_positive, frame.costs.false_negative)
    )
    return f"flagged for nothing (false positive) {false_positive}, missed (false negative) {false_negative}"


def _good_enough(frame: Frame, metric_key: str) -> str:
    if frame.good_enough is None or metric_key not in METRICS:
        return ""
    metric = METRICS[metric_key]
    bound = "at least" if metric.higher_is_better else "at most"
    return f"{metric.title} of {bound} {metric.format(frame.good_enough)}"


def _split(plan: SplitPlan, problem: Problem, board: Leaderboard) -> str:
    balanced = " and of " + ", ".join(plan.balance) if plan.balance else ""
    made = {
        SplitKind.RANDOM: "Rows were put into the parts at random",
        SplitKind.STRATIFIED: f"Rows were put into the parts at random, with equal shares of the outcome{balanced}",
        SplitKind.GROUP: f"All rows with the same {plan.column} are in one part",
        SplitKind.TIME: f"The latest rows by {plan.column} are the sealed part, and each fold is judged on later rows"
        + (f", a gap of {plan.gap:g} before them left out" if plan.gap else ""),
        SplitKind.COLUMN: f"The rows whose {plan.column} is {' or '.join(plan.test_values)} are the sealed part",
    }[plan.kind]
    return " ".join([f"{made}; {board.folds} folds, seed {plan.seed}.", *problem.split.notes])


def _recipe(problem: Problem, pipeline: Any) -> tuple[str, ...]:
    compiled = {name for name, _ in getattr(pipeline, "steps", ())}
    # A model that needs no scaling was given none; members of a blend that do have their own.
    model = _model(pipeline)
    # Only a blend keeps its members under this name; LightGBM says by it that it was fitted.
    members = model.fitted_ if isinstance(model, BlendClassifier | BlendRegressor) else ()
    scaled = any(isinstance(one, Pipeline) for one in members)
    used = [step for step in problem.recipe.active if step.kind != "scale" or scaled or step.id in compiled]
    return tuple(_plain(STEPS[step.kind].describe(step, problem.schema)) for step in used)


def _model(pipeline: Any) -> Any:
    """Return the model itself, without the correction of its chances."""
    model = pipeline.steps[-1][1] if hasattr(pipeline, "steps") else pipeline
    return model.estimator_ if isinstance(model, CalibratedModel) else model


def _members(board: Leaderboard, pipeline: Any) -> tuple[tuple[str, float], ...]:
    model = _model(pipeline)
    if not isinstance(model, BlendClassifier | BlendRegressor):
        return ()
    titles = {run.key: run.title for run in board.runs}
    weighed = zip(model.members, model.weights, strict=True)
    named = [(titles.get(key, key), float(weight)) for (key, _), weight in weighed]
    return tuple(sorted(named, key=lambda one: -one[1]))


def _other_folds(pipeline: Any) -> str:
    """Say why folds fitted with the final model's settings do not score just as they did on the board."""
    model = _model(pipeline)
    if isinstance(model, BlendClassifier | BlendRegressor):
        return (
            "The leaderboard judged each fold with weights chosen without it, and boosting with rounds found on that "
            "fold's own rows; here every fold has the final model's."
        )
    if type(model).__name__.startswith("LGBM"):
        return (
            "On the leaderboard each fold found its own number of rounds; here every fold has the final model's "
            f"{model.n_estimators}."
        )
    return ""


def _scores(run: Run, board: Leaderboard, evaluation: Evaluation | None) -> tuple[ScoreFact, ...]:
    judged = board.rows if board.judged_rows is None else board.judged_rows
    rows = f"{judged:,} rows left out in {board.folds} folds"
    if evaluation is None:
        return () if run.score is None else (ScoreFact(board.metric, run.score, run.low, run.high, rows),)
    rows = f"{evaluation.n:,} rows left out in {evaluation.folds or board.folds} folds"
    others = [score for score in evaluation.scores if score.metric != evaluation.main.metric]
    return tuple(_score(score, rows) for score in [evaluation.main, *others] if score.value == score.value)


def _score(score: Score, rows: str) -> ScoreFact:
    known = score.low == score.low and score.high == score.high
    return ScoreFact(score.metric, score.value, score.low if known else None, score.high if known else None, rows)


def _groups(audit: Audit) -> list[GroupFact]:
    """Return the shares of each group; a binary task's are few, of several outcomes only what counts is told."""
    wanted = audit.measures if audit.task is Task.BINARY else {audit.measure: audit.measures[audit.measure]}
    shares = {key: measure.title for key, measure in wanted.items() if measure.is_share}
    found = []
    for group in audit.groups:
        rates = {title: group.rates[key] for key, title in shares.items()}
        told = {title: (rate.value, rate.low, rate.high) if rate.rows else None for title, rate in rates.items()}
        found.append(GroupFact(audit.column, group.group, group.rows, told))
    return found


def _fairness(audit: Audit, frame: Frame) -> list[str]:
    if audit.task is Task.REGRESSION:
        return audit_sentences(audit, frame.rows_are)[:1]
    return [] if audit.widest is None else [gap_sentence(audit, audit.widest, frame.rows_are)]


def _left_out(problem: Problem, used: Sequence[str]) -> dict[str, str]:
    frame = problem.frame
    dropped: dict[str, str] = {}
    for step in problem.recipe.active:
        if step.kind == "drop_columns":
            dropped |= dict.fromkeys(step.columns, step.reason)
    reasons: dict[str, str] = {}
    for spec in problem.schema.columns:
        if spec.name in used or spec.name == frame.target:
            continue
        if spec.name in frame.unknown_at_prediction:
            reasons[spec.name] = "not known when the prediction is made"
        elif spec.name in frame.sensitive and not frame.sensitive_as_features:
            reasons[spec.name] = "names groups of people; looked at for fairness only"
        elif spec.type is ColumnType.IDENTIFIER:
            reasons[spec.name] = "names a row"
        elif spec.type is ColumnType.TEXT:
            reasons[spec.name] = "free text that no step reads"
        else:
            reasons[spec.name] = _plain(dropped.get(spec.name) or spec.reason or "left out")
    return reasons
