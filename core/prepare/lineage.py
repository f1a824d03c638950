"""Which raw column each number that reaches the model came from."""

from typing import Any


def origins(pipeline: Any) -> dict[str, str]:
    """Follow the columns through a fitted pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Compiled by ``core.prepare.compile`` and fitted; its model may be cut off.

    Returns
    -------
    dict of str to str
        Column that reaches the model to raw column, in the order of the model's input.
    """
    raw: dict[str, str] | None = None
    for _, step in pipeline.steps:
        if not hasattr(step, "origins"):
            break
        came_from: dict[str, str] = step.origins()
        raw = came_from if raw is None else {out: raw[name] for out, name in came_from.items()}
    return raw or {}
