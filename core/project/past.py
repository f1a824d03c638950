"""The past of a project: what two of its revisions differ in, in words, and going back to one of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.data.schema import ColumnSpec, Role, Schema
from core.framing.frame import Costs, Frame, Task
from core.framing.metrics import METRICS
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import listed
from core.prepare.steps import STEPS
from core.project.document import Project
from core.project.fingerprint import training_fingerprint
from core.project.log import logged
from core.project.undoing import split_words

DECISIONS: Final = (
    "frame",
    "data",
    "table_schema",
    "dictionary",
    "reference_shares",
    "recipe",
    "prepare_past",
    "prepare_future",
    "prepare_older",
    "prepare_later",
    "recipe_touched",
    "mended",
    "split",
    "split_touched",
    "plan",
    "chosen",
    "threshold",
    "calibration",
    "remedy",
    "expectations",
    "contract",
    "accepted",
    "reviewed",
)
"""What comes back. The log, looks at the sealed test, exports, later tables and kept recipes stay as they are."""
NOTHING: Final = "nothing"
ASKED: Final = {
    "question": "Question",
    "target": "Outcome",
    "task": "Kind of answer",
    "positive": "Outcome looked for",
    "metric": "Metric",
    "row_is": "One row is one",
    "predicted_at": "Moment of prediction",
    "unknown_at_prediction": "Not known then",
    "costs": "Costs of the errors",
    "quantile": "Quantile asked for",
    "sensitive": "Sensitive columns",
    "sensitive_as_features": "Sensitive columns in the model",
    "fairness_measure": "Fairness measure",
    "fairness_limit": "Fairness limit",
    "good_enough": "Good enough",
    "today": "Decided today",
    "harm": "Who could be harmed",
    "flag_is_good": "Being flagged is hoped for",
}
"""Fields of the frame as the screens name them."""


@dataclass(frozen=True)
class Differing:
    """One thing two revisions differ in.

    Parameters
    ----------
    part : str
        "Frame", "Table", "Columns", "Dictionary", "Reference", "Recipe", "Split", "Training", "Model", "Expectations"
        or "Findings".
    what : str
        The thing; raw names of columns as they are.
    here, there : str
        How it stands in the first and in the second revision, in words.
    """

    part: str
    what: str
    here: str
    there: str


def differences(here: Project, there: Project) -> tuple[Differing, ...]:
    """Say what two revisions of a project differ in.

    Parameters
    ----------
    here, there : Project

    Returns
    -------
    tuple of Differing
        In the order of the journey; empty where every decision is the same.
    """
    return (
        *_frame(here.frame, there.frame),
        *_table(here, there),
        *_columns(here.table_schema, there.table_schema),
        *_mappings("Dictionary", here.dictionary, there.dictionary, lambda entry: entry.meaning or "described"),
        *_mappings("Reference", here.reference_shares, there.reference_shares, _shares),
        *_recipe(here, there),
        *_one("Split", "Split plan", split_words(here.split), split_words(there.split)),
        *_training(here, there),
        *_model(here, there),
        *_mappings("Expectations", _expected(here), _expected(there), lambda _: "expected"),
        *_findings(here, there),
    )


def happened(before: Project | None, after: Project) -> str:
    """Say what a revision changed against the one before it, in one line.

    Parameters
    ----------
    before : Project or None
        ``None`` where it is not kept.
    after : Project

    Returns
    -------
    str
    """
    if before is None:
        return after.decisions[-1].what if after.decisions else "The project was made"
    lines = [line.what for line in after.decisions[len(before.decisions) :]]
    if not lines:
        lines = [f"{found.what}: {found.there}" for found in differences(before, after)]
    if not lines and before.name != after.name:
        lines = [f"Named {after.name}"]
    if not lines and before.reviewed != after.reviewed:
        seen = [stage for stage, mark in after.reviewed.items() if before.reviewed.get(stage) != mark]
        lines = [f"Went on from {stage.capitalize()}" for stage in seen]
    if not lines and before.training != after.training:
        lines = ["Started a training"]
    return "; ".join(lines) or "Nothing that was decided"


def go_back(project: Project, past: Project, *, now: datetime) -> Project:
    """Return the next revision of a project, with the decisions of a past one.

    Results are found by their fingerprint: a training made for just these decisions is current again, any other is
    out of date.

    Parameters
    ----------
    project : Project
        As it is.
    past : Project
        A revision of the same project.
    now : datetime

    Returns
    -------
    Project
        With its log, and one line more; nothing that happened since is taken out of it.
    """
    again = project.updated(**{name: getattr(past, name) for name in DECISIONS})
    fitting = [mark for mark in (project.training, past.training) if mark == training_fingerprint(again)]
    again = again.updated(training=fitting[0] if fitting else past.training or project.training)
    return logged(again, "history", f"Went back to revision {past.revision}", now=now)


def results_words(project: Project) -> str:
    """Say in one sentence how the last training stands to a project's decisions."""
    if project.training is None:
        return "Nothing was trained yet."
    if project.training == training_fingerprint(project):
        return "The results of its training are up to date."
    return "Its results are out of date until you train again."


