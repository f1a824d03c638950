"""A recipe, a split plan and what new rows must hold as a readable file, in YAML, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import yaml
from pydantic import ValidationError

from core.errors import RecipeError
from core.limits import MB, RECIPE_FILE_BYTES, RECIPE_STEPS
from core.prepare.contract import ColumnContract, said_of
from core.prepare.plan import SplitPlan
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import StepSpec
from core.prepare.steps import STEPS

VERSION: Final = 1
"""Of the file. Rises when a file written before could be read otherwise than it was meant."""
DEPTH: Final = 12
"""How deep lists and mappings of the file may be nested."""
_TOP: Final = ("fairway_recipe", "steps", "split", "contract")
_STEP: Final = ("id", "kind", "on", "columns", "settings", "reason")
_AGAIN: Final = "Correct the file, or write it anew from a project."


@dataclass(frozen=True)
class Written:
    """What a recipe file holds.

    Parameters
    ----------
    recipe : Recipe
    split : SplitPlan or None
        Where the file names one.
    contract : dict of str to ColumnContract or None
        What new rows must hold, by column, where the file says it.
    """

    recipe: Recipe
    split: SplitPlan | None = None
    contract: dict[str, ColumnContract] | None = None


def to_yaml(
    recipe: Recipe, split: SplitPlan | None = None, contract: Mapping[str, ColumnContract] | None = None
) -> str:
    """Write a recipe, with a split plan and a contract where they are given, as text a person can read and change.

    Parameters
    ----------
    recipe : Recipe
    split : SplitPlan or None
    contract : mapping of str to ColumnContract or None
        What new rows must hold; columns of which nothing is said are not written.

    Returns
    -------
    str
        ``from_yaml`` gives back the same steps, plan and contract.
    """
    steps: list[dict[str, Any]] = []
    for step in recipe.steps:
        held: dict[str, Any] = {"kind": step.kind, "id": step.id}
        if not step.on:
            held["on"] = False
        if step.columns:
            held["columns"] = list(step.columns)
        if step.params:
            held["settings"] = dict(step.params)
        if step.reason:
            held["reason"] = step.reason
        steps.append(held)
    whole: dict[str, Any] = {"fairway_recipe": VERSION, "steps": steps}
    if split is not None:
        whole["split"] = split.model_dump(mode="json")
    if contract is not None and (said := said_of(contract)):
        whole["contract"] = {name: one.model_dump(mode="json", exclude_defaults=True) for name, one in said.items()}
    return yaml.dump(_plain(whole), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


class _Plain(yaml.SafeDumper):
    """Writes no value by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(given) for name, given in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def from_yaml(text: str) -> Written:
    """Read a recipe file.

    Parameters
    ----------
    text : str

    Returns
    -------
    Written

    Raises
    ------
    RecipeError
        The text is no recipe file; it names the line, the step and the setting.
    """
    if len(text.encode("utf-8", "replace")) > RECIPE_FILE_BYTES:
        raise RecipeError(f"The recipe file is larger than {RECIPE_FILE_BYTES // MB:,} MB.", next_step=_AGAIN)
    root = _parsed(text)
    top = _mapping(root, "The file")
    version = _value(top["fairway_recipe"]) if "fairway_recipe" in top else None
    if version is None:
        raise _fault(root, "The file does not begin with “fairway_recipe” and a version, so it is no recipe file")
    if version != VERSION:
        raise _fault(top["fairway_recipe"], f"Version {version} of recipe files is not known; this one is {VERSION}")
    _known(top, _TOP, "The file")
    steps = _items(top.get("steps"), "“steps”")
    if len(steps) > RECIPE_STEPS:
        raise _fault(top["steps"], f"The recipe has {len(steps):,} steps, more than {RECIPE_STEPS:,}")
    read: list[Step] = []
    for number, node in enumerate(steps, start=1):
        step = _step(node, number)
        if any(step.id == before.id for before in read):
            raise _fault(node, f"Step {number} has the id “{step.id}”, as a step before it has")
        read.append(step)
    return Written(
        Recipe(steps=tuple(read)),
        _split(top["split"]) if "split" in top else None,
        _contract(top["contract"]) if "contract" in top else None,
    )


