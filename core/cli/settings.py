"""``--set MODEL.SETTING=VALUE``: what an expert fixes, as under “Settings of the models” on Train."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.cli.command import names
from core.cli.output import cut
from core.errors import TrainingError

if TYPE_CHECKING:
    from core.data.schema import Schema
    from core.framing.frame import Frame
    from core.train.spaces import Dimension, Value


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the option."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="MODEL.SETTING=VALUE",
        help="fix a setting of a model, which tuning then leaves; may be given several times",
    )


def add_directions(parser: argparse.ArgumentParser) -> None:
    """Add the options for directions."""
    kept = "columns the answer only %s with; models that cannot keep to it are left out"
    parser.add_argument("--rises", type=names, default=(), metavar="A,B", help=kept % "rises")
    parser.add_argument("--falls", type=names, default=(), metavar="A,B", help=kept % "falls")


def directions_of(rises: Iterable[str], falls: Iterable[str], schema: "Schema", frame: "Frame") -> dict[str, int]:
    """Return the directions asked for, by column.

    Raises
    ------
    TrainingError
        A column is no number the model may see, is named twice, or several outcomes are to be told apart.
    """
    from core.train.directions import FALLS, RISES, choosable

    known = choosable(schema, frame)
    asked = [(name, RISES) for name in rises] + [(name, FALLS) for name in falls]
    for name, sign in asked:
        if name not in known:
            raise TrainingError(
                f"No direction can be asked of '{cut(name)}'.",
                next_step=f"Choose from the numbers the model sees: {', '.join(map(cut, known))}."
                if known
                else "Directions are for numbers, in a yes or no or an amount.",
            )
        if dict(asked)[name] != sign:
            raise TrainingError(f"'{cut(name)}' is named with both --rises and --falls.", next_step="Choose one.")
    return dict(asked)


def settings_of(given: Iterable[str], frame: "Frame") -> "dict[str, dict[str, Value]]":
    """Return the settings that were fixed, by model and name.

    Parameters
    ----------
    given : iterable of str
        ``MODEL.SETTING=VALUE``.
    frame : Frame
        With a task.

    Returns
    -------
    dict of str to dict

    Raises
    ------
    TrainingError
        It is not written like this, there is no such model or setting for the task, or the value does not suit.
    """
    from core.train.catalog import MODELS
    from core.train.estimators.weights import COSTS

    task = frame.task
    assert task is not None
    fixed: dict[str, dict[str, Value]] = {}
    for text in given:
        place, equals, value = text.partition("=")
        key, dot, name = place.strip().partition(".")
        if not equals or not dot:
            raise TrainingError(
                f"'{cut(text)}' fixes no setting.", next_step="Write it like --set gradient_boosting.rate=0.05."
            )
        if key not in MODELS or task not in MODELS[key].tasks:
            raise TrainingError(
                f"There is no model '{cut(key)}' for this kind of outcome, which --set names.",
                next_step=f"It knows {', '.join(one for one in MODELS if MODELS[one].settings(task))}.",
            )
        known = MODELS[key].settings(task)
        if name not in known:
            raise TrainingError(
                f"{MODELS[key].title} has no setting '{cut(name)}'.",
                next_step=f"It has {', '.join(known)}." if known else "It has none.",
            )
        if name == "weights" and value.strip() == COSTS and frame.costs.line is None:
            raise TrainingError(
                "Weights from costs need to know what each of the two errors costs.",
                next_step="Give --false-positive-cost and --false-negative-cost, both above 0.",
            )
        fixed[key] = {**fixed.get(key, {}), **MODELS[key].checked({name: _read(value.strip(), known[name])})}
    return fixed


def _read(text: str, dimension: "Dimension") -> "Value":
    """Return a value as the dimension means it; a text that is no number stays one, and is refused as such."""
    from core.train.spaces import Choice, Whole

    if isinstance(dimension, Choice):
        return next((one for one in dimension.values if str(one).casefold() == text.casefold()), text)
    try:
        return int(text) if isinstance(dimension, Whole) else float(text)
    except ValueError:
        return text