def _one(part: str, what: str, here: str, there: str) -> Iterator[Differing]:
    if here != there:
        yield Differing(part, what, here or NOTHING, there or NOTHING)


def _mappings(
    part: str, here: Mapping[str, Any], there: Mapping[str, Any], say: Callable[[Any], str]
) -> Iterator[Differing]:
    for name in dict.fromkeys((*here, *there)):
        if here.get(name) != there.get(name):
            said = [say(held[name]) if name in held else NOTHING for held in (here, there)]
            if said[0] == said[1]:
                said[1] += ", otherwise"
            yield Differing(part, name, said[0], said[1])


def _expected(project: Project) -> dict[str, str]:
    return {one.words.replace("`", ""): one.words for one in project.expectations}


def _shares(given: Mapping[str, float]) -> str:
    return ", ".join(f"{group} {100 * share:g}%" for group, share in given.items())


def _frame(here: Frame, there: Frame) -> Iterator[Differing]:
    for name, title in ASKED.items():
        yield from _one("Frame", title, _asked(name, getattr(here, name)), _asked(name, getattr(there, name)))


def _asked(field: str, value: Any) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Task):
        return value.words
    if isinstance(value, Costs):
        from core.evaluate.threshold import money

        if not value.known:
            return ""
        costs = [money(cost or 0.0, value.currency) for cost in (value.false_positive, value.false_negative)]
        return f"{costs[0]} flagged for nothing, {costs[1]} missed"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:,g}"
    if field == "metric" and value in METRICS:
        return METRICS[value].title
    return str(value).replace("_", " ") if field == "fairness_measure" else str(value)


def _table(here: Project, there: Project) -> Iterator[Differing]:
    said, marks = [], []
    for project in (here, there):
        ref = project.data
        said.append("" if ref is None else f"{ref.name}, {ref.rows:,} rows, {ref.columns} columns")
        marks.append(None if ref is None else ref.content_hash)
    if marks[0] != marks[1]:
        alike = said[0] == said[1]
        yield Differing(
            "Table", "Table", said[0] or NOTHING, f"{said[1]}, other values" if alike else said[1] or NOTHING
        )


def _columns(here: Schema | None, there: Schema | None) -> Iterator[Differing]:
    held = [{} if schema is None else {spec.name: spec for spec in schema.columns} for schema in (here, there)]
    both = [name for name in held[0] if name in held[1]]
    for name in both:
        yield from _one("Columns", name, _column(held[0][name]), _column(held[1][name]))
    for side, other in ((0, 1), (1, 0)):
        only = [name for name in held[side] if name not in held[other]]
        if only:
            sides = ("there", "gone") if side == 0 else ("not there", "there")
            yield Differing("Columns", listed(only).replace("`", ""), *sides)


