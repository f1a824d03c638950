"""Which raw columns each number that reaches the model came from."""

from typing import Any

from core.runtime.frames import Origins


def origins(pipeline: Any) -> Origins:
    """Follow the columns through a fitted pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Compiled by ``core.prepare.compile`` and fitted; its model may be cut off.

    Returns
    -------
    dict of str to tuple of str
        Column that reaches the model to the raw columns it was made from, in the order of the model's input.
    """
    raw: Origins | None = None
    for _, step in pipeline.steps:
        if not hasattr(step, "origins"):
            break
        came_from: Origins = step.origins()
        if raw is not None:
            before = raw
            came_from = {
                out: tuple(dict.fromkeys(name for within in names for name in before[within]))
                for out, names in came_from.items()
            }
        raw = came_from
    return raw or {}
