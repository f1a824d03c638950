"""The project document: every decision, in one readable value."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from core.data.dictionary import Entry
from core.data.join import Join
from core.data.schema import Schema
from core.evaluate.expectations import Expectation
from core.framing.frame import Frame
from core.prepare.contract import ColumnContract
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe
from core.train.board import TrainPlan

SCHEMA_VERSION = 1
"""Raised when a stored document of the version before can no longer be read as it is; add a migration with it."""


class LabelsUsed(BaseModel):
    """Labels given by hand that became part of a column."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    rows: int
    proposed: int = 0
    """Of these rows, the ones a model proposed because it was unsure of them."""
    corrected: int = 0
    """Of these rows, the ones whose label was changed because a model found it wrong."""
    who: tuple[str, ...] = ()


class Labelling(BaseModel):
    """What was labelled by hand in a table."""

    model_config = ConfigDict(frozen=True)

    content_hash: str
    """Of the table as it was brought: labels speak of its rows, and what stood there before is kept in it."""
    outcomes: dict[str, tuple[str, ...]] = {}
    """Outcomes the user has named, by column; none for a column of amounts."""
    made: tuple[str, ...] = ()
    """Columns that were made to be labelled; the table as it was brought does not have them."""
    used: dict[str, LabelsUsed] = {}
    """By column, the labels that are in the table now."""


class Whole(BaseModel):
    """The full table of a project that works on a sample of it, and how the sample was drawn."""

    model_config = ConfigDict(frozen=True)

    content_hash: str
    rows: int
    size_bytes: int
    seed: int
    stratified_by: str = ""
    """The target whose outcomes kept their shares; empty where rows were drawn without regard to one."""

    def words(self, rows: int) -> str:
        """Say what the sample is.

        Parameters
        ----------
        rows : int
            Of the sample.
        """
        how = f", the shares of `{self.stratified_by}` kept" if self.stratified_by else ""
        return f"a random sample of {rows:,} of {self.rows:,} rows (seed {self.seed}{how})"


class Joined(BaseModel):
    """A second table that was joined, and how; with it the join can be made again."""

    model_config = ConfigDict(frozen=True)

    join: Join
    content_hash: str
    name: str
    rows: int
    source: str = "upload"
    origin: dict[str, Any] = {}
    read_as: dict[str, str] = {}
    brought: datetime


class Mended(BaseModel):
    """What a refresh took out of the recipe, shown while the recipe is the one it left."""

    model_config = ConfigDict(frozen=True)

    recipe: int
    """Number of the recipe afterwards."""
    said: tuple[str, ...]


class DataRef(BaseModel):
    """The table a project works on: a blob named by the hash of its content, and how it came here."""

    model_config = ConfigDict(frozen=True)

    content_hash: str
    name: str
    rows: int
    columns: int
    size_bytes: int
    source: str = "upload"
    """``upload``, ``sample:<key>``, ``command line``, or the kind of another source."""
    origin: dict[str, Any] = {}
    """What brings it again: the fields of its :class:`core.data.sources.source.Origin`."""
    whole: Whole | None = None
    """The full table, where this one is a sample of it."""
    read_as: dict[str, str] = {}
    warnings: tuple[str, ...] = ()
    imported: datetime
    base: "DataRef | None" = None
    """The table before others were joined to it; ``None`` where none was."""
    joined: tuple[Joined, ...] = ()
    """What was joined to ``base``, in order."""
    labelling: Labelling | None = None

    @property
    def brought(self) -> str:
        """Content hash of the table as it was brought, before any label given by hand."""
        return self.content_hash if self.labelling is None else self.labelling.content_hash


class Decision(BaseModel):
    """One line of the decision log."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    stage: str
    what: str
    why: str = ""


class Acceptance(BaseModel):
    """A finding the user chose to live with, and why."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    stage: str
    title: str
    reason: str


class SealOpening(BaseModel):
    """One look at the sealed test part."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    fingerprint: str
    """Of the model that was judged."""
    run: str
    rows: int
    metric: str
    score: float
    low: float
    high: float
    metrics: dict[str, float] = {}
    expected: tuple[tuple[str, str, str], ...] = ()
    """Each expectation held then, whether the sealed rows met it, and why, in words."""


class Remedy(BaseModel):
    """A fairness remedy that became part of the model."""

    model_config = ConfigDict(frozen=True)

    kind: str
    measure: str
    column: str
    rule: dict[str, Any]
    """What ``core.runtime.rules.GroupRule`` is made from."""
    fingerprint: str
    """Of the training and run it was fitted for."""


class Export(BaseModel):
    """One bundle that was made and agreed with the model in the app."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    fingerprint: str
    blob: str
    size_bytes: int
    rows_agreeing: int
    rows_checked: int
    largest_difference: float


