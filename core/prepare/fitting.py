"""Whether what a recipe file holds fits a table: steps, split plan and contract."""

from collections.abc import Mapping
from typing import Final

from core.data.dictionary import read_allowed
from core.data.schema import Schema
from core.errors import InputError
from core.limits import REASON_LENGTH
from core.prepare.contract import ColumnContract
from core.prepare.document import Written
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe
from core.prepare.spec import listed
from core.prepare.steps import STEPS

UNFIT: Final = "Does not fit: "
"""How the reason of a step begins that was switched off because it does not fit the table."""


def unfit(recipe: Recipe, schema: Schema) -> dict[str, str]:
    """Say which steps do not fit a table.

    Parameters
    ----------
    recipe : Recipe
    schema : Schema
        Of the table.

    Returns
    -------
    dict
        Id of the step to what does not fit, naming the columns that are absent or of another type, those that its
        settings name among them.
    """
    told = {}
    for step in recipe.steps:
        spec = STEPS.get(step.kind)
        named = dict.fromkeys(step.columns, spec.suits if spec else ())
        named |= spec.settings_columns(step) if spec else {}
        absent = [name for name in named if name not in schema]
        other = [name for name, suits in named.items() if name in schema and suits and schema[name].type not in suits]
        said = [_absent(absent)] if absent else []
        said += [f"{listed(other)} {'is' if len(other) == 1 else 'are'} of another type"] if other else []
        if said:
            told[step.id] = " and ".join(said)
    return told


def fitted(recipe: Recipe, schema: Schema) -> Recipe:
    """Return a recipe in which steps that do not fit a table are switched off and say why; none is lost.

    Parameters
    ----------
    recipe : Recipe
    schema : Schema

    Returns
    -------
    Recipe
    """
    told = unfit(recipe, schema)
    steps = tuple(
        step.model_copy(update={"on": False, "reason": f"{UNFIT}{told[step.id]}. Edit it or remove it."})
        if step.id in told
        else step
        for step in recipe.steps
    )
    return recipe.model_copy(update={"steps": steps})


def unfit_split(split: SplitPlan, schema: Schema) -> str:
    """Say which columns of a split plan are not in a table; empty where all are.

    Parameters
    ----------
    split : SplitPlan
    schema : Schema

    Returns
    -------
    str
    """
    named = dict.fromkeys(name for name in (split.column, *split.balance) if name)
    absent = [name for name in named if name not in schema]
    return _absent(absent) if absent else ""


def unfit_contract(contract: Mapping[str, ColumnContract], schema: Schema) -> dict[str, str]:
    """Say which columns of a contract do not fit a table.

    Parameters
    ----------
    contract : mapping of str to ColumnContract
    schema : Schema

    Returns
    -------
    dict
        Column to what does not fit, naming the column.
    """
    told = {}
    for name, given in contract.items():
        if name not in schema:
            told[name] = _absent([name])
            continue
        if len(given.allowed or "") > REASON_LENGTH:
            told[name] = f"what `{name}` may hold is longer than {REASON_LENGTH:,} characters"
            continue
        try:
            read_allowed(given.allowed or "", schema[name].type)
        except InputError as fault:
            told[name] = f"what `{name}` may hold cannot be read: {fault.what.rstrip('.')}"
    return told


def _absent(names: list[str]) -> str:
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} not in the table"


def unfit_words(written: Written, schema: Schema) -> tuple[str, ...]:
    """Say of a recipe file what does not fit a table, in sentences.

    Parameters
    ----------
    written : Written
    schema : Schema

    Returns
    -------
    tuple of str
        Steps that are switched off, which nothing is asked of, are left out; empty where all fits.
    """
    told = unfit(written.recipe, schema)
    steps = (
        f"Step {number}, {STEPS[step.kind].title}: {told[step.id]}."
        for number, step in enumerate(written.recipe.steps, start=1)
        if step.on and step.id in told
    )
    return (*steps, *unfit_rest_words(written, schema))


def unfit_rest_words(written: Written, schema: Schema) -> tuple[str, ...]:
    """Say what beside the steps does not fit a table: the split plan, and rules of the contract."""
    fault = unfit_split(written.split, schema) if written.split is not None else ""
    faults = unfit_contract(written.contract or {}, schema)
    rules = (f"What new rows must hold: {said}." for said in faults.values())
    return (*([f"The split plan: {fault}."] if fault else []), *rules)