def _parsed(text: str) -> yaml.Node:
    try:
        depth = 0
        # Before anything is built: values by reference can grow without end, and deep ones exhaust the reader.
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            place = f"Line {event.start_mark.line + 1}" if event.start_mark else "The file"
            if isinstance(event, yaml.AliasEvent):
                raise RecipeError(f"{place}: values by reference (“*”) are not read.", next_step=_AGAIN)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH:
                raise RecipeError(f"{place}: lists are nested more than {DEPTH} deep.", next_step=_AGAIN)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f"Line {error.problem_mark.line + 1}" if error.problem_mark else "The file"
        raise RecipeError(f"{line}: {error.problem or 'it cannot be read as YAML'}.", next_step=_AGAIN) from None
    except yaml.YAMLError:
        raise RecipeError("The file holds characters that YAML does not allow.", next_step=_AGAIN) from None
    if root is None:
        raise RecipeError("The recipe file is empty.", next_step=_AGAIN)
    return root


def _fault(node: yaml.Node, what: str) -> RecipeError:
    return RecipeError(f"Line {node.start_mark.line + 1}: {what}.", next_step=_AGAIN)


def _mapping(node: yaml.Node, what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _fault(node, f"{what} must be names with their values")
    held: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not isinstance(key, yaml.ScalarNode) or name in held:
            raise _fault(key, f"{what} names “{name}” twice" if name in held else f"{what} has a name that is a list")
        held[name] = value
    return held


def _known(held: Mapping[str, yaml.Node], names: tuple[str, ...], what: str) -> None:
    for name, node in held.items():
        if name not in names:
            raise _fault(node, f"{what} may not hold “{name}”, only {', '.join(names)}")


def _items(node: yaml.Node | None, what: str) -> list[yaml.Node]:
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _fault(node, f"{what} must be a list")
    return list(node.value)


def _value(node: yaml.Node) -> Any:
    """Return the JSON value a node stands for."""
    if isinstance(node, yaml.MappingNode):
        return {name: _value(given) for name, given in _mapping(node, "A setting").items()}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        raise _fault(node, f"“{node.value}” cannot be read") from None
    if isinstance(value, date):
        return str(node.value)
    if value is not None and not isinstance(value, (str, int, float, bool)):
        raise _fault(node, "Only texts, numbers, yes or no, lists and names with values are read")
    return value


def _text(node: yaml.Node, what: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _fault(node, f"{what} must be a text")
    return str(node.value)


def _step(node: yaml.Node, number: int) -> Step:
    held = _mapping(node, f"Step {number}")
    _known(held, _STEP, f"Step {number}")
    kind = _text(held["kind"], f"The kind of step {number}") if "kind" in held else ""
    if kind not in STEPS:
        raise _fault(held.get("kind", node), f"Step {number} is of the kind “{kind}”, which is not known")
    place = f"Step {number}, {STEPS[kind].title}"
    on = _value(held["on"]) if "on" in held else True
    if not isinstance(on, bool):
        raise _fault(held["on"], f"{place}: “on” must be true or false")
    step = Step(
        id=_text(held["id"], f"{place}: the id") if "id" in held else f"{kind}_{number}",
        kind=kind,
        on=on,
        columns=tuple(_text(item, f"{place}: a column") for item in _items(held.get("columns"), f"{place}: “columns”")),
        params=_settings(held["settings"], STEPS[kind], place) if "settings" in held else {},
        reason=_text(held["reason"], f"{place}: the reason") if "reason" in held else "",
    )
    if not step.id or "__" in step.id:
        raise _fault(held["id"], f"{place}: the id “{step.id}” cannot be used")
    return step


def _settings(node: yaml.Node, spec: StepSpec, place: str) -> dict[str, Any]:
    held = _mapping(node, f"{place}: “settings”")
    known = {param.name: param for param in spec.params}
    read = {}
    for name, given in held.items():
        if name not in known:
            raise _fault(given, f"{place}: there is no setting “{name}”")
        read[name] = _value(given)
        fault = known[name].fault(read[name])
        if fault:
            raise _fault(given, f"{place}, setting “{name}”: {fault}")
    return read


def _split(node: yaml.Node) -> SplitPlan:
    held = _mapping(node, "“split”")
    _known(held, tuple(SplitPlan.model_fields), "“split”")
    try:
        return SplitPlan.model_validate({name: _value(given) for name, given in held.items()})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise _fault(held[name], f"“{name}” of the split cannot be what it is given as") from None


def _contract(node: yaml.Node) -> dict[str, ColumnContract]:
    read = {}
    for name, rules in _mapping(node, "“contract”").items():
        place = f"“{name}” of the contract"
        held = _mapping(rules, place)
        _known(held, tuple(ColumnContract.model_fields), place)
        try:
            read[name] = ColumnContract.model_validate({rule: _value(given) for rule, given in held.items()})
        except ValidationError as error:
            rule = str(error.errors()[0]["loc"][0])
            raise _fault(held[rule], f"{place}: “{rule}” cannot be what it is given as") from None
    return said_of(read)