def _column(spec: ColumnSpec) -> str:
    form = f", written {spec.date_format}" if spec.date_format else ""
    return f"{spec.type.words}{form}{', left out' if spec.role is Role.LEFT_OUT else ''}"


def _recipe(here: Project, there: Project) -> Iterator[Differing]:
    steps = [{step.id: step for step in project.recipe.steps} for project in (here, there)]
    schemas = (here.table_schema, there.table_schema)
    for key in dict.fromkeys((*steps[0], *steps[1])):
        held = [side.get(key) for side in steps]
        if held[0] == held[1]:
            continue
        step = held[1] or held[0]
        assert step is not None
        said = [_step(one, schema) for one, schema in zip(held, schemas, strict=True)]
        if said[0] == said[1]:
            said[1] += ", with other settings"
        yield Differing("Recipe", STEPS[step.kind].title if step.kind in STEPS else step.kind, said[0], said[1])
    orders = [_order(project.recipe, steps[0].keys() & steps[1].keys()) for project in (here, there)]
    if orders[0] != orders[1]:
        yield Differing("Recipe", "Order of the steps", *(", ".join(order) for order in orders))


def _order(recipe: Recipe, shared: set[str]) -> list[str]:
    return [STEPS[step.kind].title for step in recipe.steps if step.id in shared and step.kind in STEPS]


def _step(step: Step | None, schema: Schema | None) -> str:
    if step is None:
        return "not there"
    if schema is None or step.kind not in STEPS:
        return "on" if step.on else "off"
    line = STEPS[step.kind].describe(step, schema).replace("`", "")
    return line if step.on else f"{line}, switched off"


def _training(here: Project, there: Project) -> Iterator[Differing]:
    names = ("Time budget", "Seed", "Candidates", "Afterwards", "Fixed settings", "Directions")
    for what, first, second in zip(names, _plan(here), _plan(there), strict=True):
        yield from _one("Training", what, first, second)


def _plan(project: Project) -> tuple[str, ...]:
    from core.train.catalog import MODELS
    from core.train.directions import told
    from core.train.spaces import TITLES, words
    from core.train.tuning_words import TUNING, tuning_of

    plan = project.plan
    titles = [MODELS[key].title for key in plan.candidates if key in MODELS]
    fixed = [
        f"{MODELS[key].title}: {TITLES.get(name, name)} {words(value)}"
        for key, own in plan.settings.items()
        if key in MODELS
        for name, value in own.items()
    ]
    return (
        f"{plan.budget_seconds:,g} seconds",
        str(plan.seed),
        ", ".join(titles) or "the usual ones",
        TUNING[tuning_of(plan)],
        ", ".join(fixed) or "none",
        told(plan.directions) or "free",
    )


def _model(here: Project, there: Project) -> Iterator[Differing]:
    from core.train.catalog import MODELS

    chosen = [MODELS[key].title if key in MODELS else key or "as recommended" for key in (here.chosen, there.chosen)]
    yield from _one("Model", "Chosen", chosen[0], chosen[1])
    yield from _one("Model", "Line", f"{here.threshold:.2f}", f"{there.threshold:.2f}")
    yield from _one("Model", "Chances corrected", here.calibration, there.calibration)
    remedies = [
        "" if held is None else f"{held.kind.replace('_', ' ')} by {held.column}"
        for held in (here.remedy, there.remedy)
    ]
    yield from _one("Model", "Fairness remedy", remedies[0], remedies[1])


def _findings(here: Project, there: Project) -> Iterator[Differing]:
    for key in dict.fromkeys((*here.accepted, *there.accepted)):
        held = [project.accepted.get(key) for project in (here, there)]
        said = ["open" if one is None else f"accepted: {one.reason}" for one in held]
        title = next(one.title for one in held if one is not None)
        yield from _one("Findings", title, said[0], said[1])
