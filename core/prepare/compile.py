"""From a recipe to an unfitted scikit-learn pipeline that takes the raw columns."""

from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import Pipeline

from core.data.schema import ColumnType, Schema
from core.errors import RecipeError
from core.framing.frame import Frame
from core.prepare.problem import Problem
from core.prepare.recipe import Recipe, Step
from core.prepare.spec import Making, Scope, StepSpec
from core.prepare.steps import STEPS
from core.runtime.transformers import Cast, Encode, Finish

READ, ENCODE_REST, FINISH, MODEL = "read", "encode_rest", "finish", "model"
"""Names of the pipeline's own steps; the others are named by the ids of the recipe's steps."""


@dataclass(frozen=True)
class Parts:
    """What a pipeline is compiled from."""

    recipe: Recipe
    schema: Schema
    frame: Frame


Source = Problem | Parts | tuple[Recipe, Schema, Frame]


def _parts(source: Source) -> Parts:
    if isinstance(source, tuple):
        return Parts(*source)
    return Parts(source.recipe, source.schema, source.frame)


def input_columns(source: Source) -> tuple[str, ...]:
    """Return the raw columns the compiled pipeline reads: the features but those an active step leaves out.

    Parameters
    ----------
    source : Problem, Parts or (Recipe, Schema, Frame)

    Returns
    -------
    tuple of str
        In the table's order.
    """
    parts = _parts(source)
    dropped = {name for step in parts.recipe.active if step.kind == "drop_columns" for name in step.columns}
    return tuple(name for name in read_columns(parts) if name not in dropped)


def read_columns(source: Source) -> tuple[str, ...]:
    """Return the raw columns that reach the recipe: the features, and free text that an active step reads.

    Parameters
    ----------
    source : Problem, Parts or (Recipe, Schema, Frame)

    Returns
    -------
    tuple of str
        In the table's order.
    """
    parts = _parts(source)
    texts = parts.schema.texts(parts.frame)
    wanted = set(parts.schema.features(parts.frame))
    for step in parts.recipe.active if texts else ():
        if step.kind in STEPS and STEPS[step.kind].reads_text:
            wanted.update(name for name in texts if not step.columns or name in step.columns)
    return tuple(name for name in parts.schema.names if name in wanted)


def read_step(schema: Schema, columns: tuple[str, ...]) -> Cast:
    """Return the first step of a pipeline: raw columns picked by name and read by type."""
    types = {name: schema[name].type.value for name in columns}
    formats = {name: schema[name].date_format for name in columns if schema[name].date_format}
    return Cast(columns=types, date_formats=formats)


def transformer(step: Step, number: int, source: Source, *, seed: int = 7) -> Any | None:
    """Return the unfitted transformer of one step, or ``None`` where it has nothing to act on or acts on rows.

    Parameters
    ----------
    step : Step
    number : int
        Place in the recipe, from 1, for messages.
    source : Problem, Parts or (Recipe, Schema, Frame)
    seed : int

    Returns
    -------
    transformer or None

    Raises
    ------
    RecipeError
        The kind is not known, a column is not in the table or of a type the step cannot use, or a setting is wrong.
    """
    parts = _parts(source)
    spec = STEPS.get(step.kind)
    if spec is None:
        raise RecipeError(
            f"Step {number} is of the kind “{step.kind}”, which Fairway does not know.", next_step="Remove the step."
        )
    place = f"Step {number}, {spec.title}"
    settings = spec.settings(step, place)
    _check_columns(step, spec, place, parts.schema)
    if spec.scope is Scope.ROWS or spec.build is None:
        return None
    features = parts.schema.features(parts.frame)
    if spec.reads_text:
        features = (*features, *parts.schema.texts(parts.frame))
    named = tuple(name for name in step.columns if name in features)
    columns = named if step.columns else tuple(name for name in features if parts.schema[name].type in spec.suits)
    if not columns and spec.asks_columns:
        # Numbers that steps on text make count too, for a step that names no column.
        texts = set(parts.schema.texts(parts.frame)) & set(read_columns(parts))
        if step.columns or not texts or ColumnType.NUMBER not in spec.suits:
            return None
    try:
        return spec.build(
            Making(
                columns=columns,
                named=named,
                params=settings,
                seed=seed,
                features=features,
                schema=parts.schema,
                task=parts.frame.task,
            )
        )
    except RecipeError as fault:
        raise RecipeError(f"{place}: {fault.what}", next_step=fault.next_step) from None