class PrepareState(BaseModel):
    """What one change on Prepare replaced; what it left as it was is ``None``."""

    model_config = ConfigDict(frozen=True)

    recipe: Recipe | None = None
    split: SplitPlan | None = None
    contract: dict[str, ColumnContract] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_a_part(cls, held: Any) -> Any:
        """Read a recipe or a split plan alone, as earlier documents held them."""
        if isinstance(held, dict) and "steps" in held:
            return {"recipe": held}
        return {"split": held} if isinstance(held, dict) and "test_share" in held else held

    @property
    def parts(self) -> dict[str, Any]:
        """What was replaced, by the name of its field in the project."""
        return {name: held for name in type(self).model_fields if (held := getattr(self, name)) is not None}


class UndoPage(BaseModel):
    """Changes that are too far off to be held in the document, and the page with those farther off."""

    model_config = ConfigDict(frozen=True)

    states: tuple[PrepareState, ...]
    beyond: str = ""


class Watch(BaseModel):
    """One later table that was held against the training data."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    name: str
    content_hash: str
    rows: int
    verdict: str
    notes: tuple[str, ...] = ()
    """What was read otherwise than the training table, in words."""


class RecipeVersion(BaseModel):
    """A recipe kept under a name."""

    model_config = ConfigDict(frozen=True)

    name: str
    recipe: Recipe
    at: datetime


class Project(BaseModel):
    """All that a project is; results are found by the fingerprints of what they were made from."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = SCHEMA_VERSION
    id: str
    name: str
    revision: int = 0
    created: datetime
    changed: datetime
    frame: Frame = Frame()
    data: DataRef | None = None
    table_schema: Schema | None = None
    dictionary: dict[str, Entry] = {}
    """What the user says of columns, by raw name."""
    reference_shares: dict[str, dict[str, float]] = {}
    """Sensitive column to its groups' shares elsewhere, 0 to 1, say in a census."""
    recipe: Recipe = Recipe()
    prepare_past: tuple[PrepareState, ...] = Field((), validation_alias=AliasChoices("prepare_past", "recipe_past"))
    """What undo brings back, the last change last; under its second name it held recipes alone."""
    prepare_future: tuple[PrepareState, ...] = Field(
        (), validation_alias=AliasChoices("prepare_future", "recipe_future")
    )
    """What redo brings back, the next one first."""
    prepare_older: str = ""
    """Name of the page with what came before ``prepare_past``; empty where that is all."""
    prepare_later: str = ""
    """Name of the page with what comes after ``prepare_future``."""
    recipe_versions: tuple[RecipeVersion, ...] = ()
    """Recipes kept under a name, the oldest first."""
    recipe_touched: bool = False
    """Whether the user has edited the recipe; until then it follows the frame and the schema."""
    mended: Mended | None = None
    split: SplitPlan = SplitPlan()
    split_touched: bool = False
    contract: dict[str, ColumnContract] = {}
    """What new rows must hold, by raw name; of the other columns nothing is said."""
    plan: TrainPlan = TrainPlan()
    training: str | None = None
    """Fingerprint of the training that was last started."""
    chosen: str | None = None
    """Key of the run the user chose; ``None`` follows the recommendation."""
    threshold: float = Field(default=0.5, ge=0.0, le=1.0)
    calibration: str = ""
    """How chances are corrected, a key of ``core.evaluate.calibrate.WAYS``; empty for as the model gives them."""
    remedy: Remedy | None = None
    expectations: tuple[Expectation, ...] = ()
    seal: tuple[SealOpening, ...] = ()
    accepted: dict[str, Acceptance] = {}
    reviewed: dict[str, str] = {}
    """Stage to the fingerprint of what the user saw when going on from it."""
    exports: tuple[Export, ...] = ()
    watches: tuple[Watch, ...] = ()
    decisions: tuple[Decision, ...] = ()

    def updated(self, **changes: object) -> "Project":
        """Return a copy with fields changed; the revision is the workspace's business."""
        return self.model_copy(update=changes)
