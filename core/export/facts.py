"""What a bundle is made from, as plain values: the export knows no project."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from core.framing.frame import Costs, Task
from core.runtime.schema import InputSchema


@dataclass(frozen=True)
class ScoreFact:
    """One metric's value with its 95% interval, and the rows it was computed on, in words."""

    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    rows: str = ""


@dataclass(frozen=True)
class OpeningFact:
    """One look at the sealed test part; its interval is as wide as all looks together ask for."""

    at: datetime
    model: str
    rows: int
    metric: str
    score: float
    low: float
    high: float


@dataclass(frozen=True)
class GroupFact:
    """One group of a sensitive column: its rows, and per measure ``(share, low, high)``; ``None`` where undefined."""

    column: str
    group: str
    rows: int
    measures: Mapping[str, tuple[float, float, float] | None]


@dataclass(frozen=True)
class AcceptedFact:
    """A finding the user chose to live with."""

    at: datetime
    stage: str
    title: str
    reason: str


@dataclass(frozen=True)
class OpenFact:
    """A finding that was neither settled nor accepted when the model was packed."""

    stage: str
    severity: str
    title: str
    evidence: str


@dataclass(frozen=True)
class MeaningFact:
    """One column of the data dictionary; empty texts where nothing is said."""

    column: str
    meaning: str
    unit: str
    allowed: str
    source: str


@dataclass(frozen=True)
class CardFacts:
    """What the model card tells beyond the model itself; empty texts are left out of the card.

    Parameters
    ----------
    project, question, row_is, predicted_at, today, harm : str
        As the user said in the frame.
    costs, good_enough : str
        In words.
    data_name, data_hash : str
        The table's name and the hash of its content.
    rows, columns, train_rows, test_rows : int
        Of the table, and of the two parts.
    split : str
        How the parts were made, in words.
    recipe : tuple of str
        The steps in words, in order.
    members : tuple of (str, float)
        Models that answer together and what each weighs, heaviest first; empty for a single model.
    scores : tuple of ScoreFact
        The metric that judged stands first.
    openings : tuple of OpeningFact
    verdict, verdict_reason : str
        Whether the model reaches what was called good enough, on which rows and why.
    expectations : tuple of (str, str, str)
        What was expected of the model, whether the rows left out met it, and why.
    calibration : str
        How chances are corrected and what that changed; empty where they are as the model gives them.
    uncertainty : str
        How several openings widened the intervals; empty for one or none.
    groups : tuple of GroupFact
    fairness : str
        The measure and the limit the frame set, and how the model stands to it, in words.
    left_out : mapping of str to str
        Column to the reason it is not used.
    dictionary : tuple of MeaningFact
        What the user says of columns, in the table's order.
    accepted : tuple of AcceptedFact
    still_open : tuple of OpenFact
        By stage in the order of the journey, worst first.
    examined : tuple of str
        Stages that were looked through for open findings.
    limits : tuple of str
        Further limits, one sentence each.
    """

    project: str
    question: str = ""
    row_is: str = ""
    predicted_at: str = ""
    today: str = ""
    harm: str = ""
    costs: str = ""
    good_enough: str = ""
    data_name: str = ""
    data_hash: str = ""
    rows: int = 0
    columns: int = 0
    train_rows: int = 0
    test_rows: int = 0
    split: str = ""
    recipe: tuple[str, ...] = ()
    members: tuple[tuple[str, float], ...] = ()
    scores: tuple[ScoreFact, ...] = ()
    openings: tuple[OpeningFact, ...] = ()
    verdict: str = ""
    verdict_reason: str = ""
    calibration: str = ""
    directions: str = ""
    settings: str = ""
    uncertainty: str = ""
    expectations: tuple[tuple[str, str, str], ...] = ()
    groups: tuple[GroupFact, ...] = ()
    fairness: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    dictionary: tuple[MeaningFact, ...] = ()
    accepted: tuple[AcceptedFact, ...] = ()
    still_open: tuple[OpenFact, ...] = ()
    examined: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CodeFacts:
    """What ``train.py`` needs to make the model again.

    Parameters
    ----------
    data_name : str
        The file's name, for the text only.
    read_as : mapping of str to str
        As ``Table.read_as``; travels in ``bundle.json``.
    parts : DataFrame
        What part each row of the table plays, see ``core.export.code.parts_table``.
    score : float or None
        Mean of the metric over the folds, as the leaderboard showed it.
    pass_folds : int
        Folds of the first pass: from their predictions of rows left out a correction of chances is learned.
    sampled : bool
        Whether the table is a sample of the file's rows: the file alone does not make the model again.
    other_folds : str
        Why the folds of the script may score a little off the leaderboard's; empty where they are the same.
    """

    data_name: str
    read_as: Mapping[str, str]
    parts: pd.DataFrame
    score: float | None = None
    sampled: bool = False
    pass_folds: int = 0
    other_folds: str = ""


@dataclass(frozen=True, eq=False)
class BundleSpec:
    """All a bundle is made from.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted; takes raw columns.
    training_frame : DataFrame
        The training rows; golden rows are made up from its columns one by one. No row of it travels.
    title : str
        The model in words.
    task, target, classes, positive, threshold
        As in ``Outcomes``; ``target`` is the raw name.
    rule : mapping or None
        What ``GroupRule.from_dict`` reads.
    input : InputSchema
    metric : str
        Key of ``core.framing.metrics.METRICS``.
    created : datetime
    fingerprints : mapping of str to str
        ``model`` names the model; others say what it was made from.
    card : CardFacts
    code : CodeFacts
    seed : int
        Of the golden rows.
    costs : Costs
        Of the two errors (binary); travels where the metric needs it.
    quantile : float
        The one asked for (regression).
    """

    pipeline: Any
    training_frame: pd.DataFrame
    title: str
    task: Task
    target: str
    input: InputSchema
    metric: str
    created: datetime
    card: CardFacts
    code: CodeFacts
    classes: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float = 0.5
    rule: Mapping[str, Any] | None = None
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    seed: int = 7
    costs: Costs = field(default_factory=Costs)
    quantile: float = 0.5
