"""Steps that no longer fit a newer table: what becomes of them, and what the coach says of it."""

from core.data.schema import Schema
from core.findings import Finding, Severity
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import listed
from core.prepare.steps import STEPS
from core.project.document import Project


def mended(recipe: Recipe, schema: Schema) -> Recipe:
    """Return a recipe without the columns that are gone or of another type; a step that named only these goes."""
    steps = []
    for step in recipe.steps:
        kept = tuple(name for name in step.columns if not _unfit(step, name, schema))
        if (step.columns and not kept) or _lost_settings(step, schema):
            continue
        values = step.params.get("values")
        params = step.params
        if isinstance(values, dict):
            params = step.params | {"values": {name: given for name, given in values.items() if name in schema}}
        order = params.get("order")
        if isinstance(order, dict):
            params = params | {"order": {name: given for name, given in order.items() if name in schema}}
        steps.append(step.model_copy(update={"columns": kept, "params": params}))
    if tuple(steps) == recipe.steps:
        return recipe
    return Recipe(number=recipe.number + 1, steps=tuple(steps))


def _lost_settings(step: Step, schema: Schema) -> list[str]:
    """Return the columns without which a step cannot be, because its settings name them, and which are gone."""
    spec = STEPS.get(step.kind)
    named = spec.settings_columns(step) if spec and not isinstance(step.params.get("order"), dict) else {}
    return [name for name, suits in named.items() if name not in schema or (suits and schema[name].type not in suits)]


def _unfit(step: Step, column: str, schema: Schema) -> bool:
    if column not in schema:
        return True
    spec = STEPS.get(step.kind)
    return spec is not None and bool(spec.suits) and schema[column].type not in spec.suits


def mending(recipe: Recipe, schema: Schema) -> tuple[str, ...]:
    """Say of each step that no longer fits what becomes of it."""
    told = []
    for number, step in enumerate(recipe.steps, start=1):
        needed = _lost_settings(step, schema)
        lost = needed or [name for name in step.columns if _unfit(step, name, schema)]
        if not lost:
            continue
        title = STEPS[step.kind].title if step.kind in STEPS else step.kind
        whole = bool(needed) or len(lost) == len(step.columns)
        ending = "and goes, as it names no other" if whole else "and goes on without"
        if needed:
            ending = "and goes, as it cannot be without"
        they = "" if whole and not needed else " it" if len(lost) == 1 else " them"
        gone = sum(name not in schema for name in lost)
        why = "gone" if gone == len(lost) else "gone or of another type" if gone else "of another type"
        is_ = "is" if len(lost) == 1 else "are"
        told.append(f"Step {number}, {title}, names {listed(lost)}, which {is_} {why}, {ending}{they}.")
    return tuple(told)


def mended_findings(project: Project) -> list[Finding]:
    """Return what the coach says of steps that no longer fitted the table of a refresh."""
    mended_ = project.mended
    if mended_ is None or mended_.recipe != project.recipe.number:
        return []
    return [
        Finding(
            "recipe-mended",
            Severity.WARNING,
            "Steps no longer fitted the newer table",
            " ".join(mended_.said),
            "Look whether the columns that came in their place need a step of their own. Undo brings the recipe before "
            "back, which the new table does not fit.",
        )
    ]
