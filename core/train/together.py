"""Puts fitted candidates together to one pipeline: raw columns in, the recipe worked out once for all of them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from core.prepare.compile import FINISH, MODEL
from core.runtime.figures import Scale
from core.train.blend import Weights

SCALE = "scale"


def put_together(fitted: Mapping[str, Pipeline], weights: Weights, row: pd.DataFrame) -> Pipeline | None:
    """Return the fitted pipeline of a blend, made of its members' own fitted parts; nothing is fitted again.

    Members that saw scaled numbers and members that did not share one recipe: the scaling stands before the former.
    What each member says is what it says alone.

    Parameters
    ----------
    fitted : mapping of str to Pipeline
        By the names of the weights; as the training fitted them.
    weights : Weights
    row : DataFrame
        Some raw rows, which tell the columns after the recipe.

    Returns
    -------
    Pipeline or None
        ``None`` where a step after the scaling learns from scaled numbers, so that the members share no recipe.
    """
    pipelines = {name: fitted[name] for name in weights.names}
    base = min(pipelines.values(), key=lambda one: len(one.steps))
    shared = base.steps[:-1]
    plain = {name for name, _ in shared}
    outs = dict(shared)[FINISH].outs_
    members: dict[str, Any] = {}
    for name, pipeline in pipelines.items():
        own = [(step, made) for step, made in pipeline.steps[:-1] if step not in plain]
        model = pipeline.steps[-1][1]
        if not own:
            members[name] = model
            continue
        places = [step for step, _ in pipeline.steps]
        later = places[places.index(own[0][0]) + 1 : -3]
        if len(own) > 1 or later or not isinstance(own[0][1], Scale):
            return None
        scale = own[0][1].renamed(outs)
        members[name] = Pipeline([(SCALE, scale), (MODEL, model)]) if scale.names_ else model
    unfitted = {name: clone(member) for name, member in members.items()}
    blend = weights.build(unfitted)
    finished = Pipeline(shared).transform(row)
    return Pipeline([*shared, (MODEL, blend.take([members[name] for name in weights.names], finished))])