def _check_columns(step: Step, spec: StepSpec, place: str, schema: Schema) -> None:
    if spec.needs_columns and not step.columns:
        raise RecipeError(f"{place}: no column is named.", next_step="Choose its columns or switch the step off.")
    for name in step.columns:
        if name not in schema:
            raise RecipeError(f"{place}: the table has no column “{name}”.", next_step="Take it out of the step.")
        type_ = schema[name].type
        unusable = (ColumnType.IDENTIFIER, ColumnType.TEXT)
        if type_ not in spec.suits and type_ not in unusable:
            raise RecipeError(
                f"{place}: “{name}” is of the type {type_.words.lower()}, which this step cannot use.",
                next_step="Take the column out of the step, or change its type on the Data page.",
            )


def compile_steps(source: Source, *, scale: bool, seed: int = 7) -> list[tuple[str, Any]]:
    """Return the named, unfitted steps before the model.

    Parameters
    ----------
    source : Problem, Parts or (Recipe, Schema, Frame)
    scale : bool
        Whether the model needs scaled numbers; a step "scale" set to every model acts anyway.
    seed : int
        For target encoding.

    Returns
    -------
    list of (str, transformer)

    Raises
    ------
    RecipeError
        See ``transformer``; or no column is left for the model.
    """
    parts = _parts(source)
    columns = input_columns(parts)
    made: list[tuple[str, Any]] = [(READ, read_step(parts.schema, columns))]
    taken = {READ, ENCODE_REST, FINISH, MODEL}
    for number, step in enumerate(parts.recipe.steps, start=1):
        if not step.on:
            continue
        built = transformer(step, number, parts, seed=seed)
        if step.id in taken or "__" in step.id:
            raise RecipeError(f"Step {number} has the id “{step.id}”, which cannot be used.", next_step="Add it anew.")
        taken.add(step.id)
        # Columns left out are not read at all, so that a caller need not send them.
        if built is None or step.kind == "drop_columns":
            continue
        if step.kind == "scale" and not scale and step.params.get("when", "needed") != "always":
            continue
        made.append((step.id, built))
    if not columns:
        raise RecipeError(
            "No column is left for the model.",
            next_step="Keep at least one column that is known when the prediction is made.",
        )
    return [*made, (ENCODE_REST, Encode(seed=seed)), (FINISH, Finish())]


def compile_pipeline(source: Source, estimator: Any, *, scale: bool, seed: int = 7) -> Pipeline:
    """Compile a recipe and an estimator to one pipeline.

    The steps stand in the order of the recipe and are named by its ids; steps on rows are not in it (see
    ``core.prepare.rows``). Three steps are always there, so that a recipe with any step switched off trains and
    predicts: ``read`` picks the raw columns by name; ``encode_rest`` encodes categories that no step of the recipe
    encoded, because no model can read text and leaving columns out unasked would be worse; ``finish`` fills what is
    still missing and leaves out dates that no step split.

    Parameters
    ----------
    source : Problem, Parts or (Recipe, Schema, Frame)
    estimator : scikit-learn estimator
        Unfitted; becomes the step ``model``.
    scale : bool
        Whether this estimator needs scaled numbers.
    seed : int
        For target encoding.

    Returns
    -------
    Pipeline
        Unfitted; takes a frame with at least the raw columns of ``input_columns``, in any order.

    Raises
    ------
    RecipeError
        A step cannot be applied; the text names the step and the column.
    """
    return Pipeline([*compile_steps(source, scale=scale, seed=seed), (MODEL, estimator)])
