"""Recipes kept under a name: kept, renamed, deleted, gone back to, and told apart."""

from datetime import datetime

from core.errors import InputError
from core.limits import NAME_LENGTH, RECIPE_VERSIONS
from core.prepare.document import Written
from core.prepare.fitting import fitted, unfit_contract, unfit_rest_words, unfit_split, unfit_words
from core.prepare.recipe import Recipe, Step
from core.prepare.steps import STEPS
from core.project.changes import edit_recipe
from core.project.document import Project, RecipeVersion
from core.project.log import logged
from core.project.undoing import replaced


def keep(project: Project, name: str, *, now: datetime) -> Project:
    """Keep the recipe under a name of its own."""
    name = _free(project, name)
    if len(project.recipe_versions) >= RECIPE_VERSIONS:
        raise InputError(f"{RECIPE_VERSIONS:,} versions are kept already.", next_step="Delete one first.")
    version = RecipeVersion(name=name, recipe=project.recipe, at=now)
    project = project.updated(recipe_versions=(*project.recipe_versions, version))
    return logged(project, "prepare", f"Kept the recipe as “{name}”", now=now)


def rename(project: Project, name: str, to: str, *, now: datetime) -> Project:
    """Give a version another name."""
    held = version(project, name)
    to = _free(project, to)
    versions = tuple(one.model_copy(update={"name": to}) if one is held else one for one in project.recipe_versions)
    project = project.updated(recipe_versions=versions)
    return logged(project, "prepare", f"Renamed the version “{name}” to “{to}”", now=now)


def delete(project: Project, name: str, *, now: datetime) -> Project:
    """Let go of a version; the recipe itself stays as it is."""
    held = version(project, name)
    project = project.updated(recipe_versions=tuple(one for one in project.recipe_versions if one is not held))
    return logged(project, "prepare", f"Deleted the version “{name}”", now=now)


def use(project: Project, name: str, *, now: datetime) -> Project:
    """Go back to a version; undo brings the recipe before. Steps that fit the table no more are switched off."""
    recipe = _numbered(project, version(project, name).recipe)
    return edit_recipe(project, recipe, f"Went back to the version “{name}”", now=now)


def apply(project: Project, written: Written, source: str, *, now: datetime) -> Project:
    """Take the recipe of a file or of another project, with its split plan and its contract as far as they fit.

    Parameters
    ----------
    project : Project
    written : Written
    source : str
        Where it comes from, for the log.
    now : datetime

    Returns
    -------
    Project
        All of it is taken back by one undo. What does not fit stands in the log.
    """
    schema = project.table_schema
    parts: dict[str, object] = {}
    recipe = _numbered(project, written.recipe)
    if recipe.steps != project.recipe.steps:
        parts["recipe"] = recipe
    if schema is not None and written.split is not None and not unfit_split(written.split, schema):
        split = written.split.trimmed()
        if split != project.split:
            parts["split"] = split
    if schema is not None and written.contract is not None:
        unfit = unfit_contract(written.contract, schema)
        contract = {name: said for name, said in written.contract.items() if name not in unfit}
        if contract != project.contract:
            parts["contract"] = contract
    if not parts:
        return project
    why = _plain(unfit_words(written, schema)) if schema is not None else ""
    return replaced(project, f"Took the recipe of {source}", now=now, why=why, **parts)


def left_out(project: Project, written: Written) -> str:
    """Say what of a file cannot be taken for this table; of steps, which stay and say so themselves, nothing."""
    return _plain(unfit_rest_words(written, project.table_schema)) if project.table_schema is not None else ""


def _plain(said: tuple[str, ...]) -> str:
    return " ".join(said).replace("`", "")


def _numbered(project: Project, recipe: Recipe) -> Recipe:
    """Return a recipe as the project's next one, steps that do not fit the table switched off."""
    if project.table_schema is not None:
        recipe = fitted(recipe, project.table_schema)
    return recipe.model_copy(update={"number": project.recipe.number + 1})


def version(project: Project, name: str) -> RecipeVersion:
    """Return a version by its name."""
    for one in project.recipe_versions:
        if one.name == name:
            return one
    raise InputError(f"There is no version “{name}”.", next_step="It may have been renamed or deleted.")


def differing(first: Recipe, second: Recipe) -> tuple[str, ...]:
    """Say in words which steps differ between two recipes, seen from the first.

    Parameters
    ----------
    first, second : Recipe

    Returns
    -------
    tuple of str
        Empty where the two are the same.
    """
    here, there = ({step.id: step for step in recipe.steps} for recipe in (first, second))
    told = [f"Only in the first: {_title(step)}" for key, step in here.items() if key not in there]
    told += [f"Only in the second: {_title(step)}" for key, step in there.items() if key not in here]
    for key in (key for key in here if key in there):
        one, other = here[key], there[key]
        if one.on != other.on:
            told.append(f"{_title(one)}: {_on(one)} in the first, {_on(other)} in the second")
        if (one.kind, one.columns, one.params) != (other.kind, other.columns, other.params):
            told.append(f"{_title(one)}: other columns or settings")
    if [key for key in here if key in there] != [key for key in there if key in here]:
        told.append("The order of the steps")
    return tuple(told)


def _on(step: Step) -> str:
    return "on" if step.on else "off"


def _title(step: Step) -> str:
    return STEPS[step.kind].title if step.kind in STEPS else step.kind


def _free(project: Project, name: str) -> str:
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise InputError("A version needs a name.", next_step="Give it one.")
    if any(one.name == name for one in project.recipe_versions):
        raise InputError(f"There is a version “{name}” already.", next_step="Choose another name.")
    return name
